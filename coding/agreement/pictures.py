"""Places of a dot and its whiskers along a line, in per cent, for SVG attributes; and figures as a page writes them."""

from collections.abc import Iterable
from dataclasses import dataclass
from math import floor

TENTATIVE, RELIABLE = 0.667, 0.800  # Krippendorff 2004, p. 241
STEP = 0.2


@dataclass(frozen=True)
class Axis:
    """A line from `low` (0, or lower where a figure is negative) to 1, shared by all rows of a table."""

    low: float = 0.0

    def share(self, value: float) -> float:
        """Say where a value stands, from 0 to 1."""
        return (min(max(value, self.low), 1.0) - self.low) / (1 - self.low)

    def place(self, value: float) -> str:
        """Say where a value stands, in per cent of the line."""
        return f"{100 * self.share(value):.2f}%"

    def width(self, low: float, high: float) -> str:
        """Say how long a stretch is, in per cent of the line."""
        return f"{100 * (self.share(high) - self.share(low)):.2f}%"

    @property
    def zero(self) -> str:
        """Where 0 stands, if not at the line's start."""
        return self.place(0) if self.low < 0 else ""

    @property
    def tentative(self) -> str:
        return self.place(TENTATIVE)

    @property
    def reliable(self) -> str:
        return self.place(RELIABLE)

    @property
    def words(self) -> str:
        return f"from {coefficient(self.low) if self.low else '0'} to 1"


@dataclass(frozen=True)
class Whisker:
    """One row's dot, and its whiskers where there is an interval. `words` says the same.

    `random_low`, `random_high`: between which random placements lie, where there are some.
    """

    dot: str
    low: str
    high: str
    words: str
    random_low: str = ""
    random_width: str = ""


def axis_for(values: Iterable[float | None]) -> Axis:
    """Choose the axis that holds all these values and bounds, from 0 where none is negative, at least from -1."""
    least = min((value for value in values if value is not None), default=0.0)
    return Axis(max(-1.0, round(floor(least / STEP) * STEP, 1))) if round(least, 2) < 0 else Axis()


def whisker(
    axis: Axis, value: float | None, low: float | None, high: float | None,
    random_low: float | None = None, random_high: float | None = None,
) -> Whisker | None:  # fmt: skip
    """Place a figure on the axis; None where it is not defined."""
    if value is None:
        return None
    words, at, to = f"alpha {coefficient(value)}, no interval", "", ""
    if low is not None and high is not None:
        words = f"alpha {coefficient(value)}, from {coefficient(low)} to {coefficient(high)}"
        at, to = axis.place(low), axis.place(high)
    if random_low is None or random_high is None:
        return Whisker(axis.place(value), at, to, words)
    words += f"; random placements from {coefficient(random_low)} to {coefficient(random_high)}"
    return Whisker(axis.place(value), at, to, words, axis.place(random_low), axis.width(random_low, random_high))


def coefficient(value: float, places: int = 2) -> str:
    """Write a coefficient without the leading zero: .81, 1.00, −.05."""
    text = f"{abs(value):.{places}f}".removeprefix("0")
    return f"−{text}" if round(value, places) < 0 else text


def per_cent(value: float) -> str:
    """Write a percentage without decimals, never as 100 or 0 unless it is."""
    if 99.5 <= value < 100:
        return "> 99 %"
    return "< 1 %" if 0 < value < 0.5 else f"{value:.0f} %"


def interval(low: float, high: float) -> str:
    return f"{coefficient(low)} to {coefficient(high)}"
