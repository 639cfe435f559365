"""A nominal alpha of codes: its permutation test and its range without one unit."""

from itertools import permutations
from random import Random

import pytest

from coding.agreement.alpha import alpha
from coding.agreement.permuted import permuted

SORTS = [["a", "a"], ["a", "b"], ["b", "b"], ["c", "c"], ["c", "a"]]


def test_p_is_near_that_of_all_the_ways_to_deal():
    ours, theirs = zip(*SORTS, strict=True)
    ways = [alpha(list(map(list, zip(ours, dealt, strict=True)))).value for dealt in permutations(theirs)]
    exact = sum(one >= alpha(SORTS).value - 1e-12 for one in ways) / len(ways)
    assert permuted(SORTS, seed=3, shuffles=4000).p == pytest.approx(exact, abs=0.03)


def test_p_of_independent_sorts_is_spread_evenly():
    chance, found = Random(5), []
    for seed in range(200):
        table = [[chance.choice("abcdef") for _ in range(3)] for _ in range(20)]
        found.append(permuted(table, seed=seed, shuffles=100).p)
    for share in (0.1, 0.25, 0.5, 0.75):
        assert sum(one <= share for one in found) / len(found) == pytest.approx(share, abs=0.11)


def test_full_agreement_has_the_least_p():
    found = permuted([[one, one, one] for one in "aabbccddee"], seed=1)
    assert (found.p, found.least, found.greatest) == (1 / 1001, 1.0, 1.0)


def test_the_range_is_that_of_alpha_without_one_unit():
    without = [alpha(SORTS[:at] + SORTS[at + 1 :]).value for at in range(len(SORTS))]
    found = permuted(SORTS, seed=1)
    assert (found.least, found.greatest) == (pytest.approx(min(without)), pytest.approx(max(without)))


def test_no_order_and_no_other_names_change_a_digit():
    table = [["a", "a", None], ["a", "b", "b"], ["b", None, "b"], ["c", "c", "a"], [None, "a", "a"]]
    told = permuted(table, seed=9)
    assert permuted(table[::-1], seed=9) == told
    assert permuted([row[::-1] for row in table], seed=9) == told
    renamed = {"a": "x", "b": "y", "c": "z", None: None}
    assert permuted([[renamed[cell] for cell in row] for row in table], seed=9) == told


def test_without_a_figure_there_is_no_test():
    found = permuted([["a", "a"], ["a", "a"]], seed=1)
    assert (found.p, found.least, found.p_because) == (None, None, "The figure itself is not defined.")


def test_too_few_shuffles_are_refused():
    with pytest.raises(ValueError, match="too few for a test"):
        permuted(SORTS, seed=1, shuffles=99)
