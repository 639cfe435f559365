"""Distances between values, for alpha: one square matrix per list of values.

A distance takes distinct values and returns a float matrix (values x values): symmetric, 0 on the diagonal,
between 0 and 1. It looks at the values only, never at how often they were used, so that one matrix serves every
resample; one that must look is a `Placed`. Integers stay exact, so nominal figures are the same to the last bit on any
machine. Distances of numbers are in `metrics`.
"""

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

V = TypeVar("V", bound=Hashable)
Floats = NDArray[np.float64]
Distance = Callable[[Sequence[V]], Floats]


@dataclass(frozen=True)
class Placed(Generic[V]):
    """A distance that depends on how often each value was used: the squared difference of places on a line.

    `places`: takes distinct values and their uses (samples x values), returns the places (samples x values). Places of
    values that a sample does not use are read by nobody.
    """

    places: Callable[[Sequence[V], Floats], Floats]


def nominal(values: Sequence[Hashable]) -> Floats:
    """Return 1 between any two values and 0 between a value and itself (Krippendorff 2004, ch. 11)."""
    return np.ones((len(values), len(values))) - np.eye(len(values))


def set_equality(sets: Sequence[frozenset[Hashable]]) -> Floats:
    """Return 0 for equal sets and 1 for all others, however much they share; TypeError for what is no frozenset."""
    _refuse_what_is_no_set(sets)
    return nominal(sets)


def jaccard(sets: Sequence[frozenset[Hashable]]) -> Floats:
    """Return 1 - J, J = shared labels / all labels of the two (Jaccard 1912); two empty sets are equal (J = 1).

    Empty against non-empty is 1. Raise TypeError for what is no frozenset.
    """
    shared, either, _ = _overlaps(sets)
    return 1 - _share(shared, either)


def masi(sets: Sequence[frozenset[Hashable]]) -> Floats:
    """Return 1 - J * M (Passonneau 2006, LREC), J as in `jaccard`.

    M is 1 for equal sets, 2/3 where one holds the other, 1/3 where they share some labels, 0 where they share none.
    Two empty sets are equal (0); empty against non-empty is 1. Raise TypeError for what is no frozenset.
    """
    shared, either, smaller = _overlaps(sets)
    monotonicity: Floats = np.select([shared == either, shared == smaller, shared > 0], [1.0, 2 / 3, 1 / 3], 0.0)
    same: Floats = _share(shared, either) * monotonicity
    return 1 - same


def passonneau_2004(sets: Sequence[frozenset[Hashable]]) -> Floats:
    """Return 0 for equal sets, 1/3 where one holds the other, 2/3 where they share some labels, 1 where none.

    Passonneau 2004, Computing Reliability for Coreference Annotation, LREC, pp. 1503-1506. The paper has no empty
    sets: here, as in `masi`, two are equal (0) and empty against non-empty, which share nothing, is 1.
    Raise TypeError for what is no frozenset.
    """
    shared, either, smaller = _overlaps(sets)
    distance: Floats = np.select([shared == either, shared == 0, shared == smaller], [0.0, 1.0, 1 / 3], 2 / 3)
    return distance


def _share(shared: Floats, either: Floats) -> Floats:
    """Return J, the share of labels in both sets among those in either; 1 where neither has any."""
    share: Floats = np.divide(shared, either, out=np.ones_like(shared), where=either > 0)
    return share


def _overlaps(sets: Sequence[frozenset[Hashable]]) -> tuple[Floats, Floats, Floats]:
    """Return three matrices (sets x sets): labels in both, labels in either, labels of the smaller set."""
    _refuse_what_is_no_set(sets)
    position = {label: at for at, label in enumerate(frozenset().union(*sets))}
    member = np.zeros((len(sets), len(position)))
    for row, labels in enumerate(sets):
        member[row, [position[label] for label in labels]] = 1
    size = member.sum(axis=1)
    shared = member @ member.T
    return shared, np.add.outer(size, size) - shared, np.minimum.outer(size, size)


def _refuse_what_is_no_set(sets: Sequence[Hashable]) -> None:
    for value in sets:
        if not isinstance(value, frozenset):
            raise TypeError(f"{value!r} is no frozenset: this distance compares sets of labels. Give each as one.")
