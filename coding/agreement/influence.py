"""How much alpha rises when one unit alone is left out: which disagreements weigh most."""

from math import isfinite

import numpy as np

from coding.agreement.alpha import Ints, Profile, Table, alphas, profile, tally
from coding.agreement.distances import Distance, Floats, V

CELLS_AT_ONCE = 2**20
NOTHING = 1e-9  # what subtracting leaves of a sum that is 0; distances are far larger


def rises(table: Table[V], distance: Distance[V]) -> list[float | None]:
    """Return for each unit of a table (units x coders, None = not judged) alpha without it less alpha with it.

    Recomputed from the sums of all other units, not approximated; may be negative. None where the unit is in no
    pair, and where either alpha is not defined. Raise ValueError for what `alpha` refuses.
    """
    counted = tally(table)
    if not counted.kinds:
        return [None] * len(table)
    delta = counted.distance_matrix(distance)
    sums = profile(counted, delta)
    amounts = sums.amount * counted.times()[sums.row]
    whole: Floats = np.bincount(sums.column, weights=amounts, minlength=sums.columns).astype(np.float64)
    before = float(alphas(whole[np.newaxis], delta, sums.judges)[0])
    size = max(1, CELLS_AT_ONCE // sums.columns)
    blocks = [np.arange(start, min(start + size, len(counted.kinds))) for start in range(0, len(counted.kinds), size)]
    after = np.concatenate([alphas(_without(whole, sums, kinds), delta, sums.judges) for kinds in blocks])
    rise = [one - before if isfinite(one - before) else None for one in after.tolist()]
    return [None if kind < 0 else rise[kind] for kind in counted.kind_of_unit]


def _without(whole: Floats, sums: Profile, kinds: Ints) -> Floats:
    """Return the totals (kinds x columns) less one unit of each of these kinds, which follow one another."""
    here = (sums.row >= kinds[0]) & (sums.row <= kinds[-1])
    left: Floats = np.repeat(whole[np.newaxis], len(kinds), axis=0)
    np.subtract.at(left, (sums.row[here] - kinds[0], sums.column[here]), sums.amount[here])
    return np.where(np.abs(left) < NOTHING, 0.0, left)
