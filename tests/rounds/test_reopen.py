"""A submitted assignment goes back to its coder, with a reason, until release."""

from datetime import UTC, datetime

import pytest

from coding.lib.refusals import BadInput
from coding.people.models import Event
from coding.rounds import rules
from coding.rounds.models import Assignment, Round
from coding.rounds.rules import NotSubmitted, RoundNotOpen
from tests import factory
from tests.kept import kept


@kept
def held(project, ada, bo):
    factory.incidents(project, 2)
    one = factory.assignment(factory.round_of(project, [ada, bo]), ada)
    Assignment.objects.filter(pk=one.pk).update(state="submitted", submitted_at=datetime(2026, 5, 1, tzinfo=UTC))
    one.refresh_from_db()
    return one


def door(of):
    return f"/p/{of.project.slug}/rounds/{of.uid}/reopen/"


def test_it_is_in_progress_again(lead, held):
    again = rules.reopen(lead, held, " A slip. ")
    held.refresh_from_db()
    assert (again, held.state, held.submitted_at) == (held, "in_progress", None)
    event = Event.objects.get(verb="reopen_assignment")
    assert (event.actor, event.reason, event.stream, event.released_at) == (lead, "A slip.", held.stream, None)


@pytest.mark.parametrize("reason", ["", "   "])
def test_it_needs_a_reason(lead, held, reason):
    with pytest.raises(BadInput, match="Say why"):
        rules.reopen(lead, held, reason)
    held.refresh_from_db()
    assert held.state == "submitted"


@pytest.mark.parametrize("state", ["to_do", "in_progress"])
def test_what_is_not_submitted_stays_as_it_is(lead, held, state):
    Assignment.objects.filter(pk=held.pk).update(state=state, submitted_at=None)
    with pytest.raises(NotSubmitted):
        rules.reopen(lead, held, "Why not")
    held.refresh_from_db()
    assert held.state == state


@pytest.mark.parametrize("state", ["released", "settled"])
def test_what_was_measured_stays(lead, held, state):
    Round.objects.update(state=state, released_at=datetime(2026, 5, 1, tzinfo=UTC))
    with pytest.raises(RoundNotOpen, match="what stood at release is what was measured"):
        rules.reopen(lead, held, "Too late")
    held.refresh_from_db()
    assert held.state == "submitted"


def test_the_page_does_it_and_says_so(lead, held, sign_in):
    data = {"assignment": held.uid, "reason": "A slip."}
    answer = sign_in(lead).post(door(held.round), data, follow=True)
    assert "Ada can change “1 Report 1” again." in answer.content.decode()
    held.refresh_from_db()
    assert held.state == "in_progress"


@pytest.mark.parametrize("uid", ["", "x", "6e5b7f64-32b3-4b5f-9d3e-6f9b0f3f8a11"])
def test_an_unknown_assignment_is_not_found(lead, held, sign_in, uid):
    assert sign_in(lead).post(door(held.round), {"assignment": uid, "reason": "x"}).status_code == 404


def test_a_reason_that_is_missing_is_asked_for(lead, held, sign_in):
    answer = sign_in(lead).post(door(held.round), {"assignment": held.uid})
    assert answer.status_code == 400
    assert "Say why it is reopened." in answer.content.decode()


def test_an_assignment_of_another_round_is_not_reached_through_this_one(project, lead, ada, held, sign_in):
    other = factory.round_of(project, [ada], "rating")
    assert sign_in(lead).post(door(other), {"assignment": held.uid, "reason": "x"}).status_code == 404


def test_only_a_lead_reopens(project, ada, held, stranger, sign_in):
    data = {"assignment": held.uid, "reason": "x"}
    assert sign_in(ada).post(door(held.round), data).status_code == 403
    assert sign_in(factory.member(project, "olga", "observer")).post(door(held.round), data).status_code == 403
    assert sign_in(stranger).post(door(held.round), data).status_code == 404
    assert sign_in(ada).get(door(held.round)).status_code == 405
    held.refresh_from_db()
    assert held.state == "submitted"
