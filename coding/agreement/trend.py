"""Agreement over rounds: a line for each layer, through the main rating rounds in the order of their release.

Only rounds of one purpose are joined (method.md, Rounds). What changed from one to the next is said beside it: the
edition, the number of incidents, and how often the layer was used.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from coding.agreement import of_ratings, of_texts
from coding.agreement.pictures import Axis, axis_for
from coding.agreement.queries import Headline
from coding.agreement.rows import Row
from coding.rounds.models import Round

OF = ((of_ratings.TOUCHED, "Layers touched"), (of_texts.CODED, "Text coded at all"))
WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 880, 260, 44, 290, 14, 44


@dataclass(frozen=True)
class Point:
    """A figure in the picture: x and y of its dot, and y of its bounds ('' without an interval)."""

    x: float
    y: float
    low: float | None
    high: float | None
    words: str


@dataclass(frozen=True)
class Series:
    """One line: its name, its layer (0: none), its points and the corners of the line through them."""

    name: str
    layer: int
    points: list[Point]
    line: str
    label_y: float


@dataclass(frozen=True)
class Stop:
    """A round on the way: where it stands, what changed since the one before, and its rows."""

    rated: Round
    x: float
    changed: str
    rows: list[Row | None]


@dataclass(frozen=True)
class Trend:
    """A picture of `WIDTH` x `HEIGHT` and the table that says the same."""

    stops: list[Stop]
    series: list[Series]
    marks: list[tuple[str, float, bool]]
    names: list[str]
    what: str
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    right: int = WIDTH - RIGHT
    bottom: int = HEIGHT - BOTTOM

    @property
    def is_of_ratings(self) -> bool:
        return self.what == OF[0][1]


def trends(summaries: Sequence[Headline]) -> list[Trend]:
    """Make the trends of ratings and of open coding, each where two main rounds or more were measured."""
    made = []
    for level, what in OF:
        joined = []
        for one in reversed(summaries):
            rows = [row for row in one.rows if row.found.level == level and not row.found.method.get("seen")]
            if rows and one.rated.purpose == Round.Purpose.MAIN:
                joined.append((one.rated, rows))
        # A line through two scales would compare what only shares a name: the latest round's scale counts.
        joined = [(rated, rows) for rated, rows in joined if rated.scale_id == joined[-1][0].scale_id]
        if len(joined) > 1:
            made.append(trend(joined, what))
    return made


def trend(joined: Sequence[tuple[Round, list[Row]]], what: str) -> Trend:
    axis = axis_for(bound for _, rows in joined for row in rows for bound in (row.found.value, row.found.low))
    step = (WIDTH - LEFT - RIGHT) / max(1, len(joined))
    xs = [round(LEFT + step * (at + 0.5), 1) for at in range(len(joined))]
    names = list(dict.fromkeys(row.name for _, rows in joined for row in rows))
    stops = [
        Stop(rated, x, changed(joined[at - 1] if at else None, (rated, rows)), by_name(rows, names))
        for at, ((rated, rows), x) in enumerate(zip(joined, xs, strict=True))
    ]
    series = [line(name, joined, xs, axis, at, len(names)) for at, name in enumerate(names)]
    marks = [(words, y_of(axis, value), value in (0.667, 0.8)) for words, value in
             ((axis.words.split()[1], axis.low), (".667", 0.667), (".800", 0.8), ("1", 1.0))]  # fmt: skip
    return Trend(stops, spread(series), marks, names, what)


def by_name(rows: Sequence[Row], names: Sequence[str]) -> list[Row | None]:
    held = {row.name: row for row in rows}
    return [held.get(name) for name in names]


def y_of(axis: Axis, value: float) -> float:
    return round(HEIGHT - BOTTOM - axis.share(value) * (HEIGHT - BOTTOM - TOP), 1)


def line(
    name: str, joined: Sequence[tuple[Round, list[Row]]], xs: Sequence[float], axis: Axis, at: int, of: int
) -> Series:
    """Draw one series; its dots stand a little aside of the others', so that whiskers do not cover each other."""
    aside, points, layer = (at - (of - 1) / 2) * 9, [], 0
    for (rated, rows), x in zip(joined, xs, strict=True):
        for row in rows:
            if row.name == name and row.found.value is not None and row.whisker:
                low, high = row.found.low, row.found.high
                at_low, at_high = (None, None) if low is None or high is None else (y_of(axis, low), y_of(axis, high))
                words = f"{rated.name}, {name}: {row.whisker.words}"
                points.append(Point(round(x + aside, 1), y_of(axis, row.found.value), at_low, at_high, words))
                layer = row.layer
    corners = " ".join(f"{point.x},{point.y}" for point in points)
    return Series(name, layer, points, corners, points[-1].y if points else 0)


def spread(series: Sequence[Series]) -> list[Series]:
    """Move the names at the lines' ends apart, so that none covers another."""
    least, placed = 16.0, []
    last = float("-inf")
    for one in sorted((one for one in series if one.points), key=lambda one: one.label_y):
        last = max(one.label_y, last + least)
        placed.append(replace(one, label_y=round(last, 1)))
    return placed


def changed(before: tuple[Round, list[Row]] | None, now: tuple[Round, list[Row]]) -> str:
    """Say what is not the same as in the round before."""
    if before is None:
        return ""
    (earlier, rows), (later, more) = before, now
    said = []
    if earlier.edition_id != later.edition_id and later.edition:
        said.append(f"edition {later.edition.number}")
    if rows[0].found.units != more[0].found.units:
        said.append(f"{more[0].found.units} instead of {rows[0].found.units} incidents")
    elif len({row.found.method.get("of_incidents") for row in (rows[0], more[0])}) > 1:
        said.append("other incidents")
    return ", ".join(said)
