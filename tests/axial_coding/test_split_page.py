"""The page of a split: its way by plain forms, who may go it, and what it refuses."""

import re

import pytest
from django.urls import reverse

from coding.axial_coding.models import Split
from coding.axial_coding.splitting import begin_split, to_go_through
from coding.codes.models import Code
from coding.codes.rules import adopt, create_code, merge_codes, retire, reword
from coding.codes.undo import undo_last
from coding.open_coding.models import ConsensusCoding
from coding.people.models import Event, Membership
from coding.rounds.models import Assignment, Round
from coding.rounds.rules import open_readings
from tests import factory
from tests.axial_coding.factory import code_named, coded
from tests.door import Door
from tests.kept import kept

WORDS = {"the late fee had been waived": ["false promise"], "The guest showed": ["false promise"]}
WORDING = {"do": "begin", "name": "broken promise", "definition": "Not kept.", "kept_definition": "Never true."}


@kept
def promise(project, lead, ada):
    released = coded(project, [ada], WORDS)
    Assignment.objects.filter(round=released).update(state="submitted", submitted_at=released.released_at)
    return adopt(lead, code_named("false promise"))


def url(code):
    return reverse("axial_coding:split", args=[code.project.slug, code.uid])


def test_a_lead_goes_the_whole_way_by_plain_forms_and_undoes_it(sign_in, project, lead, promise):
    client = sign_in(lead)
    assert "Name of the new code" in client.get(url(promise)).content.decode()
    assert client.post(url(promise), WORDING).status_code == 302
    segments = list(to_go_through(lead, promise))
    for at, one in enumerate(segments):
        body = client.get(url(promise)).content.decode()
        assert f"Segment {at + 1} of 4" in body
        assert str(one.uid) in body
        assert "<mark>" in body
        client.post(url(promise), {"do": "goes" if at % 2 else "stays", "segment": one.uid})
    client.post(url(promise), {"do": "back"})
    assert "Segment 4 of 4" in client.get(url(promise)).content.decode()
    client.post(url(promise), {"do": "goes", "segment": segments[3].uid})
    assert client.post(url(promise), {"do": "finish", "reason": " "}).status_code == 400
    assert client.post(url(promise), {"do": "finish", "reason": "Two things."}).status_code == 302
    made = Code.objects.get(name="broken promise")
    assert ConsensusCoding.objects.filter(code=made).count() == 2
    acts = reverse("axial_coding:acts", args=[project.slug])
    assert "Split “false promise”, and “broken promise” came out of it" in client.get(acts).content.decode()
    event = Event.objects.get(verb="split_code").uid
    assert client.post(acts, {"event": event, "reason": "One after all."}).status_code == 302
    assert not Code.objects.filter(pk=made.pk).exists()
    assert Round.objects.count() == 1


def test_others_do_not_split(sign_in, project, ada, stranger, promise):
    observer = factory.member(project, "eva", "observer")
    for who, status in ((ada, 403), (observer, 403), (stranger, 404)):
        client = sign_in(who)
        assert client.get(url(promise)).status_code == status
        assert client.post(url(promise), WORDING).status_code == status
    assert not Split.objects.exists()


def test_bad_input_gets_a_sentence_and_changes_nothing(sign_in, project, lead, promise):
    client = sign_in(lead)
    assert client.post(url(promise), {"do": "goes"}).status_code == 409
    assert client.post(url(promise), {**WORDING, "name": " "}).status_code == 400
    assert client.post(url(promise), {**WORDING, "name": "False Promise"}).status_code == 400
    client.post(url(promise), WORDING)
    for sent in (
        {"do": "goes", "segment": project.uid},
        {"do": "goes", "segment": "x"},
        {"do": "sing"},
        {"do": "finish", "reason": "x"},
    ):
        assert client.post(url(promise), sent).status_code == 400, sent
    assert not Event.objects.filter(verb="split_code").exists()
    assert client.post(url(promise), {"do": "drop"}).status_code == 302
    retire(lead, promise, "Not used.")
    assert client.post(url(promise), WORDING).status_code == 404


def test_a_form_opened_before_another_lead_reworded_the_code_is_shown_beside_what_stands(sign_in, lead, promise):
    client, sent = sign_in(lead), {**WORDING, "version": promise.version}
    assert f'name="version" value="{promise.version}"' in client.get(url(promise)).content.decode()
    reword(lead, promise, promise.version, definition="Another lead wrote this.")
    answer = client.post(url(promise), sent)
    body = answer.content.decode()
    assert (answer.status_code, Split.objects.exists()) == (409, False)
    assert "What stands now" in body
    assert "Another lead wrote this." in body
    assert "Never true." in body
    assert f'name="version" value="{promise.version + 1}"' in body
    assert client.post(url(promise), {**sent, "version": promise.version + 1}).status_code == 302


def test_a_split_is_not_done_over_a_wording_that_came_meanwhile_and_keeps_its_reason(sign_in, lead, promise):
    client = sign_in(lead)
    client.post(url(promise), WORDING)
    for at, one in enumerate(to_go_through(lead, promise)):
        client.post(url(promise), {"do": "goes" if at else "stays", "segment": one.uid})
    assert "What stands now" not in client.get(url(promise)).content.decode()
    reword(lead, promise, promise.version, definition="Another lead wrote this.")
    assert "What stands now" in client.get(url(promise)).content.decode()
    answer = client.post(url(promise), {"do": "finish", "reason": "Two things."})
    body = answer.content.decode()
    assert (answer.status_code, Split.objects.count()) == (409, 1)
    assert "was reworded since" in body
    assert "Two things." in body
    assert "Another lead wrote this." in body
    promise.refresh_from_db()
    assert promise.definition == "Another lead wrote this."
    client.post(url(promise), {**WORDING, "version": promise.version})
    assert client.post(url(promise), {"do": "finish", "reason": "Two things."}).status_code == 302


def shown(page):
    return re.search(r'name="seen" value="([^"]*)"', page.content.decode())[1]


@pytest.mark.parametrize("begun", [False, True])
def test_a_split_that_another_lead_worded_meanwhile_is_worded_only_by_who_saw_it(
    sign_in, project, lead, promise, begun
):
    client, other = sign_in(lead), sign_in(factory.member(project, "lee", "lead"))
    open_readings(Membership.objects.get(user__name="Lee").user, Round.objects.get())
    if begun:
        client.post(url(promise), WORDING)
    seen = shown(client.get(url(promise)))
    theirs = {**WORDING, "name": "promise of the other", "kept_definition": "Their words."}
    assert other.post(url(promise), {**theirs, "seen": shown(other.get(url(promise)))}).status_code == 302
    mine = {**WORDING, "name": "my name", "definition": "My words."}
    late = client.post(url(promise), {**mine, "seen": seen})
    body = late.content.decode()
    assert (late.status_code, Split.objects.get().new["name"]) == (409, "promise of the other")
    assert "Another lead worded this split meanwhile" in body
    assert "Lee worded the split so" in body
    assert "Their words." in body
    assert "My words." in body
    assert client.post(url(promise), {**mine, "seen": shown(late)}).status_code == 302
    assert client.post(url(promise), {**mine, "seen": shown(late)}).status_code == 302  # sent twice, it is done once
    assert Split.objects.get().new["name"] == "my name"


@pytest.mark.parametrize("way", ["merged", "retired"])
def test_a_split_of_a_code_out_of_use_says_so_and_goes_on_after_an_undo(sign_in, project, lead, promise, way):
    client = sign_in(lead)
    client.post(url(promise), WORDING)
    goes = {"do": "goes", "segment": to_go_through(lead, promise)[0].uid}
    client.post(url(promise), goes)
    if way == "merged":
        merge_codes(lead, promise, create_code(lead, project, "lies"), "One thing.")
    else:
        retire(lead, promise, "Not used.")
    shown = client.get(url(promise))
    assert shown.status_code == 200
    assert f"was {way}" in shown.content.decode()
    assert "so is the choice made so far" in shown.content.decode()
    for refused in (goes, WORDING, {"do": "finish", "reason": "x"}, {"do": "back"}):
        assert client.post(url(promise), refused).status_code == 409
    assert Split.objects.get().picks.count() == 1
    promise.refresh_from_db()
    undo_last(lead, promise, "Two after all.")
    assert "Segment 2 of 4" in client.get(url(promise)).content.decode()


def test_a_split_of_a_code_out_of_use_is_dropped(sign_in, lead, promise):
    client = sign_in(lead)
    client.post(url(promise), WORDING)
    retire(lead, promise, "Not used.")
    assert client.post(url(promise), {"do": "drop"}).status_code == 302
    assert not Split.objects.exists()
    assert client.get(url(promise)).status_code == 404


def test_a_split_by_another_way_ends_the_one_in_preparation(sign_in, project, lead, promise):
    client = sign_in(lead)
    client.post(url(promise), WORDING)
    first, second, *_ = to_go_through(lead, promise)
    client.post(url(promise), {"do": "goes", "segment": first.uid})
    asked = {"new": {"name": "waived"}, "segments": [str(first.uid)], "reason": "Two things."}
    assert Door(lead).post(f"projects/{project.uid}/codes/{promise.uid}/split/", asked).status_code == 201
    assert not Split.objects.exists()
    answer = client.post(url(promise), {"do": "goes", "segment": second.uid})
    assert answer.status_code == 409
    assert "done or dropped meanwhile" in answer.content.decode()
    assert "Name of the new code" in client.get(url(promise)).content.decode()


def test_the_page_costs_the_same_for_few_and_for_many_segments(
    sign_in, project, lead, ada, promise, django_assert_num_queries
):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    client = sign_in(lead)
    begin_split(lead, promise, {"name": "broken promise"}, {})
    client.get(url(promise))
    with CaptureQueriesContext(connection) as few:
        client.get(url(promise))
    more = {"A hotel": ["false promise"], "It had not": ["false promise"], "nobody knew": ["false promise"]}
    again = coded(project, [ada], more, name="Again")
    from coding.open_coding.models import Coding

    Coding.objects.filter(segment__assignment__round=again).update(code=promise)
    with CaptureQueriesContext(connection) as many:
        assert "of 10" in client.get(url(promise)).content.decode()
    assert len(many) == len(few)
