"""Units of two coders matched one to one: how many are the same, and how many nearly so. For reading, no coefficient.

Units are those of `unitizing`: what overlaps under one coder and label is one, what adjoins stays two. Two units match
exactly where they start and end together; they match where they overlap by half or more, which is the length of their
intersection over that of their union (Jaccard 1912). Only text that both coders judged is compared: continua that one
of them did not judge are out, and so are units that reach into text that the other left out.

No choice is left to make. Units of one coder and label do not overlap, so at most one unit of the other overlaps a unit
by more than half; and two that do by just half are its two halves, one of which is left over whichever is matched.
Nothing here allows for chance: long units match more easily, and so do units in texts with many.
"""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations

from coding.agreement.alpha import canonical
from coding.agreement.continua import Continuum, Span, Stretch, united
from coding.agreement.unitizing import labels_of

Units = dict[Hashable, list[Span]]


@dataclass(frozen=True)
class Matches:
    """Say how many units match, of how many; of three or more coders each number is the sum over their pairs.

    exact                 units of the first coder that have a counterpart of the second with the same start and end
    overlapping           those that have one which they overlap by half or more, the exact ones among them
    of_first, of_second   units of either coder that were compared; the first of a pair is so in canonical order
    """

    exact: int
    overlapping: int
    of_first: int
    of_second: int


def matches(continua: Sequence[Continuum], labels: Iterable[Hashable] | None = None) -> dict[Hashable, Matches]:
    """Return the matches of each label (all that occur, in canonical order, if none are given)."""
    wanted = labels_of(continua) if labels is None else list(labels)
    sums: dict[Hashable, list[int]] = {label: [0, 0, 0, 0] for label in wanted}
    for continuum in continua:
        for label, units in _units_by_label(continuum).items():
            if label in sums:
                sums[label] = [was + more for was, more in zip(sums[label], _of_pairs(continuum, units), strict=True)]
    return {label: Matches(*numbers) for label, numbers in sums.items()}


def _units_by_label(continuum: Continuum) -> dict[Hashable, Units]:
    """Return the units of each coder of each label, in the order of the text."""
    found: defaultdict[Hashable, Units] = defaultdict(lambda: {coder: [] for coder in continuum.coders})
    for unit in united(continuum.spans):
        found[unit.label][unit.coder].append(unit)
    return found


def _of_pairs(continuum: Continuum, units: Units) -> list[int]:
    sums = [0, 0, 0, 0]
    for first, second in combinations(canonical(continuum.coders), 2):
        one, other = _judged(units[first], continuum, second), _judged(units[second], continuum, first)
        exact = len({(unit.start, unit.end) for unit in one} & {(unit.start, unit.end) for unit in other})
        here = (exact, _overlapping(one, other), len(one), len(other))
        sums = [was + more for was, more in zip(sums, here, strict=True)]
    return sums


def _judged(units: list[Span], continuum: Continuum, by: Hashable) -> list[Span]:
    """Return the units that lie on no text which this coder left out."""
    gaps = [gap for gap in continuum.missing if gap.coder == by]
    return [unit for unit in units if not any(_shared(unit, gap) > 0 for gap in gaps)]


def _overlapping(one: list[Span], other: list[Span]) -> int:
    """Count the matches of two lists of units, each in the order of the text and without overlaps."""
    matched, at = 0, 0
    for unit in one:
        for place in range(at, len(other)):
            if other[place].start >= unit.end:
                break
            if _by_half(unit, other[place]):
                matched, at = matched + 1, place + 1
                break
    return matched


def _by_half(one: Stretch, other: Stretch) -> bool:
    shared = _shared(one, other)
    either = one.end - one.start + other.end - other.start - shared
    return 2 * shared >= either


def _shared(one: Stretch, other: Stretch) -> int:
    return max(0, min(one.end, other.end) - max(one.start, other.start))
