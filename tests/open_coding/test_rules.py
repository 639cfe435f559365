"""The verbs of open coding."""

import json
import random
from collections import Counter
from uuid import uuid4

import pytest

from coding.codes.models import Code
from coding.codes.rules import HUES, MovedOn
from coding.lib.canonical import canonical, sha256
from coding.lib.refusals import BadInput
from coding.open_coding import history, rules
from coding.open_coding.acts import SegmentGone
from coding.open_coding.history import NothingToUndo
from coding.open_coding.models import Coding, Segment
from coding.open_coding.naming import BESIDE, Naming
from coding.open_coding.spans import QuoteDiffers
from coding.people.models import Event
from coding.people.rules import Key, KeyReused, hashed
from coding.rounds.models import Assignment
from coding.rounds.rules import RoundNotOpen
from coding.rounds.writing import AssignmentSubmitted, NotYours
from tests import factory
from tests.kept import kept


@kept
def desk(project, ada, bo):
    factory.incidents(project, 2)
    factory.round_of(project, [ada, bo])
    return factory.assignment(project.rounds.get(), ada)


def segments(desk):
    return [
        (s.start, s.end, sorted(c.code.name for c in s.codings.all())) for s in desk.segments.order_by("start", "end")
    ]


def test_coding_a_stretch_makes_a_segment_with_its_code(desk):
    factory.code(desk, "late fee", "inventing a rule")
    start = desk.incident.text.index("late fee")
    assert segments(desk) == [(start, start + 8, ["inventing a rule"])]


def test_the_same_stretch_again_adds_to_the_segment_that_is_there(desk):
    first = factory.code(desk, "late fee", "a")
    second = factory.code(desk, "late fee", "b", "a")
    assert first.segment == second.segment
    assert segments(desk)[0][2] == ["a", "b"]


def test_segments_overlap_freely(desk):
    factory.code(desk, "late fee had been", "a")
    factory.code(desk, "fee had been waived", "b")
    assert len(segments(desk)) == 2


def test_a_name_that_exists_is_found_whatever_its_capitals_and_spaces(desk):
    factory.code(desk, "late fee", "Borrowed  authority ")
    factory.code(desk, "guest", "borrowed authority")
    assert Code.objects.filter(project=desk.round.project).count() == 1


def test_a_new_code_has_a_hue_that_none_around_it_has(project, ada, bo):
    words = [f"{number:02}".ljust(60, "x") for number in range(40)]
    factory.incidents(project, 1, " ".join(words))
    desk = factory.assignment(factory.round_of(project, [ada, bo]), ada)
    random.Random(1).shuffle(words)
    for number, word in enumerate(words):
        factory.code(desk, word, f"name {number}")
        new = desk.segments.get(codings__code__name=f"name {number}")
        around = desk.segments.touching(new.start - BESIDE, new.end + BESIDE).exclude(pk=new.pk)
        hue = new.codings.get().code.hue
        assert hue not in set(around.values_list("codings__code__hue", flat=True)), number
    hues = Counter(Code.objects.filter(project=project).values_list("hue", flat=True))
    assert len(hues) == HUES
    assert max(hues.values()) - min(hues.values()) <= 3


def test_the_first_segment_puts_the_assignment_in_progress(desk):
    factory.code(desk, "late fee", "a")
    desk.refresh_from_db()
    assert desk.state == Assignment.State.IN_PROGRESS


def test_a_segment_needs_a_name(desk):
    with pytest.raises(BadInput):
        factory.code(desk, "late fee", "   ")
    assert not Segment.objects.exists()


@pytest.mark.parametrize("name", ["x" * 10_000, "a\x00b", "\ud800", "\u0007"])
def test_a_name_that_can_not_be_kept_is_refused_and_nothing_is_stored(desk, name):
    with pytest.raises(BadInput):
        factory.code(desk, "late fee", name)
    assert not Segment.objects.exists()
    assert not Code.objects.filter(project=desk.round.project).exists()


def test_a_quote_that_does_not_match_is_refused(desk):
    with pytest.raises(QuoteDiffers):
        rules.code_segment(desk.coder, desk, 0, 3, "xyz", [Naming("a")])


def test_nobody_else_can_change_an_assignment(desk, bo, lead):
    for other in (bo, lead):
        with pytest.raises(NotYours):
            rules.code_segment(other, desk, 0, 1, "A", [Naming("a")])


def test_no_coding_after_submit(desk):
    saved = factory.code(desk, "late fee", "a")
    factory.hand_in(desk)
    with pytest.raises(AssignmentSubmitted):
        factory.code(desk, "guest", "b")
    with pytest.raises(AssignmentSubmitted):
        rules.delete_segment(desk.coder, desk, saved.segment)
    with pytest.raises(AssignmentSubmitted):
        history.undo(desk.coder, desk)


def test_a_draft_round_takes_no_coding(project, ada, bo):
    factory.incidents(project, 1)
    draft = factory.round_of(project, [ada, bo], opened=False)
    with pytest.raises(RoundNotOpen):
        factory.code(factory.assignment(draft, ada), "late fee", "a")


def test_another_coders_code_can_not_be_used(desk, bo):
    other = factory.assignment(desk.round, bo)
    factory.code(other, "late fee", "theirs")
    theirs = Code.objects.get(coined_by=bo)
    with pytest.raises(BadInput):
        rules.code_segment(desk.coder, desk, 0, 1, "A", [Naming(uid=theirs.uid)])


def test_equal_names_of_two_coders_are_two_codes(desk, bo):
    factory.code(desk, "late fee", "same name")
    factory.code(factory.assignment(desk.round, bo), "late fee", "same name")
    assert Code.objects.filter(name="same name").count() == 2


def test_taking_off_the_last_code_takes_the_segment(desk):
    saved = factory.code(desk, "late fee", "a", "b")
    a, b = Code.objects.order_by("name")
    rules.remove_code(desk.coder, desk, saved.segment, a.uid)
    assert segments(desk)[0][2] == ["b"]
    rules.remove_code(desk.coder, desk, saved.segment, b.uid)
    assert segments(desk) == []


def test_a_deleted_segment_is_gone_and_says_so(desk):
    saved = factory.code(desk, "late fee", "a")
    rules.delete_segment(desk.coder, desk, saved.segment)
    assert not Coding.objects.exists()
    with pytest.raises(SegmentGone):
        rules.delete_segment(desk.coder, desk, saved.segment)


def test_undo_goes_back_action_by_action(desk):
    factory.code(desk, "late fee", "a")
    factory.code(desk, "late fee", "b")
    saved = factory.code(desk, "guest", "c")
    rules.delete_segment(desk.coder, desk, saved.segment)
    states = []
    for _ in range(4):
        history.undo(desk.coder, desk)
        states.append([codes for _, _, codes in segments(desk)])
    assert states == [[["c"], ["a", "b"]], [["a", "b"]], [["a"]], []]
    with pytest.raises(NothingToUndo):
        history.undo(desk.coder, desk)


def test_undo_brings_a_segment_back_under_its_own_id(desk):
    saved = factory.code(desk, "late fee", "a")
    rules.delete_segment(desk.coder, desk, saved.segment)
    history.undo(desk.coder, desk)
    assert str(desk.segments.get().uid) == saved.segment


def test_undo_is_refused_where_the_segment_moved_on(desk):
    factory.code(desk, "late fee", "a")
    Coding.objects.all().delete()
    with pytest.raises(MovedOn):
        history.undo(desk.coder, desk)


def test_a_retry_with_the_same_key_has_one_effect(desk):
    key = Key("k1", "body")
    first = factory.code(desk, "late fee", "a", key=key)
    again = factory.code(desk, "late fee", "a", key=key)
    assert again.segment == first.segment
    assert Event.objects.filter(verb="code_segment").count() == 1


def test_the_same_key_for_something_else_is_refused(desk):
    factory.code(desk, "late fee", "a", key=Key("k1", "body"))
    with pytest.raises(KeyReused):
        factory.code(desk, "guest", "b", key=Key("k1", "other body"))


def test_a_client_may_choose_the_id_but_not_take_one_that_is_there(desk, bo):
    chosen = uuid4()
    factory.code(desk, "late fee", "a", uid=chosen)
    assert desk.segments.get().uid == chosen
    with pytest.raises(BadInput):
        factory.code(factory.assignment(desk.round, bo), "late fee", "a", uid=chosen)


def test_there_is_a_most_of_segments(desk, monkeypatch):
    monkeypatch.setattr(rules, "MOST_SEGMENTS", 2)
    factory.code(desk, "late fee", "a")
    factory.code(desk, "guest", "a")
    with pytest.raises(rules.TooManySegments):
        factory.code(desk, "chat", "a")
    factory.code(desk, "guest", "b")


def test_the_streams_hashes_chain(desk):
    factory.code(desk, "late fee", "a")
    factory.code(desk, "guest", "b")
    history.undo(desk.coder, desk)
    before = ""
    events = list(Event.objects.stream(desk.stream))
    assert [event.position for event in events] == [1, 2, 3]
    for event in events:
        assert event.previous_hash == before
        assert event.hash == sha256(canonical(hashed(event)))
        before = event.hash


def test_an_event_says_the_state_before_and_after(desk):
    factory.code(desk, "late fee", "a")
    factory.code(desk, "late fee", "b")
    event = Event.objects.filter(verb="code_segment").latest("position")
    assert len(json.loads(event.before)["segments"][0]["codes"]) == 1
    assert len(json.loads(event.after)["segments"][0]["codes"]) == 2
    assert event.released_at is None


def test_an_undo_never_takes_back_what_its_page_has_not_seen(desk):
    factory.code(desk, "late fee", "a", key=Key("here", "body"))
    factory.code(desk, "guest", "b", key=Key("elsewhere", "body"))
    with pytest.raises(MovedOn):
        history.undo(desk.coder, desk, after="here")
    history.undo(desk.coder, desk, after="elsewhere", key=Key("back", "body"))
    with pytest.raises(MovedOn):
        history.redo(desk.coder, desk, after="elsewhere")
    history.redo(desk.coder, desk, after="back")
    assert len(segments(desk)) == 2


def test_a_page_that_knows_of_no_change_takes_none_back(desk):
    factory.code(desk, "late fee", "a", key=Key("elsewhere", "body"))
    for verb in (history.undo, history.redo):
        with pytest.raises(MovedOn):
            verb(desk.coder, desk, after="")
    factory.code(desk, "guest", "b")  # by a form without script, which has no key
    history.undo(desk.coder, desk, after="")
    assert len(segments(desk)) == 1
    history.undo(desk.coder, desk)
    assert segments(desk) == []
