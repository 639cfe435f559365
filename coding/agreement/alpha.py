"""Krippendorff's alpha for any values and any distance, with what was counted and what was left out.

A table is units x coders: one row per unit, one cell per coder, None where the coder did not judge the unit. None is
the only missing value: False, 0, "" and the empty set are judgements.

alpha = 1 - Do / De (Krippendorff 2004, Content Analysis, 2nd ed., ch. 11; Krippendorff 2011, Computing Krippendorff's
Alpha-Reliability). Over pairable units u with m_u values, n values in all and n_c uses of value c:

    n Do        = sum over u of (sum of distances over ordered pairs of values in u) / (m_u - 1)
    n (n-1) De  = sum over c, k of n_c n_k distance(c, k)

Everything is put in a canonical order before it is summed, so the order of units and of coders changes no digit.
Memory grows with the square of the number of distinct values: for many labels use one `present_absent` table each.
"""

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from itertools import chain
from math import fsum, isnan
from typing import Any

import numpy as np
from numpy.typing import NDArray

from coding.agreement.distances import Distance, Floats, V, nominal

Ints = NDArray[np.int64]
Table = Sequence[Sequence[V | None]]

NO_PAIRS = "Not defined: no unit was judged by two coders."
NO_VARIATION = "Not defined: every coder used the same value."
NO_DISTANCE = "Not defined: the distance between all the values used is 0."


@dataclass(frozen=True, kw_only=True)
class Figure:
    """Say one coefficient, what it rests on, and why a number is absent.

    value               alpha, or None; then `undefined_because` is a sentence, otherwise ''
    agreement           mean over units of the share of coder pairs with identical values (for sets: identical sets)
    closeness           mean over units of 1 - mean distance of coder pairs; equals `agreement` for a nominal distance
    units, left_out     units judged by at least two coders, and the rest of the table
    coders, pairable    coders who judged any of these units, and their judgements of them
    uses                present/absent tables: units where at least one coder said present; otherwise None
    low, high           bounds of the 95 % interval, or None; then `interval_because` is a sentence, otherwise ''
    caution             a sentence where the interval is likely too narrow, otherwise ''
    standard_error      analytic standard error where the coefficient has one (its docstring names it), otherwise None
    events              events with at least one unit in the figure; None where no interval was asked for
    resamples, dropped  resamples drawn, and those of them left out because they had no variation
    """

    value: float | None
    undefined_because: str
    agreement: float | None
    closeness: float | None
    units: int
    coders: int
    pairable: int
    left_out: int
    uses: int | None = None
    low: float | None = None
    high: float | None = None
    interval_because: str = "No interval was asked for."
    caution: str = ""
    standard_error: float | None = None
    events: int | None = None
    resamples: int = 0
    dropped: int = 0
    seed: int | None = None


@dataclass(frozen=True)
class Tally:
    """Hold a table in canonical order.

    `values`: the distinct values of pairable units. `kinds`: the distinct rows of pairable units, each as sorted codes
    (positions in `values`), in order. `kind_of_unit`: for each unit of the table its position in `kinds`, -1 where
    fewer than two coders judged it. `coders`: coders who judged at least one pairable unit.
    """

    values: list[Any]
    kinds: list[tuple[int, ...]]
    kind_of_unit: list[int]
    coders: int

    def distance_matrix(self, distance: Distance[Any]) -> Floats:
        """Return the distances between `values`; raise ValueError unless symmetric with 0 diagonal."""
        delta = distance(self.values)
        if delta.shape != (len(self.values),) * 2 or not np.array_equal(delta, delta.T) or delta.diagonal().any():
            raise ValueError("A distance is a square, symmetric matrix with 0 from each value to itself. Mend it.")
        return delta

    def times(self) -> Ints:
        """Return how many units there are of each kind."""
        return np.bincount([kind for kind in self.kind_of_unit if kind >= 0], minlength=len(self.kinds))

    def judges(self) -> Ints:
        """Return how many coders judged a unit of each kind."""
        return np.array([len(kind) for kind in self.kinds], dtype=np.int64)

    def runs(self) -> tuple[Ints, Ints, Ints]:
        """Return flat (kind, code, uses of this value in a unit of this kind), sorted by kind, then code."""
        flat = np.fromiter(chain.from_iterable(self.kinds), dtype=np.int64)
        owner = np.repeat(np.arange(len(self.kinds)), self.judges())
        keys, uses = np.unique(owner * len(self.values) + flat, return_counts=True)
        kind, code = np.divmod(keys, len(self.values))
        return kind, code, uses


@dataclass(frozen=True)
class Profile:
    """Hold the sums that alpha needs as a sparse matrix, sorted by row, one row per kind of unit.

    Column c < values: uses of value c. Column values + i: sum of distances over the (unordered) pairs of coders, if
    `judges[i]` coders judged the unit, otherwise 0. Both add up over units, and are whole numbers if distances are.
    """

    row: Ints
    column: Ints
    amount: Floats
    judges: Floats
    columns: int


def alpha(table: Table[V], distance: Distance[V] = nominal) -> Figure:
    """Return Krippendorff's alpha of a table (units x coders, None = not judged), without an interval.

    Values are text, numbers, booleans or frozensets of these. `distance` must not depend on how often values occur.
    Raise ValueError for rows of unequal length, for NaN, and for a distance that is not symmetric with 0 diagonal.
    """
    counted = tally(table)
    return figure_of(counted, counted.distance_matrix(distance))


def present_absent(table: Table[frozenset[V]], label: V) -> list[list[bool | None]]:
    """Return the table of one label: True where a coder's set holds it, False where not, None where not judged."""
    return [[None if labels is None else label in labels for labels in row] for row in table]


def tally(table: Table[V]) -> Tally:
    """Count a table (units x coders, None = not judged); raise ValueError for unequal rows and for NaN."""
    if len({len(row) for row in table}) > 1:
        raise ValueError("The rows of the table differ in length: give every coder a cell, None where not judged.")
    judged = [[value for value in row if value is not None] for row in table]
    values = canonical({value for row in judged if len(row) > 1 for value in row})
    code = {value: at for at, value in enumerate(values)}
    rows = [tuple(sorted([code[value] for value in row])) if len(row) > 1 else () for row in judged]
    kinds = sorted(set(rows) - {()})
    place = {kind: at for at, kind in enumerate(kinds)}
    return Tally(values, kinds, [place.get(row, -1) for row in rows], _coders(table, rows))


def canonical(values: Iterable[V]) -> list[V]:
    """Sort values of any kinds in an order that depends on nothing but the values; raise ValueError for NaN."""
    found = sorted(values, key=_key)
    if any(value != value for value in found):
        raise ValueError("NaN is no value: use None where a coder did not judge the unit.")
    return found


def figure_of(counted: Tally, delta: Floats) -> Figure:
    """Return the figure of a tally under a distance matrix (values x values), without an interval."""
    times, judges = counted.times(), counted.judges()
    value, because = _coefficient(counted, delta)
    return Figure(
        value=value,
        undefined_because=because,
        agreement=_closeness(counted, 1 - np.eye(len(delta))),
        closeness=_closeness(counted, delta),
        units=int(times.sum()),
        coders=counted.coders,
        pairable=int((times * judges).sum()),
        left_out=counted.kind_of_unit.count(-1),
        uses=_uses(counted),
    )


def profile(counted: Tally, delta: Floats) -> Profile:
    """Return the sums of each kind of unit, for a tally that has at least one."""
    kind, code, uses = counted.runs()
    judges, group = np.unique(counted.judges(), return_inverse=True)
    row = np.concatenate([kind, np.arange(len(counted.kinds))])
    column = np.concatenate([code, len(delta) + group])
    amount = np.concatenate([uses, pair_sums(counted, delta)])
    order = np.argsort(row, kind="stable")
    return Profile(row[order], column[order], amount[order], judges.astype(np.float64), len(delta) + len(judges))


def pair_sums(counted: Tally, delta: Floats) -> Floats:
    """Return the sum of distances over unordered pairs of coders, for a unit of each kind."""
    kind, code, uses = counted.runs()
    sums = np.zeros(len(counted.kinds))
    for lag in range(1, int(np.bincount(kind).max())):
        near = np.flatnonzero(kind[lag:] == kind[:-lag])
        far = near + lag
        weights = uses[near] * uses[far] * delta[code[near], code[far]]
        sums += np.bincount(kind[near], weights=weights, minlength=len(sums))
    return sums


def alphas(totals: Floats, delta: Floats, judges: Floats) -> Floats:
    """Return one alpha per row of totals (samples x profile columns), NaN where a sample has no variation."""
    uses, pairs = totals[:, : len(delta)], totals[:, len(delta) :]
    observed = (2 * pairs / (judges - 1)).sum(axis=1)
    expected = ((uses @ delta) * uses).sum(axis=1)
    with np.errstate(invalid="ignore"):
        ratio: Floats = (uses.sum(axis=1) - 1) * observed / expected
    return 1 - ratio


def _coefficient(counted: Tally, delta: Floats) -> tuple[float | None, str]:
    if not counted.kinds:
        return None, NO_PAIRS
    if len(counted.values) == 1:
        return None, NO_VARIATION
    sums = profile(counted, delta)
    weights = sums.amount * counted.times()[sums.row]
    totals = np.bincount(sums.column, weights=weights, minlength=sums.columns).astype(np.float64)
    value = float(alphas(totals[np.newaxis], delta, sums.judges)[0])
    return (None, NO_DISTANCE) if isnan(value) else (value, "")


def _closeness(counted: Tally, delta: Floats) -> float | None:
    if not counted.kinds:
        return None
    times, judges = counted.times(), counted.judges()
    mean_distance = 2 * pair_sums(counted, delta) / (judges * (judges - 1))
    return 1 - fsum(times * mean_distance) / int(times.sum())


def _coders(table: Table[V], rows: list[tuple[int, ...]]) -> int:
    paired = (cells for cells, row in zip(table, rows, strict=True) if row)
    return sum(any(cell is not None for cell in column) for column in zip(*paired, strict=True))


def _uses(counted: Tally) -> int | None:
    if not counted.values or not all(isinstance(value, bool) for value in counted.values):
        return None
    present = [any(counted.values[code] for code in set(kind)) for kind in counted.kinds]
    return int(counted.times()[present].sum())


def _key(value: Hashable) -> tuple[str, Any]:
    name = type(value).__name__
    return (name, sorted(map(_key, value))) if isinstance(value, frozenset) else (name, repr(value))
