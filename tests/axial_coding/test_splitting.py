"""A code is split: some segments stand under a new code by consensus, the coders' rows stay, an undo restores exactly."""

import json

import pytest

from coding.axial_coding.models import Split
from coding.axial_coding.splitting import (
    begin_split,
    choose,
    drop_split,
    finish_split,
    said_of,
    segments_of,
    split_code,
    take_choice_back,
    to_go_through,
    ways,
)
from coding.codes.checks import MovedOn, NameTaken, NotLiving
from coding.codes.models import Code
from coding.codes.rules import adopt, create_code, freeze, merge_codes, place, relate, retire, reword
from coding.codes.undo import undo
from coding.lib.refusals import BadInput
from coding.open_coding.models import Coding, ConsensusCoding, Segment, SettledBy
from coding.people.models import Event
from coding.rounds.models import Assignment, Round
from coding.rounds.rules import discard_draft
from tests import factory
from tests.axial_coding.factory import category, code_named, coded
from tests.kept import kept

NEW = {"name": "broken promise", "definition": "Said, and not kept."}
KEPT = {"definition": "Said, though it was never true."}
WHY = "Two things stood under one name."


@kept
def promise(project, lead, ada, bo):
    """One code on four segments of each coder, in two incidents, agreed on at two places."""
    released = coded(
        project,
        [ada, bo],
        {"the late fee had been waived": ["false promise"] * 2, "The guest showed": ["false promise", "other"]},
    )
    mine, others = code_named("false promise", ada), code_named("false promise", bo)
    code = merge_codes(lead, others, adopt(lead, mine), "Same name.")
    Assignment.objects.filter(round=released).update(state="submitted", submitted_at=released.released_at)
    for segment in segments_of(code).filter(assignment__coder=ada).select_related("assignment"):
        held = segment.assignment
        ConsensusCoding.objects.create(
            round=released, incident=held.incident, start=segment.start, end=segment.end, code=mine,
            settled_by=SettledBy.UNANIMITY,
        )  # fmt: skip
    return code


def state():
    """All that an undo has to bring back."""
    codes = Code.objects.order_by("uid").values_list(
        "uid", "name", "definition", "use_when", "category", "adopted_at", "merged_into", "retired_at"
    )
    consensus = ConsensusCoding.objects.order_by("uid").values_list(
        "uid", "round", "incident", "start", "end", "code", "settled_by"
    )
    rounds = Round.objects.order_by("uid").values_list("uid", "name", "state")
    return list(codes), list(consensus), list(rounds), rows()


def rows():
    """The coders' own rows."""
    return list(Coding.objects.order_by("pk").values_list("pk", "segment", "code")), list(
        Segment.objects.order_by("pk").values_list("pk", "start", "end")
    )


def last():
    return Event.objects.filter(verb="split_code").order_by("-pk").first()


def part(code, lead, words="The guest showed"):
    """The segments of a code with these words."""
    return [
        one
        for one in segments_of(code).select_related("assignment__incident")
        if one.assignment.incident.text[one.start :].startswith(words)
    ]


def test_what_goes_stands_under_the_new_code_by_consensus_and_the_coders_rows_stay(lead, promise):
    before, goes = rows(), part(promise, lead)
    made = split_code(lead, promise, NEW, KEPT, goes, WHY)
    assert rows() == before
    of_new = ConsensusCoding.objects.filter(code=made)
    assert {(one.incident_id, one.start, one.end) for one in of_new} == {
        (s.assignment.incident_id, s.start, s.end) for s in goes
    }
    assert {one.settled_by for one in of_new} == {SettledBy.DECISION}
    assert not ConsensusCoding.objects.filter(code=promise, start__in=[one.start for one in goes]).exists()
    assert ConsensusCoding.objects.filter(code=promise).count() == 2
    promise.refresh_from_db()
    assert (made.name, made.definition, promise.definition) == ("broken promise", NEW["definition"], KEPT["definition"])
    assert made.adopted_at is not None
    assert made.released_at is not None


def test_the_history_tells_who_and_why_and_which_segments_went_where(lead, promise):
    goes = {str(one.uid) for one in part(promise, lead)}
    split_code(lead, promise, NEW, KEPT, part(promise, lead), WHY)
    event, said = last(), json.loads(last().after)
    assert (event.actor, event.reason, event.target) == (lead, WHY, promise.ref())
    assert set(said["went"]) == goes
    assert goes | set(said["stayed"]) == {str(one.uid) for one in segments_of(promise)}
    assert not goes & set(said["stayed"])


def test_where_a_segment_of_a_place_stays_its_consensus_stays_too(lead, ada, promise):
    fee = [one for one in part(promise, lead, "the late fee") if one.assignment.coder_id == ada.pk]
    made = split_code(lead, promise, NEW, KEPT, fee, WHY)
    starts = {one.start for one in fee}
    assert ConsensusCoding.objects.filter(code=promise, start__in=starts).count() == 2
    assert ConsensusCoding.objects.filter(code=made, start__in=starts).count() == 2


def test_those_who_coded_the_incidents_are_proposed_a_round_of_recoding(lead, ada, bo, promise):
    split_code(lead, promise, NEW, KEPT, part(promise, lead), WHY)
    drafted = Round.objects.get(purpose=Round.Purpose.RECODING)
    assert (drafted.state, drafted.stage, drafted.is_blind) == ("draft", "open", True)
    assert WHY in drafted.sampling_note
    held = drafted.assignments.order_by("position", "coder").values_list("position", "coder")
    assert list(held) == [(1, ada.pk), (1, bo.pk), (2, ada.pk), (2, bo.pk)]


def test_coders_who_read_each_others_work_are_proposed_a_round_that_is_not_blind(lead, ada, promise):
    from coding.rounds.rules import open_readings

    open_readings(ada, Round.objects.get())
    split_code(lead, promise, NEW, KEPT, part(promise, lead), WHY)
    drafted = Round.objects.get(purpose=Round.Purpose.RECODING)
    assert not drafted.is_blind
    assert "not blind" in drafted.sampling_note


def test_an_undo_brings_everything_back_exactly(project, lead, promise):
    before = state()
    split_code(lead, promise, NEW, KEPT, part(promise, lead), WHY)
    assert state() != before
    event = undo(lead, project, last(), "They are one after all.", ways(lead))
    assert state() == before
    assert (event.verb, event.undoes.verb) == ("undo_split_code", "split_code")
    split_code(lead, promise, NEW, KEPT, part(promise, lead), "On third thought.")


def test_a_draft_that_was_discarded_meanwhile_does_not_stop_the_undo(project, lead, promise):
    before = state()
    split_code(lead, promise, NEW, KEPT, part(promise, lead), WHY)
    discard_draft(lead, Round.objects.get(purpose=Round.Purpose.RECODING))
    undo(lead, project, last(), "No.", ways(lead))
    assert state() == before


MOVES = {
    "the new code got a category": lambda w: place(w["lead"], w["made"], category(w["made"].project, "Trust")),
    "the new code stands in a relation": lambda w: relate(w["lead"], category(w["made"].project, "Trust"), "context", w["made"]),
    "the new code stands in an edition": lambda w: freeze(w["lead"], w["made"].project),
    "the new code was merged": lambda w: merge_codes(w["lead"], w["made"], create_code(w["lead"], w["made"].project, "third")),
    "the old code was merged": lambda w: merge_codes(w["lead"], w["code"], w["made"]),
    "the old code was retired": lambda w: retire(w["lead"], w["code"], "Not used."),
    "the round has opened": lambda w: Round.objects.filter(state="draft").update(
        state="open", edition=Round.objects.exclude(state="draft").first().edition),
}  # fmt: skip


@pytest.mark.parametrize("moved", MOVES)
def test_an_undo_is_refused_where_something_came_later(project, lead, promise, moved):
    made = split_code(lead, promise, NEW, KEPT, part(promise, lead), WHY)
    MOVES[moved]({"lead": lead, "made": made, "code": promise})
    before = state()
    with pytest.raises((MovedOn, NotLiving)):
        undo(lead, project, last(), "No.", ways(lead))
    assert state() == before


def test_none_all_or_foreign_segments_are_refused_and_nothing_is_half_done(project, lead, ada, bo, promise):
    other = [one for one in Segment.objects.all() if one.pk not in {held.pk for held in segments_of(promise)}]
    before = state()
    for goes, reason in (([], WHY), (segments_of(promise), WHY), (other[:1], WHY), (part(promise, lead), " ")):
        with pytest.raises(BadInput):
            split_code(lead, promise, NEW, KEPT, goes, reason)
    with pytest.raises(BadInput, match="name of the old one"):
        split_code(lead, promise, {"name": "False  Promise"}, KEPT, part(promise, lead), WHY)
    create_code(lead, project, "taken")
    with pytest.raises(NameTaken):
        split_code(lead, promise, {"name": "taken"}, KEPT, part(promise, lead), WHY)
    Code.objects.filter(name="taken").delete()
    assert state() == before


def test_a_code_merged_retired_or_private_is_not_split(project, lead, ada, promise):
    goes = part(promise, lead)
    coded(
        project,
        [ada],
        {"The manager said": ["private"]},
        released=False,
        incidents=factory.incidents(project, 1),
        name="Open",
    )
    with pytest.raises(NotLiving, match="private"):
        split_code(lead, code_named("private"), NEW, KEPT, goes, WHY)
    split = begin_split(lead, promise, NEW, KEPT)
    merge_codes(lead, promise, create_code(lead, project, "target"))
    for act in (
        lambda: split_code(lead, promise, NEW, KEPT, goes, WHY),
        lambda: begin_split(lead, promise, NEW, KEPT), lambda: choose(lead, split, goes[0], True),
    ):  # fmt: skip
        with pytest.raises(NotLiving):
            act()


def test_choices_are_kept_and_taken_back_from_the_last_and_the_last_one_finishes(lead, promise):
    split = begin_split(lead, promise, NEW, KEPT)
    segments = list(to_go_through(lead, promise))
    choose(lead, split, segments[0], True)
    choose(lead, split, segments[1], True)
    choose(lead, split, segments[0], False)
    assert take_choice_back(split)
    assert list(split.picks.values_list("segment", "goes")) == [(segments[1].pk, True)]
    with pytest.raises(BadInput, match="wait for your choice"):
        finish_split(lead, split, WHY)
    for one in segments:
        choose(lead, split, one, one == segments[1])
    made = finish_split(lead, split, WHY)
    assert ConsensusCoding.objects.filter(code=made).count() == 1
    assert not Split.objects.exists()


def all_chosen(lead, code, kept, version=None):
    """A split that words both codes, with a choice for every segment."""
    split = begin_split(lead, code, NEW, kept, version)
    for at, one in enumerate(to_go_through(lead, code)):
        choose(lead, split, one, at == 0)
    return split


def rewording(lead, code, **wording):
    code.refresh_from_db()
    reword(lead, code, code.version, "Sharper.", **wording)
    code.refresh_from_db()


def test_a_split_that_words_only_the_new_code_leaves_the_wording_that_came_meanwhile(lead, promise):
    rewording(lead, promise, definition="First.", use_when="Often.")
    split = all_chosen(lead, promise, said_of(promise.wording()))
    rewording(lead, promise, definition="Second.")
    finish_split(lead, split, WHY)
    promise.refresh_from_db()
    assert (promise.definition, promise.use_when) == ("Second.", "Often.")


def test_a_split_does_not_word_over_what_came_meanwhile_until_it_is_worded_again(lead, promise):
    split = all_chosen(lead, promise, KEPT)
    rewording(lead, promise, definition="Another lead's.")
    with pytest.raises(MovedOn, match="was reworded since"):
        finish_split(lead, split, WHY)
    assert Split.objects.exists()
    begin_split(lead, promise, NEW, KEPT)
    finish_split(lead, split, WHY)
    promise.refresh_from_db()
    assert promise.definition == KEPT["definition"]


def test_a_wording_written_before_another_came_is_not_kept_for_the_split(lead, promise):
    seen = promise.version
    rewording(lead, promise, definition="Another lead's.")
    with pytest.raises(MovedOn):
        begin_split(lead, promise, NEW, KEPT, seen)
    assert not Split.objects.exists()


def test_what_is_left_out_of_the_kept_wording_stays(lead, promise):
    stale = Code.objects.get(pk=promise.pk)
    rewording(lead, promise, definition="First.", use_when="Often.", avoid_when="Never.")
    split_code(lead, stale, NEW, {"definition": "Second."}, part(promise, lead), WHY)
    promise.refresh_from_db()
    assert said_of(promise.wording()) == {"definition": "Second.", "use_when": "Often.", "avoid_when": "Never."}


def test_worded_anew_a_split_keeps_its_choices_and_dropped_it_leaves_no_trace(lead, promise):
    before = state()
    split = begin_split(lead, promise, NEW, KEPT)
    choose(lead, split, to_go_through(lead, promise)[0], True)
    again = begin_split(lead, promise, {"name": "another name"}, KEPT)
    assert (again.pk, again.new["name"], again.picks.count()) == (split.pk, "another name", 1)
    drop_split(again)
    assert state() == before


def test_a_lead_goes_only_through_what_they_may_read(project, lead, ada, bo, promise):
    Round.objects.get().openings.all().delete()
    assert segments_of(promise).count() == 6
    with pytest.raises(BadInput, match="fewer than two"):
        begin_split(lead, promise, NEW, KEPT)
    with pytest.raises(BadInput, match="readings"):
        split_code(lead, promise, NEW, KEPT, part(promise, lead), WHY)
