"""A nominal alpha is computed twice, by us and by the published package; where they differ nothing is stored."""

from collections.abc import Hashable, Sequence
from importlib import metadata

import krippendorff
import numpy as np

CLOSE = 1e-9
CONFIRMED = f"krippendorff {metadata.version('krippendorff')}"


class OpinionsDiffer(RuntimeError):
    """Two ways to compute one figure disagree: a fault of ours, and no figure to show to anybody."""


def confirm(table: Sequence[Sequence[Hashable | None]], value: float) -> None:
    """Compare a nominal alpha with `krippendorff.alpha` on the same table (units x coders, None is missing).

    Raises OpinionsDiffer where they differ by more than 1e-9.
    """
    codes: dict[Hashable, int] = {}
    rows = [[np.nan if one is None else codes.setdefault(one, len(codes)) for one in row] for row in table]
    other = float(krippendorff.alpha(np.array(rows, dtype=float).T, level_of_measurement="nominal"))
    if not abs(other - value) <= CLOSE:
        raise OpinionsDiffer(f"alpha is {value!r} by our computation and {other!r} by the published package")
