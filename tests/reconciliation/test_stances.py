"""A stance round's release: what all said of every value stands, the rest is settled value by value."""

import pytest
from django.urls import reverse

from coding.lib.refusals import BadInput
from coding.people.models import Event
from coding.reconciliation.models import Disagreement
from coding.reconciliation.rules import release_round, settle
from coding.rounds.models import Round
from coding.selective_coding.models import ConsensusRating, Rating
from tests.kept import kept
from tests.selective_coding import stances
from tests.selective_coding.stances import rated_round, values, vector

ROWS = [("+9 -5", "+9 -5"), ("+9", "-9 +6"), ("+9 +6", "+9")]


@kept
def project(lead):
    return stances.project(lead)


@kept
def of(project, lead, ada, bo):
    return release_round(lead, rated_round(project, [ada, bo], ROWS)).round


@kept
def second(of):
    return Disagreement.objects.get(round=of, incident__number=2)


def standing(of, number):
    rows = ConsensusRating.objects.filter(round=of, incident__number=number)
    return dict(rows.values_list("scale_category__number", "stance"))


def chosen(project, text):
    held = values(project)
    return {held[number]: stance for number, stance in vector(text).items()}


def decide(lead, found, outcome, said=None, reason="slip", rationale="The text says so."):
    return settle(lead, found, outcome, [], None, reason, rationale, stances=said)


def test_what_all_said_of_every_value_becomes_consensus(of):
    assert standing(of, 1) == vector("+9 -5")
    rows = ConsensusRating.objects.filter(round=of)
    assert set(rows.values_list("settled_by", "is_primary", "is_plural")) == {("unanimity", False, False)}


def test_the_rest_becomes_disagreements(of):
    assert set(Disagreement.objects.filter(round=of).values_list("incident__number", flat=True)) == {2, 3}
    assert standing(of, 2) == {}


def test_one_coders_reading_is_taken(of, lead, project, second):
    decision = decide(lead, second, "one", chosen(project, "+9"))
    assert standing(of, 2) == vector("+9")
    assert [row["name"] for row in decision.touching] == ["Benevolence"]
    assert Event.objects.filter(verb="settle").count() == 1


def test_a_merge_takes_a_given_stance_for_each_value(of, lead, project, second):
    decide(lead, second, "merge", chosen(project, "+9 +6"))
    assert standing(of, 2) == vector("+9 +6")


def test_plural_keeps_what_differs_without_a_stance(of, lead, project, second):
    decide(lead, second, "plural", reason="legitimately_plural")
    assert standing(of, 2) == {**vector(""), 6: None, 9: None}
    assert set(
        ConsensusRating.objects.filter(round=of, is_plural=True).values_list("scale_category__number", flat=True)
    ) == {6, 9}


def test_when_all_is_settled_the_round_is_and_coders_rows_stay(of, lead, project):
    rows = list(Rating.objects.order_by("pk").values_list("pk", "stance"))
    for one in Disagreement.objects.filter(round=of):
        decide(lead, one, "recode", chosen(project, "+1"))
    of.refresh_from_db()
    assert of.state == Round.State.SETTLED
    assert list(Rating.objects.order_by("pk").values_list("pk", "stance")) == rows


@pytest.mark.parametrize(
    ("outcome", "said", "why"),
    [
        ("one", "+1", "No coder read it so"),
        ("merge", "+1", "a stance that a coder gave"),
        ("recode", None, "every value"),
    ],
)
def test_an_outcome_is_what_it_says(lead, project, second, outcome, said, why):
    with pytest.raises(BadInput, match=why):
        decide(lead, second, outcome, chosen(project, said) if said else {})
    second.refresh_from_db()
    assert second.settled_at is None


def test_a_stance_of_two_is_refused(lead, project, second):
    with pytest.raises(BadInput, match="−1, 0 or"):
        decide(lead, second, "recode", {**chosen(project, "+1"), values(project)[1]: 2})


def test_numbers_are_those_of_the_rounds_edition(project, lead, ada, bo):
    of = rated_round(project, [ada, bo], ROWS)
    for number, row in values(project).items():
        type(row).objects.filter(pk=row.pk).update(number=11 - number)
    release_round(lead, of)
    names = ConsensusRating.objects.filter(round=of, stance=1).values_list("scale_category__name", flat=True)
    assert list(names) == ["Benevolence"]


def address(of, number):
    return reverse("reconciliation:unit", args=[of.project.slug, of.uid, number])


def test_the_page_shows_lanes_and_settles(sign_in, lead, of, project):
    browser = sign_in(lead)
    page = browser.get(address(of, 2)).content.decode()
    assert "+1 Benevolence" in page
    assert "−1 Benevolence" in page
    assert "settle_stances" in page
    sent = {f"stance-{number}": stance for number, stance in vector("+9 +6").items()}
    answer = browser.post(
        address(of, 2), {**sent, "outcome": "merge", "reason": "slip", "rationale": "Both are there."}
    )
    assert answer.status_code == 302
    assert standing(of, 2) == vector("+9 +6")
    assert "+1 Power" not in browser.get(address(of, 2)).content.decode()
    assert "Both are there." in browser.get(address(of, 2)).content.decode()


def test_a_form_without_all_stances_keeps_what_was_chosen(sign_in, lead, of):
    sent = {"stance-1": "1", "outcome": "recode", "reason": "slip", "rationale": "Why."}
    page = sign_in(lead).post(address(of, 2), sent)
    assert page.status_code == 400
    assert "Still without one" in page.content.decode()
    assert next(one for one in page.context["values"] if one.number == 1).keys[2] == (1, "+1", True)
