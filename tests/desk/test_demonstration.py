"""The demonstration: its data are what they promise, and its figures are those of independent libraries."""

import csv
import json
import re
from collections import Counter

import krippendorff
import numpy as np
import pytest
from django.conf import settings
from nltk.metrics.agreement import AnnotationTask
from nltk.metrics.distance import masi_distance

from coding.agreement.models import Measurement
from coding.codes.content import Frozen
from coding.codes.models import Category, Example, ScaleCategory
from coding.desk import demonstration
from coding.incidents.models import Incident
from coding.open_coding.models import Segment
from coding.people.models import Project
from coding.reconciliation.models import Disagreement
from coding.rounds.models import Assignment, Round
from coding.selective_coding.anchors import anchors_of

pytestmark = pytest.mark.django_db
FIXTURES = settings.BASE_DIR / "fixtures"


@pytest.fixture(scope="module")
def demo(django_db_setup, django_db_blocker):
    """Load the demonstration once for this file, and take it away afterwards."""
    from django.db import transaction

    with django_db_blocker.unblock(), transaction.atomic():
        demonstration.load()
        yield Project.objects.get()
        transaction.set_rollback(True)


def readings(project, number=None):
    """Incidents x coders: the sets of category numbers."""
    rated = Round.objects.get(project=project, name="Rating 1")
    held = rated.assignments.prefetch_related("ratings__scale_category").order_by("incident__number", "coder__name")
    table = {}
    for one in held:
        table.setdefault(one.incident.number, []).append(frozenset(r.scale_category.number for r in one.ratings.all()))
    return list(table.values())


def measured(project, level, coefficient="alpha"):
    return Measurement.objects.filter(round__project=project, level=level, coefficient=coefficient)


def test_every_incident_is_a_report_of_fitting_length_with_a_link(demo):
    incidents = list(Incident.objects.all())
    assert len(incidents) >= 36
    for one in incidents:
        assert 120 <= len(one.text.split()) <= 400, one
        assert one.source_url.startswith("https://"), one
        assert {"place", "system"} <= set(one.attributes), one
    assert {one.modality for one in incidents} == {"text", "image", "audio", "video"}


def test_all_twelve_categories_are_used_unevenly_and_some_incidents_touch_two(demo):
    uses = Counter(number for row in readings(demo) for number in set().union(*row))
    assert set(uses) == set(range(1, 13))
    assert max(uses.values()) >= 5 * min(uses.values())
    assert sum(sum(len(said) >= 2 for said in row) >= 2 for row in readings(demo)) >= 5


def test_alpha_of_every_category_equals_the_published_package(demo):
    table = readings(demo)
    for one in measured(demo, "category"):
        number = ScaleCategory.objects.get(uid=one.about).number
        data = np.array([[number in said for said in row] for row in table], dtype=float).T
        assert one.value == pytest.approx(krippendorff.alpha(data, level_of_measurement="nominal"), abs=1e-9)


def test_alpha_of_every_touched_layer_equals_the_published_package(demo):
    table = readings(demo)
    for one in measured(demo, "touched"):
        numbers = set(ScaleCategory.objects.filter(layer__uid=one.about).values_list("number", flat=True))
        data = np.array([[bool(numbers & said) for said in row] for row in table], dtype=float).T
        assert one.value == pytest.approx(krippendorff.alpha(data, level_of_measurement="nominal"), abs=1e-9)


def test_masi_alpha_on_incidents_without_empty_sets_equals_nltk(demo):
    from coding.agreement.alpha import alpha
    from coding.agreement.distances import masi

    table = [row for row in readings(demo) if all(row)]
    triples = [(coder, unit, said) for unit, row in enumerate(table) for coder, said in enumerate(row)]
    expected = AnnotationTask(data=triples, distance=masi_distance).alpha()
    assert len(table) > 30
    assert alpha(table, masi).value == pytest.approx(expected, abs=1e-9)


def test_masi_alpha_on_all_incidents_is_that_of_its_definition(demo):
    """Worked by the definition, empty sets included: alpha = 1 - Do / De over all pairs (Krippendorff 2004)."""

    def distance(a, b):
        if not a and not b:
            return 0.0
        if not a or not b:
            return 1.0
        weight = 1 if a == b else 2 / 3 if a < b or b < a else 1 / 3 if a & b else 0
        return 1 - weight * len(a & b) / len(a | b)

    table = readings(demo)
    said = [one for row in table for one in row]
    within = sum(sum(distance(a, b) for a in row for b in row) / (len(row) - 1) for row in table) / len(said)
    between = sum(distance(a, b) for a in said for b in said) / (len(said) * (len(said) - 1))
    assert measured(demo, "sets", "alpha_masi").get().value == pytest.approx(1 - within / between, abs=1e-9)


def test_agreement_is_believable(demo):
    found = {ScaleCategory.objects.get(uid=one.about).number: one for one in measured(demo, "category")}
    assert sum(0.55 <= one.value <= 0.85 for one in found.values()) > 6
    low = [one for one in found.values() if one.value < 0.40]
    assert len(low) == 1
    assert low[0].uses >= 6
    rare = [one for one in found.values() if one.uses <= 2]
    assert len(rare) == 1
    assert rare[0].low is None
    assert "too few incidents" in rare[0].interval_because
    assert sum(sum(not said for said in row) == 2 for row in readings(demo)) >= 3


def test_the_newcomer_finds_work_waiting_and_work_to_settle(demo):
    waiting = Assignment.objects.filter(round__state=Round.State.OPEN, coder__email="ada@loam.example")
    to_do = Counter(waiting.filter(state=Assignment.State.TO_DO).values_list("round__stage", flat=True))
    assert to_do == {"open": demonstration.NEXT, "rating": 4}
    assert Disagreement.objects.unsettled().exists()
    assert Disagreement.objects.filter(settled_at__isnull=False).exists()
    assert Segment.objects.filter(assignment__round__state=Round.State.RELEASED).count() > 100


def test_whoever_practises_rating_reads_examples_and_none_from_an_incident_that_they_judge_blind(demo):
    waiting = Assignment.objects.filter(round__state=Round.State.OPEN, round__is_blind=True)
    judged = set(waiting.values_list("incident__number", flat=True))
    assert Example.objects.exists()
    assert not judged & set(Example.objects.values_list("incident__number", flat=True))
    for one in waiting.filter(round__stage=Round.Stage.RATING):
        shown = {uid: anchors for uid, anchors in anchors_of(one).items() if anchors}
        numbers = set(ScaleCategory.objects.filter(uid__in=shown).values_list("number", flat=True))
        assert numbers == {1, 4, 5, 6, 7, 8, 10, 12}
        assert {len(anchors) for anchors in shown.values()} == {1, 2}


def test_practice_is_no_part_of_any_figure(demo):
    practice = Round.objects.get(project=demo, purpose=Round.Purpose.TRAINING)
    assert not Measurement.objects.filter(round=practice).exists()
    assert set(practice.assignments.values_list("state", flat=True)) == {Assignment.State.TO_DO}


def test_some_categories_bear_the_words_of_a_report_and_the_edition_holds_them(demo):
    held = dict(Category.objects.exclude(in_vivo_label="").values_list("name", "in_vivo_label"))
    assert held["Trusting what seems right"] == "in the same even tone"
    assert len(held) == 3
    edition = Round.objects.get(project=demo, name="Rating practice").edition
    frozen = {row["name"]: row["in_vivo_label"] for row in Frozen.of(edition).content["categories"] if "in_vivo_label" in row}  # fmt: skip
    assert frozen == held


@pytest.mark.parametrize("path", sorted(FIXTURES.rglob("demo_*.json")), ids=lambda p: p.name)
def test_invented_work_is_marked_as_invented(path):
    assert "Invented" in json.loads(path.read_text())["note"]


def test_the_project_says_that_its_codings_are_invented(demo):
    assert "Invented codings" in demo.method_note


def test_no_incident_text_is_of_the_reference_data():
    """Sentences of other databases belong to their authors."""
    source = settings.BASE_DIR.parent / "shared" / "data" / "aiid" / "incidents.csv"
    if not source.exists():
        pytest.skip("The reference data are not here.")
    theirs = {
        " ".join(re.findall(r"\w+", row["description"].lower()))
        for row in csv.DictReader(source.open(encoding="utf-8"))
    }
    ours = " ".join(re.findall(r"\w+", (FIXTURES / "incidents" / "incidents.csv").read_text().lower()))
    assert not [one for one in theirs if one and one in ours]
