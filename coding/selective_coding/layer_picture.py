"""A presence scale as a picture: how many incidents touch each layer, and under it each of its categories."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from coding.selective_coding.marks import cut, marked

WIDTH, LEFT, RIGHT, TOP = 960, 372, 850, 30
ROOM = {"layer": (40, 16), "category": (20, 9), "none": (40, 9)}  # of each kind: its room, and its bar's height
LETTERS = 58


@dataclass(frozen=True)
class Strip:
    """A line of the picture: a bar for all incidents under it, in it one for those where it is the primary category."""

    kind: str
    uid: str
    name: str
    layer: int
    y: float
    top: float
    height: int
    any: int
    primary: int
    width: float
    primary_width: float

    @property
    def says(self) -> str:
        """Say in words what the bar shows."""
        primary = f", {self.primary} as primary" if self.kind == "category" and self.any else ""
        return f"{self.name}: {self.any} incident{'' if self.any == 1 else 's'}{primary}"


@dataclass(frozen=True)
class LayerPicture:
    """A drawing of `WIDTH` x `height`; the table beside it says the same."""

    strips: list[Strip]
    of: int
    height: int
    width: int = WIDTH
    left: int = LEFT
    right: int = RIGHT
    top: int = TOP


def layer_picture(lines: Sequence[Any]) -> LayerPicture | None:
    """Draw the lines of a table of results; None where nothing stands."""
    of = lines[0].count.of if lines else 0
    if not of:
        return None
    y, strips = float(TOP), []
    for line in lines:
        room, height = ROOM[line.kind]
        middle = y + room - 10
        strips.append(strip(line, of, middle, height))
        y += room
    return LayerPicture(strips, of, round(y + 6))


def strip(line: Any, of: int, y: float, height: int) -> Strip:
    name = f"{line.number} {line.name}" if line.number else line.name
    name = cut(marked(line.layer, name) if line.kind == "layer" else name, LETTERS)
    primary = line.count.primary if line.kind == "category" else 0
    unit = (RIGHT - LEFT) / of
    return Strip(line.kind, line.uid, name, line.layer, y, y - height / 2, height, line.count.any, primary,
                 round(line.count.any * unit, 1), round(primary * unit, 1))  # fmt: skip
