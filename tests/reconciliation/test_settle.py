"""Settling: one side, merge, recode, plural; what is refused; what stays."""

import pytest

from coding.lib.refusals import BadInput, Forbidden
from coding.people.models import Event
from coding.reconciliation.models import Decision, Disagreement
from coding.reconciliation.rules import (
    AlreadySettled,
    CodesItBlind,
    DecisionMovedOn,
    NothingDecided,
    ReadingsClosed,
    reopen_decision,
    settle,
)
from coding.rounds.rules import open_readings
from coding.selective_coding.models import ConsensusRating, Rating
from tests import factory
from tests.kept import kept
from tests.reconciliation.factory import category

pytestmark = pytest.mark.django_db


@kept
def lead(whole):
    return whole.lead


@kept
def project(whole):
    return whole.project


@kept
def ada(whole):
    return whole.ada


def decide(of, number, outcome, numbers=(), primary=None, by=None, reason="slip", rationale="The text says so."):
    found = Disagreement.objects.get(round=of, incident__number=number)
    rows = [category(of.project, one) for one in numbers]
    first = category(of.project, primary) if primary else None
    return settle(by or factory.lead_of(of.project), found, outcome, rows, first, reason, rationale)


def standing(of, number):
    rows = ConsensusRating.objects.filter(round=of, incident__number=number).order_by("scale_category__number")
    return [(r.scale_category and r.scale_category.number, r.is_primary, r.is_plural, r.settled_by) for r in rows]


def test_one_side_stands_as_its_coder_read_it(of):
    decision = decide(of, 3, "one", [6, 7], 7)
    assert standing(of, 3) == [(6, False, False, "decision"), (7, True, False, "decision")]
    assert [row["number"] for row in decision.wrote] == [6, 7]


def test_none_applies_can_be_a_side(of):
    decide(of, 4, "one")
    assert standing(of, 4) == [(None, False, False, "decision")]


def test_a_side_that_nobody_took_is_refused(of):
    with pytest.raises(BadInput, match="No coder read it so"):
        decide(of, 3, "one", [6, 7], 6)


def test_a_merge_joins_what_coders_named(of):
    decide(of, 6, "merge", [1, 11], 1)
    assert [row[0] for row in standing(of, 6)] == [1, 11]
    with pytest.raises(BadInput, match="merge joins"):
        decide(of, 3, "merge", [7, 1], 7)


def test_a_recode_may_be_anything_on_the_scale(of):
    decide(of, 6, "recode", [5], 5)
    assert standing(of, 6) == [(5, True, False, "decision")]


def test_plural_keeps_every_reading(of):
    decide(of, 4, "plural", reason="legitimately_plural")
    assert standing(of, 4) in (
        [(None, False, True, "decision"), (7, True, True, "decision")],
        [(7, True, True, "decision"), (None, False, True, "decision")],
    )
    decide(of, 5, "plural", [6, 7])
    assert standing(of, 5) == [(6, True, True, "decision"), (7, True, True, "decision")]


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"reason": "because"}, "Choose the reason"),
        ({"rationale": "  "}, "Write the rationale"),
        ({"outcome": "both"}, "Choose an outcome"),
        ({"primary": None}, "which of the chosen categories is the primary"),
        ({"numbers": [6, 6, 7]}, "only once"),
        ({"outcome": "recode", "numbers": [], "primary": 7}, "no primary"),
        ({"outcome": "plural", "numbers": [7]}, "every coder's reading"),
    ],
)
def test_bad_input_is_refused_with_a_sentence(of, change, sentence):
    wanted = {"outcome": "one", "numbers": [6, 7], "primary": 7, **change}
    with pytest.raises(BadInput, match=sentence):
        decide(of, 3, **wanted)
    assert not Decision.objects.exists()
    assert standing(of, 3) == []


def test_a_category_of_another_scale_is_refused(of):
    other = factory.project(factory.user("else"), "Other")
    found = Disagreement.objects.get(round=of, incident__number=3)
    foreign = category(other, 7)
    with pytest.raises(BadInput):
        settle(factory.lead_of(of.project), found, "recode", [foreign], foreign, "slip", "No.")
    assert not Decision.objects.exists()


def test_coders_rows_stay(of):
    before = list(Rating.objects.order_by("pk").values())
    decide(of, 3, "recode", [1], 1)
    assert list(Rating.objects.order_by("pk").values()) == before


def test_the_round_is_settled_when_all_are(of):
    for number in (3, 4, 5):
        decide(of, number, "plural")
    of.refresh_from_db()
    assert of.state == "released"
    decide(of, 6, "plural")
    of.refresh_from_db()
    assert of.state == "settled"


def test_what_is_settled_is_not_settled_again(of):
    decide(of, 3, "plural")
    with pytest.raises(AlreadySettled):
        decide(of, 3, "one", [7], 7)


def test_a_reopened_decision_stays_and_is_superseded(of, lead):
    first = decide(of, 3, "one", [7], 7)
    reopen_decision(lead, first, "The new definition says otherwise.")
    assert standing(of, 3) == [(7, True, False, "decision")]
    second = decide(of, 3, "one", [6, 7], 7)
    first.refresh_from_db()
    assert (second.supersedes, first.superseded_by) == (first, second)
    assert [row[0] for row in standing(of, 3)] == [6, 7]
    with pytest.raises(DecisionMovedOn, match="decided this anew"):
        reopen_decision(lead, first, "Once more.")
    reopen_decision(lead, second, "Once more.")
    with pytest.raises(NothingDecided):
        reopen_decision(lead, second, "Twice.")


def test_reopening_unsettles_the_round_and_needs_a_reason(of, lead):
    for number in (3, 4, 5, 6):
        last = decide(of, number, "plural")
    with pytest.raises(BadInput):
        reopen_decision(lead, last, " ")
    reopen_decision(lead, last, "An objection.")
    of.refresh_from_db()
    assert of.state == "released"


@pytest.mark.parametrize("role", ["coder", "observer"])
def test_only_a_lead_settles(of, role):
    with pytest.raises(Forbidden):
        decide(of, 3, "plural", by=factory.member(of.project, "cy", role))


def second_lead(project):
    second = factory.member(project, "second")
    project.memberships.filter(user=second).update(role="lead")
    return second


def test_a_lead_opens_the_readings_before_settling(of, project):
    second = second_lead(project)
    with pytest.raises(ReadingsClosed):
        decide(of, 3, "plural", by=second)
    open_readings(second, of)
    assert decide(of, 3, "plural", by=second).by == second


def test_a_lead_who_codes_the_incident_blind_does_not_settle_it(of, project, ada):
    cy = factory.member(project, "cy")
    factory.round_of(project, [cy, ada], "rating", incidents=[project.incidents.get(number=3)])
    project.memberships.filter(user=cy).update(role="lead")
    open_readings(cy, of)
    with pytest.raises(CodesItBlind):
        decide(of, 3, "plural", by=cy)


def test_each_decision_leaves_an_event_with_before_and_after(of, lead):
    first = decide(of, 3, "one", [7], 7)
    reopen_decision(lead, first, "Look again.")
    decide(of, 3, "plural")
    verbs = Event.objects.filter(project=of.project, target__startswith="disagreement").order_by("position")
    assert [event.verb for event in verbs] == ["settle", "reopen_decision", "settle"]
    assert str(first.uid) in verbs[2].before
    assert verbs[0].reason == "The text says so."
