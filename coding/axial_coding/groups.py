"""Which codes most coders put together: groups by average linkage over the share of coders. Pure arithmetic."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

MOST = 0.5  # more than this share of the coders who placed both codes


def together(piles: Sequence[Sequence[str | None]]) -> npt.NDArray[np.float64]:
    """Give, for each pair of codes, the share of coders who put both into one pile, of those who placed both.

    `piles`: codes x coders, None where a coder left the code aside. What fewer than two coders put together is 0.
    """
    count = len(piles)
    same, both = np.zeros((count, count)), np.zeros((count, count))
    for said in zip(*piles, strict=True):
        names = {pile: at for at, pile in enumerate(dict.fromkeys(pile for pile in said if pile is not None))}
        where = np.array([names.get(pile, -1) if pile is not None else -1 for pile in said])
        placed = where >= 0
        both += placed[:, None] & placed[None, :]
        same += (where[:, None] == where[None, :]) & placed[:, None] & placed[None, :]
    shares = np.divide(same, both, out=np.zeros_like(same), where=both > 0)
    shares[same < 2] = 0
    np.fill_diagonal(shares, 0)
    return shares


def groups(piles: Sequence[Sequence[str | None]]) -> list[tuple[list[int], float]]:
    """Group codes (by place) whose mean share is above one half, with that mean over the group's pairs.

    Average linkage (UPGMA; Sokal & Michener 1958): the two groups with the highest mean share are joined, as long as it
    is above one half; of equal ones the first. The largest group comes first.
    """
    shares = together(piles)
    between, members = shares.copy(), [[at] for at in range(len(piles))]
    sizes = np.ones(len(piles))
    while len(piles) > 1:
        first, second = divmod(int(between.argmax()), len(piles))
        if between[first, second] <= MOST:
            break
        joined = sizes[first] * between[first] + sizes[second] * between[second]
        sizes[first] += sizes[second]
        between[first] = between[:, first] = joined / sizes[first]
        between[second] = between[:, second] = between[first, first] = 0
        members[first] += members[second]
        members[second] = []
    found = [(sorted(group), mean_share(shares, group)) for group in members if len(group) > 1]
    return sorted(found, key=lambda one: (-len(one[0]), one[0]))


def mean_share(shares: npt.NDArray[np.float64], group: list[int]) -> float:
    inside = shares[np.ix_(group, group)]
    return float(inside.sum() / (len(group) * (len(group) - 1)))
