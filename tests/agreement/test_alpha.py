"""Krippendorff's alpha: published examples, sets by hand, two libraries, properties, and data without a number."""

import random
from fractions import Fraction
from functools import cache
from itertools import combinations

import krippendorff
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nltk.metrics.agreement import AnnotationTask
from nltk.metrics.distance import masi_distance

from coding.agreement.alpha import (
    NO_DISTANCE,
    NO_PAIRS,
    NO_VARIATION,
    Coded,
    alpha,
    coded,
    one_against_rest,
    presences,
    present_absent,
    tally,
)
from coding.agreement.distances import jaccard, masi, nominal, set_equality
from coding.agreement.metrics import interval, ordinal, ratio

examples = settings(database=None, deadline=None, derandomize=True)
CELL = st.sampled_from(["a", "b", "c", None])
TABLES = st.integers(2, 5).flatmap(lambda coders: st.lists(st.lists(CELL, min_size=coders, max_size=coders)))
NONE, A, AB = frozenset(), frozenset("a"), frozenset("ab")
# Each unit: equal, both empty, one within the other, empty against non-empty.
WITH_EMPTY_SETS = [[A, A], [NONE, NONE], [A, AB], [NONE, A]]


def coders(*rows):
    """Turn rows of one coder each, as published, into a table; a dot is a missing judgement."""
    return [
        [None if cell == "." else cell for cell in unit] for unit in zip(*(row.split() for row in rows), strict=True)
    ]


def random_table(chance, values, units, judges, missing=0.0):
    def cell(truth):
        if chance.random() < missing:
            return None
        return truth if chance.random() < 0.5 else chance.choice(values)

    truths = [chance.choice(values) for _ in range(units)]
    return [[cell(truth) for _ in range(judges)] for truth in truths]


# Krippendorff 2011, "Computing Krippendorff's Alpha-Reliability", sections A, B and C; D is in test_metrics.
BINARY = coders("0 1 0 0 0 0 0 0 1 0", "1 1 1 0 0 1 0 0 0 0")
NOMINAL = coders("a a b b d c c c e d d a", "b a b b b c c c e d d d")
MISSING = coders(
    "1 2 3 3 2 1 4 1 2 . . .",
    "1 2 3 3 2 2 4 1 2 5 . 3",
    ". 3 3 3 2 3 4 2 2 5 1 .",
    "1 2 3 3 2 4 4 1 2 5 1 .",
)


@pytest.mark.parametrize(
    ("table", "published", "units", "pairable", "left_out"),
    [(BINARY, 0.095, 10, 20, 0), (NOMINAL, 0.692, 12, 24, 0), (MISSING, 0.743, 11, 40, 1)],
)
def test_the_examples_of_krippendorff_2011(table, published, units, pairable, left_out):
    figure = alpha(table)
    assert round(figure.value, 3) == published
    assert (figure.units, figure.pairable, figure.left_out) == (units, pairable, left_out)


def test_the_binary_example_is_exact():
    # 4 mismatches among the 20 values, 14 zeros and 6 ones: 1 - 19 * 4 / (14 * 6)
    assert alpha(BINARY).value == pytest.approx(float(1 - Fraction(19 * 4, 14 * 6)), abs=1e-15)


# Section E: values by units, without coincidences. The paper was not at hand; the digits are those of C and D.
BY_VALUE = ("300001030020", "030041014000", "014401000001", "000001400000", "000000000300")
BY_UNIT = [[int(uses) for uses in unit] for unit in zip(*BY_VALUE, strict=True)]


@pytest.mark.parametrize(
    ("distance", "published"), [(nominal, 0.743), (ordinal, 0.815), (interval, 0.849), (ratio, 0.797)]
)
def test_the_example_of_krippendorff_2011_by_values_and_units(distance, published):
    said = [[value for value, uses in enumerate(unit, 1) for _ in range(uses)] for unit in BY_UNIT]
    assert round(alpha([values + [None] * (4 - len(values)) for values in said], distance).value, 3) == published


def test_alpha_straight_from_values_and_units():
    # 1 - (n - 1) sum over u of (sum over c < k of n_uc n_uk) / (n_u - 1), by the sum over c < k of n_c n_k
    apart = sum(Fraction(products(unit), sum(unit) - 1) for unit in BY_UNIT if sum(unit) > 1)
    assert alpha(MISSING).value == pytest.approx(float(1 - 39 * apart / products([9, 13, 10, 5, 3])), abs=1e-14)


def products(uses):
    return sum(one * other for one, other in combinations(uses, 2))


@pytest.mark.parametrize(
    ("distance", "pair"), [(masi, Fraction(2, 3)), (jaccard, Fraction(1, 2)), (set_equality, Fraction(1))]
)
def test_alpha_on_sets_with_empty_sets_worked_by_hand(distance, pair):
    # 8 values: {a} 4, {} 3, {a, b} 1. `pair` is the distance of {a} and {a, b}; {} is 1 from both; {} and {} are 0.
    observed = 2 * (pair + 1) / 8
    expected = 2 * (4 * 3 * 1 + 4 * 1 * pair + 3 * 1 * 1) / (8 * 7)
    figure = alpha(WITH_EMPTY_SETS, distance)
    assert figure.value == pytest.approx(float(1 - observed / expected), abs=1e-14)
    assert figure.closeness == pytest.approx(float(1 - (pair + 1) / 4), abs=1e-14)
    assert figure.agreement == 0.5


def test_masi_alpha_with_empty_sets_as_one_fraction():
    assert alpha(WITH_EMPTY_SETS, masi).value == pytest.approx(18 / 53, abs=1e-14)


@pytest.mark.parametrize("seed", range(20))
def test_nominal_alpha_equals_the_krippendorff_package(seed):
    chance = random.Random(seed)
    judges = chance.randint(2, 6)
    table = random_table(chance, "abcd"[: chance.randint(2, 4)], chance.randint(8, 60), judges, missing=0.3)
    data = [["*" if cell is None else cell for cell in coder] for coder in zip(*table, strict=True)]
    numbers = np.array([[np.nan if cell == "*" else ord(cell) for cell in coder] for coder in data])
    theirs = krippendorff.alpha(reliability_data=numbers, level_of_measurement="nominal")
    assert alpha(table).value == pytest.approx(theirs, abs=1e-9)


@pytest.mark.parametrize("missing", [0.0, 0.3])
@pytest.mark.parametrize("seed", range(5))
def test_masi_alpha_equals_nltk(seed, missing):
    # No empty sets: NLTK divides by zero for two of them. A missing cell is an absent triple, which its alpha allows.
    # NLTK 3.9 and 3.10 use M = 2/3 and 1/3; should a release go back to .67 and .33, test_distances says so.
    chance = random.Random(seed)
    sets = [frozenset(chance.sample("abcde", chance.randint(1, 3))) for _ in range(8)]
    table = random_table(chance, sets, 25, 4, missing)
    cells = [(f"coder {c}", f"unit {u}", cell) for u, row in enumerate(table) for c, cell in enumerate(row)]
    task = AnnotationTask([cell for cell in cells if cell[2] is not None], distance=masi_distance)
    assert alpha(table, masi).value == pytest.approx(task.alpha(), abs=1e-9)


@given(TABLES, st.randoms(use_true_random=False))
@examples
def test_the_order_of_units_and_coders_changes_no_digit(table, chance):
    columns = list(zip(*table, strict=True))
    chance.shuffle(columns)
    shuffled = [list(row) for row in zip(*columns, strict=True)]
    chance.shuffle(shuffled)
    assert alpha(shuffled) == alpha(table)


@pytest.mark.parametrize("seed", range(10))
def test_the_order_of_units_and_coders_changes_no_digit_for_sets(seed):
    chance = random.Random(seed)
    sets = [frozenset(chance.sample("abcdef", size % 5)) for size in range(20)]
    columns = list(zip(*random_table(chance, sets, 80, 5, missing=0.2), strict=True))
    table = list(zip(*columns, strict=True))
    chance.shuffle(columns)
    shuffled = list(zip(*columns, strict=True))
    chance.shuffle(shuffled)
    assert alpha(shuffled, masi) == alpha(table, masi)


@given(TABLES)
@examples
def test_renamed_values_change_no_digit(table):
    renamed = [[{"a": 3, "b": 2, "c": "a"}.get(cell) for cell in row] for row in table]
    assert alpha(renamed) == alpha(table)


@given(TABLES)
@examples
def test_renamed_labels_change_nothing_for_sets(table):
    def named(names):
        return [[names.get(cell) for cell in row] for row in table]

    one = alpha(named({"a": frozenset("x"), "b": frozenset("xy"), "c": NONE}), masi)
    other = alpha(named({"a": frozenset("q"), "b": frozenset("aq"), "c": NONE}), masi)
    assert one.value == pytest.approx(other.value, abs=1e-12)


@given(TABLES, CELL)
@examples
def test_a_unit_judged_by_one_coder_changes_nothing_but_what_was_left_out(table, cell):
    width = len(table[0]) if table else 2
    more = alpha([*table, [cell] + [None] * (width - 1)])
    fewer = alpha(table)
    assert more.left_out == fewer.left_out + 1
    assert (more.value, more.agreement, more.units, more.coders, more.pairable) == (
        (fewer.value, fewer.agreement, fewer.units, fewer.coders, fewer.pairable)
    )


@given(TABLES)
@examples
def test_there_is_a_value_or_a_reason(table):
    figure = alpha(table)
    assert (figure.value is None) == (figure.undefined_because != "")
    assert figure.value is None or figure.value <= 1


def test_doubled_units_leave_percent_agreement():
    assert alpha(MISSING * 2).agreement == alpha(MISSING).agreement


def test_percent_agreement_is_a_mean_over_units_and_pools_no_pairs():
    # 3 of 6 pairs in the first unit, 1 of 1 in the second; pooled it would be 4 of 7.
    assert alpha([["x", "x", "x", "y"], ["x", "x", None, None]]).agreement == 0.75


def test_incidents_that_two_coders_never_shared_have_no_alpha():
    figure = alpha([["a", None], ["b", None], [None, "a"]])
    assert (figure.value, figure.undefined_because) == (None, NO_PAIRS)
    assert (figure.agreement, figure.closeness) == (None, None)
    assert (figure.units, figure.coders, figure.pairable, figure.left_out) == (0, 0, 0, 3)


@pytest.mark.parametrize("table", [[], [[]], [[], []], [[None, None]]])
def test_a_table_without_judgements_has_no_alpha(table):
    figure = alpha(table)
    assert (figure.value, figure.undefined_because, figure.left_out) == (None, NO_PAIRS, len(table))


def test_one_value_everywhere_has_no_alpha_but_full_agreement():
    figure = alpha([["no", "no", None], ["no", "no", "no"], ["yes", None, None]])
    assert (figure.value, figure.undefined_because) == (None, NO_VARIATION)
    assert (figure.agreement, figure.units, figure.coders, figure.pairable, figure.left_out) == (1, 2, 3, 5, 1)


def test_values_at_no_distance_have_no_alpha():
    figure = alpha([["a", "b"]], lambda values: np.zeros((len(values), len(values))))
    assert (figure.value, figure.undefined_because) == (None, NO_DISTANCE)


def test_full_agreement_with_variation_is_exactly_one():
    assert alpha([[A, A], [AB, AB], [NONE, NONE]], masi).value == 1


def test_false_zero_and_the_empty_set_are_judgements():
    assert [alpha([[value, value]]).units for value in (False, 0, "", frozenset())] == [1, 1, 1, 1]


def test_a_coder_who_judged_no_shared_unit_is_not_counted():
    assert alpha([["a", "b", None], [None, None, "a"]]).coders == 2


@pytest.mark.parametrize(
    ("table", "words"), [([["a", "b"], ["a"]], "differ in length"), ([["a", float("nan")]], "NaN is no value")]
)
def test_what_is_no_table_is_refused(table, words):
    with pytest.raises(ValueError, match=words):
        alpha(table)


@pytest.mark.parametrize("matrix", [[[0, 1], [0, 0]], [[1, 1], [1, 0]], [[0, 1]]])
def test_what_is_no_distance_is_refused(matrix):
    with pytest.raises(ValueError, match="symmetric"):
        alpha([["a", "b"]], lambda _: np.array(matrix, dtype=float))


def test_present_and_absent_keep_missing_apart():
    table = present_absent([[A, None], [NONE, AB]], "a")
    assert table == [[True, None], [False, True]]


def test_a_figure_of_one_label_counts_its_uses():
    figure = alpha(present_absent([[AB, A], [NONE, AB], [A, A], [AB, None]], "b"))
    assert (figure.uses, figure.units) == (2, 3)


@pytest.mark.parametrize(("label", "uses"), [("never used", 0), ("a", 3)])
def test_uses_are_counted_without_variation_too(label, uses):
    figure = alpha(present_absent([[AB, A], [A, AB], [A, A]], label))
    assert (figure.value, figure.uses) == (None, uses)


def test_other_tables_have_no_uses():
    assert alpha(BINARY).uses is None


def masi_pair(one, other):
    """Return 1 - J * M as a fraction, for two sets."""
    shared, either = len(one & other), len(one | other)
    if one == other:
        return Fraction(0)
    factor = Fraction(2, 3) if one <= other or other <= one else Fraction(1, 3)
    return 1 - Fraction(shared, either) * factor


def alpha_by_definition(table, pair):
    """Return alpha in fractions, every pair of values taken one by one."""
    units = [[cell for cell in row if cell is not None] for row in table]
    units = [unit for unit in units if len(unit) > 1]
    values = [value for unit in units for value in unit]
    observed = sum(sum(pair(one, other) for one in unit for other in unit) / (len(unit) - 1) for unit in units)
    expected = sum(pair(one, other) for one in values for other in values)
    return 1 - (len(values) - 1) * observed / expected


@pytest.mark.parametrize("seed", range(5))
def test_hundreds_of_distinct_sets_equal_the_definition_in_fractions(seed):
    chance = random.Random(seed)
    sets = [frozenset(chance.sample(range(36), chance.randint(0, 6))) for _ in range(300)]
    table = random_table(chance, sets, 120, 4, missing=0.2)
    assert alpha(table, masi).value == pytest.approx(float(alpha_by_definition(table, cache(masi_pair))), abs=1e-12)


# --- one value against the rest ---


def test_one_value_against_the_rest_keeps_missing_apart():
    assert one_against_rest([["a", None], [0, "b"]], "a") == [[True, None], [False, False]]


def test_one_value_against_the_rest_can_be_an_empty_set_or_zero():
    assert one_against_rest([[NONE, A]], NONE) == [[True, False]]
    assert one_against_rest([[0, 1]], 0) == [[True, False]]


def test_alpha_of_one_value_against_the_rest_worked_by_hand():
    # Section B has 6 b's among 24 values, in 4 of its 12 units; in 2 of these one observer says b, the other does not.
    figure = alpha(one_against_rest(NOMINAL, "b"))
    assert figure.value == pytest.approx(float(1 - Fraction(23 * 2 * 2, 2 * 6 * 18)), abs=1e-14)
    assert figure.uses == 4


# --- tables as numbers ---


def canonical_tally(table):
    """Return a tally in plain lists, made unit by unit."""
    judged = [[cell for cell in row if cell is not None] for row in table]
    values = sorted({cell for row in judged if len(row) > 1 for cell in row})
    rows = [tuple(sorted(map(values.index, row))) if len(row) > 1 else () for row in judged]
    kinds = sorted(set(rows) - {()})
    return values, kinds, [kinds.index(row) if row else -1 for row in rows]


@given(TABLES)
@examples
def test_a_tally_is_the_plain_one(table):
    counted = tally(table)
    assert (counted.values, counted.kinds, counted.kind_of_unit.tolist()) == canonical_tally(table)


@pytest.mark.parametrize("judges", [2, 7, 30, 90])
def test_a_tally_of_rows_too_long_for_one_number_is_the_plain_one(judges):
    table = random_table(random.Random(judges), "abcde", 200, judges, missing=0.2)
    table += [[*row[:-1], "e"] for row in table[:100]] + table[:50]
    counted = tally(table)
    assert (counted.values, counted.kinds, counted.kind_of_unit.tolist()) == canonical_tally(table)


@given(TABLES)
@examples
def test_a_table_in_numbers_has_the_same_figure(table):
    given_codes = [[-1 if cell is None else "cab".index(cell) for cell in row] for row in table]
    codes = np.array(given_codes, dtype=np.int8).reshape(len(table), -1 if table else 0)
    assert alpha(Coded("cab", codes)) == alpha(table) == alpha(coded(table))


def test_values_that_nobody_gave_change_nothing():
    codes = np.array([[0, 2], [2, 2], [0, 0]])
    assert alpha(Coded(["a", "never", "b"], codes)) == alpha([["a", "b"], ["b", "b"], ["a", "a"]])


@pytest.mark.parametrize(
    ("values", "codes", "words"),
    [
        ("ab", [0, 1], "a matrix of signed whole numbers"),
        ("ab", [[0.0, 1.0]], "a matrix of signed whole numbers"),
        ("ab", [[0, 2]], r"not in -1 \.\. 1"),
        ("ab", [[0, -2]], r"not in -1 \.\. 1"),
        ("aa", [[0, 1]], "same value"),
    ],
)
def test_what_is_no_table_in_numbers_is_refused(values, codes, words):
    with pytest.raises(ValueError, match=words):
        Coded(values, np.array(codes))


@pytest.mark.parametrize("seed", range(3))
def test_presences_are_the_present_absent_tables_of_all_labels(seed):
    chance = random.Random(seed)
    sets = [frozenset(chance.sample("abcdef", size % 4)) for size in range(12)]
    table = random_table(chance, sets, 40, 4, missing=0.3)
    for label, binary in zip("abcdefg", presences(table, "abcdefg"), strict=True):
        assert alpha(binary) == alpha(present_absent(table, label))


@pytest.mark.parametrize("table", [[], [[]], [[None, None]]])
def test_presences_without_judgements_have_no_alpha(table):
    assert [alpha(binary).undefined_because for binary in presences(table, "ab")] == [NO_PAIRS, NO_PAIRS]


def test_no_labels_no_presences():
    assert presences([[A, AB]], "") == []
