"""What coders taken together probably meant: the most common reading, and the model of Dawid & Skene. No agreement.

Both give one reading per unit where coders differ, as a suggestion for those who reconcile. Neither says how well the
coders agree: a consensus can be computed from coders who agree no more than chance would, and its probabilities then
look certain all the same. Nothing here is to be shown as reliability, or beside it without saying so.

A table is units x coders: one row per unit, one cell per coder, None where the coder did not judge the unit.
"""

from collections import Counter
from collections.abc import Hashable, Sequence
from dataclasses import dataclass, replace
from math import fsum
from typing import Any

import numpy as np

from coding.agreement.alpha import Coded, Ints, Table, canonical, coded
from coding.agreement.distances import Floats, V

MOST_STEPS = 1000
STILL = 1e-9  # a step that moves no probability further than this is the last
EQUAL = 1e-6  # probabilities that differ by less are tied

NOBODY = "Nobody judged this unit."
TIED = "Tied: these values were given equally often."
NO_PAIRS = "Not estimated: no unit was judged by two coders."
ONE_VALUE = "Not estimated: every coder used the same value."
TWO_CODERS = "Rests on two coders, who cannot show which of them errs: the starting point decides between them."


@dataclass(frozen=True)
class CommonReading:
    """Say which value most coders gave to one unit; a suggestion for reconciling, and no measure of agreement.

    value   the value given most often, or None; then `because` is a sentence, otherwise ''
    tied    the values given most often where there are several; otherwise empty. A tie is never broken
    count   coders who gave the value (each of the tied values)
    judged  coders who judged the unit
    """

    value: Any
    because: str
    tied: tuple[Any, ...]
    count: int
    judged: int

    @property
    def is_majority(self) -> bool:
        """Say whether more than half of those who judged gave the value."""
        return not self.tied and 2 * self.count > self.judged


def common_readings(table: Table[V]) -> list[CommonReading]:
    """Return the most common reading of each unit of a table (units x coders, None = not judged)."""
    return [_common_reading([value for value in row if value is not None]) for row in table]


def _common_reading(judged: list[Any]) -> CommonReading:
    if not judged:
        return CommonReading(None, NOBODY, (), 0, 0)
    counts = Counter(judged)
    most = max(counts.values())
    values = canonical(value for value, count in counts.items() if count == most)
    if len(values) > 1:
        return CommonReading(None, TIED, tuple(values), most, len(judged))
    return CommonReading(values[0], "", (), most, len(judged))


@dataclass(frozen=True, kw_only=True)
class LatentClasses:
    """Say what the model of Dawid & Skene makes of a table; a suggestion for reconciling, and no measure of agreement.

    values          the distinct values, which are also the classes that a unit may truly belong to
    coders          the coders, in the order of their first column
    shares          estimated share of units truly of each class; () where `because` is a sentence, otherwise ''
    confusion       per coder and true class the estimated shares of the values that this coder gives; None for a class
                    that none of this coder's units belongs to
    probabilities   per unit the probability of each class, None where nobody judged the unit
    likely          per unit the most probable class, None where nobody judged the unit or two are equally probable
    log_likelihood  natural logarithm of the likelihood of the judgements under these estimates
    steps           steps of the EM algorithm; `converged`: the last moved no probability further than 1e-9
    caution         what keeps the estimates from being read plainly, otherwise ''
    """

    values: tuple[Any, ...]
    coders: tuple[Hashable, ...]
    units: int
    left_out: int
    because: str
    shares: tuple[float, ...] = ()
    confusion: tuple[tuple[tuple[float, ...] | None, ...], ...] = ()
    probabilities: tuple[tuple[float, ...] | None, ...] = ()
    likely: tuple[Any, ...] = ()
    log_likelihood: float | None = None
    steps: int = 0
    converged: bool = False
    caution: str = ""


def latent_classes(
    table: Table[V] | Coded, coders: Sequence[Hashable] | None = None, *, most_steps: int = MOST_STEPS
) -> LatentClasses:
    """Estimate true classes and each coder's confusion matrix by maximum likelihood (Dawid & Skene 1979).

    Applied Statistics 28(1): 20-28. A suggestion for reconciling, and no measure of agreement.
    `coders`: one name per column; columns of one name are repeated judgements of one coder. Given the true class, the
    model takes all judgements to be independent. EM starts from the share of each value among a unit's judgements
    (their eq. 3.1), without chance, and finds the maximum nearest to it, which need not be the greatest.
    Raise ValueError for rows of unequal length, NaN, and a wrong number of names.
    """
    given = table if isinstance(table, Coded) else coded(table)
    names = list(range(given.codes.shape[1])) if coders is None else list(coders)
    if len(names) != given.codes.shape[1] and len(given):
        raise ValueError(f"There are {given.codes.shape[1]} columns but {len(names)} names: name the coder of each.")
    known = tuple(dict.fromkeys(names))
    values, codes = _used(given)
    judged = np.flatnonzero((codes >= 0).any(axis=1))
    coder = np.array([known.index(name) for name in names[: codes.shape[1]]], dtype=np.int64)
    found = LatentClasses(
        values=tuple(values),
        coders=known,
        units=len(judged),
        left_out=len(given) - len(judged),
        because=_not_estimated_because(codes, coder, len(values)),
    )
    return found if found.because else _estimated(found, codes, coder, most_steps)


def _used(given: Coded) -> tuple[list[Any], Ints]:
    """Return the values that were given to any unit, in canonical order, and the codes as positions in these."""
    old_code = {given.values[at]: at for at in np.unique(given.codes[given.codes >= 0]).tolist()}
    values = canonical(old_code)
    new_code = np.full(len(given.values) + 1, -1)
    new_code[[old_code[value] for value in values]] = np.arange(len(values))
    return values, new_code[given.codes]


def _not_estimated_because(codes: Ints, coder: Ints, values: int) -> str:
    judges = np.array([(codes[:, coder == one] >= 0).any(axis=1) for one in np.unique(coder)])
    if not judges.size or judges.sum(axis=0).max() < 2:
        return NO_PAIRS
    return ONE_VALUE if values == 1 else ""


def _estimated(found: LatentClasses, codes: Ints, coder: Ints, most_steps: int) -> LatentClasses:
    """Put the estimates on what was counted. Units with the same row are one row that counts as often."""
    judged = np.any(codes >= 0, axis=1)
    rows, row_of_unit, times = np.unique(codes[judged], axis=0, return_inverse=True, return_counts=True)
    place = np.full(len(codes), -1)
    place[judged] = row_of_unit.ravel()
    probabilities = _starting_point(rows, len(found.values))
    steps, moved = 0, 1.0
    while moved > STILL and steps < most_steps:
        shares, confusion = _maximised(probabilities, rows, times, coder, len(found.coders))
        before, (probabilities, logs) = probabilities, _expected(shares, confusion, rows, coder)
        steps, moved = steps + 1, float(np.abs(probabilities - before).max())
    return replace(
        found,
        shares=tuple(shares.tolist()),
        confusion=tuple(tuple(tuple(row) if any(row) else None for row in one) for one in confusion.tolist()),
        **_of_units(found.values, probabilities, place),
        log_likelihood=fsum(logs * times),
        steps=steps,
        converged=moved <= STILL,
        caution=_caution(len(found.coders), steps, moved),
    )


def _starting_point(rows: Ints, values: int) -> Floats:
    counts = np.array([(rows == value).sum(axis=1) for value in range(values)], dtype=np.float64).T
    shares: Floats = counts / counts.sum(axis=1)[:, np.newaxis]
    return shares


def _maximised(probabilities: Floats, rows: Ints, times: Ints, coder: Ints, coders: int) -> tuple[Floats, Floats]:
    """Return the shares of classes (eq. 2.4) and the confusion (coders x classes x values, eq. 2.3) that fit best."""
    weights = probabilities * times[:, np.newaxis]
    values = weights.shape[1]
    given = np.zeros((coders, values, values))
    for column, one in zip(rows.T, coder, strict=True):
        given[one] += np.array([weights[column == value].sum(axis=0) for value in range(values)]).T
    totals = given.sum(axis=2, keepdims=True)
    return weights.sum(axis=0) / times.sum(), np.divide(given, totals, out=np.zeros_like(given), where=totals > 0)


def _expected(shares: Floats, confusion: Floats, rows: Ints, coder: Ints) -> tuple[Floats, Floats]:
    """Return each row's probabilities of classes (eq. 2.5), and the logarithm of its likelihood (eq. 2.7)."""
    with np.errstate(divide="ignore"):
        log_shares, log_confusion = np.log(shares), np.log(confusion)
    joint = np.repeat(log_shares[np.newaxis], len(rows), axis=0)
    for column, one in zip(rows.T, coder, strict=True):
        joint[column >= 0] += log_confusion[one][:, column[column >= 0]].T
    highest = joint.max(axis=1, keepdims=True)
    weights = np.exp(joint - highest)
    total = weights.sum(axis=1, keepdims=True)
    return weights / total, (highest + np.log(total))[:, 0]


def _of_units(values: tuple[Any, ...], probabilities: Floats, place: Ints) -> dict[str, Any]:
    """Give each unit the probabilities of its row (-1 = none), and the most probable class unless two are tied."""
    highest = np.sort(probabilities, axis=1)[:, -2:]
    tied = (highest[:, 0] > highest[:, 1] - EQUAL).tolist()
    best = [None if is_tied else values[at] for is_tied, at in zip(tied, probabilities.argmax(axis=1), strict=True)]
    rows = [tuple(row) for row in probabilities.tolist()]
    return {
        "probabilities": tuple(None if at < 0 else rows[at] for at in place.tolist()),
        "likely": tuple(None if at < 0 else best[at] for at in place.tolist()),
    }


def _caution(coders: int, steps: int, moved: float) -> str:
    said = [TWO_CODERS] if coders < 3 else []
    if moved > STILL:
        said.append(f"Not converged: step {steps:,} still moved a probability by {moved:.1e}. Allow more steps.")
    return " ".join(said)
