"""Card sorts: the index by hand, Cohen's kappa on pairs of codes, scikit-learn, chance, and sorts without a number."""

import random
from dataclasses import replace
from fractions import Fraction
from itertools import combinations
from math import comb

import numpy as np
import pytest
from sklearn.metrics import adjusted_rand_score

from coding.agreement import card_sorts
from coding.agreement.card_sorts import (
    ALL_APART,
    FEW_CODES,
    NO_FIGURE,
    NO_PAIR,
    NO_RANGE,
    ONE_CODER,
    ONE_PILE,
    adjusted_rand,
)

# Ten codes, piles of one coder against piles of the other: 1 1 0 / 1 2 1 / 0 0 4.
TEN = list(zip("aabbbbcccc", "xyxyyzzzzz", strict=True))


def sorts(seed, codes=30, judges=2, missing=0.0, alike=0.5):
    """Return a table of coders who follow a common order of things in so many of their placements."""
    chance = random.Random(seed)
    truths = [chance.randrange(5) for _ in range(codes)]

    def pile(truth):
        if chance.random() < missing:
            return None
        return truth if chance.random() < alike else chance.randrange(5)

    return [[pile(truth) for _ in range(judges)] for truth in truths]


def cohen_on_pairs(one, other):
    """Return Cohen's kappa of two sorts on the 2 x 2 table of pairs of codes: together or apart."""
    pairs = [(one[a] == one[b], other[a] == other[b]) for a, b in combinations(range(len(one)), 2)]
    share = [Fraction(sum(pair[coder] for pair in pairs), len(pairs)) for coder in (0, 1)]
    observed = Fraction(sum(first == second for first, second in pairs), len(pairs))
    expected = share[0] * share[1] + (1 - share[0]) * (1 - share[1])
    return (observed - expected) / (1 - expected)


def placed_by_both(table, one=0, other=1):
    pairs = [(row[one], row[other]) for row in table if row[one] is not None and row[other] is not None]
    return [first for first, _ in pairs], [second for _, second in pairs]


# --- the index ---


def test_the_index_worked_by_hand():
    # Pairs together: in both 1 + 6, in one 1 + 6 + 6, in the other 1 + 3 + 10, of 45.
    expected = Fraction(13 * 14, 45)
    index = (7 - expected) / (Fraction(13 + 14, 2) - expected)
    figure = adjusted_rand(TEN, seed=1)
    assert figure.value == pytest.approx(float(index), abs=1e-15)
    assert (figure.codes, figure.left_out, figure.coders, figure.pairs) == (10, 0, (0, 1), ())


@pytest.mark.parametrize("seed", range(20))
def test_the_index_is_cohens_kappa_on_pairs_of_codes(seed):
    # Warrens 2008, Journal of Classification 25.
    table = sorts(seed)
    kappa = cohen_on_pairs(*placed_by_both(table))
    assert adjusted_rand(table, seed=1, shuffles=100).value == pytest.approx(float(kappa), abs=1e-14)


@pytest.mark.parametrize("missing", [0.0, 0.3])
@pytest.mark.parametrize("seed", range(20))
def test_the_index_is_that_of_scikit_learn(seed, missing):
    table = sorts(seed, missing=missing)
    one, other = placed_by_both(table)
    figure = adjusted_rand(table, seed=1, shuffles=100)
    assert figure.value == pytest.approx(adjusted_rand_score(one, other), abs=1e-12)
    assert (figure.codes, figure.left_out) == (len(one), 30 - len(one))


def test_equal_sorts_under_other_names_agree_fully():
    assert adjusted_rand([["a", 1], ["a", 1], ["b", 2], ["c", "a"]], seed=1).value == 1


def test_codes_left_aside_share_no_pile():
    # Were "left aside" a pile, three codes would be together for both, and the index would be high.
    figure = adjusted_rand([["a", "x"], ["a", "y"], ["b", "y"], *[[None, None]] * 3, ["b", None]], seed=1)
    assert (figure.codes, figure.left_out) == (3, 4)
    assert figure.value == pytest.approx(-0.5, abs=1e-15)


def test_one_pile_against_many_is_no_agreement():
    assert adjusted_rand([["a", 1], ["a", 1], ["a", 2], ["a", 3]], seed=1).value == 0


# --- three or more coders ---


@pytest.mark.parametrize("missing", [0.0, 0.3])
def test_of_three_coders_it_is_the_mean_of_pairs(missing):
    table = sorts(3, judges=4, missing=missing)
    figure = adjusted_rand(table, seed=1, shuffles=100)
    alone = [adjusted_rand_score(*placed_by_both(table, *pair)) for pair in combinations(range(4), 2)]
    assert [pair.coders for pair in figure.pairs] == list(combinations(range(4), 2))
    assert [pair.value for pair in figure.pairs] == pytest.approx(alone, abs=1e-12)
    assert figure.value == pytest.approx(sum(alone) / 6, abs=1e-12)
    assert figure.range_of_pairs == pytest.approx((min(alone), max(alone)), abs=1e-12)
    assert figure.codes == sum(sum(cell is not None for cell in row) > 1 for row in table)


def test_a_pair_is_measured_as_if_it_were_alone():
    table = sorts(5, judges=3, missing=0.2)
    pair = adjusted_rand(table, seed=1).pairs[1]
    alone = adjusted_rand([[row[0], row[2]] for row in table], seed=1)
    assert pair == replace(alone, coders=(0, 2))


def test_a_pair_without_an_index_is_not_in_the_mean():
    # The first two coders placed no code in common.
    table = [[None, 1, 1], [None, 1, 1], [None, 2, 2], ["a", None, 1], ["a", None, 1], ["b", None, 2]]
    figure = adjusted_rand(table, seed=1, shuffles=100)
    assert [pair.value for pair in figure.pairs] == [None, 1, 1]
    assert figure.pairs[0].undefined_because == FEW_CODES
    assert (figure.value, figure.codes) == (1, 6)


# --- chance ---


def test_p_counts_the_shuffles_at_least_as_high_and_the_table_itself():
    # 3 + 3 codes sorted alike: 2 of the 20 ways to deal them are as high, so that p is near 2 / 20.
    figure = adjusted_rand([[pile, pile] for pile in "aaabbb"], seed=1)
    count = figure.p * 1001 - 1
    assert count == pytest.approx(round(count), abs=1e-9)
    assert figure.p == pytest.approx(0.1, abs=0.03)
    assert figure.shuffles == 1000


def test_p_is_never_zero():
    figure = adjusted_rand([[code // 5, code // 5] for code in range(40)], seed=1, shuffles=199)
    assert figure.p == 1 / 200


def exact_p(table):
    """Return the share of all ways to deal 3 of 7 codes that have an index at least as high, every way counted."""
    one = [row[0] for row in table]
    found = adjusted_rand_score(one, [row[1] for row in table])
    ways = [[int(code in chosen) for code in range(7)] for chosen in combinations(range(7), 3)]
    return sum(adjusted_rand_score(one, way) > found - 1e-9 for way in ways) / comb(7, 3)


def test_p_is_near_the_share_of_all_ways_to_deal():
    table = [["a", 1], ["a", 1], ["a", 0], ["b", 1], ["b", 0], ["c", 0], ["c", 0]]
    assert adjusted_rand(table, seed=1, shuffles=10_000).p == pytest.approx(exact_p(table), abs=0.02)


def test_for_independent_sorts_p_is_uniform():
    # 400 studies: each tenth of the range holds 40, give or take 4 standard errors of 6.
    ps = [adjusted_rand(sorts(seed, codes=60, alike=0.0), seed=seed, shuffles=199).p for seed in range(400)]
    tenths = np.histogram(ps, bins=10, range=(0, 1))[0]
    assert tenths.min() >= 16
    assert tenths.max() <= 64
    assert np.mean(np.array(ps) <= 0.05) == pytest.approx(0.05, abs=0.035)


def test_for_three_independent_sorts_with_codes_left_aside_p_is_uniform():
    tables = [sorts(seed, codes=40, judges=3, missing=0.2, alike=0.0) for seed in range(150)]
    ps = np.array([adjusted_rand(table, seed=at, shuffles=100).p for at, table in enumerate(tables)])
    assert [np.mean(ps <= share) for share in (0.1, 0.25, 0.5, 0.75)] == pytest.approx([0.1, 0.25, 0.5, 0.75], abs=0.12)


def test_for_sorts_that_follow_one_order_p_is_low():
    assert max(adjusted_rand(sorts(seed, alike=0.8), seed=1).p for seed in range(20)) < 0.01


def test_another_seed_gives_another_p():
    table = sorts(2, alike=0.1)
    assert len({adjusted_rand(table, seed=seed).p for seed in range(6)}) > 1


def test_the_deals_are_these():
    generator = np.random.PCG64(5)
    words = np.random.PCG64(5).random_raw(3 * 4).tolist()
    dealt = card_sorts.deal(np.arange(5), 3, generator).tolist()
    for deal in range(3):
        cards = list(range(5))
        for swap, last in enumerate((4, 3, 2, 1)):
            chosen = words[deal * 4 + swap] * (last + 1) >> 64
            cards[chosen], cards[last] = cards[last], cards[chosen]
        assert dealt[deal] == cards


@pytest.mark.parametrize(("judges", "missing"), [(2, 0.0), (2, 0.3), (4, 0.0), (3, 0.3)])
def test_order_and_names_change_no_digit(judges, missing):
    table = sorts(6, judges=judges, missing=missing)
    chance = random.Random(1)
    columns = list(zip(*table, strict=True))
    chance.shuffle(columns)
    renamed = [[None if cell is None else ("pile", coder, -cell) for cell in own] for coder, own in enumerate(columns)]
    rows = list(zip(*renamed, strict=True))
    chance.shuffle(rows)
    usual, again = adjusted_rand(table, seed=4), adjusted_rand(rows, seed=4)
    assert replace(again, pairs=()) == replace(usual, pairs=())


def test_the_size_of_a_block_changes_nothing(monkeypatch):
    table = sorts(6, judges=3, missing=0.2)
    usual = adjusted_rand(table, seed=4)
    monkeypatch.setattr(card_sorts, "CELLS_AT_ONCE", 1)
    assert adjusted_rand(table, seed=4) == usual


# --- one code left out ---


@pytest.mark.parametrize("judges", [2, 3])
def test_the_range_is_that_of_the_index_without_each_code(judges):
    table = sorts(8, codes=12, judges=judges, missing=0.1)
    figure = adjusted_rand(table, seed=1, shuffles=100)
    used = [row for row in table if sum(cell is not None for cell in row) > 1]
    without = [adjusted_rand(used[:at] + used[at + 1 :], seed=1, shuffles=100).value for at in range(len(used))]
    assert (figure.least, figure.greatest) == pytest.approx((min(without), max(without)), abs=1e-12)
    assert figure.least < figure.value < figure.greatest
    assert figure.undefined_without == 0


def test_a_code_without_which_there_is_no_index_is_counted_and_not_in_the_range():
    # Without the last code both coders have one pile.
    figure = adjusted_rand([["a", 1], ["a", 1], ["a", 1], ["b", 2]], seed=1)
    assert (figure.least, figure.greatest, figure.undefined_without, figure.range_because) == (1, 1, 1, "")


def test_where_no_code_can_be_left_out_there_is_no_range():
    figure = adjusted_rand([["a", 1], ["a", 2]], seed=1)
    assert (figure.value, figure.least, figure.range_because, figure.undefined_without) == (0, None, NO_RANGE, 2)


# --- no number ---


@pytest.mark.parametrize(
    ("table", "because"),
    [
        ([["a", 1], ["a", 1], ["a", 1]], ONE_PILE),
        ([["a", 1], ["b", 2], ["c", 3]], ALL_APART),
        ([["a", 1], ["a", None], [None, 1]], FEW_CODES),
        ([["a", None], [None, 1]], FEW_CODES),
        ([["a"], ["b"]], ONE_CODER),
        ([["a", 1, 1], ["a", 1, 1]], NO_PAIR),
        ([], ONE_CODER),
        ([[]], ONE_CODER),
    ],
)
def test_sorts_without_an_index_say_why(table, because):
    figure = adjusted_rand(table, seed=1)
    assert (figure.value, figure.undefined_because) == (None, because)
    assert (figure.p, figure.p_because, figure.least, figure.range_because) == (None, NO_FIGURE, None, NO_FIGURE)
    assert (figure.shuffles, figure.range_of_pairs) == (0, None)


@pytest.mark.parametrize(
    ("table", "shuffles", "words"),
    [
        ([["a", 1], ["a"]], 1000, "differ in length"),
        ([["a", float("nan")]], 1000, "NaN is no pile"),
        (TEN, 99, "99 shuffles are too few"),
    ],
)
def test_what_is_no_table_or_no_test_is_refused(table, shuffles, words):
    with pytest.raises(ValueError, match=words):
        adjusted_rand(table, seed=1, shuffles=shuffles)
