"""Agreement apart: of pairs of coders, of a machine beside the humans, within groups of coders and between them.

A table is units x coders, None where not judged, as in `alpha.py`; coders are the positions of its columns. A mean of
pairs leaves out pairs that have no alpha, and says how many. Two groups are compared by the cross-replication
reliability of Wong, Paritosh & Aroyo 2021 (Cross-replication Reliability - An Empirical Approach to Interpreting
Inter-rater Reliability, ACL-IJCNLP). Over the units i that both judged, with r_i and s_i judgements, r and s in all:

    kappa_x = 1 - do / de
    do      = sum over i of (r_i + s_i) / (r + s) times the mean distance of the r_i s_i cross pairs in i
    de      = mean distance of all r s cross pairs of judgements

With one coder each and nothing else missing it is Cohen's kappa. The weights of `do` are those which the authors'
program has for missing data (google-research/cross-replication-reliability, whose example the tests meet); the paper
itself was not at hand. A kappa_x may be above the alphas within the groups: it is not normalised by these.

Sums are exactly rounded (`fsum`) or stand in canonical order, so the order of units and of coders changes no digit.
"""

from collections import defaultdict
from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, product
from math import fsum

import numpy as np

from coding.agreement.alpha import (
    NO_DISTANCE,
    NO_VARIATION,
    Coded,
    Figure,
    Ints,
    Table,
    Tally,
    alpha,
    canonical,
    coded,
    figure_of,
    tally,
)
from coding.agreement.distances import Distance, Floats, Placed, V, nominal

NO_TWO_CODERS = "Not defined: there are no two coders to compare."
NO_ALPHA = "Not defined: no pair of coders has an alpha of its own."
NO_SHARED_UNIT = "Not defined: no unit was judged by both groups."


@dataclass(frozen=True)
class Pair:
    """Hold the figure of two coders, named by the positions of their columns, `first` < `second`."""

    first: int
    second: int
    figure: Figure


@dataclass(frozen=True, kw_only=True)
class MeanPairwise:
    """Say a mean of alphas of pairs of coders, and why a number is absent.

    value            the mean, or None; then `undefined_because` is a sentence, otherwise ''
    pairs, left_out  pairs that have an alpha, and pairs that have none
    lowest, highest  the range of these alphas, or None
    """

    value: float | None
    undefined_because: str
    pairs: int
    left_out: int
    lowest: float | None = None
    highest: float | None = None


@dataclass(frozen=True, kw_only=True)
class BesideMachine:
    """Hold the pairs of a machine with each human, and those of humans on the units that the machine judged.

    machine          position of its column
    units, left_out  units that the machine judged, and the rest of the table
    """

    machine: int
    with_humans: MeanPairwise
    among_humans: MeanPairwise
    units: int
    left_out: int


@dataclass(frozen=True, kw_only=True)
class Cross:
    """Say the cross-replication reliability of two groups, what it rests on, and why a number is absent.

    value               kappa_x, or None; then `undefined_because` is a sentence, otherwise ''
    observed, expected  do and de, None where no unit was judged by both groups
    units, left_out     units judged by at least one coder of each group, and the rest of the table
    judgements          of each group, on these units
    """

    value: float | None
    undefined_because: str
    observed: float | None
    expected: float | None
    units: int
    left_out: int
    judgements: tuple[int, int]


@dataclass(frozen=True, kw_only=True)
class Groups:
    """Hold the alpha within each group of at least two coders, and kappa_x between each two of these groups.

    within         by group, in canonical order
    between        by pair of groups, in the same order
    without_group  coders who belong to no group
    alone          groups of one coder, which are left out
    """

    within: dict[Hashable, Figure]
    between: dict[tuple[Hashable, Hashable], Cross]
    without_group: int
    alone: int


def pairwise(table: Table[V] | Coded, distance: Distance[V] | Placed[V] = nominal) -> list[Pair]:
    """Return Krippendorff's alpha of each pair of coders: what `alpha` says of their two columns alone.

    Raise ValueError for rows of unequal length, for NaN, and for a distance that is not symmetric with 0 diagonal.
    """
    given = _in_order(table)
    return _figures(given, distance, combinations(range(given.codes.shape[1]), 2))


def mean_pairwise(
    table: Table[V] | Coded, distance: Distance[V] | Placed[V], first: Collection[int], second: Collection[int]
) -> MeanPairwise:
    """Return the mean alpha of all pairs of one coder of `first` and another of `second`, each pair once.

    The same coders as `first` and `second` give the pairs among them. Raise ValueError for a coder whom the table does
    not have, and for whatever `pairwise` refuses.
    """
    given = _in_order(table)
    _refuse_unknown({*first, *second}, given)
    pairs = {(min(one, other), max(one, other)) for one in first for other in second if one != other}
    return _mean([pair.figure.value for pair in _figures(given, distance, pairs)])


def beside_machine(
    table: Table[V] | Coded, distance: Distance[V] | Placed[V], machine: int, humans: Collection[int]
) -> BesideMachine:
    """Return the mean alpha of a machine with each human beside that of humans among each other on the same units.

    Units that the machine did not judge are left out of both. Raise ValueError for a machine among the humans, and for
    whatever `mean_pairwise` refuses.
    """
    given = _in_order(table)
    _refuse_unknown({machine, *humans}, given)
    if machine in humans:
        raise ValueError(f"Coder {machine} is named as the machine and as a human: name each coder once.")
    judged = given.codes[:, machine] >= 0
    same = Coded(given.values, given.codes[judged])
    return BesideMachine(
        machine=machine,
        with_humans=mean_pairwise(same, distance, [machine], humans),
        among_humans=mean_pairwise(same, distance, humans, humans),
        units=len(same),
        left_out=len(given) - len(same),
    )


def within_and_between(
    table: Table[V] | Coded, distance: Distance[V] | Placed[V], groups: Mapping[int, Hashable | None]
) -> Groups:
    """Return alpha within each group of coders, and kappa_x between each two groups.

    `groups`: the group of a coder; None, or no entry, is no group. A coder counts for a group whether or not there is
    a judgement of this coder. Raise ValueError for a coder whom the table does not have, and for whatever `alpha`
    refuses.
    """
    given = _in_order(table)
    _refuse_unknown(groups, given)
    members: defaultdict[Hashable, list[int]] = defaultdict(list)
    for coder in sorted(groups):
        if groups[coder] is not None:
            members[groups[coder]].append(coder)
    known = canonical(group for group, coders in members.items() if len(coders) > 1)
    return Groups(
        within={group: alpha(_columns(given, members[group]), distance) for group in known},
        between={pair: _cross(given, distance, *(members[group] for group in pair)) for pair in combinations(known, 2)},
        without_group=given.codes.shape[1] - sum(map(len, members.values())),
        alone=len(members) - len(known),
    )


def _in_order(table: Table[V] | Coded) -> Coded:
    """Return the table as numbers that stand in canonical order, values that nobody used left out."""
    given = table if isinstance(table, Coded) else coded(table)
    used = np.unique(given.codes[given.codes >= 0]).tolist()
    old_code = {given.values[at]: at for at in used}
    values = canonical(old_code)
    new_code = np.full(len(given.values) + 1, -1)  # the last stands for -1, which is missing
    new_code[[old_code[value] for value in values]] = np.arange(len(values))
    return Coded(values, new_code[given.codes])


def _columns(given: Coded, coders: Sequence[int]) -> Coded:
    return Coded(given.values, given.codes[:, coders])


def _refuse_unknown(coders: Iterable[int], given: Coded) -> None:
    width = given.codes.shape[1]
    for coder in coders:
        if not 0 <= coder < width:
            raise ValueError(f"There is no coder {coder} in a table of {width}: give positions of columns, from 0.")


# --- pairs of coders ---


def _figures(given: Coded, distance: Distance[V] | Placed[V], pairs: Iterable[tuple[int, int]]) -> list[Pair]:
    columns = np.ascontiguousarray(given.codes.T)
    found = []
    for one, other in sorted(pairs):
        counted = _tally_of_two(given.values, columns[one], columns[other])
        found.append(Pair(one, other, figure_of(counted, counted.distance_matrix(distance))))
    return found


def _tally_of_two(values: Sequence[V], one: Ints, other: Ints) -> Tally:
    """Return what `tally` says of two columns in canonical order; several times faster, as no row needs sorting."""
    low, high = np.minimum(one, other), np.maximum(one, other)
    paired = np.flatnonzero(low >= 0)
    numbers, kind = np.unique(low[paired] * len(values) + high[paired], return_inverse=True)
    used, rows = np.unique(np.stack(np.divmod(numbers, max(1, len(values))), axis=1), return_inverse=True)
    kind_of_unit = np.full(len(one), -1)
    kind_of_unit[paired] = kind
    return Tally([values[at] for at in used.tolist()], rows.reshape(-1, 2), kind_of_unit, 2 if len(paired) else 0)


def _mean(alphas: Sequence[float | None]) -> MeanPairwise:
    known = [value for value in alphas if value is not None]
    left_out = len(alphas) - len(known)
    if not known:
        because = NO_ALPHA if alphas else NO_TWO_CODERS
        return MeanPairwise(value=None, undefined_because=because, pairs=0, left_out=left_out)
    return MeanPairwise(
        value=fsum(known) / len(known),
        undefined_because="",
        pairs=len(known),
        left_out=left_out,
        lowest=min(known),
        highest=max(known),
    )


# --- two groups ---


def _cross(given: Coded, distance: Distance[V] | Placed[V], first: list[int], second: list[int]) -> Cross:
    """Return kappa_x of two groups of coders; a `Placed` distance looks at the uses of both groups together."""
    both = (given.codes[:, first] >= 0).any(axis=1) & (given.codes[:, second] >= 0).any(axis=1)
    shared = _in_order(Coded(given.values, given.codes[both][:, [*first, *second]]))
    one, other = shared.codes[:, : len(first)], shared.codes[:, len(first) :]
    judgements = (int((one >= 0).sum()), int((other >= 0).sum()))
    observed, expected = None, None
    value, because = None, NO_SHARED_UNIT
    if len(shared):
        delta = tally(shared).distance_matrix(distance)
        observed, expected = _observed(one, other, delta), _expected(one, other, delta)
        value, because = (1 - observed / expected, "") if expected else (None, _why_no_distance(shared))
    return Cross(
        value=value,
        undefined_because=because,
        observed=observed,
        expected=expected,
        units=len(shared),
        left_out=len(given) - len(shared),
        judgements=judgements,
    )


def _observed(one: Ints, other: Ints, delta: Floats) -> float:
    """Return do; the distances in a unit are sorted before they are added, so that the order of coders is no matter."""
    crossed = np.zeros((one.shape[1] * other.shape[1], len(one)))
    for distances, (left, right) in zip(crossed, product(one.T, other.T), strict=True):
        here = np.flatnonzero((left >= 0) & (right >= 0))
        distances[here] = delta[left[here], right[here]]
    apart = np.zeros(len(one))
    for distances in np.sort(crossed, axis=0):
        apart += distances
    r, s = (one >= 0).sum(axis=1), (other >= 0).sum(axis=1)
    return fsum(apart * (r + s) / (r * s)) / int((r + s).sum())


def _expected(one: Ints, other: Ints, delta: Floats) -> float:
    """Return de."""
    uses = [np.bincount(codes[codes >= 0], minlength=len(delta)) for codes in (one, other)]
    return fsum((np.multiply.outer(*uses) * delta).flat) / int(uses[0].sum() * uses[1].sum())


def _why_no_distance(shared: Coded) -> str:
    return NO_VARIATION if len(shared.values) == 1 else NO_DISTANCE
