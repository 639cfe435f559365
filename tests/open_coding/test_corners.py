"""Corners of the verbs that were got wrong once: ids chosen by clients, undo around submissions, two devices, races."""

import threading
from uuid import UUID

import pytest
from django.db import connection, connections, transaction
from django.test import Client
from django.urls import reverse

from coding.codes.models import Code, Proposal
from coding.codes.rules import NameTaken, create_code
from coding.lib.refusals import BadInput
from coding.open_coding import history, judging, naming, rules
from coding.open_coding.acts import MovedOn
from coding.open_coding.models import Mark, Segment
from coding.open_coding.naming import Naming
from coding.open_coding.queries import Desk
from coding.people.models import Event
from coding.people.rules import Key
from coding.rounds.rules import ask_reopening, reopen
from tests import factory
from tests.door import Door, is_problem
from tests.kept import kept

NOTHING = "nothing_here"
pytestmark = pytest.mark.django_db


@kept
def desk(project, ada, bo):
    with transaction.atomic():  # the races below run outside of one
        factory.incidents(project, 2)
        return factory.assignment(factory.round_of(project, [ada, bo]), ada)


@kept
def other(desk, ada):
    """Ada's other incident of the round."""
    return desk.round.assignments.filter(coder=ada).exclude(pk=desk.pk).get()


def at(desk, words):
    return desk.incident.text.index(words)


def quotes(desk):
    return [desk.incident.text[one.start : one.end] for one in desk.segments.order_by("start")]


def reopened(desk):
    judging.submit(desk.coder, desk, NOTHING)
    reopen(factory.lead_of(desk.round.project), desk, "Look again.")


# Ids that a client chooses


def test_a_split_names_its_second_part_by_an_id_of_its_own(desk, ada):
    one, two = factory.code(desk, "late fee had", "a"), factory.code(desk, "guest", "b")
    for taken in (one.segment, two.segment):
        with pytest.raises(BadInput, match="id is taken"):
            rules.split_segment(ada, desk, UUID(one.segment), at(desk, "late fee") + 4, uid=UUID(taken))
    assert sorted(quotes(desk)) == ["guest", "late fee had"]


def test_what_was_deleted_does_not_come_back_under_an_id_that_stands_elsewhere_by_now(desk, other, ada):
    gone = factory.code(desk, "late fee", "a")
    rules.delete_segment(ada, desk, UUID(gone.segment))
    factory.code(other, "guest", "b", uid=UUID(gone.segment))
    with pytest.raises(MovedOn):
        history.undo(ada, desk)
    assert quotes(other) == ["guest"]


def test_an_id_that_is_none_is_said(desk, ada, sign_in):
    start = at(desk, "late fee")
    said = {"start": start, "end": start + 8, "quote": "late fee", "name": "x", "segment": "not-an-id"}
    answer = sign_in(ada).post(
        reverse("open_coding:code_segment", args=[desk.uid]), said, headers={"HX-Request": "true"}
    )
    assert (answer.status_code, Segment.objects.exists()) == (400, False)


# Undo around a submission


def test_undo_of_a_deletion_takes_the_judgement_of_the_submission_back_with_it(desk, ada):
    gone = factory.code(desk, "late fee", "a")
    rules.delete_segment(ada, desk, UUID(gone.segment))
    reopened(desk)
    assert desk.marks.count() == 3
    history.undo(ada, desk)
    assert (quotes(desk), desk.marks.count()) == (["late fee"], 2)
    history.redo(ada, desk)
    assert (quotes(desk), desk.marks.count()) == ([], 3)


def test_a_judgement_is_done_again_over_that_of_the_submission(desk, ada):
    judging.mark_paragraphs(ada, desk, {0: "left_out"})
    history.undo(ada, desk)
    reopened(desk)
    history.redo(ada, desk)
    assert desk.marks.get(start=0).kind == "left_out"
    history.undo(ada, desk)
    assert desk.marks.get(start=0).kind == NOTHING


def test_a_judgement_that_was_taken_back_comes_back_over_that_of_the_submission(desk, ada):
    judging.mark_paragraphs(ada, desk, {0: "left_out"})
    judging.mark_paragraphs(ada, desk, {0: ""})
    reopened(desk)
    history.undo(ada, desk)
    assert desk.marks.get(start=0).kind == "left_out"


@pytest.mark.parametrize("comes", ["before the names", "after the names"])
@pytest.mark.parametrize("act", ["codes", "takes back"])
def test_a_page_is_read_whole_while_another_tab_saves(desk, ada, sign_in, monkeypatch, comes, act):
    factory.code(desk, "late fee", "a")
    told = Desk.names

    def names(self, start, end):
        found = told(self, start, end) if comes == "after the names" else {}
        factory.code(desk, "waived", "quite new") if act == "codes" else history.undo(ada, desk)
        return found or told(self, start, end)

    monkeypatch.setattr(Desk, "names", names)
    assert sign_in(ada).get(reverse("open_coding:workspace", args=[desk.uid])).status_code == 200


def test_an_act_is_listed_however_often_it_was_undone_and_done_again(desk, ada):
    factory.code(desk, "late fee", "a")
    for _ in range(51):
        history.undo(ada, desk)
        history.redo(ada, desk)
    assert [(act.quote, act.stands) for act in history.acts(Desk(desk, ada))] == [("late fee", True)]
    history.undo(ada, desk)
    assert [act.stands for act in history.acts(Desk(desk, ada))] == [False]


# Judgements of paragraphs


def test_a_coded_paragraph_is_not_judged_whatever_the_order(desk, ada):
    factory.code(desk, "late fee", "a")
    coded = next(part.start for part in Desk(desk, ada).parts if part.start <= at(desk, "late fee") < part.end)
    free = next(part.start for part in Desk(desk, ada).parts if part.start > coded)
    with pytest.raises(BadInput, match="There is a segment"):
        judging.mark_paragraphs(ada, desk, {free: "left_out", coded: NOTHING})
    assert not Mark.objects.exists()


def test_a_paragraph_is_judged_once_in_a_request(desk, ada):
    twice = {"paragraphs": [{"start": 0, "kind": NOTHING}, {"start": 0, "kind": "left_out"}]}
    assert is_problem(Door(ada).post(f"assignments/{desk.uid}/segments/marks/", twice), 400)
    both = {"paragraphs": [{"start": 0, "kind": NOTHING}], "rest": NOTHING}
    assert is_problem(Door(ada).post(f"assignments/{desk.uid}/segments/submit/", both), 400)


def test_a_judgement_of_what_holds_something_by_now_is_no_submission(desk, ada):
    starts = {part.start: NOTHING for part in Desk(desk, ada).parts}
    factory.code(desk, "late fee", "a")
    with pytest.raises(judging.Untouched, match="Look again"):
        judging.submit(ada, desk, starts)


# Two devices


def test_undo_takes_no_change_back_that_the_page_has_not_seen_though_it_came_without_a_key(desk, ada):
    factory.code(desk, "late fee", "a", key=Key("here", "0"))
    factory.code(desk, "guest", "b")
    with pytest.raises(MovedOn):
        history.undo(ada, desk, after="here")
    assert quotes(desk) == ["guest", "late fee"]


def test_a_code_is_added_where_the_segment_stands_by_now(desk, ada, monkeypatch):
    there = factory.code(desk, "late fee", "a")
    begin = rules.begin

    def moved_first(coder, assignment, key):
        if key and key.text == "add":
            rules.move_ends(coder, assignment, UUID(there.segment), at(desk, "late"), at(desk, "late") + 4)
        return begin(coder, assignment, key)

    monkeypatch.setattr(rules, "begin", moved_first)
    rules.add_code(ada, desk, UUID(there.segment), Naming(name="b"), key=Key("add", "0"))
    assert quotes(desk) == ["late"]
    assert desk.segments.get().codings.count() == 2


# Wordings and requests


def test_an_empty_proposal_changes_nothing(project, ada, lead):
    shared = create_code(lead, project, "inventing a rule")
    factory.incidents(project, 1)
    desk = factory.assignment(factory.round_of(project, [ada]), ada)
    naming.propose_wording(ada, desk, shared.uid, definition="Better")
    for wording in ({}, {"name": "\u200b"}, {"name": "  "}):
        with pytest.raises(BadInput):
            naming.propose_wording(ada, desk, shared.uid, **wording)
    assert Proposal.objects.get().wording == {"definition": "Better"}


def test_a_wording_needs_the_version_that_was_seen(desk, ada, sign_in):
    factory.code(desk, "late fee", "a")
    code = Code.objects.get()
    address = reverse("open_coding:define", args=[desk.uid, code.uid])
    assert sign_in(ada).post(address, {"definition": "x"}).status_code == 400
    before = Event.objects.count()
    sign_in(ada).post(address, {"version": code.version, "name": "a"})
    code.refresh_from_db()
    assert (code.version, Event.objects.count()) == (1, before)  # nothing was worded differently


@pytest.mark.parametrize("name", ["\u3164", "\u2800", "\u115f", "\uffa0", "\U0001d159", "\u200b", "\u0301", "a\ufffdb"])
def test_a_name_has_something_to_see_and_to_read(desk, name):
    with pytest.raises(BadInput):
        factory.code(desk, "late fee", name)


def test_asking_for_it_back_has_one_effect(desk, ada):
    judging.submit(ada, desk, NOTHING)
    for _ in range(2):
        ask_reopening(ada, desk, "A slip.", key=Key("ask", "0"))
    assert Event.objects.filter(verb="ask_reopening").count() == 1


@pytest.mark.parametrize("key", [" ", "a\nb", "a b", "\x7f", "é"])
def test_a_key_is_plain(desk, ada, sign_in, key):
    answer = sign_in(ada).post(
        reverse("open_coding:undo", args=[desk.uid]), {"key": key}, headers={"HX-Request": "true"}
    )
    assert answer.status_code == 400


def test_the_page_says_that_a_selection_was_widened(project, ada, sign_in):
    factory.incidents(project, 1, text="A family 👩‍👩‍👧 left.")
    desk = factory.assignment(factory.round_of(project, [ada]), ada)
    start = at(desk, "👩")
    for end, said in ((start + 1, True), (start + 5, False)):
        words = {"start": start, "end": end, "quote": desk.incident.text[start:end], "name": f"to {end}"}
        answer = sign_in(ada).post(
            reverse("open_coding:code_segment", args=[desk.uid]), words, headers={"HX-Request": "true"}
        )
        assert ("data-widened" in answer.content.decode()) is said


@pytest.mark.parametrize("charset", ["zlib", "hex", "utf-16", "nonsense"])
def test_forms_are_utf_8(desk, ada, sign_in, charset):
    client, kind = sign_in(ada), f"multipart/form-data; boundary=x; charset={charset}"
    answer = client.generic("POST", reverse("open_coding:undo", args=[desk.uid]), b"--x--\r\n", content_type=kind)
    assert answer.status_code == 415


def test_codes_are_asked_for_in_open_coding_only(project, ada, bo, sign_in):
    factory.incidents(project, 1)
    rated = factory.round_of(project, [ada, bo], "rating")
    address = reverse("open_coding:codes", args=[factory.assignment(rated, ada).uid])
    assert sign_in(ada).get(address).status_code == 404


# Races


both_at_once = pytest.mark.skipif(
    not connection.features.has_select_for_update, reason="SQLite lets one writer in at a time; needs PostgreSQL."
)


def together(*acts):
    """Run acts at the same moment, each in a thread of its own; give what each answered or raised."""
    gate, said = threading.Barrier(len(acts)), [None] * len(acts)

    def run(number, act):
        gate.wait()
        try:
            said[number] = act()
        except Exception as wrong:  # noqa: BLE001  whatever it is, the test looks at it
            said[number] = wrong
        connections.close_all()

    threads = [threading.Thread(target=run, args=one) for one in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return said


@both_at_once
@pytest.mark.django_db(transaction=True)
def test_one_key_for_two_incidents_at_once_is_refused_for_one(desk, other, ada):
    def save(one, quote):
        client = Client()
        client.force_login(ada)
        said = {"start": at(one, quote), "end": at(one, quote) + len(quote), "quote": quote, "name": "x"}
        headers = {"HX-Request": "true", "Idempotency-Key": "both"}
        return client.post(reverse("open_coding:code_segment", args=[one.uid]), said, headers=headers).status_code

    for _ in range(5):
        Event.objects.filter(key="both").delete()
        Segment.objects.all().delete()
        assert sorted(together(lambda: save(desk, "late fee"), lambda: save(other, "guest"))) == [200, 422]


@both_at_once
@pytest.mark.django_db(transaction=True)
def test_a_name_that_is_coined_meanwhile_is_taken(desk, other, ada):
    factory.code(desk, "late fee", "first")
    code = Code.objects.get()
    for number in range(5):
        code.refresh_from_db()
        name = f"name {number}"
        said = together(
            lambda name=name: naming.word_own(ada, desk, code, code.version, name=name),
            lambda name=name: factory.code(other, "guest", name),
        )
        assert not [one for one in said if isinstance(one, Exception) and not isinstance(one, NameTaken)]
