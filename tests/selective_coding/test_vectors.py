"""Value vectors leave for what stands: of the rounds that count, without withdrawn incidents, each left out once."""

import json

import pytest
from django.urls import reverse

from coding.incidents.models import Incident
from coding.lib.refusals import BadInput
from coding.reconciliation.rules import release_round
from coding.rounds.models import Round
from coding.selective_coding.queries import has_vectors
from coding.selective_coding.vectors import coder_vectors, consensus_vectors
from tests import factory
from tests.door import Door, is_problem
from tests.kept import kept
from tests.selective_coding import stances


@kept
def project(lead):
    return stances.project(lead)


@kept
def main(project, lead, ada):
    """Two incidents, for which +9 and -5 stand."""
    factory.incidents(project, 2)
    return released(project, lead, ada, "Main", "+9", "-5")


def released(project, lead, coder, name, *said, plural=(), **changed):
    """A released round in which this stands for the incidents in turn; the values in `plural` keep their readings."""
    held = factory.round_of(project, [coder], Round.Stage.RATING, name=name, is_blind=False)
    release_round(lead, held, "Settled at once.")
    for incident, text in zip(project.incidents.order_by("number"), said, strict=False):
        stances.stands(held, incident, text, plural)
    Round.objects.filter(pk=held.pk).update(**changed)
    return Round.objects.get(pk=held.pk)


def touched(found):
    """Give by incident number the values that are touched."""
    rows = map(json.loads, found.lines())
    return {row["incident"]: {name: stance for name, stance in row["vector"].items() if stance} for row in rows}


@pytest.mark.parametrize("purpose", ["training", "stability"])
def test_a_round_that_does_not_count_leaves_only_by_name(project, lead, ada, main, purpose):
    released(project, lead, ada, "Later", "+1", purpose=purpose)
    assert touched(consensus_vectors(project)) == {1: {"Benevolence": 1}, 2: {"Power": -1}}
    assert touched(consensus_vectors(project, "Later")) == {1: {"Self-direction": 1}}
    assert has_vectors(main.scale)
    Round.objects.filter(pk=main.pk).update(purpose=purpose)
    with pytest.raises(BadInput, match="No pilot, main or re-coding round on a stance scale is released yet"):
        consensus_vectors(project)
    assert not has_vectors(main.scale)


@pytest.mark.parametrize("name", ["", "Main"])
def test_a_withdrawn_incident_does_not_leave_and_is_said(project, main, name):
    Incident.objects.filter(number=2).update(withdrawn_because="A report of another thing.")
    found = consensus_vectors(project, name)
    assert (list(touched(found)), found.notes) == ([1], ["1 incident left out: withdrawn."])


def test_a_coders_vectors_leave_without_withdrawn_incidents(project, lead, ada):
    release_round(lead, stances.rated_round(project, [ada], [["+9"], ["-5"]]))
    Incident.objects.filter(number=2).update(withdrawn_because="A report of another thing.")
    found = coder_vectors(project, ada)
    assert (list(touched(found)), found.notes) == ([1], ["1 incident left out: withdrawn."])


def test_what_a_later_round_settled_is_not_left_out_as_plural(project, lead, ada, main):
    released(project, lead, ada, "Plural", "", "", plural=[3])
    assert consensus_vectors(project).notes == ["2 incidents left out: kept as plural."]
    released(project, lead, ada, "Settled", "+3")
    found = consensus_vectors(project)
    assert (touched(found), found.notes) == ({1: {"Hedonism": 1}}, ["1 incident left out: kept as plural."])


def test_a_plural_incident_is_left_out_once_however_many_rounds_kept_it(project, lead, ada, main):
    for name in ("Plural", "Still plural"):
        released(project, lead, ada, name, "", plural=[3])
    assert consensus_vectors(project).notes == ["1 incident left out: kept as plural."]


def test_the_download_holds_what_stands(sign_in, project, lead, main):
    Incident.objects.filter(number=2).update(withdrawn_because="A report of another thing.")
    answer = sign_in(lead).get(reverse("selective_coding:vectors", args=[project.slug]))
    assert [json.loads(line)["incident"] for line in answer.content.decode().splitlines()] == [1]


def test_a_program_reads_what_the_download_holds(sign_in, project, lead, ada, stranger, main):
    where = f"projects/{project.uid}/vectors/"
    found = Door(lead).get(where).json()["results"]
    file = sign_in(lead).get(reverse("selective_coding:vectors", args=[project.slug])).content.decode()
    assert found == [json.loads(line) for line in file.splitlines()]
    assert len(Door(lead).get(f"{where}?page_size=1").json()["results"]) == 1
    assert is_problem(Door(lead).get(f"{where}?round=None such"), 400)
    assert is_problem(Door(ada).get(where), 403)
    assert is_problem(Door(stranger).get(where), 404)
