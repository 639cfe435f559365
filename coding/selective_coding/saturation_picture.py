"""Saturation as a picture: the share of each run as a line, the band of random orders behind it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil

from coding.selective_coding.saturation import Run, Saturation, per_cent

WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 880, 260, 56, 120, 14, 40
MOST_POINTS, TICKS, TENTH = 400, 8, 0.1


@dataclass(frozen=True)
class Picture:
    """A drawing of `WIDTH` x `HEIGHT`; the table beside it says the same."""

    line: str
    band: str
    dots: list[tuple[float, float, str]]
    stop: tuple[float, float] | None
    threshold: tuple[float, str]
    rows: list[tuple[float, str]]
    columns: list[tuple[float, str]]
    every: int
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    right: int = WIDTH - RIGHT
    bottom: int = HEIGHT - BOTTOM


def picture(found: Saturation) -> Picture | None:
    """Draw a saturation that has at least one run; None for another."""
    if found.undefined_because:
        return None
    every = ceil(len(found.runs) / MOST_POINTS)
    shown = found.runs[::every]
    top = highest(found.runs)
    xs = [x_of(run, found) for run in shown]
    line = [f"{x},{y_of(run.share, top)}" for x, run in zip(xs, shown, strict=True)]
    upper = [f"{x},{y_of(run.high, top)}" for x, run in zip(xs, shown, strict=True)]
    lower = [f"{x},{y_of(run.low, top)}" for x, run in zip(xs, shown, strict=True)]
    dots = [(x, y_of(run.share, top), f"{run.first} to {run.last}: {per_cent(run.share or 0)}")
            for x, run in zip(xs, shown, strict=True)] if len(shown) <= 60 else []  # fmt: skip
    level = found.setting.threshold / 100
    return Picture(
        " ".join(line), " ".join([*upper, *reversed(lower)]) if found.band else "", dots,
        (x_of(found.stop, found), y_of(found.stop.share, top)) if found.stop else None,
        (y_of(min(level, top), top), f"{found.setting.threshold} %"),
        [(y_of(share, top), per_cent(share)) for share in (0.0, top / 2, top)], columns(found, shown), every,
    )  # fmt: skip


def highest(runs: Sequence[Run]) -> float:
    """Choose the top of the axis: the least tenth that holds every share and band."""
    most = max(max(run.share or 0, run.high or 0) for run in runs)
    return max(1, ceil(round(most / TENTH, 6))) * TENTH


def x_of(run: Run, found: Saturation) -> float:
    span = max(1, len(found.runs) - 1)
    return round(LEFT + (run.first - found.runs[0].first + 0.5) / (span + 1) * (WIDTH - LEFT - RIGHT), 1)


def y_of(share: float | None, top: float) -> float:
    return round(HEIGHT - BOTTOM - (share or 0) / top * (HEIGHT - BOTTOM - TOP), 1)


def columns(found: Saturation, shown: Sequence[Run]) -> list[tuple[float, str]]:
    """Name a few runs below the line."""
    step = ceil(len(shown) / TICKS)
    return [
        (x_of(run, found), f"{run.first}–{run.last}" if run.last > run.first else str(run.first))
        for run in shown[::step]
    ]
