"""Submitted is what can be measured: none, or categories with exactly one primary."""

import pytest

from coding.codes.rules import MovedOn
from coding.people.models import Event
from coding.people.rules import Key
from coding.rounds.models import Assignment, Round
from coding.rounds.writing import AssignmentSubmitted, NotYours
from coding.selective_coding import rules
from coding.selective_coding.rules import Choice, RatingIncomplete, Reading
from tests import factory
from tests.kept import kept
from tests.selective_coding.factory import save, uid


@kept
def work(project, ada):
    factory.incidents(project, 1)
    return factory.assignment(factory.round_of(project, [ada], Round.Stage.RATING), ada)


def test_categories_with_one_primary_can_be_submitted(work):
    save(work, 7, 6)
    done = rules.submit(work.coder, work)
    assert (done.state, done.submitted_at is None) == (Assignment.State.SUBMITTED, False)


def test_none_applies_can_be_submitted(work):
    save(work, none=True)
    assert rules.submit(work.coder, work).none_applies


def test_nothing_chosen_is_refused(work):
    with pytest.raises(RatingIncomplete, match="Nothing is chosen"):
        rules.submit(work.coder, work)


def test_no_primary_is_refused(work):
    save(work, 7, 6, primary=0)
    with pytest.raises(RatingIncomplete, match="primary"):
        rules.submit(work.coder, work)


def test_a_reading_is_saved_with_the_submission(work, project):
    seven = uid(project, 7)
    rules.submit(work.coder, work, reading=Reading((Choice(seven),), seven, confidence="high"))
    assert work.ratings.get().confidence == "high"


def test_a_refused_submission_saves_nothing(work, project):
    with pytest.raises(RatingIncomplete):
        rules.submit(work.coder, work, reading=Reading((Choice(uid(project, 7)),)))
    assert work.ratings.count() == 0


def test_a_stale_reading_is_not_submitted(work, project):
    save(work, 6)
    with pytest.raises(MovedOn):
        rules.submit(work.coder, work, reading=Reading((Choice(uid(project, 7)),), uid(project, 7)), version="0" * 16)


def test_others_work_is_refused(work, bo):
    save(work, 7)
    with pytest.raises(NotYours):
        rules.submit(bo, work)


def test_submitting_twice_is_refused(work):
    save(work, 7)
    rules.submit(work.coder, work)
    with pytest.raises(AssignmentSubmitted):
        rules.submit(work.coder, work)


def test_a_retry_with_the_same_key_has_one_effect(work):
    save(work, 7)
    key = Key("k1", "a" * 64)
    rules.submit(work.coder, work, key=key)
    again = rules.submit(work.coder, work, key=key)
    assert again.state == Assignment.State.SUBMITTED
    assert Event.objects.stream(work.stream).filter(verb="submit").count() == 1
