"""Agreement beside alpha: percent agreement, the kappas, Scott's pi, Brennan-Prediger, Gwet's AC1 and AC2.

A table is units x coders, None where not judged, as in `alpha.py`. Every coefficient here is

    1 - Do / De = (pa - pe) / (1 - pe),   Do = 1 - pa observed and De = 1 - pe expected disagreement,

and they differ in De alone. Missing judgements follow Gwet 2014 (Handbook of Inter-Rater Reliability, 4th ed.): pa is
a mean over the units that two or more coders judged, pe rests on every unit that anyone judged, and the values are
those used in any unit unless `scale` lists all that could be used. Krippendorff's alpha drops units judged once
before it does anything; these do not, so that such units move pe, and through it the value.

Weights (see `weights.py`) give part of an agreement to values near each other; Do and De are then mean 1 - weight.

Standard errors: Gwet's linearisation over units, the coders being fixed, without finite-population correction (Gwet
2008, British Journal of Mathematical and Statistical Psychology 61(1), and 2014, ch. 5). With n units judged by
anyone, n2 by two or more, and for unit i its own disagreement d_i and its part e_i in De (the mean of e_i is De),

    k_i = (n / n2) (1 - d_i / De) [0 if judged once] - 2 (Do / De) (1 - e_i / De)
    variance = sum over i of (k_i - k)^2 / (n (n - 1))

For the two coefficients of exactly two coders Gwet divides by n^2, which for complete data is the large-sample
variance of Fleiss, Cohen & Everitt 1969 (Psychological Bulletin 72(5)); so do we. One unit has no standard error.

Sums are exactly rounded (`fsum`) or stand in canonical order, so the order of units and of coders changes no digit.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from math import fsum, sqrt
from typing import Any

import numpy as np

from coding.agreement.alpha import (
    NO_VARIATION,
    Coded,
    Figure,
    Ints,
    Table,
    Tally,
    canonical,
    coded,
    figure_of,
    one_against_rest,
    pair_sums,
    tally,
)
from coding.agreement.distances import Floats, V
from coding.agreement.weights import Weights, checked, identity

NO_DISAGREEMENT = "Not defined: the weights count all values used as full agreement."
NO_PAIR_VARIES = "Not defined: any two coders who share a unit used one and the same value."
MISSING = -1


@dataclass(frozen=True)
class Judged:
    """Hold the judgements of a table: units that anyone judged, coders who judged anything.

    `values`: the scale. `rows`: the distinct rows, a position in `values` per coder, MISSING where not judged.
    `times`: units with this row. `kinds`: the row's position in the kinds of the `Tally`, -1 where judged once.
    """

    values: list[Any]
    rows: list[tuple[int, ...]]
    times: list[int]
    kinds: list[int]

    @property
    def units(self) -> int:
        return sum(self.times)

    @property
    def coders(self) -> int:
        return len(self.rows[0])

    def shares(self) -> list[float]:
        """Return for each value the mean over units of its share of the unit's judgements (Gwet 2014, ch. 3)."""
        parts: list[list[float]] = [[] for _ in self.values]
        for row, times in zip(self.rows, self.times, strict=True):
            judges = len(row) - row.count(MISSING)
            for code, uses in Counter(row).items():
                if code != MISSING:
                    parts[code].append(times * uses / judges)
        return [fsum(part) / self.units for part in parts]


@dataclass(frozen=True)
class Chance:
    """Say the disagreement expected by chance: `mean` is De, `of_row` its part e_i for a unit of each row."""

    mean: float
    of_row: list[float]


Expectation = Callable[[Judged, Floats], Chance]


def percent_agreement(table: Table[V] | Coded) -> Figure:
    """Return the mean over units of the share of coder pairs with identical values: the figure's own `agreement`.

    A unit weighs the same whether two or ten coders judged it; judgements and pairs are never pooled over units.
    """
    return _figure(table, _no_chance, identity, None)


def cohen_kappa(table: Table[V] | Coded, *, weights: Weights = identity, scale: Sequence[V] | None = None) -> Figure:
    """Return Cohen's kappa of exactly two coders (Cohen 1960, Educational and Psychological Measurement 20(1)).

    pe is the sum over values of the product of the two coders' shares; with weights, Cohen 1968. Each coder's shares
    are of all that this coder judged. Standard error: Fleiss, Cohen & Everitt 1969. Raise ValueError for more coders.
    """
    _refuse_more_than_two(table, "Cohen's kappa", "conger_kappa or light_kappa")
    return _figure(table, _own_shares, weights, scale, two_coders=True)


def scott_pi(table: Table[V] | Coded, *, weights: Weights = identity, scale: Sequence[V] | None = None) -> Figure:
    """Return Scott's pi of exactly two coders (Scott 1955, Public Opinion Quarterly 19(3)).

    The value is Fleiss' kappa of two coders; the standard error is Gwet's for two. Raise ValueError for more coders.
    """
    _refuse_more_than_two(table, "Scott's pi", "fleiss_kappa")
    return _figure(table, _pooled_shares, weights, scale, two_coders=True)


def fleiss_kappa(table: Table[V] | Coded, *, weights: Weights = identity, scale: Sequence[V] | None = None) -> Figure:
    """Return Fleiss' kappa of any number of coders (Fleiss 1971, Psychological Bulletin 76(5)).

    pe is the sum over values of the squared mean share. Units may have different numbers of judgements (Gwet 2014).
    """
    return _figure(table, _pooled_shares, weights, scale)


def fleiss_kappa_of(table: Table[V], value: V) -> Figure:
    """Return Fleiss' kappa of one value against the rest (Fleiss 1971, on agreement within a category)."""
    return fleiss_kappa(one_against_rest(table, value))


def conger_kappa(table: Table[V] | Coded, *, weights: Weights = identity, scale: Sequence[V] | None = None) -> Figure:
    """Return Conger's kappa of any number of coders (Conger 1980, Psychological Bulletin 88(2)).

    pe is the mean over pairs of coders of Cohen's pe, each coder's shares being of all that this coder judged; pa is
    a mean over units. With two coders this is Cohen's kappa.
    """
    return _figure(table, _own_shares, weights, scale)


def light_kappa(table: Table[V] | Coded, *, weights: Weights = identity, scale: Sequence[V] | None = None) -> Figure:
    """Return the mean of Cohen's kappa over the pairs of coders (Light 1971, Psychological Bulletin 76(5)).

    A pair that shares no unit, or used one and the same value, has no kappa and is left out of the mean; `caution`
    then says how many are. No standard error is known. The other counts are those of the whole table.
    """
    given = _in_numbers(table)
    whole = _figure(given, _no_chance, weights, scale)
    if whole.value is None:
        return whole
    known = _used(given) if scale is None else scale
    pairs = combinations(_coders_who_judged(given).tolist(), 2)
    tables = [Coded(given.values, given.codes[:, pair]) for pair in pairs]
    kappas = [cohen_kappa(pair, weights=weights, scale=known).value for pair in tables]
    found = [kappa for kappa in kappas if kappa is not None]
    value, because = (fsum(found) / len(found), "") if found else (None, NO_PAIR_VARIES)
    caution = _left_out(len(kappas) - len(found), len(kappas)) if found else ""
    return replace(whole, value=value, undefined_because=because, standard_error=None, caution=caution)


def brennan_prediger(
    table: Table[V] | Coded, *, weights: Weights = identity, scale: Sequence[V] | None = None
) -> Figure:
    """Return the coefficient of Brennan & Prediger (1981, Educational and Psychological Measurement 41(3)).

    pe is 1 / q for q values, with weights their mean (Gwet 2014). The value depends on q: give `scale` where a value
    that could be used was not.
    """
    return _figure(table, _equal_shares, weights, scale)


def gwet_ac1(table: Table[V] | Coded, *, scale: Sequence[V] | None = None) -> Figure:
    """Return Gwet's AC1 of any number of coders (Gwet 2008, British J. of Math. and Stat. Psychology 61(1)).

    With p_k the mean share of value k among q values, pe = sum of p_k (1 - p_k) / (q - 1). The value depends on q:
    give `scale` where a value that could be used was not.
    """
    return _figure(table, _hard_units, identity, scale)


def gwet_ac2(table: Table[V] | Coded, weights: Weights, *, scale: Sequence[V] | None = None) -> Figure:
    """Return Gwet's AC2, which is AC1 with weights: pe = (sum of weights) sum of p_k (1 - p_k) / (q (q - 1)).

    Source: Gwet 2014, ch. 3. The value depends on q and on the ends of the scale, as for `gwet_ac1`.
    """
    return _figure(table, _hard_units, weights, scale)


def _figure(
    table: Table[V] | Coded,
    expectation: Expectation,
    weights: Weights,
    scale: Sequence[V] | None,
    *,
    two_coders: bool = False,
) -> Figure:
    given = _in_numbers(table)
    counted = tally(given)
    judged = _judged(given, counted, scale)
    delta = 1 - checked(weights(judged.values))
    place = {value: at for at, value in enumerate(judged.values)}
    at = [place[value] for value in counted.values]
    between = delta[np.ix_(at, at)]
    figure = figure_of(counted, between)
    if not counted.values:
        return figure
    chance = expectation(judged, delta)
    if not chance.mean:
        return replace(figure, value=None, undefined_because=_why_no_chance(judged))
    apart = _disagreements(counted, between)
    ratio = fsum(counted.times() * apart) / figure.units / chance.mean
    error = _standard_error(judged, apart.tolist(), chance, ratio, two_coders)
    return replace(figure, value=1 - ratio, undefined_because="", standard_error=error)


def _standard_error(judged: Judged, apart: list[float], chance: Chance, ratio: float, two_coders: bool) -> float | None:
    """Return Gwet's standard error; `apart`: d_i of a unit of each kind, `ratio`: Do / De. None for a single unit."""
    rows = list(zip(judged.times, judged.kinds, chance.of_row, strict=True))
    units, shared = judged.units, sum(times for times, kind, _ in rows if kind >= 0)
    if units < 2:
        return None

    def off(kind: int, expected: float) -> float:
        own = units / shared * (1 - apart[kind] / chance.mean) if kind >= 0 else 0.0
        return own - 2 * ratio * (1 - expected / chance.mean) - (1 - ratio)

    squares = fsum(times * off(kind, expected) ** 2 for times, kind, expected in rows)
    return sqrt(squares / units / (units if two_coders else units - 1))


def _disagreements(counted: Tally, delta: Floats) -> Floats:
    """Return the mean distance of coder pairs in a unit of each kind."""
    judges = counted.judges()
    apart: Floats = 2 * pair_sums(counted, delta) / (judges * (judges - 1))
    return apart


def _no_chance(judged: Judged, _: Floats) -> Chance:
    return Chance(1.0, [1.0] * len(judged.rows))


def _equal_shares(judged: Judged, delta: Floats) -> Chance:
    mean = fsum(delta.flat) / len(judged.values) ** 2
    return Chance(mean, [mean] * len(judged.rows))


def _pooled_shares(judged: Judged, delta: Floats) -> Chance:
    shares = judged.shares()
    far = _products(delta, np.array(shares))
    return Chance(fsum(share * mean for share, mean in zip(shares, far, strict=True)), _row_means(judged, far))


def _hard_units(judged: Judged, delta: Floats) -> Chance:
    count = len(judged.values)
    if not delta.any():
        return Chance(0.0, [0.0] * len(judged.rows))
    factor = fsum((1 - delta).flat) / (count * (count - 1))
    shares = judged.shares()
    mean = 1 - factor * fsum(share * (1 - share) for share in shares)
    return Chance(mean, [1 - factor * part for part in _row_means(judged, [1 - share for share in shares])])


def _own_shares(judged: Judged, delta: Floats) -> Chance:
    """Return De of Conger 1980: the mean over ordered pairs of coders g, h of the distance of their shares, p_g D p_h.

    For the part e_i of a unit each p_g is a ratio: of n_g judged units among n. So every coder g who judged the unit
    moves De by n / n_g times the distance of this value, less that of all of g's values, from the others' values.
    """
    shares, totals = _shares_by_coder(judged)
    everybody = np.array([fsum(column) for column in shares.T])
    far = [_products(delta, everybody - own) for own in shares]
    mean_far = [fsum(own * row) for own, row in zip(shares, map(np.array, far), strict=True)]
    pairs = judged.coders * (judged.coders - 1)
    mean = fsum(mean_far) / pairs

    def part(row: tuple[int, ...]) -> float:
        moves = [(far[g][code] - mean_far[g]) / totals[g] for g, code in enumerate(row) if code != MISSING]
        return mean + fsum(moves) * judged.units / pairs

    return Chance(mean, [part(row) for row in judged.rows])


def _shares_by_coder(judged: Judged) -> tuple[Floats, list[int]]:
    """Return each coder's shares of values (coders x values), and how many units each coder judged."""
    uses = np.zeros((judged.coders, len(judged.values)), dtype=np.int64)
    for row, times in zip(judged.rows, judged.times, strict=True):
        for coder, code in enumerate(row):
            if code != MISSING:
                uses[coder, code] += times
    totals = uses.sum(axis=1)
    return uses / totals[:, np.newaxis], totals.tolist()


def _products(delta: Floats, shares: Floats) -> list[float]:
    """Return delta times shares, each sum exactly rounded."""
    return [fsum(row) for row in delta * shares]


def _row_means(judged: Judged, of_value: list[float]) -> list[float]:
    """Return for each row the mean over its judgements of a number that belongs to the value."""
    parts = [[of_value[code] for code in row if code != MISSING] for row in judged.rows]
    return [fsum(part) / len(part) for part in parts]


def _judged(given: Coded, counted: Tally, scale: Sequence[Any] | None) -> Judged:
    used = _used(given)
    values = used if scale is None else canonical(set(scale))
    place = {value: at for at, value in enumerate(values)}
    unknown = [value for value in used if value not in place]
    if unknown:
        raise ValueError(f"The value {unknown[0]!r} was used but is not on the scale. Add it to the scale.")
    new_code = np.array([*(place.get(value, MISSING) for value in given.values), MISSING])  # the last stands for -1
    units = np.flatnonzero((given.codes >= 0).any(axis=1))
    if not len(units):
        return Judged(values, [], [], [])
    codes = new_code[given.codes[np.ix_(units, _coders_who_judged(given))]]
    rows, first, times = np.unique(codes, axis=0, return_index=True, return_counts=True)
    kinds = counted.kind_of_unit[units[first]]
    return Judged(values, list(map(tuple, rows.tolist())), times.tolist(), kinds.tolist())


def _in_numbers(table: Table[V] | Coded) -> Coded:
    return table if isinstance(table, Coded) else coded(table)


def _used(given: Coded) -> list[Any]:
    """Return the values used anywhere, units judged once included, in canonical order."""
    return canonical([given.values[code] for code in np.unique(given.codes[given.codes >= 0]).tolist()])


def _coders_who_judged(given: Coded) -> Ints:
    return np.flatnonzero((given.codes >= 0).any(axis=0))


def _refuse_more_than_two(table: Table[V] | Coded, name: str, instead: str) -> None:
    coders = len(_coders_who_judged(_in_numbers(table)))
    if coders > 2:
        raise ValueError(f"{name} compares two coders, and this table has {coders}. Give two, or use {instead}.")


def _why_no_chance(judged: Judged) -> str:
    used = {code for row in judged.rows for code in row} - {MISSING}
    return NO_VARIATION if len(used) == 1 else NO_DISAGREEMENT


def _left_out(without: int, pairs: int) -> str:
    return f"{without} of {pairs} pairs of coders have no kappa and are left out of this mean." if without else ""
