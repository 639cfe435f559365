"""What stands beside an alpha and explains it: other coefficients, pairs of coders, machines, groups, confusions.

None of these is a headline. Everything is plain data, for a Measurement; coders are named by their places in its list.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from functools import partial
from itertools import combinations
from typing import Any

from coding.agreement import coefficients
from coding.agreement.alpha import Coded, Figure, coded
from coding.agreement.between import Cross, MeanPairwise, beside_machine, pairwise, within_and_between
from coding.agreement.distances import Distance, Placed
from coding.agreement.weights import quadratic

Way = Callable[..., Figure]
Rows = list[dict[str, Any]]
NOMINAL: dict[str, Way] = {
    "fleiss_kappa": coefficients.fleiss_kappa, "gwet_ac1": coefficients.gwet_ac1,
    "brennan_prediger": coefficients.brennan_prediger,
}  # fmt: skip
ORDERED: dict[str, Way] = {
    "fleiss_kappa": partial(coefficients.fleiss_kappa, weights=quadratic),
    "gwet_ac2": partial(coefficients.gwet_ac2, weights=quadratic),
    "brennan_prediger": partial(coefficients.brennan_prediger, weights=quadratic),
}  # fmt: skip


def others(table: Sequence[Sequence[Any]], scale: Sequence[Any], *, is_ordered: bool = False) -> Rows:
    """Give the coefficients that stand beside a nominal or ordinal alpha; Scott's pi where two coders judged.

    `scale`: the values that could be used; AC1 and Brennan-Prediger depend on their number. Ordered values are
    weighted quadratically.
    """
    given = coded(table)
    ways = dict(ORDERED if is_ordered else NOMINAL)
    if (given.codes >= 0).any(axis=0).sum() == 2:
        ways["scott_pi"] = partial(coefficients.scott_pi, weights=quadratic) if is_ordered else coefficients.scott_pi
    return [{"coefficient": name, **plain(way(given, scale=scale))} for name, way in ways.items()]


def pairs(
    table: Sequence[Sequence[Any]],
    distance: Distance[Any] | Placed[Any],
    scale: Sequence[Any] | None = None,
    *,
    is_ordered: bool = False,
) -> Rows:
    """Give alpha of each pair of coders, and with a scale Cohen's kappa (weighted quadratically if ordered)."""
    given = coded(table)
    cohen: Way = partial(coefficients.cohen_kappa, weights=quadratic) if is_ordered else coefficients.cohen_kappa
    rows = []
    for one in pairwise(given, distance):
        row = {"coders": [one.first, one.second], **plain(one.figure), "agreement": one.figure.agreement,
               "units": one.figure.units}  # fmt: skip
        if scale is not None:
            row["kappa"] = plain(cohen(Coded(given.values, given.codes[:, [one.first, one.second]]), scale=scale))
        rows.append(row)
    return rows


def machines(
    table: Sequence[Sequence[Any]], distance: Distance[Any] | Placed[Any], humans: int, names: Sequence[dict[str, Any]]
) -> Rows:
    """Give for each machine (the columns after `humans`) its mean alpha with people, and theirs on the same units."""
    found = [beside_machine(table, distance, humans + at, range(humans)) for at in range(len(names))]
    return [
        {"machine": name, "units": one.units, "with_humans": mean(one.with_humans),
         "among_humans": mean(one.among_humans)}
        for name, one in zip(names, found, strict=True)
    ]  # fmt: skip


def groups(
    table: Sequence[Sequence[Any]],
    distance: Distance[Any] | Placed[Any],
    group_of: Mapping[str, Mapping[int, str]],
) -> Rows:
    """Give for each attribute alpha within each group of two coders or more, and kappa_x between these groups."""
    rows = []
    for attribute, held in sorted(group_of.items()):
        found = within_and_between(table, distance, held)
        if found.within:
            rows.append({
                "attribute": attribute, "without_group": found.without_group, "alone": found.alone,
                "within": [{"group": name, **plain(one), "coders": one.coders, "units": one.units}
                           for name, one in found.within.items()],
                "between": [{"groups": list(names), **cross(one)} for names, one in found.between.items()],
            })  # fmt: skip
    return rows


def confusion(table: Sequence[Sequence[Hashable]], values: Sequence[Hashable]) -> dict[str, Any]:
    """Count for each pair of coders who said what beside what: rows the first coder's values, columns the second's.

    Only counts above 0 are kept, as [row, column, count]; row and column are places in `values`.
    """
    place = {value: at for at, value in enumerate(values)}
    width = len(table[0]) if table else 0
    found = []
    for first, second in combinations(range(width), 2):
        cells = Counter((place[row[first]], place[row[second]]) for row in table
                        if row[first] is not None and row[second] is not None)  # fmt: skip
        found.append({"coders": [first, second], "counts": [[*at, count] for at, count in sorted(cells.items())]})
    return {"values": list(values), "pairs": found}


def plain(found: Figure) -> dict[str, Any]:
    return {"value": found.value, "undefined_because": found.undefined_because, "standard_error": found.standard_error}


def mean(found: MeanPairwise) -> dict[str, Any]:
    return {"value": found.value, "undefined_because": found.undefined_because, "pairs": found.pairs,
            "left_out": found.left_out, "lowest": found.lowest, "highest": found.highest}  # fmt: skip


def cross(found: Cross) -> dict[str, Any]:
    return {"value": found.value, "undefined_because": found.undefined_because, "units": found.units,
            "judgements": list(found.judgements)}  # fmt: skip


def differing(pairs_of_values: Iterable[dict[str, Any]]) -> int:
    """Sum what stands off the diagonal of confusion matrices."""
    return sum(count for pair in pairs_of_values for row, column, count in pair["counts"] if row != column)
