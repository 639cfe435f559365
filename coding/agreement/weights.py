"""Agreement weights between values: 1 for full agreement, less for values further apart, one matrix per list of values.

Weights take distinct values in any order and return a float matrix (values x values) in that order: symmetric, 1 on
the diagonal, between 0 and 1. Values are numbers, or texts that read as numbers; `identity` and a matrix of one's own
take any values. Give every value that the coders could use where some were never used: the least and the greatest
value set the scale.

Source of the formulas: Gwet 2014, Handbook of Inter-Rater Reliability, 4th ed., ch. 3; quadratic weights go back to
Cohen 1968, Psychological Bulletin 70(4), and ratio weights to Krippendorff's ratio distance.
"""

from collections.abc import Callable, Hashable, Sequence
from math import isfinite
from typing import Any

import numpy as np

from coding.agreement.distances import Floats

Weights = Callable[[Sequence[Any]], Floats]


def identity(values: Sequence[Hashable]) -> Floats:
    """Return 1 between a value and itself and 0 between any two: every disagreement counts in full."""
    return np.eye(len(values))


def linear(values: Sequence[Any]) -> Floats:
    """Return 1 - |x - y| / (max - min)."""
    return 1 - _gaps(values)


def quadratic(values: Sequence[Any]) -> Floats:
    """Return 1 - (x - y)^2 / (max - min)^2."""
    return 1 - _gaps(values) ** 2


def radical(values: Sequence[Any]) -> Floats:
    """Return 1 - sqrt(|x - y| / (max - min))."""
    weights: Floats = 1 - np.sqrt(_gaps(values))
    return weights


def ordinal(values: Sequence[Any]) -> Floats:
    """Return 1 - M / max M, where M counts the pairs of values from x to y, both included: only the order matters.

    With ranks r and s, M = (|r - s| + 1) |r - s| / 2.
    """
    rank = np.argsort(np.argsort(_numbers(values)))
    steps = np.abs(np.subtract.outer(rank, rank)).astype(np.float64)
    pairs = (steps + 1) * steps / 2
    weights: Floats = 1 - pairs / max(pairs.max(initial=0), 1)
    return weights


def ratio(values: Sequence[Any]) -> Floats:
    """Return 1 - ((x - y) / (x + y))^2 / ((max - min) / (max + min))^2; raise ValueError for a number below 0.

    0 and 0 agree in full, as any value does with itself; the quotient is not defined there.
    """
    numbers = _numbers(values)
    if (numbers < 0).any():
        raise ValueError(f"Ratio weights need values of 0 or more, and {numbers.min():g} is less. Use linear weights.")
    apart, together = np.subtract.outer(numbers, numbers), np.add.outer(numbers, numbers)
    shares = np.divide(apart, together, out=np.zeros_like(apart), where=together > 0)
    return 1 - (shares / (np.abs(shares).max(initial=0) or 1)) ** 2


def given(values: Sequence[Hashable], matrix: Sequence[Sequence[float]] | Floats) -> Weights:
    """Return weights that look values up in a matrix of one's own (values x values, in the order of `values`).

    Raise ValueError unless the matrix is square, symmetric, between 0 and 1 and has 1 on its diagonal. Disagreement
    weights v as in Cohen 1968 become 1 - v / max v. The weights raise ValueError for a value that is not listed.
    A listed value that nobody used counts only where the coefficient's `scale` names it too.
    """
    if len(set(values)) < len(values):
        raise ValueError("A value is listed twice with these weights. Name each value once.")
    if len(matrix) != len(values) or any(len(row) != len(values) for row in matrix):
        raise ValueError(f"Weights for {len(values)} values need {len(values)} rows of as many numbers.")
    weights = checked(np.array(matrix, dtype=np.float64).reshape(len(values), len(values)))
    place = {value: at for at, value in enumerate(values)}

    def look_up(used: Sequence[Hashable]) -> Floats:
        unknown = [value for value in used if value not in place]
        if unknown:
            raise ValueError(f"There is no weight for the value {unknown[0]!r}. Add it to the matrix of weights.")
        at = [place[value] for value in used]
        return weights[np.ix_(at, at)]

    return look_up


def checked(weights: Floats) -> Floats:
    """Return weights as they are; raise ValueError unless square, symmetric, between 0 and 1, and 1 on the diagonal."""
    square = weights.ndim == 2 and len(set(weights.shape)) == 1
    if not square or not np.array_equal(weights, weights.T) or (weights.diagonal() != 1).any():
        raise ValueError("Weights are a square, symmetric matrix with 1 from each value to itself. Mend the matrix.")
    if ((weights < 0) | (weights > 1)).any():
        raise ValueError("Weights lie between 0 (no agreement) and 1 (full agreement). Divide by the greatest.")
    return weights


def _gaps(values: Sequence[Any]) -> Floats:
    """Return |x - y| / (max - min), 0 everywhere for a single value."""
    numbers = _numbers(values)
    gaps = np.abs(np.subtract.outer(numbers, numbers))
    scaled: Floats = gaps / (gaps.max(initial=0) or 1)
    return scaled


def _numbers(values: Sequence[Any]) -> Floats:
    """Return values as numbers; raise ValueError for what is no number, and for one number written in two ways."""
    numbers = [_number(value) for value in values]
    seen: dict[float, Any] = {}
    for value, number in zip(values, numbers, strict=True):
        if number in seen:
            raise ValueError(f"{seen[number]!r} and {value!r} are the same number. Write it in one way throughout.")
        seen[number] = value
    return np.array(numbers, dtype=np.float64)


def _number(value: Any) -> float:
    try:
        number = float(value)
    except (TypeError, ValueError):
        number = float("nan")
    if not isfinite(number):
        raise ValueError(f"{value!r} is no number, and these weights need one. Number the values, or use no weights.")
    return number
