"""A nominal alpha of codes or categories without a bootstrap: a permutation test, and the leave-one-out range.

A code and its copy always share a place, so that drawing codes again would make random sorts look agreed (method.md).
Instead each coder's values, with their numbers kept, are dealt anew among the units that this coder judged; and one
unit at a time is left out.
"""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from itertools import combinations
from math import lcm

import numpy as np

from coding.agreement.alpha import Coded, Ints, alpha, coded, tally
from coding.agreement.card_sorts import LEAST_SHUFFLES, shuffled
from coding.agreement.distances import nominal
from coding.agreement.influence import rises

NO_FIGURE = "The figure itself is not defined."
NO_RANGE = "No range: without any one unit the figure is not defined."


@dataclass(frozen=True, kw_only=True)
class Permuted:
    """Say how an alpha stands to chance, and how much hangs on one unit.

    p               (1 + shuffles with an alpha at least as high) / (1 + shuffles), or None; then `p_because`
    least, greatest the range of alpha when one unit at a time is left out, or None; then `range_because`
    """

    p: float | None = None
    p_because: str = NO_FIGURE
    least: float | None = None
    greatest: float | None = None
    range_because: str = NO_FIGURE
    shuffles: int = 0
    seed: int = 0


def permuted(table: Sequence[Sequence[Hashable | None]], *, seed: int, shuffles: int = 1000) -> Permuted:
    """Test the nominal alpha of a table (units x coders, None = not judged); `shuffles`: at least 100.

    Neither the order of units nor that of coders changes a digit. Raise ValueError for what `alpha` refuses.
    """
    if shuffles < LEAST_SHUFFLES:
        raise ValueError(f"{shuffles} shuffles are too few for a test: make {LEAST_SHUFFLES} or more.")
    value = alpha(table).value
    if value is None:
        return Permuted(seed=seed)
    codes = _pairable(coded(table))
    # Every shuffle uses each value as often as the coders did, so that alpha is higher where less is observed.
    observed = _apart(codes[np.newaxis])[0]
    high = np.count_nonzero(_apart(shuffled(codes, shuffles, seed)) <= observed)
    without = [value + rise for rise in rises(table, nominal) if rise is not None]
    return Permuted(
        p=(1 + int(high)) / (1 + shuffles), p_because="", least=min(without, default=None),
        greatest=max(without, default=None), range_because="" if without else NO_RANGE, shuffles=shuffles, seed=seed,
    )  # fmt: skip


def _pairable(given: Coded) -> Ints:
    """Return the units that two coders judged, as codes whose numbers do not depend on the order of the table."""
    values = tally(given).values
    place = {value: at for at, value in enumerate(values)}
    new_code = np.array([*(place.get(value, -1) for value in given.values), -1])
    codes: Ints = new_code[given.codes[np.count_nonzero(given.codes >= 0, axis=1) > 1]]
    return codes


def _apart(samples: Ints) -> Ints:
    """Return for each sample (samples x units x coders) the observed disagreement, in whole numbers."""
    judges = np.count_nonzero(samples[0] >= 0, axis=1)
    scale = lcm(*(int(count) - 1 for count in judges))
    apart = np.zeros(samples.shape[:2], dtype=np.int64)
    for one, other in combinations(range(samples.shape[2]), 2):
        left, right = samples[:, :, one], samples[:, :, other]
        apart += (left >= 0) & (right >= 0) & (left != right)
    # A shuffle keeps who judged which unit, in another order of units.
    weights = scale // (np.count_nonzero(samples >= 0, axis=2) - 1)
    total: Ints = (apart * weights).sum(axis=1)
    return total
