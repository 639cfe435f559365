"""Pictures to take along, each an SVG that also becomes PNG and PDF; a table on the page says the same."""

from __future__ import annotations

import re
from dataclasses import dataclass

from django.template.loader import render_to_string

from coding.agreement.company import Confusion
from coding.agreement.figures import RoundFigures
from coding.agreement.pictures import Axis
from coding.agreement.rows import Row, title_of
from coding.agreement.trend import Trend

FORMATS = ("svg", "pdf", "png")
TYPES = {"svg": "image/svg+xml", "pdf": "application/pdf", "png": "image/png"}
NAME, FIGURE, LINE, ROW, HEAD, EDGE = 390, 150, 340, 24, 34, 12
CELL, LABEL = 34, 390
MOST_ROWS, MOST_PIXELS = 200, 12_000_000
SIZE = re.compile(r'<svg [^>]*?width="([\d.]+)" height="([\d.]+)"')
SCALE = 2.0  # pixels of a PNG for each unit of the drawing: sharp in print at the width of a page
LONGEST = 60


@dataclass(frozen=True)
class Drawn:
    """A row of the picture, with its places along the line in units of the drawing."""

    name: str
    layer: int
    said: str
    y: int
    dot: float | None = None
    low: float | None = None
    high: float | None = None
    random_low: float | None = None
    random_high: float | None = None


def figures_svg(found: RoundFigures) -> str:
    """Draw all of a round's figures as dots with whiskers, a row each, on one line from 0 (or below) to 1."""
    rows = [drawn(row, found.axis, HEAD + at * ROW) for at, row in enumerate(found.all_rows[:MOST_ROWS])]
    height, left = HEAD + len(rows) * ROW + EDGE * 3, NAME + FIGURE
    ends = {found.axis.words.split()[1]: found.axis.low, "0": 0.0, ".667": 0.667, ".800": 0.8, "1": 1.0}
    marks = [(words, left + found.axis.share(value) * LINE) for words, value in ends.items()]
    context = {"rows": rows, "width": left + LINE + EDGE * 2, "height": height, "left": left, "right": left + LINE,
               "marks": marks, "top": HEAD - ROW / 2, "bottom": height - EDGE, "figures": found,
               "figure_x": left - EDGE * 2, "more": len(found.all_rows) - len(rows),
               "foot_y": height - EDGE}  # fmt: skip
    return render_to_string("agreement/figures.svg", context)


def drawn(row: Row, axis: Axis, y: int) -> Drawn:
    one, left = row.found, NAME + FIGURE

    def at(value: float | None) -> float | None:
        return None if value is None or one.value is None else round(left + axis.share(value) * LINE, 1)

    random = one.beside.get("random") or {}
    said = f"{row.value} ({row.bounds})" if row.bounds else row.value or "not defined"
    return Drawn(
        cut(title_of(one)), row.layer, said, y, at(one.value), at(one.low), at(one.high), at(random.get("low")),
        at(random.get("high")),
    )  # fmt: skip


def cut(name: str) -> str:
    return name if len(name) <= LONGEST else f"{name[: LONGEST - 1]}…"


def confusion_svg(found: Confusion, title: str) -> str:
    """Draw who said what beside what: a square a cell, darker for more, the number always in it."""
    size = len(found.heads)
    cells = [
        (LABEL + column * CELL, HEAD + row * CELL, cell)
        for row, (_, line) in enumerate(found.lines) for column, cell in enumerate(line)
    ]  # fmt: skip
    rows = [(HEAD + at * CELL + CELL / 2, cut(name)) for at, (name, _) in enumerate(found.lines)]
    heads = [(LABEL + at * CELL + CELL / 2, brief[:5]) for at, (brief, _) in enumerate(found.heads)]
    context = {"cells": cells, "rows": rows, "heads": heads, "cell": CELL, "label_x": LABEL - EDGE, "title": title,
               "width": LABEL + size * CELL + EDGE, "height": HEAD + size * CELL + EDGE * 3, "head_y": HEAD - 8,
               "found": found, "foot_y": HEAD + size * CELL + EDGE * 2}  # fmt: skip
    return render_to_string("agreement/confusion.svg", context)


def trend_svg(found: Trend) -> str:
    """Draw a trend by itself, with the colours that its page would give it."""
    return render_to_string("agreement/trend.svg", {"trend": found, "alone": True})


def converted(svg: str, form: str) -> bytes:
    """Turn a picture into the format that is asked for."""
    if form == "svg":
        return svg.encode()
    import vl_convert  # heavy, and seldom asked for

    if form == "pdf":
        return bytes(vl_convert.svg_to_pdf(svg))
    size = SIZE.match(svg)
    pixels = float(size[1]) * float(size[2]) if size else 1.0
    return bytes(vl_convert.svg_to_png(svg, scale=min(SCALE, (MOST_PIXELS / pixels) ** 0.5)))
