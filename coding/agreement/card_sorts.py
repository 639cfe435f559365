"""The adjusted Rand index: how alike coders sorted the same codes into piles of their own.

A table is codes x coders: one row per code, one cell per coder, the name of the pile that the coder put the code into,
None where the coder left it aside. Piles of different coders have nothing to do with each other, whatever their names.
A code left aside is missing: it shares no pile with others left aside.

Over the n codes that both placed, with n_ij codes in pile i of one and pile j of the other (Hubert & Arabie 1985,
Journal of Classification 2; C(x) = x (x - 1) / 2):

    index = (sum C(n_ij) - E) / ((sum C(n_i.) + sum C(n_.j)) / 2 - E),   E = sum C(n_i.) sum C(n_.j) / C(n)

For two coders this is Cohen's kappa on the table of pairs of codes, together or apart (Warrens 2008, Journal of
Classification 25). There is no bootstrap over codes, since a code and its copy always share a pile and random sorts
would look agreed: there is a permutation test, and the range when one code at a time is left out.
"""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from math import fsum, isnan, nan

import numpy as np

from coding.agreement.alpha import Codes, Ints, coded
from coding.agreement.bootstrap import positions
from coding.agreement.distances import Floats

LEAST_SHUFFLES = 100
CELLS_AT_ONCE = 2**21
ROUNDING = 1e-12  # indices that differ by less are equal

ONE_CODER = "Not defined: fewer than two coders sorted codes."
FEW_CODES = "Not defined: fewer than two codes were placed by both coders."
ONE_PILE = "Not defined: both coders put all the codes into one pile."
ALL_APART = "Not defined: both coders kept all the codes apart."
NO_PAIR = "Not defined: no pair of coders has an index of its own."
NO_RANGE = "No range: without any one code the index is not defined."
NO_FIGURE = "The index itself is not defined."


@dataclass(frozen=True, kw_only=True)
class CardSorts:
    """Say one adjusted Rand index, what it rests on, and why a number is absent.

    value               the index of two coders, or the mean of those of all pairs that have one, or None; then
                        `undefined_because` is a sentence, otherwise ''
    coders              positions of the columns that it is about
    codes, left_out     codes placed by both coders (of three or more: by at least two), and the rest of the table
    p                   (1 + shuffles with an index at least as high) / (1 + shuffles), or None; then `p_because`
    least, greatest     the range of `value` when one code at a time is left out, or None; then `range_because`
    undefined_without   codes without which alone it is not defined: not in the range
    pairs               the same for each pair of coders where there are three or more, otherwise empty
    """

    value: float | None
    undefined_because: str
    coders: tuple[int, ...]
    codes: int
    left_out: int
    seed: int
    shuffles: int = 0
    p: float | None = None
    p_because: str = NO_FIGURE
    least: float | None = None
    greatest: float | None = None
    range_because: str = NO_FIGURE
    undefined_without: int = 0
    pairs: "tuple[CardSorts, ...]" = ()

    @property
    def range_of_pairs(self) -> tuple[float, float] | None:
        """Return the lowest and the highest index of a pair, None where no pair has one or there is but one pair."""
        values = [pair.value for pair in self.pairs if pair.value is not None]
        return (min(values), max(values)) if values else None


def adjusted_rand(table: Sequence[Sequence[Hashable | None]], *, seed: int, shuffles: int = 1000) -> CardSorts:
    """Return the adjusted Rand index of a table (codes x coders, None = left aside); of three or more coders the mean.

    `shuffles`: at least 100. `seed`: 0 or more. Neither the names of piles nor the order of codes changes a digit.
    Raise ValueError for rows of unequal length, NaN, too few shuffles, and a negative seed.
    """
    if shuffles < LEAST_SHUFFLES:
        raise ValueError(f"{shuffles} shuffles are too few for a test: make {LEAST_SHUFFLES} or more.")
    given = coded(table)
    if any(value != value for value in given.values):
        raise ValueError("NaN is no pile: use None where a coder left the code aside.")
    coders = tuple(range(given.codes.shape[1]))
    pairs = tuple(_tested(_of_pair(given.codes, pair, seed), given.codes, shuffles) for pair in combinations(coders, 2))
    if len(pairs) == 1:
        return pairs[0]
    return _tested(_of_pairs(given.codes, coders, pairs, seed), given.codes, shuffles)


def _of_pair(codes: Codes, coders: tuple[int, ...], seed: int) -> CardSorts:
    """Return the index of two coders, without a test."""
    piles = _own_piles(codes, coders)
    value = float(_mean_index(piles[np.newaxis])[0])
    return _sorts(value, _undefined_because(piles), coders, codes, piles, seed)


def _of_pairs(codes: Codes, coders: tuple[int, ...], pairs: tuple[CardSorts, ...], seed: int) -> CardSorts:
    """Return the mean of the pairs' indices, without a test; the same to the last digit in any order of pairs."""
    values = [pair.value for pair in pairs if pair.value is not None]
    value = fsum(values) / len(values) if values else nan
    because = NO_PAIR if pairs else ONE_CODER
    return replace(_sorts(value, because, coders, codes, _own_piles(codes, coders), seed), pairs=pairs)


def _sorts(value: float, because: str, coders: tuple[int, ...], codes: Codes, piles: Ints, seed: int) -> CardSorts:
    return CardSorts(
        value=None if isnan(value) else value,
        undefined_because=because if isnan(value) else "",
        coders=coders,
        codes=len(piles),
        left_out=len(codes) - len(piles),
        seed=seed,
    )


def _tested(found: CardSorts, codes: Codes, shuffles: int) -> CardSorts:
    """Put the permutation test and the leave-one-out range on an index that is defined."""
    if found.value is None:
        return found
    piles = _own_piles(codes, found.coders)
    drawn, without = _mean_index(shuffled(piles, shuffles, found.seed)), _mean_index(_one_left_out(piles))
    high = np.count_nonzero(~(drawn < found.value - ROUNDING))  # where a shuffle has no index, against the coders
    known = without[~np.isnan(without)]
    tested = replace(
        found,
        shuffles=shuffles,
        p=(1 + high) / (1 + shuffles),
        p_because="",
        range_because="" if len(known) else NO_RANGE,
        undefined_without=len(without) - len(known),
    )
    return replace(tested, least=float(known.min()), greatest=float(known.max())) if len(known) else tested


def _own_piles(codes: Codes, coders: tuple[int, ...]) -> Ints:
    """Return the codes (rows) that two or more of the coders placed, piles of each numbered from the largest, or -1."""
    piles: Ints = codes[:, list(coders)].astype(np.int64)
    piles = piles[np.count_nonzero(piles >= 0, axis=1) > 1]
    for column in piles.T:
        sizes = np.bincount(column[column >= 0])
        rank = np.empty(len(sizes) + 1, dtype=np.int64)
        rank[np.argsort(-sizes, kind="stable")], rank[-1] = np.arange(len(sizes)), -1
        column[:] = rank[column]
    return piles


def _undefined_because(piles: Ints) -> str:
    if len(piles) < 2:
        return FEW_CODES
    return ALL_APART if piles.max() else ONE_PILE


def _mean_index(samples: Ints) -> Floats:
    """Return the mean index of the pairs that have one, for each sample (samples x codes x coders); NaN for none."""
    pairs = combinations(range(samples.shape[2]), 2)
    values = np.array([_index(samples[:, :, one], samples[:, :, other]) for one, other in pairs])
    with np.errstate(invalid="ignore"):
        mean: Floats = np.nansum(np.sort(values, axis=0), axis=0) / (~np.isnan(values)).sum(axis=0)
    return mean


def _index(one: Ints, other: Ints) -> Floats:
    """Return the index of two coders for each sample (samples x codes); NaN where it is not defined."""
    width = int(other.max(initial=0)) + 1
    cells = (int(one.max(initial=0)) + 1) * width
    joint = np.where((one >= 0) & (other >= 0), one * width + other, cells)
    step = max(1, CELLS_AT_ONCE // (cells + 1))
    blocks = [joint[start : start + step] for start in range(0, len(joint), step)]
    return np.concatenate([_index_of_counts(_counts(block, cells).reshape(len(block), -1, width)) for block in blocks])


def _counts(joint: Ints, cells: int) -> Ints:
    """Return how often each row (samples x codes) holds each number below `cells` (samples x cells)."""
    apart = joint + np.arange(len(joint))[:, np.newaxis] * (cells + 1)
    counts: Ints = np.bincount(apart.ravel(), minlength=len(joint) * (cells + 1)).reshape(len(joint), -1)
    return counts[:, :cells]


def _index_of_counts(counts: Ints) -> Floats:
    """Return the index for each table of counts (samples x piles of one x piles of the other), in whole numbers."""
    both = _pairs(counts).sum(axis=(1, 2))
    one, other = _pairs(counts.sum(axis=2)).sum(axis=1), _pairs(counts.sum(axis=1)).sum(axis=1)
    every = _pairs(counts.sum(axis=(1, 2)))
    with np.errstate(invalid="ignore"):
        index: Floats = 2 * (every * both - one * other) / (every * (one + other) - 2 * one * other)
    return index


def _pairs(sizes: Ints) -> Ints:
    return sizes * (sizes - 1) // 2


def _one_left_out(piles: Ints) -> Ints:
    """Return as many samples as codes, each without one of them."""
    samples = np.repeat(piles[np.newaxis], len(piles), axis=0)
    samples[np.arange(len(piles)), np.arange(len(piles))] = -1
    return samples


def shuffled(piles: Ints, shuffles: int, seed: int) -> Ints:
    """Return samples in which each coder's piles, sizes kept, are dealt anew among the codes that the coder placed.

    What is dealt depends on sizes and on which codes are missing, in an order made from these alone.
    """
    generator = np.random.PCG64(seed)
    placed = piles[:, _order_of_coders(piles)] >= 0
    placed, dealt = placed[np.lexsort(placed.T)], np.sort(piles[:, _order_of_coders(piles)], axis=0)
    samples = np.full((shuffles, *piles.shape), -1, dtype=np.int64)
    for coder, here in enumerate(placed.T):
        cards = dealt[dealt[:, coder] >= 0, coder]
        samples[:, here, coder] = deal(cards, shuffles, generator)
    return samples


def _order_of_coders(piles: Ints) -> list[int]:
    judges = np.count_nonzero(piles >= 0, axis=1)
    keys = [(np.bincount(own[own >= 0]).tolist(), np.sort(judges[own >= 0]).tolist()) for own in piles.T]
    return sorted(range(len(keys)), key=keys.__getitem__)


def deal(cards: Ints, shuffles: int, generator: np.random.PCG64) -> Ints:
    """Return the cards in as many random orders (Fisher & Yates; Durstenfeld 1964), a word of chance for each swap."""
    orders = np.repeat(cards[np.newaxis], shuffles, axis=0)
    words = generator.random_raw(shuffles * max(0, len(cards) - 1)).reshape(shuffles, -1)
    every = np.arange(shuffles)
    for last, word in zip(range(len(cards) - 1, 0, -1), words.T, strict=True):
        chosen = positions(word, last + 1)
        orders[every, chosen], orders[:, last] = orders[:, last].copy(), orders[every, chosen]
    return orders
