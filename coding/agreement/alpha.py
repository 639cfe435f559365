"""Krippendorff's alpha for any values and any distance, with what was counted and what was left out.

A table is units x coders: one row per unit, one cell per coder, None where the coder did not judge the unit. None is
the only missing value: False, 0, "" and the empty set are judgements. `Coded` says the same in numbers, for many units.

alpha = 1 - Do / De (Krippendorff 2004, Content Analysis, 2nd ed., ch. 11; Krippendorff 2011, Computing Krippendorff's
Alpha-Reliability). Over pairable units u with m_u values, n values in all and n_c uses of value c:

    n Do        = sum over u of (sum of distances over ordered pairs of values in u) / (m_u - 1)
    n (n-1) De  = sum over c, k of n_c n_k distance(c, k)

Everything is put in a canonical order before it is summed, so the order of units and of coders changes no digit.
Memory grows with the square of the number of distinct values: for many labels use one `presences` table each.
"""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain, count
from math import fsum, isnan
from typing import Any

import numpy as np
from numpy.typing import NDArray

from coding.agreement.distances import Distance, Floats, Placed, V, nominal

Ints = NDArray[np.int64]
Codes = NDArray[np.signedinteger[Any]]
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
    caution             a sentence on what limits the figure (too narrow an interval, pairs left out), otherwise ''
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


@dataclass(frozen=True, eq=False)
class Coded:
    """Hold a table as numbers: `codes` (units x coders) are positions in `values`, -1 where not judged.

    Raise ValueError for codes that are no such matrix of positions, and for values that are not distinct.
    """

    values: Sequence[Any]
    codes: Codes

    def __post_init__(self) -> None:
        if self.codes.ndim != 2 or not np.issubdtype(self.codes.dtype, np.signedinteger):
            raise ValueError("Codes are a matrix of signed whole numbers, units x coders. Give them as one.")
        if self.codes.size and not -1 <= self.codes.min() <= self.codes.max() < len(self.values):
            raise ValueError(f"A code is not in -1 .. {len(self.values) - 1}: give a value for each, -1 for missing.")
        if len(set(self.values)) != len(self.values):
            raise ValueError("Two codes have the same value: give each value once.")

    def __len__(self) -> int:
        return len(self.codes)


@dataclass(frozen=True, eq=False)
class Tally:
    """Hold a table in canonical order.

    `values`: the distinct values of pairable units. `rows`: the distinct rows of pairable units (kinds x coders), in
    order, each as sorted codes (positions in `values`), then -1. `kind_of_unit`: for each unit of the table its
    position in `rows`, -1 where fewer than two coders judged it. `coders`: coders who judged any pairable unit.
    """

    values: list[Any]
    rows: Ints
    kind_of_unit: Ints
    coders: int

    @property
    def kinds(self) -> list[tuple[int, ...]]:
        """Return the distinct rows without what is missing."""
        return [tuple(code for code in row if code >= 0) for row in self.rows.tolist()]

    def distance_matrix(self, distance: Distance[Any] | Placed[Any]) -> Floats:
        """Return the distances between `values`; raise ValueError unless symmetric with 0 diagonal.

        Those of a `Placed` are as a share of the largest, so that they too are between 0 and 1.
        """
        if isinstance(distance, Placed):
            places = distance.places(self.values, self.uses()[np.newaxis].astype(np.float64))[0]
            gaps: Floats = np.subtract.outer(places, places) ** 2
            share: Floats = np.divide(gaps, gaps.max(initial=0), out=np.zeros_like(gaps), where=gaps > 0)
            return share
        delta = distance(self.values)
        if delta.shape != (len(self.values),) * 2 or not np.array_equal(delta, delta.T) or delta.diagonal().any():
            raise ValueError("A distance is a square, symmetric matrix with 0 from each value to itself. Mend it.")
        return delta

    def times(self) -> Ints:
        """Return how many units there are of each kind."""
        return np.bincount(self.kind_of_unit[self.kind_of_unit >= 0], minlength=len(self.rows))

    def judges(self) -> Ints:
        """Return how many coders judged a unit of each kind."""
        judges: Ints = (self.rows >= 0).sum(axis=1, dtype=np.int64)
        return judges

    def uses(self) -> Ints:
        """Return how often each value was used in pairable units."""
        kind, code, uses = self.runs
        uses_in_all: Ints = np.bincount(code, uses * self.times()[kind], minlength=len(self.values)).astype(np.int64)
        return uses_in_all

    @cached_property
    def runs(self) -> tuple[Ints, Ints, Ints]:
        """Return flat (kind, code, uses of this value in a unit of this kind), sorted by kind, then code."""
        owner, place = np.nonzero(self.rows >= 0)
        keys = owner * len(self.values) + self.rows[owner, place]
        first = np.flatnonzero(np.diff(keys, prepend=-1))
        kind, code = np.divmod(keys[first], max(1, len(self.values)))
        return kind, code, np.diff(first, append=len(keys))


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


def alpha(table: Table[V] | Coded, distance: Distance[V] | Placed[V] = nominal) -> Figure:
    """Return Krippendorff's alpha of a table (units x coders, None = not judged), without an interval.

    Values are text, numbers, booleans or frozensets of these. A distance that depends on how often values occur is a
    `Placed`.
    Raise ValueError for rows of unequal length, for NaN, and for a distance that is not symmetric with 0 diagonal.
    """
    counted = tally(table)
    return figure_of(counted, counted.distance_matrix(distance))


def present_absent(table: Table[frozenset[V]], label: V) -> list[list[bool | None]]:
    """Return the table of one label: True where a coder's set holds it, False where not, None where not judged."""
    return [[None if labels is None else label in labels for labels in row] for row in table]


def presences(table: Table[frozenset[V]], labels: Sequence[V]) -> list[Coded]:
    """Return for each label what `present_absent` does, in numbers; each set is read once, however many labels."""
    sets, place = coded(table), {label: at for at, label in enumerate(labels)}
    held = np.zeros((len(labels), len(sets.values) + 1), dtype=np.int8)
    held[:, -1] = -1  # where a missing cell, code -1, finds itself
    for at, one in enumerate(sets.values):
        held[[place[label] for label in one if label in place], at] = 1
    return [Coded((False, True), row[sets.codes]) for row in held]


def one_against_rest(table: Table[V], value: V) -> list[list[bool | None]]:
    """Return the table of one value: True where a coder gave it, False where another, None where not judged."""
    return [[None if cell is None else cell == value for cell in row] for row in table]


def coded(table: Table[V]) -> Coded:
    """Return a table (units x coders, None = not judged) as numbers; raise ValueError for rows of unequal length."""
    if len({len(row) for row in table}) > 1:
        raise ValueError("The rows of the table differ in length: give every coder a cell, None where not judged.")
    code: defaultdict[V | None, int] = defaultdict(count().__next__, {None: -1})
    width = len(table[0]) if table else 0
    flat = np.fromiter(map(code.__getitem__, chain.from_iterable(table)), dtype=np.int64, count=len(table) * width)
    return Coded([value for value in code if value is not None], flat.reshape(len(table), width))


def tally(table: Table[V] | Coded) -> Tally:
    """Count a table (units x coders, None = not judged); raise ValueError for unequal rows and for NaN."""
    given = table if isinstance(table, Coded) else coded(table)
    paired = np.flatnonzero(np.count_nonzero(given.codes >= 0, axis=1) > 1)
    codes = given.codes[paired].astype(np.int64)
    used = np.flatnonzero(np.bincount(codes.ravel() + 1, minlength=1)[1:])
    old_code = {given.values[at]: at for at in used.tolist()}
    values = canonical(old_code)
    new_code = np.full(len(given.values) + 1, -1)  # the last stands for -1, which is missing
    new_code[[old_code[value] for value in values]] = np.arange(len(values))
    codes = new_code[codes]
    rows, kind = _distinct_rows(codes, len(values))
    kind_of_unit = np.full(len(given), -1)
    kind_of_unit[paired] = kind
    return Tally(values, rows, kind_of_unit, int((codes >= 0).any(axis=0).sum()))


def _distinct_rows(codes: Ints, values: int) -> tuple[Ints, Ints]:
    """Return the distinct rows, each sorted and with -1 at its end, in order; and for each row which of them it is.

    A row is read as the digits of one number, missing as the digit 0; where 64 bits are too few for the next digit
    the numbers so far are replaced by their ranks, which leaves their order as it is.
    """
    rows = np.sort(np.where(codes < 0, values, codes), axis=1)
    number, size = np.zeros(len(rows), dtype=np.int64), 1
    for digit in rows.T:
        if size > 2**62 // (values + 1):
            ranked, number = np.unique(number, return_inverse=True)
            size = len(ranked)
        number = number * (values + 1) + (digit + 1) % (values + 1)
        size *= values + 1
    _, first, kind = np.unique(number, return_index=True, return_inverse=True)
    found = rows[first]
    found[found == values] = -1
    return found, kind


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
        left_out=int(np.count_nonzero(counted.kind_of_unit < 0)),
        uses=_uses(counted),
    )


def profile(counted: Tally, delta: Floats) -> Profile:
    """Return the sums of each kind of unit, for a tally that has at least one."""
    kind, code, uses = counted.runs
    judges, group = np.unique(counted.judges(), return_inverse=True)
    row = np.concatenate([kind, np.arange(len(counted.rows))])
    column = np.concatenate([code, len(delta) + group])
    amount = np.concatenate([uses, pair_sums(counted, delta)])
    order = np.argsort(row, kind="stable")
    return Profile(row[order], column[order], amount[order], judges.astype(np.float64), len(delta) + len(judges))


def pair_sums(counted: Tally, delta: Floats) -> Floats:
    """Return the sum of distances over unordered pairs of coders, for a unit of each kind."""
    kind, code, uses = counted.runs
    sums = np.zeros(len(counted.rows))
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


def coincidences(counted: Tally) -> tuple[Profile, tuple[Ints, Ints]]:
    """Return the sums for a distance that each sample has of its own, and the pairs of values that coincide.

    Column c < values: uses of value c. Column values + i: coincidences of the two values of pair i, both ways round,
    each 1 / (m_u - 1) (Krippendorff 2004, ch. 11). A value with itself is at no distance, and is left out.
    """
    kind, code, uses = counted.runs
    first, second = _places_in_same_kind(kind)
    amount = 2 * uses[first] * uses[second] / (counted.judges()[kind[first]] - 1)
    pair, column = np.unique(code[first] * len(counted.values) + code[second], return_inverse=True)
    row = np.concatenate([kind, kind[first]])
    order = np.argsort(row, kind="stable")
    columns = np.concatenate([code, len(counted.values) + column])[order]
    amounts = np.concatenate([uses, amount])[order]
    one, other = np.divmod(pair, len(counted.values))
    return Profile(row[order], columns, amounts, np.empty(0), len(counted.values) + len(pair)), (one, other)


def placed_alphas(totals: Floats, pairs: tuple[Ints, Ints], places_of: Callable[[Floats], Floats]) -> Floats:
    """Return one alpha per row of totals (samples x columns of `coincidences`), NaN where a sample has no variation.

    `places_of`: from uses (samples x values) to places (samples x values), made anew for each sample. Taken from their
    mean, the sum of n_c n_k (place_c - place_k)^2 over c, k is 2 n times that of n_c place_c^2.
    """
    values = totals.shape[1] - len(pairs[0])
    uses, together = totals[:, :values], totals[:, values:]
    number = uses.sum(axis=1)
    places = places_of(uses)
    places = places - ((uses * places).sum(axis=1) / number)[:, np.newaxis]
    observed = (together * (places[:, pairs[0]] - places[:, pairs[1]]) ** 2).sum(axis=1)
    expected = 2 * number * (uses * places**2).sum(axis=1)
    with np.errstate(invalid="ignore"):
        ratio: Floats = (number - 1) * observed / expected
    return 1 - ratio


def _places_in_same_kind(kind: Ints) -> tuple[Ints, Ints]:
    """Return all pairs of places in runs (first before second) that belong to the same kind of unit."""
    near = [np.flatnonzero(kind[lag:] == kind[:-lag]) for lag in range(1, int(np.bincount(kind).max()))]
    first = np.concatenate([np.empty(0, dtype=np.int64), *near])
    return first, first + np.repeat(np.arange(1, len(near) + 1), [len(one) for one in near])


def _coefficient(counted: Tally, delta: Floats) -> tuple[float | None, str]:
    if not counted.values:
        return None, NO_PAIRS
    if len(counted.values) == 1:
        return None, NO_VARIATION
    sums = profile(counted, delta)
    weights = sums.amount * counted.times()[sums.row]
    totals = np.bincount(sums.column, weights=weights, minlength=sums.columns).astype(np.float64)
    value = float(alphas(totals[np.newaxis], delta, sums.judges)[0])
    return (None, NO_DISTANCE) if isnan(value) else (value, "")


def _closeness(counted: Tally, delta: Floats) -> float | None:
    if not counted.values:
        return None
    times, judges = counted.times(), counted.judges()
    mean_distance = 2 * pair_sums(counted, delta) / (judges * (judges - 1))
    return 1 - fsum(times * mean_distance) / int(times.sum())


def _uses(counted: Tally) -> int | None:
    if not counted.values or not all(isinstance(value, bool) for value in counted.values):
        return None
    present = np.isin(counted.rows, np.flatnonzero(counted.values)).any(axis=1)
    return int(counted.times()[present].sum())


def _key(value: Hashable) -> tuple[str, Any]:
    name = type(value).__name__
    return (name, sorted(map(_key, value))) if isinstance(value, frozenset) else (name, repr(value))
