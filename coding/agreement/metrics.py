"""Distances of numbers, for alpha at level ordinal, interval and ratio (Krippendorff 2004, ch. 11; 2011, section D).

Values are numbers or texts of numbers, such as "2" or "-0.5". Two texts of one number ("1" and "1.0") are one value:
turn such a table into numbers first (`as_numbers`). Distances are shares of the largest one possible with these values,
which leaves alpha as it is, and makes closeness the weighted agreement of Cohen's quadratic weights (interval).
"""

from collections.abc import Hashable, Sequence
from contextlib import suppress
from decimal import Decimal
from math import isfinite, nan
from numbers import Real

import numpy as np

from coding.agreement.alpha import Table
from coding.agreement.distances import Floats, Placed, V


def as_numbers(table: Table[V]) -> list[list[float | None]]:
    """Return a table (units x coders, None = not judged) as numbers; raise ValueError for a value that is none."""
    number = {value: number_of(value) for row in table for value in row if value is not None}
    return [[None if value is None else number[value] for value in row] for row in table]


def number_of(value: Hashable) -> float:
    """Return the finite number that a value is or says; raise ValueError for any other, and for a boolean."""
    number = nan
    if isinstance(value, str | Real | Decimal) and not isinstance(value, bool) and "_" not in str(value):
        with suppress(ValueError, OverflowError):
            number = float(value)
    if not isfinite(number):
        raise ValueError(f"{value!r} is no number: give numbers (such as 2 or 0.5), or measure at level nominal.")
    return number + 0.0  # -0.0 is 0.0


def interval(values: Sequence[Hashable]) -> Floats:
    """Return (c - k)^2 as a share of the largest; raise ValueError for what is no number, or one number twice."""
    numbers = _distinct_numbers(values)
    if len(numbers) < 2:
        return np.zeros((len(numbers), len(numbers)))
    places = numbers / np.abs(numbers).max()  # so that no difference of large numbers overflows
    gaps: Floats = (np.subtract.outer(places, places) / np.ptp(places)) ** 2
    return gaps


def ratio(values: Sequence[Hashable]) -> Floats:
    """Return ((c - k) / (c + k))^2, which is 1 between 0 and any other.

    Raise ValueError for what is no number, for one number twice, and for numbers below 0, which no ratio scale has.
    """
    numbers = _distinct_numbers(values)
    if (numbers < 0).any():
        raise ValueError(f"{numbers.min():g} is below 0, and a ratio scale starts at 0: measure at level interval.")
    halves = numbers / 2  # so that no sum of large numbers overflows
    sums = np.add.outer(halves, halves)
    shares: Floats = np.divide(np.subtract.outer(halves, halves), sums, out=np.zeros_like(sums), where=sums > 0)
    return shares**2


def middle_ranks(values: Sequence[Hashable], uses: Floats) -> Floats:
    """Return the mean rank of each value (samples x values) from how often each is used (samples x values).

    The ordinal distance is the square of the sum of n_g over g from c to k, less (n_c + n_k) / 2: the difference of the
    two mean ranks. Raise ValueError for what is no number, or one number twice.
    """
    order = np.argsort(_distinct_numbers(values))
    ranks = np.empty_like(uses)
    ranks[:, order] = np.cumsum(uses[:, order], axis=1) - uses[:, order] / 2
    return ranks


ordinal: Placed[Hashable] = Placed(middle_ranks)


def _distinct_numbers(values: Sequence[Hashable]) -> Floats:
    numbers = np.array([number_of(value) for value in values], dtype=np.float64)
    if len(np.unique(numbers)) < len(numbers):
        raise ValueError("Two different values are the same number: turn the table into numbers first (as_numbers).")
    return numbers
