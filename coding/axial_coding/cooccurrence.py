"""Co-occurrence of words (codes, or categories): what is counted in each of three ways, and Jaccard.

A reading is one coder's work on one incident in one round. Readings are kept apart: where two coders put different
codes on the same sentence they read it differently, which is no co-occurrence. The ways, with the unit of each:

- same segment: segments of a reading that bear both words;
- overlapping: segments that bear one of the two and share at least one code point with a segment of the same reading
  that bears the other (a segment that bears both does so with itself);
- same incident: incidents in which both words stand, whoever put them there, each incident once.

Jaccard (1901) is the count divided by the units that bear either word, so it lies from 0 to 1 in every way, and
overlapping is never less than same segment. A word's own segments in a unit count once, however many of its codes
stand on them.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import combinations

SEGMENT, OVERLAP, INCIDENT = "segment", "overlap", "incident"

Pair = tuple[int, int]  # words by numbers, the smaller first


@dataclass
class Stretch:
    """A segment with the words that stand on it."""

    segment: int
    reading: int
    incident: int
    start: int
    end: int
    words: set[int] = field(default_factory=set)


@dataclass(frozen=True)
class Unit:
    """What is counted: the words that it bears itself, and those that it bears or meets."""

    stretches: Sequence[Stretch]
    own: frozenset[int]
    near: frozenset[int]

    def holds(self, one: int, other: int) -> bool:
        return (one in self.own and other in self.near) or (other in self.own and one in self.near)


@dataclass(frozen=True)
class Counted:
    """Units by word and by pair; `shared` are units that bear both words themselves, so that none is in a sum twice."""

    units: Counter[int]
    pairs: Counter[Pair]
    shared: Counter[Pair]

    def either(self, pair: Pair) -> int:
        """Count the units that bear one word of the pair or both."""
        return self.units[pair[0]] + self.units[pair[1]] - self.shared[pair]

    def jaccard(self, pair: Pair) -> float:
        return self.pairs[pair] / self.either(pair) if self.pairs[pair] else 0.0


def stretches(rows: Iterable[tuple[int, int, int, int, int, int]]) -> list[Stretch]:
    """Join rows (word, segment, reading, incident, start, end) to segments with all their words."""
    found: dict[int, Stretch] = {}
    for word, segment, reading, incident, start, end in rows:
        if segment not in found:
            found[segment] = Stretch(segment, reading, incident, start, end)
        found[segment].words.add(word)
    return list(found.values())


def units(held: Iterable[Stretch], way: str) -> list[Unit]:
    """Give the units of a way."""
    if way == INCIDENT:
        return [of_incident(inside) for inside in by(held, "incident").values()]
    if way == OVERLAP:
        return [unit for inside in by(held, "reading").values() for unit in met(inside)]
    return [alone(one) for one in held]


def by(held: Iterable[Stretch], what: str) -> dict[int, list[Stretch]]:
    groups: defaultdict[int, list[Stretch]] = defaultdict(list)
    for one in held:
        groups[getattr(one, what)].append(one)
    return groups


def alone(one: Stretch) -> Unit:
    words = frozenset(one.words)
    return Unit([one], words, words)


def of_incident(inside: Sequence[Stretch]) -> Unit:
    words = frozenset[int]().union(*(one.words for one in inside))
    return Unit(inside, words, words)


def met(reading: Iterable[Stretch]) -> list[Unit]:
    """Give each segment of a reading with the words of all that it shares a code point with."""
    rows = sorted(reading, key=lambda one: (one.start, one.end, one.segment))
    near = {one.segment: set(one.words) for one in rows}
    open_: list[Stretch] = []  # those that may reach the next one
    for one in rows:
        open_ = [other for other in open_ if other.end > one.start]
        for other in open_:
            near[one.segment] |= other.words
            near[other.segment] |= one.words
        open_.append(one)
    return [Unit([one], frozenset(one.words), frozenset(near[one.segment])) for one in rows]


def count(held: Iterable[Unit]) -> Counted:
    """Count units by word and by pair, in one pass."""
    by_word, shared, beside = Counter[int](), Counter[Pair](), Counter[Pair]()
    for unit in held:
        by_word.update(unit.own)
        shared.update(combinations(sorted(unit.own), 2))
        if unit.near is not unit.own:
            beside.update({(min(a, b), max(a, b)) for a in unit.own for b in unit.near - unit.own})
    return Counted(by_word, shared + beside if beside else shared, shared)


def behind(held: Iterable[Unit], one: int, other: int) -> list[Stretch]:
    """Give the segments behind a pair: those counted, or of each incident counted all under one word or the other."""
    found = [stretch for unit in held if unit.holds(one, other) for stretch in unit.stretches]
    return [stretch for stretch in found if stretch.words & {one, other}]
