"""Measuring a rating round: rows to tables, and figures as stored."""

from fractions import Fraction

import krippendorff
import numpy as np
import pytest

from coding.agreement import rules
from coding.agreement.models import Measurement
from coding.agreement.queries import headline
from coding.agreement.rules import measure
from coding.lib import clock
from coding.reconciliation.rules import release_round
from coding.rounds.models import Assignment
from tests import factory
from tests.reconciliation.factory import SMALL, many, rated_round, released_round

pytestmark = pytest.mark.django_db


def figure(of, level, number=None, coefficient=None, batch=1):
    found = Measurement.objects.filter(round=of, level=level, batch=batch)
    found = found.filter(coefficient=coefficient) if coefficient else found
    return found.get(method__about__number=number) if number else found.get()


def theirs(rows):
    """Alpha of the krippendorff package; None is a missing judgement."""
    data = np.array([[np.nan if cell is None else cell for cell in row] for row in rows], dtype=float).T
    return krippendorff.alpha(reliability_data=data, level_of_measurement="nominal")


def has(number, rows=SMALL):
    return [[None if said == "" else int(str(number) in said.split()) for said in row] for row in rows]


@pytest.mark.parametrize("number", [1, 6, 7, 11])
def test_each_category_equals_the_krippendorff_package(project, ada, bo, number):
    of = released_round(project, [ada, bo])
    assert figure(of, "category", number).value == pytest.approx(theirs(has(number)), abs=1e-9)


def test_a_layer_touched_equals_the_krippendorff_package(project, ada, bo):
    of = released_round(project, [ada, bo])
    layer = [[int(any(n in ("5", "6", "7", "8", "9", "10") for n in said.split())) for said in row] for row in SMALL]
    found = figure(of, "touched", 2)
    assert found.value == pytest.approx(theirs(layer), abs=1e-9)
    assert (found.uses, found.units, found.coders, found.pairable) == (4, 6, 2, 12)


def test_the_primary_takes_none_applies_as_a_value(project, ada, bo):
    of = released_round(project, [ada, bo])
    code = {"-": 0}
    rows = [[code.get(said, int(said.split()[0]) if said != "-" else 0) for said in row] for row in SMALL]
    assert figure(of, "primary").value == pytest.approx(theirs(rows), abs=1e-9)


def test_sets_with_empty_ones_equal_values_worked_by_hand(project, ada, bo):
    # Sets of SMALL: {7} 4 times, {} 3, {6,7} 3, {1} 1, {11} 1; 12 values. MASI of {7} and {6,7}: 1 - 1/2 * 2/3 = 2/3.
    of = released_round(project, [ada, bo])
    within = Fraction(2, 3)
    observed = 2 * (within + 1 + 1) / 12
    counts = {"7": 4, "": 3, "67": 3, "1": 1, "11": 1}
    expected = sum(
        Fraction(a * b) * (within if {x, y} == {"7", "67"} else 1)
        for x, a in counts.items() for y, b in counts.items() if x != y
    ) / (12 * 11)  # fmt: skip
    assert figure(of, "sets", coefficient="alpha_masi").value == pytest.approx(
        float(1 - observed / expected), abs=1e-12
    )


def test_which_counts_only_incidents_where_two_touched_the_layer(project, ada, bo):
    of = released_round(project, [ada, bo])
    found = figure(of, "which", 2)
    # ({7},{7}), ({7},{6,7}), ({6,7},{6,7}): observed 2 * 2/3 / 6, expected 2 * 3 * 3 * 2/3 / 30.
    assert (found.units, found.pairable) == (3, 6)
    assert found.value == pytest.approx(float(1 - Fraction(4, 18) / Fraction(12, 30)), abs=1e-12)
    assert figure(of, "which", 1).undefined_because == (
        "Not defined, because no incident has two coders who both touched this layer."
    )


def test_a_category_that_nobody_used_is_not_defined_and_keeps_its_percentage(project, ada, bo):
    of = released_round(project, [ada, bo])
    found = figure(of, "category", 3)
    assert (found.value, found.percent, found.uses) == (None, 100, 0)
    assert found.undefined_because == "Not defined, because every coder used the same value."


def test_what_is_not_submitted_is_missing_never_a_no(project, ada, bo):
    rows = [*SMALL, ("3", "")]
    of = released_round(project, [ada, bo], rows, reason="Bo is ill.")
    found = figure(of, "category", 3)
    assert (found.units, found.uses) == (6, 0)
    assert found.left_out["not_submitted"]["count"] == 1
    assert found.left_out["few"]["count"] == 1


def test_uncodable_is_missing_and_counted(project, ada, bo):
    of = rated_round(project, [ada, bo])
    Assignment.objects.filter(round=of, coder=bo, incident__number=1).update(uncodable_because="The text is cut.")
    release_round(factory.lead_of(project), of)
    found = figure(of, "category", 7)
    rows = has(7)
    rows[0][1] = None
    assert found.value == pytest.approx(theirs(rows), abs=1e-9)
    assert found.left_out["uncodable"]["count"] == 1


def test_a_machine_coder_changes_no_digit(project, ada, bo):
    human = released_round(project, [ada, bo])
    robot = factory.member(project, "robot")
    robot.is_machine = True
    robot.save()
    mixed = released_round(project, [ada, bo, robot], [(*row, "12") for row in SMALL])
    facts = ("coefficient", "level", "about", "value", "percent", "low", "high", "units", "coders", "pairable", "uses")
    assert list(Measurement.objects.filter(round=mixed).order_by("pk").values_list(*facts)) == list(
        Measurement.objects.filter(round=human).order_by("pk").values_list(*facts)
    )
    assert figure(mixed, "category", 7).left_out["machine"]["count"] == 6


def test_a_later_measurement_leaves_the_earlier_one(project, ada, bo):
    of = released_round(project, [ada, bo], many(16))
    again = measure(of, clock.now(), of.seed)
    assert {one.batch for one in again} == {2}
    first = figure(of, "sets", coefficient="alpha_masi")
    second = figure(of, "sets", coefficient="alpha_masi", batch=2)
    assert (first.value, first.low, first.input_sha256) == (second.value, second.low, second.input_sha256)


def test_another_input_has_another_hash(project, ada, bo):
    one, other = released_round(project, [ada, bo]), released_round(project, [ada, bo], [("1", "7"), *SMALL[1:]])
    assert figure(one, "category", 1).input_sha256 != figure(other, "category", 1).input_sha256
    assert figure(one, "category", 2).input_sha256 == figure(other, "category", 2).input_sha256


def test_a_figure_says_how_it_was_made(project, ada, bo):
    found = figure(released_round(project, [ada, bo], many(16), seed=7), "category", 7)
    assert (found.seed, found.method["resamples"], found.method["edition"]) == (7, 1000, 1)
    assert found.method["about"]["name"] == "Misinformation and Factual Hallucinations"
    assert found.low < found.value < found.high
    assert "likely too narrow" in found.caution


def test_incidents_chosen_by_hand_are_no_population(project, ada, bo):
    of = released_round(project, [ada, bo], sampling="by_hand", sampling_note="The six odd ones.")
    assert rules.NO_POPULATION in figure(of, "category", 7).caution


def test_a_round_coded_together_is_not_measured(project, ada, bo):
    of = released_round(project, [ada, bo], is_blind=False)
    assert not Measurement.objects.filter(round=of).exists()


def test_only_main_rounds_enter_the_headline(project, ada, bo):
    assert headline(factory.lead_of(project), project) is None
    main = released_round(project, [ada, bo])
    released_round(project, [ada, bo], purpose="pilot", shows_earlier="none")
    found = headline(factory.lead_of(project), project)
    assert found.rated == main
    assert [row.layer for row in found.rows] == [1, 2, 3]


def test_a_round_in_which_coders_had_seen_their_ratings_stays_out_of_the_headline(project, ada, bo):
    first = released_round(project, [ada, bo])
    second = released_round(project, [ada, bo])
    assert "had seen their own" in figure(second, "sets", coefficient="alpha_masi").caution
    assert headline(factory.lead_of(project), project).rated == first
