"""A stance scale as a picture: its values on a circle in the scale's order, with mean stance and spread.

0 says that a value is not touched, not that it lies in between, so mean and spread are of the incidents that touch it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from math import cos, pi, sin, sqrt

from coding.selective_coding.marks import cut, marked

WIDTH, HEIGHT = 720, 520
CENTRE = (360, 260)
INNER, OUTER, ARC, NAMES = 56, 190, 206, 224  # radii: of -1, of +1, of the layers' arcs, of the names
SIDE, APART = 0.3, 0.02  # how far from the axis a name stands beside the circle; the gap between arcs, in turns of pi
DOT = (4, 7)  # the least radius of a dot, and what the most touched value has more
LINE, LETTERS = 13, 24  # half the height of a name and its figure; letters of a name


@dataclass(frozen=True)
class Value:
    """How often incidents go against a value, do not touch it, promote it."""

    uid: str
    name: str
    layer: int
    layer_name: str
    against: int
    untouched: int
    promotes: int

    @property
    def touched(self) -> int:
        return self.against + self.promotes

    @property
    def mean(self) -> float | None:
        """The mean stance of the incidents that touch it, from -1 to +1."""
        return (self.promotes - self.against) / self.touched if self.touched else None

    @property
    def mean_said(self) -> str:
        return "" if self.mean is None else f"{self.mean:+.2f}".replace("-", "−")

    @property
    def spread(self) -> float | None:
        """Their standard deviation, as of all of them and no sample."""
        return None if self.mean is None else sqrt(max(0.0, 1 - self.mean**2))


@dataclass(frozen=True)
class Spoke:
    """A value's place on the circle; without stances it has no dot."""

    value: Value
    end: tuple[float, float]
    text: tuple[float, float]
    anchor: str
    dot: tuple[float, float, float] | None
    spread: tuple[float, float, float, float] | None
    name: str


@dataclass(frozen=True)
class Space:
    """A drawing of `WIDTH` x `HEIGHT`; the table beside it says the same."""

    spokes: list[Spoke]
    arcs: list[tuple[str, int]]
    rings: list[tuple[float, float, float, str]]
    layers: list[tuple[int, str]]
    centre: tuple[int, int] = CENTRE
    width: int = WIDTH
    height: int = HEIGHT


def value_space(values: Sequence[Value]) -> Space | None:
    """Draw values of which at least one is touched; None for others."""
    most = max((value.touched for value in values), default=0)
    if not most:
        return None
    spokes = [spoke(value, number / len(values), most) for number, value in enumerate(values)]
    between = 0.5 / len(values)  # where no dot lies over the rings' names
    rings = [
        (radius(stance), *at(between, radius(stance)), words) for stance, words in ((-1, "−1"), (0, "0"), (1, "+1"))
    ]
    layers = list(dict.fromkeys((value.layer, value.layer_name) for value in values))
    return Space(spokes, arcs(values), rings, layers)


def radius(stance: float) -> float:
    return INNER + (stance + 1) / 2 * (OUTER - INNER)


def at(turn: float, length: float) -> tuple[float, float]:
    """Give the point at a turn (0 is up, clockwise) and a distance from the centre."""
    angle = 2 * pi * turn - pi / 2
    return round(CENTRE[0] + length * cos(angle), 1), round(CENTRE[1] + length * sin(angle), 1)


def spoke(value: Value, turn: float, most: int) -> Spoke:
    mean, spread = value.mean, value.spread
    dot = line = None
    if mean is not None and spread is not None:
        size = DOT[0] + DOT[1] * sqrt(value.touched / most)
        dot = (*at(turn, radius(mean)), round(size, 1))
        line = (*at(turn, radius(max(-1, mean - spread))), *at(turn, radius(min(1, mean + spread))))
    aside = sin(2 * pi * turn)
    anchor = "middle" if abs(aside) < SIDE else "start" if aside > 0 else "end"
    x, y = at(turn, NAMES)
    text = x, round(y - 3 - LINE * cos(2 * pi * turn), 1)
    return Spoke(value, at(turn, OUTER), text, anchor, dot, line, marked(value.layer, cut(value.name, LETTERS)))


def arcs(values: Sequence[Value]) -> list[tuple[str, int]]:
    """Draw an arc along the values of each layer, with its position; a layer alone has the whole circle."""
    found, first, count = [], 0, len(values)
    for layer, held in groupby(values, key=lambda value: value.layer):
        size = len(list(held))
        start, end = (first - 0.5) / count + APART / 2, (first + size - 0.5) / count - APART / 2
        (x1, y1), (x2, y2) = at(start, ARC), at(end, ARC)
        found.append((f"M{x1} {y1}A{ARC} {ARC} 0 {int(end - start > 0.5)} 1 {x2} {y2}", layer))
        first += size
    return found
