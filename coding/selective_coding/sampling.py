"""Theoretical sampling: the next incidents to code, proposed by gap, each with why. Pure: who has which gap comes in.

Greedy, as one would choose by hand: first the incident that closes most of what is open, then the one that closes most
of what that one leaves. Ties go to the lower number, so that the same gaps always propose the same incidents.
"""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass

RATED, WORDED, ATTRIBUTE = 3, 2, 1  # how much it tells that an incident would fill the gap


@dataclass(frozen=True)
class Gap:
    """Something that too few coded incidents show: how many more are wanted, and what that is in words."""

    says: str
    wanted: int


@dataclass(frozen=True)
class Reason:
    """Why one incident might fill a gap, and how much that tells."""

    says: str
    weight: int


@dataclass(frozen=True)
class Proposal:
    """An incident by its number, with the gaps that it was chosen for and why."""

    number: int
    reasons: tuple[tuple[Gap, Reason], ...]


def propose(
    candidates: Mapping[int, Mapping[Hashable, Reason]], gaps: Mapping[Hashable, Gap], most: int
) -> list[Proposal]:
    """Choose up to `most` incidents (by number), each for the gaps that are still open when it is chosen."""
    wanted = {key: gap.wanted for key, gap in gaps.items()}
    waiting, chosen = dict(sorted(candidates.items())), list[Proposal]()
    while waiting and len(chosen) < most:
        worth = {number: weight_of(reasons, wanted) for number, reasons in waiting.items()}
        best = max(worth, key=worth.__getitem__)
        if not worth[best]:
            break
        closing = {key: one for key, one in waiting.pop(best).items() if wanted.get(key, 0) > 0}
        order = sorted(closing.items(), key=lambda pair: -pair[1].weight)
        chosen.append(Proposal(best, tuple((gaps[key], one) for key, one in order)))
        for key in closing:
            wanted[key] -= 1
    return chosen


def weight_of(reasons: Mapping[Hashable, Reason], wanted: Mapping[Hashable, int]) -> int:
    return sum(one.weight for key, one in reasons.items() if wanted.get(key, 0) > 0)
