"""Consensus models: ties that stay ties, the anaesthetists of Dawid & Skene 1979, a step by hand, and properties."""

import random
from itertools import pairwise
from math import log

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coding.agreement.alpha import coded
from coding.agreement.consensus_models import (
    NO_PAIRS,
    NOBODY,
    ONE_VALUE,
    TIED,
    TWO_CODERS,
    CommonReading,
    common_readings,
    latent_classes,
)

examples = settings(database=None, deadline=None, derandomize=True)
CELL = st.sampled_from(["a", "b", "c", None])
TABLES = st.integers(2, 5).flatmap(lambda coders: st.lists(st.lists(CELL, min_size=coders, max_size=coders)))

# Dawid & Skene 1979, Table 1: 45 patients; observer 1 judged three times, observers 2 to 5 once. (As typed in the public
# implementations of D. Card and of "LinX", which agree in every cell.)
PATIENTS = """
1111111 3334334 1122122 2223121 2223222 2223322 1222111 3333433 2222223 2322223 4444444 2223343 1111111 2223212 1211111
1112111 1111111 1111111 2222221 2221322 2222222 2222221 2223222 2212222 1111111 1111111 2322222 1111111 1111111 1121121
1111111 3333233 1111111 2222222 2223232 4334343 2212232 2323233 3333432 1111111 1111111 1212111 2322222 1211111 2222222
"""
OBSERVERS = [1, 1, 1, 2, 3, 4, 5]
# Their estimates, printed to two decimals; rows are the true class, columns the observer's response.
SHARES = [0.40, 0.42, 0.11, 0.07]
CONFUSION = [
    [[0.89, 0.11, 0, 0], [0.07, 0.88, 0.05, 0], [0, 0.34, 0.66, 0], [0, 0, 0.56, 0.44]],
    [[0.83, 0.17, 0, 0], [0.05, 0.63, 0.31, 0], [0, 0, 1, 0], [0, 0, 0, 1]],
    [[1, 0, 0, 0], [0.11, 0.79, 0.11, 0], [0, 0.40, 0.20, 0.40], [0, 0, 0.67, 0.33]],
    [[0.94, 0.06, 0, 0], [0.05, 0.84, 0.10, 0], [0, 0, 0.80, 0.20], [0, 0, 0.33, 0.67]],
    [[1, 0, 0, 0], [0.16, 0.73, 0.11, 0], [0, 0.21, 0.79, 0], [0, 0, 0.33, 0.67]],
]


def anaesthetists():
    return latent_classes([[int(digit) for digit in row] for row in PATIENTS.split()], OBSERVERS)


def judged(seed, units=300, rates=(0.9, 0.8, 0.7, 0.6), missing=0.0):
    """Return truths and a table of coders who are right at these rates, and else name any of three values."""
    chance = random.Random(seed)
    truths = [chance.choice("aabc") for _ in range(units)]

    def cell(truth, rate):
        if chance.random() < missing:
            return None
        return truth if chance.random() < rate else chance.choice("abc")

    return truths, [[cell(truth, rate) for rate in rates] for truth in truths]


# --- the most common reading ---


@pytest.mark.parametrize(
    ("row", "reading", "is_majority"),
    [
        (["a", "a", "b"], CommonReading("a", "", (), 2, 3), True),
        (["a", None, None], CommonReading("a", "", (), 1, 1), True),
        (["a", "a", "b", "c"], CommonReading("a", "", (), 2, 4), False),
        (["b", "a"], CommonReading(None, TIED, ("a", "b"), 1, 2), False),
        (["b", "a", "a", "b", "c"], CommonReading(None, TIED, ("a", "b"), 2, 5), False),
        ([None, None], CommonReading(None, NOBODY, (), 0, 0), False),
        ([0, 0, 1], CommonReading(0, "", (), 2, 3), True),
    ],
)
def test_the_most_common_reading_and_ties_that_stay(row, reading, is_majority):
    assert common_readings([row]) == [reading]
    assert common_readings([row])[0].is_majority == is_majority


@given(TABLES, st.randoms(use_true_random=False))
@examples
def test_the_order_of_coders_breaks_no_tie(table, chance):
    columns = list(zip(*table, strict=True))
    chance.shuffle(columns)
    assert common_readings(list(zip(*columns, strict=True)) if columns else table) == common_readings(table)


@given(TABLES)
@examples
def test_there_is_a_value_or_a_reason(table):
    for reading in common_readings(table):
        assert (reading.value is None) == (reading.because != "")
        assert (len(reading.tied) > 1) == (reading.because == TIED)


# --- the model of Dawid & Skene ---


def test_the_shares_of_dawid_and_skene_1979():
    found = anaesthetists()
    assert found.shares == pytest.approx(SHARES, abs=0.005)
    assert (found.values, found.coders, found.units, found.converged, found.caution) == (
        (1, 2, 3, 4), (1, 2, 3, 4, 5), 45, True, ""
    )  # fmt: skip


def test_the_error_rates_of_dawid_and_skene_1979():
    # The paper's own rounding is off by one in a last digit here and there: its row of 0.05, 0.63, 0.31 sums to 0.99.
    assert np.array(anaesthetists().confusion) == pytest.approx(np.array(CONFUSION), abs=0.0051)


def test_the_patients_of_dawid_and_skene_1979():
    probabilities = anaesthetists().probabilities
    assert probabilities[2] == pytest.approx([0, 1, 0, 0], abs=0.005)
    assert probabilities[6] == pytest.approx([0.98, 0.02, 0, 0], abs=0.005)
    assert probabilities[34] == pytest.approx([0, 0.95, 0.05, 0], abs=0.005)
    assert probabilities[35] == pytest.approx([0, 0, 0, 1], abs=0.005)


def test_a_step_worked_by_hand():
    # Start: unit 1 is a by 2/3, unit 2 is b. So a third of all is a; coders 1 and 2 say a to 1/4 of what is b.
    # Then unit 1 is a by 1/3 and b by 2/3 * 1/4 * 1/4 = 1/24: 8 to 1. The likelihood of each unit is 3/8.
    found = latent_classes([["a", "a", "b"], ["b", "b", "b"]], most_steps=1)
    assert found.shares == pytest.approx([1 / 3, 2 / 3], abs=1e-15)
    assert found.confusion[0] == found.confusion[1] == (pytest.approx((1, 0)), pytest.approx((1 / 4, 3 / 4)))
    assert found.confusion[2] == (pytest.approx((0, 1)), pytest.approx((0, 1)))
    assert found.probabilities == (pytest.approx((8 / 9, 1 / 9)), pytest.approx((0, 1)))
    assert found.log_likelihood == pytest.approx(2 * log(3 / 8), abs=1e-14)
    assert (found.steps, found.converged) == (1, False)
    assert "Not converged: step 1 still moved a probability by 2.2e-01. Allow more steps." in found.caution


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("missing", [0.0, 0.3])
def test_no_step_makes_the_judgements_less_likely(seed, missing):
    table = judged(seed, units=40, missing=missing)[1]
    likelihoods = [latent_classes(table, most_steps=steps).log_likelihood for steps in range(1, 15)]
    assert all(later >= earlier - 1e-9 for earlier, later in pairwise(likelihoods))


@pytest.mark.parametrize("seed", range(3))
def test_probabilities_and_rows_of_confusion_sum_to_one(seed):
    found = latent_classes(judged(seed, missing=0.3)[1])
    assert [sum(row) for row in found.probabilities if row] == pytest.approx([1] * found.units, abs=1e-12)
    assert [sum(row) for one in found.confusion for row in one if row] == pytest.approx([1] * 12, abs=1e-12)
    assert sum(found.shares) == pytest.approx(1, abs=1e-12)


def test_who_errs_more_is_found_without_the_truth():
    truths, table = judged(1, units=3000)
    found = latent_classes(table)
    right = [
        sum(share * row[at] for at, (share, row) in enumerate(zip(found.shares, one, strict=True)))
        for one in found.confusion
    ]
    known = [np.mean([row[coder] == truth for row, truth in zip(table, truths, strict=True)]) for coder in range(4)]
    assert right == pytest.approx(known, abs=0.04)
    assert right == sorted(right, reverse=True)


def test_the_model_is_right_more_often_than_the_most_common_reading():
    truths, table = judged(2, units=2000, rates=(0.95, 0.5, 0.5, 0.5, 0.4))
    model = np.mean([one == truth for one, truth in zip(latent_classes(table).likely, truths, strict=True)])
    common = np.mean([one.value == truth for one, truth in zip(common_readings(table), truths, strict=True)])
    assert model > common + 0.05


def test_order_of_units_and_coders_and_names_of_values_change_nothing():
    table = judged(3, units=60, missing=0.2)[1]
    rows = list(range(60))
    random.Random(1).shuffle(rows)
    renamed = [[{"a": 3, "b": 1, "c": 2, None: None}[table[row][coder]] for coder in (2, 0, 3, 1)] for row in rows]
    one, other = latent_classes(table), latent_classes(renamed)
    assert other.log_likelihood == pytest.approx(one.log_likelihood, abs=1e-8)
    assert other.shares == pytest.approx([one.shares[at] for at in (1, 2, 0)], abs=1e-6)
    assert [other.confusion[1][2][at] for at in (2, 0, 1)] == pytest.approx(one.confusion[0][0], abs=1e-6)
    there = {row: found for row, found in zip(rows, other.probabilities, strict=True) if found}
    here = {row: found for row, found in enumerate(one.probabilities) if found}
    assert there.keys() == here.keys()
    for row, found in here.items():
        assert [there[row][at] for at in (2, 0, 1)] == pytest.approx(found, abs=1e-6)


def test_the_same_table_gives_the_same_digits_also_in_numbers():
    table = judged(3, units=60, missing=0.2)[1]
    assert latent_classes(table) == latent_classes(table) == latent_classes(coded(table))


def test_a_unit_that_nobody_judged_is_left_out():
    found = latent_classes([["a", "a", "b"], [None, None, None], ["b", "b", "b"]])
    assert (found.units, found.left_out) == (2, 1)
    assert (found.probabilities[1], found.likely[1]) == (None, None)
    assert None not in (found.probabilities[0], found.probabilities[2])


def test_two_classes_that_are_equally_probable_are_a_tie():
    found = latent_classes([["a", "b"], ["b", "a"]])
    assert found.probabilities == (pytest.approx((0.5, 0.5)), pytest.approx((0.5, 0.5)))
    assert found.likely == (None, None)


def test_two_coders_come_with_a_caution():
    assert latent_classes([["a", "b"], ["b", "b"], ["a", "a"]]).caution == TWO_CODERS
    assert latent_classes([["a", "b", "a"], ["b", "b", "b"], ["a", "a", "a"]]).caution == ""


def test_a_class_that_none_of_a_coders_units_belongs_to_has_no_row():
    found = latent_classes([["a", "a", None], ["a", "a", None], ["b", "b", "b"], ["b", "b", "b"]])
    assert found.confusion[2] == (None, (0, 1))


def test_thousands_of_judgements_of_a_unit_do_not_underflow():
    table = [[value] * 2000 for value in "ab"] + [["a", "b"] * 1000]
    found = latent_classes(table)
    assert np.isfinite(found.log_likelihood)
    assert found.probabilities[:2] == ((1, 0), (0, 1))


@pytest.mark.parametrize(
    ("table", "coders", "because"),
    [
        ([], None, NO_PAIRS),
        ([[]], None, NO_PAIRS),
        ([[None, None]], None, NO_PAIRS),
        ([["a", None], [None, "b"]], None, NO_PAIRS),
        ([["a", "b"], ["b", "b"]], ["one coder", "one coder"], NO_PAIRS),
        ([["a", "a"], ["a", None]], None, ONE_VALUE),
    ],
)
def test_what_cannot_be_estimated_says_why(table, coders, because):
    found = latent_classes(table, coders)
    assert (found.because, found.shares, found.likely, found.log_likelihood) == (because, (), (), None)


@given(TABLES)
@examples
def test_there_are_estimates_or_a_reason(table):
    found = latent_classes(table, most_steps=50)
    assert (found.because == "") == bool(found.shares)
    assert len(found.probabilities) == (0 if found.because else len(table))


@pytest.mark.parametrize(
    ("table", "coders", "words"),
    [
        ([["a", "b"], ["a"]], None, "differ in length"),
        ([["a", float("nan")]], None, "NaN is no value"),
        ([["a", "b"]], ["x"], "2 columns but 1 names"),
    ],
)
def test_what_is_no_table_is_refused(table, coders, words):
    with pytest.raises(ValueError, match=words):
        latent_classes(table, coders)
