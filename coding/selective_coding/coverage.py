"""Coverage of a scale: which of its categories no incident stands under, and which no coder has ever used."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from django.db.models import Count, Q

from coding.codes.models import Scale
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
    """Count by the scale category's key, in a fixed number of queries; machines are no coders here."""
    incidents: dict[int, set[int]] = defaultdict(set)
    for pk, rows in standing(scale).rows.items():
        for row in rows:
            if row.category is not None and touches(row):
                incidents[row.category].add(pk)
    said = Rating.objects.filter(
        Q(stance=None) | ~Q(stance=0), scale_category__layer__scale=scale,
        assignment__round__state__in=Round.RELEASED, assignment__state=Assignment.State.SUBMITTED,
        assignment__coder__is_machine=False,
    )  # fmt: skip
    coders = dict(said.values_list("scale_category").annotate(number=Count("assignment__coder", distinct=True)))
    return {pk: Use(len(incidents.get(pk, ())), coders.get(pk, 0)) for pk in incidents.keys() | coders.keys()}
