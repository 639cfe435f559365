"""Distances: pairs worked by hand (Passonneau 2004, 2006; Jaccard), and what every distance must keep."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nltk.metrics.distance import jaccard_distance, masi_distance

from coding.agreement.distances import jaccard, masi, nominal, passonneau_2004, set_equality

SETS = st.lists(st.frozensets(st.sampled_from("abcdef")), min_size=1, max_size=8, unique=True)
PAIRS = [  # one set, the other, 1 - J * M, 1 - J
    ("", "", Fraction(0), Fraction(0)),
    ("", "a", Fraction(1), Fraction(1)),
    ("a", "a", Fraction(0), Fraction(0)),
    ("a", "b", Fraction(1), Fraction(1)),
    ("a", "ab", 1 - Fraction(1, 2) * Fraction(2, 3), Fraction(1, 2)),
    ("a", "abc", 1 - Fraction(1, 3) * Fraction(2, 3), Fraction(2, 3)),
    ("ab", "bc", 1 - Fraction(1, 3) * Fraction(1, 3), Fraction(2, 3)),
    ("abc", "bcd", 1 - Fraction(2, 4) * Fraction(1, 3), Fraction(1, 2)),
]
OF_2004 = [  # Passonneau 2004: equal, one within the other, some shared, none shared; empty sets as in MASI
    ("", "", 0), ("a", "a", 0), ("a", "ab", 1 / 3), ("abc", "a", 1 / 3), ("ab", "bc", 2 / 3), ("abc", "bcd", 2 / 3),
    ("a", "b", 1), ("ab", "cd", 1), ("", "a", 1), ("ab", "", 1),
]  # fmt: skip


def between(distance, one, other):
    return distance([frozenset(one), frozenset(other)])[0, 1]


@pytest.mark.parametrize(("one", "other", "expected", "_"), PAIRS)
def test_masi_of_pairs_worked_by_hand(one, other, expected, _):
    assert between(masi, one, other) == pytest.approx(float(expected), abs=1e-15)


@pytest.mark.parametrize(("one", "other", "_", "expected"), PAIRS)
def test_jaccard_of_pairs_worked_by_hand(one, other, _, expected):
    assert between(jaccard, one, other) == pytest.approx(float(expected), abs=1e-15)


@pytest.mark.parametrize(("one", "other", "expected"), OF_2004)
def test_passonneau_2004_knows_four_distances(one, other, expected):
    assert between(passonneau_2004, one, other) == expected


@pytest.mark.parametrize(("one", "other"), [("", ""), ("ab", "ba")])
def test_equal_sets_are_at_no_distance(one, other):
    assert [between(distance, one, other) for distance in (masi, jaccard, passonneau_2004)] == [0, 0, 0]


def test_set_equality_sees_no_overlap():
    assert set_equality([frozenset("ab"), frozenset("abc"), frozenset()]).tolist() == [[0, 1, 1], [1, 0, 1], [1, 1, 0]]


def test_nominal_is_one_off_the_diagonal():
    assert nominal(["x", 1, False]).tolist() == [[0, 1, 1], [1, 0, 1], [1, 1, 0]]


@pytest.mark.parametrize("distance", [masi, jaccard, passonneau_2004, set_equality, nominal])
def test_no_values_make_an_empty_matrix(distance):
    assert distance([]).shape == (0, 0)


@pytest.mark.parametrize("distance", [masi, jaccard, passonneau_2004, set_equality])
def test_set_distances_refuse_text_which_would_be_a_set_of_letters(distance):
    with pytest.raises(TypeError, match="no frozenset"):
        distance([frozenset("a"), "a"])


@given(SETS)
@settings(database=None, deadline=None, derandomize=True)
@pytest.mark.parametrize("distance", [masi, jaccard, passonneau_2004, set_equality])
def test_distances_are_symmetric_between_0_and_1_and_0_only_between_equals(distance, sets):
    delta = distance(sets)
    assert np.array_equal(delta, delta.T)
    assert delta.min() >= 0
    assert delta.max() <= 1
    assert np.array_equal(delta == 0, np.eye(len(sets), dtype=bool))


@given(SETS)
@settings(database=None, deadline=None, derandomize=True)
@pytest.mark.parametrize(("ours", "theirs"), [(masi, masi_distance), (jaccard, jaccard_distance)])
def test_distances_equal_nltk_where_not_both_are_empty(ours, theirs, sets):
    # NLTK divides by zero for two empty sets; here the values are distinct, so that only the diagonal is left out.
    delta = ours(sets)
    for row, one in enumerate(sets):
        for column, other in enumerate(sets):
            if row != column:
                assert delta[row, column] == pytest.approx(theirs(one, other), abs=1e-14)
