"""Coverage of a scale: which of its categories no incident stands under, and which no coder has ever used."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from django.db.models import Q

from coding.codes.models import Scale, ScaleCategory
from coding.rounds.models import Assignment, Round
from coding.selective_coding.models import Rating
from coding.selective_coding.standing import standing, touches


@dataclass(frozen=True)
class Use:
    """How many incidents stand under a scale category, and how many people chose it in released rounds."""

    incidents: int = 0
    coders: int = 0


UNUSED = Use()


def uses(scale: Scale) -> dict[int, Use]:
    """Count by the key of each scale category in use, in a fixed number of queries; machines are no coders here.

    What stands under a merged one counts for the one that took it over, each incident and coder once.
    """
    stands = ScaleCategory.objects.filter(layer__scale=scale).survivors()
    said = Rating.objects.filter(
        Q(stance=None) | ~Q(stance=0), scale_category__layer__scale=scale,
        assignment__round__state__in=Round.RELEASED, assignment__state=Assignment.State.SUBMITTED,
        assignment__coder__is_machine=False,
    )  # fmt: skip
    incidents: dict[int | None, set[int]] = defaultdict(set)
    for pk, rows in standing(scale).rows.items():
        for row in rows:
            if row.category is not None and touches(row):
                incidents[stands[row.category]].add(pk)
    coders: dict[int | None, set[int]] = defaultdict(set)
    for category, coder in said.values_list("scale_category", "assignment__coder").distinct():
        coders[stands[category]].add(coder)
    used = incidents.keys() | coders.keys()
    return {pk: Use(len(incidents[pk]), len(coders[pk])) for pk in used if pk is not None}
