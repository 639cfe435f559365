"""Continua: texts that coders cut into units, with what each coder judged and what each left out.

Positions are code points (any whole numbers do), half-open: a stretch from 3 to 7 has length 4. A coder of a continuum
judged it from end to end, but for the stretches in `missing`: what such a coder left uncoded is a gap, which is a
judgement. A coder who is not named did not judge the continuum at all. A stretch counts where two coders judged it.
"""

from collections import defaultdict
from collections.abc import Collection, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import NamedTuple


@dataclass(frozen=True)
class Stretch:
    """Name a half-open stretch of a continuum for one coder."""

    coder: Hashable
    start: int
    end: int


@dataclass(frozen=True)
class Span(Stretch):
    """Say that a coder gave a stretch a label; the label is anything but None."""

    label: Hashable


@dataclass(frozen=True)
class Continuum:
    """Hold one text: its length, the coders who judged it, their spans, and the stretches that a coder left out.

    `begin`: position of the first character, if the text does not begin at 0.
    Raise ValueError for a negative length, a coder named twice, a stretch that is empty, outside the text or of a coder
    who is not named, a span without label, and a span on text that its coder left out.
    """

    length: int
    coders: Sequence[Hashable]
    spans: Sequence[Span] = ()
    missing: Sequence[Stretch] = ()
    begin: int = 0

    def __post_init__(self) -> None:
        if self.length < 0:
            raise ValueError(f"A continuum cannot have the length {self.length}: give 0 or more.")
        if len(set(self.coders)) < len(self.coders):
            raise ValueError("A coder is named twice for one continuum: name each coder once.")
        for stretch in (*self.spans, *self.missing):
            self._refuse_misplaced(stretch)
        if any(span.label is None for span in self.spans):
            raise ValueError("A span has no label: give each span a label.")
        self._refuse_spans_on_missing_text()

    @property
    def end(self) -> int:
        """The position after the last character."""
        return self.begin + self.length

    def only(self, labels: Collection[Hashable]) -> "Continuum":
        """Return the continuum with the spans of these labels alone, say those of one group of codes."""
        return replace(self, spans=tuple(span for span in self.spans if span.label in labels))

    def _refuse_misplaced(self, stretch: Stretch) -> None:
        if stretch.coder not in self.coders:
            raise ValueError(f"{stretch} is of a coder who is not named for its continuum: name the coder first.")
        if not self.begin <= stretch.start < stretch.end <= self.end:
            raise ValueError(f"{stretch} is empty, or not inside the continuum from {self.begin} to {self.end}.")

    def _refuse_spans_on_missing_text(self) -> None:
        for gap in self.missing:
            for span in self.spans:
                if span.coder == gap.coder and span.start < gap.end and gap.start < span.end:
                    raise ValueError(f"{span} is on text that its coder left out ({gap}): take away one of the two.")


class Strip(NamedTuple):
    """Hold a piece of text that two coders or more judged, as long as nothing changes: no unit begins or ends in it."""

    length: int
    judges: int
    units: tuple[Span, ...]


@dataclass(frozen=True)
class Lengths:
    """Say how much text there is, how much of it two coders judged, and how much the named coders left out, summed."""

    text: int
    judged_by_two: int
    left_out: int


def lengths(continua: Iterable[Continuum]) -> Lengths:
    """Measure continua: all their text, the text judged by at least two coders, and the stretches left out."""
    given = list(continua)
    return Lengths(
        text=sum(continuum.length for continuum in given),
        judged_by_two=sum(strip.length for continuum in given for strip in strips(continuum, ())),
        left_out=sum(gap.end - gap.start for continuum in given for gap in _united_missing(continuum)),
    )


def united(spans: Iterable[Span]) -> list[Span]:
    """Return the units of spans: what overlaps under one coder and label is one unit; what adjoins stays two."""
    found: defaultdict[tuple[Hashable, Hashable], list[Span]] = defaultdict(list)
    for span in sorted(spans, key=_place):
        units = found[span.coder, span.label]
        if units and span.start < units[-1].end:
            units[-1] = replace(units[-1], end=max(units[-1].end, span.end))
        else:
            units.append(span)
    return [unit for units in found.values() for unit in units]


def strips(continuum: Continuum, units: Iterable[Span]) -> Iterator[Strip]:
    """Yield the pieces of a continuum that at least two coders judged, in order, cut wherever a unit begins or ends."""
    gaps, waiting = _united_missing(continuum), sorted(units, key=_place, reverse=True)
    edges = {edge for stretch in (*gaps, *waiting) for edge in (stretch.start, stretch.end)}
    covering: list[Span] = []
    for start, end in pairwise(sorted(edges | {continuum.begin, continuum.end})):
        covering = [unit for unit in covering if unit.end > start]
        while waiting and waiting[-1].start == start:
            covering.append(waiting.pop())
        judges = len(continuum.coders) - sum(gap.start <= start < gap.end for gap in gaps)
        if judges > 1:
            yield Strip(end - start, judges, tuple(covering))


def judging(continuum: Continuum) -> frozenset[Hashable]:
    """Return the coders who judged any text of a continuum that another judged too."""
    gaps = _united_missing(continuum)
    edges = {edge for gap in gaps for edge in (gap.start, gap.end)} | {continuum.begin, continuum.end}
    found: set[Hashable] = set()
    for start, _ in pairwise(sorted(edges)):
        here = set(continuum.coders) - {gap.coder for gap in gaps if gap.start <= start < gap.end}
        found |= here if len(here) > 1 else set()
    return frozenset(found)


def _united_missing(continuum: Continuum) -> list[Span]:
    return united(Span(gap.coder, gap.start, gap.end, None) for gap in continuum.missing) if continuum.missing else []


def _place(stretch: Stretch) -> tuple[int, int]:
    return stretch.start, stretch.end
