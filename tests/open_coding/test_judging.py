"""Judging: nothing here, left out, uncertain, a case against, an uncodable incident, and what Submit asks."""

import pytest

from coding.codes import rules as words
from coding.lib.paragraphs import paragraphs
from coding.lib.refusals import BadInput
from coding.open_coding import history, judging, rules
from coding.open_coding.acts import Uncodable
from coding.open_coding.judging import HasSegments, Untouched
from coding.open_coding.models import Mark
from coding.reconciliation.rules import release_round
from coding.rounds import rules as rounds
from coding.rounds.models import Assignment
from coding.rounds.rules import NotSubmitted, RoundNotOpen
from coding.rounds.writing import AssignmentSubmitted
from tests import factory
from tests.kept import kept

NOTHING, LEFT_OUT = Mark.Kind.NOTHING_HERE, Mark.Kind.LEFT_OUT


@kept
def desk(project, ada, bo):
    factory.incidents(project, 2)
    factory.round_of(project, [ada, bo])
    return factory.assignment(project.rounds.get(), ada)


def starts(desk):
    return [part.start for part in paragraphs(desk.incident.text)]


def marks(desk):
    return dict(desk.marks.values_list("start", "kind"))


def test_a_paragraph_is_judged_and_the_judgement_taken_back(desk):
    _, second, third = starts(desk)
    judging.mark_paragraphs(desk.coder, desk, {second: NOTHING, third: LEFT_OUT})
    assert marks(desk) == {second: "nothing_here", third: "left_out"}
    judging.mark_paragraphs(desk.coder, desk, {second: LEFT_OUT, third: ""})
    assert marks(desk) == {second: "left_out"}
    history.undo(desk.coder, desk)
    assert marks(desk) == {second: "nothing_here", third: "left_out"}
    history.undo(desk.coder, desk)
    assert marks(desk) == {}
    history.redo(desk.coder, desk)
    assert marks(desk) == {second: "nothing_here", third: "left_out"}


@pytest.mark.parametrize("asked", [{}, {3: NOTHING}, {10**9: NOTHING}, {0: "boring"}, {0: ""}])
def test_what_is_no_judgement_of_a_paragraph_is_refused(desk, asked):
    with pytest.raises(BadInput):
        judging.mark_paragraphs(desk.coder, desk, asked)
    assert marks(desk) == {}


def test_a_paragraph_with_a_segment_holds_something(desk):
    factory.code(desk, "late fee", "a")
    with pytest.raises(BadInput, match="segment in this paragraph"):
        judging.mark_paragraphs(desk.coder, desk, {0: NOTHING})


def test_coding_a_judged_paragraph_takes_its_mark_and_undo_brings_it_back(desk):
    judging.mark_paragraphs(desk.coder, desk, {0: NOTHING})
    factory.code(desk, "late fee", "a")
    assert marks(desk) == {}
    history.undo(desk.coder, desk)
    assert marks(desk) == {0: "nothing_here"}


def test_moving_or_joining_into_a_judged_paragraph_takes_its_mark(desk):
    _, second, _ = starts(desk)
    saved = factory.code(desk, "It had not.", "a")
    judging.mark_paragraphs(desk.coder, desk, {second: NOTHING})
    start = desk.incident.text.index("It had not.")
    rules.move_ends(desk.coder, desk, saved.segment, start, second + 9)
    assert marks(desk) == {}


def test_a_doubt_is_said_and_taken_back(desk):
    saved = factory.code(desk, "late fee", "a")
    judging.say_uncertain(desk.coder, desk, saved.segment, True)
    assert desk.segments.get().is_uncertain
    history.undo(desk.coder, desk)
    assert not desk.segments.get().is_uncertain


def test_a_segment_speaks_against_a_category_of_the_edition(project, lead, ada, bo):
    factory.incidents(project, 1)
    trust = words.create_category(lead, project, "Trust is lost")
    desk = factory.assignment(factory.round_of(project, [ada, bo]), ada)
    later = words.create_category(lead, project, "Not frozen yet")
    saved = factory.code(desk, "late fee", "a")
    judging.speak_against(ada, desk, saved.segment, trust.uid)
    assert desk.segments.get().speaks_against == trust
    with pytest.raises(BadInput):
        judging.speak_against(ada, desk, saved.segment, later.uid)
    history.undo(ada, desk)
    assert desk.segments.get().speaks_against is None


def test_submit_asks_for_a_judgement_of_each_untouched_paragraph(desk):
    factory.code(desk, "late fee", "a")
    _, second, third = starts(desk)
    with pytest.raises(Untouched, match="2 paragraphs are untouched"):
        judging.submit(desk.coder, desk)
    with pytest.raises(Untouched, match="One paragraph is untouched"):
        judging.submit(desk.coder, desk, {second: NOTHING})
    with pytest.raises(Untouched, match="holds something by now"):
        judging.submit(desk.coder, desk, {second: NOTHING, third: LEFT_OUT, 0: LEFT_OUT})
    judging.submit(desk.coder, desk, {second: NOTHING, third: LEFT_OUT})
    desk.refresh_from_db()
    assert desk.state == Assignment.State.SUBMITTED
    assert marks(desk) == {second: "nothing_here", third: "left_out"}


def test_what_is_coded_or_judged_needs_no_answer(desk):
    factory.code(desk, "late fee", "a")
    judging.mark_paragraphs(desk.coder, desk, dict.fromkeys(starts(desk)[1:], NOTHING))
    assert judging.submit(desk.coder, desk).state == Assignment.State.SUBMITTED


def test_an_uncodable_incident_needs_no_judgement_of_its_paragraphs(desk):
    judging.call_uncodable(desk.coder, desk, " It is an advertisement. ")
    judging.submit(desk.coder, desk)
    desk.refresh_from_db()
    assert (desk.state, desk.uncodable_because) == ("submitted", "It is an advertisement.")


def test_what_is_coded_is_not_uncodable(desk):
    saved = factory.code(desk, "late fee", "a")
    with pytest.raises(HasSegments):
        judging.call_uncodable(desk.coder, desk, "No.")
    rules.delete_segment(desk.coder, desk, saved.segment)
    judging.call_uncodable(desk.coder, desk, "No.")
    judging.call_uncodable(desk.coder, desk, "")
    desk.refresh_from_db()
    assert desk.uncodable_because == ""


def test_nothing_is_coded_in_an_uncodable_incident_nor_brought_back(desk):
    saved = factory.code(desk, "late fee", "a")
    rules.delete_segment(desk.coder, desk, saved.segment)
    judging.call_uncodable(desk.coder, desk, "No.")
    with pytest.raises(Uncodable):
        factory.code(desk, "guest", "b")
    with pytest.raises(Uncodable):
        history.undo(desk.coder, desk)
    assert not desk.segments.exists()


@pytest.mark.parametrize("reason", ["a\x00b", "a\ud800b", "x" * 20_001])
def test_a_reason_is_a_text(desk, reason):
    with pytest.raises(BadInput):
        judging.call_uncodable(desk.coder, desk, reason)


def test_nothing_is_judged_after_submit(desk):
    factory.hand_in(desk)
    for refused in (
        lambda: judging.mark_paragraphs(desk.coder, desk, {0: NOTHING}),
        lambda: judging.call_uncodable(desk.coder, desk, "No."),
        lambda: judging.submit(desk.coder, desk),
        lambda: history.redo(desk.coder, desk),
    ):
        with pytest.raises(AssignmentSubmitted):
            refused()


def test_a_coder_asks_for_a_submitted_incident_and_the_lead_gives_it_back(desk, lead, bo):
    with pytest.raises(NotSubmitted):
        rounds.ask_reopening(desk.coder, desk, "A slip.")
    factory.hand_in(desk)
    with pytest.raises(BadInput):
        rounds.ask_reopening(desk.coder, desk, "  ")
    rounds.ask_reopening(desk.coder, desk, "I took two sentences for one.")
    desk.refresh_from_db()
    assert desk.reopening_asked == "I took two sentences for one."
    rounds.reopen(lead, desk, "Asked for.")
    desk.refresh_from_db()
    assert (desk.state, desk.reopening_asked) == ("in_progress", "")


def test_asking_ends_with_the_release(desk, lead, bo):
    for held in desk.round.assignments.all():
        factory.hand_in(held)

    release_round(lead, desk.round)
    with pytest.raises(RoundNotOpen):
        rounds.ask_reopening(desk.coder, desk, "Too late.")
