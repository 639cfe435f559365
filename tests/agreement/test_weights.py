"""Agreement weights: published matrices (Gwet 2014), values in any order, and what is refused."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given as drawn
from hypothesis import settings
from hypothesis import strategies as st

from coding.agreement.weights import checked, given, identity, linear, ordinal, quadratic, radical, ratio

NUMERIC = [linear, quadratic, ordinal, radical, ratio]
NUMBERS = st.lists(st.integers(0, 40), min_size=1, max_size=7, unique=True)


def upper(weights):
    """Return the three weights of 1 with 2, 1 with 3 and 2 with 3."""
    return [round(weights[pair], 7) for pair in ((0, 1), (0, 2), (1, 2))]


# For the values 1, 2, 3: vignette "weighting" of K. Gwet's R package irrCAC 1.0; ratio: the tests of its Python port
# (0.556 and 0.84), by hand 1 - (1/3)^2 / (1/2)^2 and 1 - (1/5)^2 / (1/2)^2.
@pytest.mark.parametrize(
    ("weights", "published"),
    [
        (identity, [0, 0, 0]),
        (linear, [0.5, 0, 0.5]),
        (quadratic, [0.75, 0, 0.75]),
        (ordinal, [0.6666667, 0, 0.6666667]),
        (radical, [0.2928932, 0, 0.2928932]),
        (ratio, [round(float(Fraction(5, 9)), 7), 0, 0.84]),
    ],
)
def test_the_matrices_of_gwet_for_three_values(weights, published):
    assert upper(weights([1, 2, 3])) == published


def test_four_values_a_step_and_a_leap_by_hand():
    # 1, 2, 4: range 3; ordinal sees only the order.
    assert upper(linear([1, 2, 4])) == [0.6666667, 0, 0.3333333]
    assert upper(quadratic([1, 2, 4])) == [0.8888889, 0, 0.5555556]
    assert upper(ordinal([1, 2, 4])) == [0.6666667, 0, 0.6666667]
    assert ordinal([1, 2, 3, 4])[0].tolist() == pytest.approx([1, 5 / 6, 3 / 6, 0], abs=1e-15)


@pytest.mark.parametrize("weights", NUMERIC)
def test_texts_are_sorted_as_numbers_and_not_as_letters(weights):
    assert np.array_equal(weights(["10", "9", "2"]), weights([10, 9, 2]))
    assert weights(["10", "9", "2"])[0, 1] > weights(["10", "9", "2"])[0, 2]


@drawn(NUMBERS, st.randoms(use_true_random=False))
@settings(database=None, deadline=None, derandomize=True, max_examples=25)
@pytest.mark.parametrize("weights", [identity, *NUMERIC])
def test_weights_follow_the_values_in_any_order_and_fall_with_distance(weights, numbers, chance):
    order = sorted(numbers)
    matrix = weights(order)
    assert np.array_equal(checked(matrix), matrix)
    assert np.array_equal(matrix == 1, np.eye(len(order), dtype=bool))
    assert all(np.all(np.diff(row[at:]) <= 0) for at, row in enumerate(matrix))
    mixed = chance.sample(range(len(order)), len(order))
    assert np.array_equal(weights([order[at] for at in mixed]), matrix[np.ix_(mixed, mixed)])


@pytest.mark.parametrize("weights", [identity, *NUMERIC])
def test_one_value_agrees_with_itself_and_none_make_an_empty_matrix(weights):
    assert weights([3]).tolist() == [[1]]
    assert weights([0]).tolist() == [[1]]
    assert weights([]).shape == (0, 0)


def test_ratio_weights_take_zero_which_agrees_with_itself_alone():
    # (0, 1) and (0, 3) are both as far apart as can be; (1, 3): 1 - (2/4)^2 / 1.
    assert upper(ratio([0, 1, 3])) == [0, 0, 0.75]


@pytest.mark.parametrize("value", ["often", "", None, float("nan"), "nan", float("inf"), frozenset("a")])
@pytest.mark.parametrize("weights", NUMERIC)
def test_what_is_no_number_is_refused(weights, value):
    with pytest.raises(ValueError, match=r"is no number.*Number the values"):
        weights([1, value])


@pytest.mark.parametrize("weights", NUMERIC)
def test_one_number_written_in_two_ways_is_refused(weights):
    with pytest.raises(ValueError, match="same number"):
        weights(["1", "1.0", "2"])


def test_ratio_weights_refuse_a_number_below_zero():
    with pytest.raises(ValueError, match="0 or more, and -1 is less"):
        ratio([-1, 2])


def test_identity_takes_any_values():
    assert identity(["often", frozenset("a")]).tolist() == [[1, 0], [0, 1]]


def test_a_matrix_of_ones_own_is_looked_up_by_value():
    weights = given(["low", "mid", "high"], [[1, 0.8, 0], [0.8, 1, 0.3], [0, 0.3, 1]])
    assert weights(["high", "low", "mid"]).tolist() == [[1, 0, 0.3], [0, 1, 0.8], [0.3, 0.8, 1]]
    assert weights([]).shape == (0, 0)


@pytest.mark.parametrize(
    ("values", "matrix", "words"),
    [
        ("ab", [[1, 0.5], [0.4, 1]], "symmetric"),
        ("ab", [[1, 0.5], [0.5, 0.9]], "symmetric matrix with 1"),
        ("ab", [[1, float("nan")], [float("nan"), 1]], "symmetric"),
        ("ab", [[1, 1.5], [1.5, 1]], "between 0"),
        ("ab", [[1, -0.1], [-0.1, 1]], "between 0"),
        ("ab", [[1, 0.5]], "2 rows"),
        ("ab", [[1, 0.5], [0.5]], "2 rows"),
        ("aa", [[1, 0.5], [0.5, 1]], "listed twice"),
    ],
)
def test_a_matrix_that_holds_no_weights_is_refused(values, matrix, words):
    with pytest.raises(ValueError, match=words):
        given(values, matrix)


def test_a_value_without_a_weight_is_refused():
    with pytest.raises(ValueError, match="no weight for the value 'c'"):
        given("ab", [[1, 0.5], [0.5, 1]])("abc")
