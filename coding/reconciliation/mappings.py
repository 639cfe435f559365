"""What the coders of a mapping round said of each category, and what of it stands or waits from its release on."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from coding.agreement.distances import nominal
from coding.agreement.influence import rises
from coding.codes.content import Frozen
from coding.codes.models import Category, ScaleCategory
from coding.lib.refusals import BadInput
from coding.open_coding.models import SettledBy
from coding.people.models import User
from coding.reconciliation.models import Decision, Disagreement
from coding.rounds.models import Assignment, AssignmentQuerySet, Round
from coding.selective_coding.mapping import write_consensus
from coding.selective_coding.models import ConsensusMapping, MappingChoice

UNIT = "category:"


@dataclass(frozen=True)
class Held:
    """What one coder said of one category; without place it does not fit."""

    coder: User
    place: ScaleCategory | None
    rationale: str


Choices = dict[UUID, list[Held]]


def counted(mapped: Round) -> AssignmentQuerySet:
    """The assignments that count: submitted, by people."""
    return Assignment.objects.filter(round=mapped).submitted().human()


def choices_in(assignments: AssignmentQuerySet) -> Choices:
    """Give what these assignments say, by the categories' public ids, in the order of the coders' names."""
    rows = MappingChoice.objects.filter(assignment__in=assignments.values("pk")).select_related(
        "assignment__coder", "category", "scale_category__layer"
    )
    found: Choices = defaultdict(list)
    for row in sorted(rows, key=lambda one: (one.assignment.coder.name, one.assignment.coder_id)):
        found[row.category.uid].append(Held(row.assignment.coder, row.scale_category, row.rationale))
    return found


def write_mappings(mapped: Round) -> tuple[int, int, int, int]:
    """Write a released mapping round's unanimous places and open its disagreements; counts as `unanimity.write`."""
    said, units = choices_in(counted(mapped)), [UUID(uid) for uid in categories_of(mapped)]
    weights = weigh(mapped, units, said)
    live = {one.uid: one for one in Category.objects.filter(project=mapped.project_id, uid__in=units)}
    agreed: list[tuple[Category, ScaleCategory | None]] = []
    opened, alone, unread = [], 0, 0
    for uid, rise in zip(units, weights, strict=True):
        places = [one.place for one in said.get(uid, [])]
        if not places:
            unread += 1
        elif len(set(places)) > 1:
            opened.append(Disagreement(round=mapped, unit=f"{UNIT}{uid}", rise=rise))
        elif len(places) == 1:
            alone += 1
        else:
            agreed.append((live[uid], places[0]))
    write_consensus(mapped, agreed, SettledBy.UNANIMITY)
    Disagreement.objects.bulk_create(opened, batch_size=1000)
    return len(agreed), len(opened), alone, unread


def categories_of(mapped: Round) -> dict[str, dict[str, Any]]:
    return Frozen.of(mapped.edition).categories if mapped.edition else {}


def weigh(mapped: Round, units: list[UUID], said: Choices) -> list[float | None]:
    """Say how much nominal alpha over places rises without each category."""
    coders = sorted({one.coder.pk for held in said.values() for one in held})
    if not mapped.is_blind or len(coders) < 2:
        return [None] * len(units)
    table: list[list[str | None]] = []
    for uid in units:
        by = {one.coder.pk: str(one.place.uid) if one.place else "none" for one in said.get(uid, [])}
        table.append([by.get(coder) for coder in coders])
    return rises(table, nominal)


def category_of(mapped: Round, found: Disagreement) -> Category:
    """Give the category that a disagreement of a mapping round is about. Raises BadInput."""
    if not found.unit.startswith(UNIT):
        raise BadInput("This disagreement is not about a category's place.")
    return Category.objects.get(project=mapped.project_id, uid=found.unit.removeprefix(UNIT))


def standing(mapped: Round) -> list[ConsensusMapping]:
    rows = ConsensusMapping.objects.filter(round=mapped).select_related("category", "scale_category__layer")
    return list(rows.order_by("category__name_key", "category"))


def decided(mapped: Round) -> dict[UUID, str]:
    """Give the rationale of the decision that stands for each category."""
    rows = Decision.objects.filter(
        disagreement__round=mapped, disagreement__settled_at__isnull=False, superseded_by=None
    )
    return {UUID(unit.removeprefix(UNIT)): why for unit, why in rows.values_list("disagreement__unit", "rationale")}


MOST = 20_000  # code points of a rationale


def in_short(mapped: Round, said: Sequence[Held]) -> str:
    """Say who mapped it so, and why, for the living mapping's rationale."""
    who = " and ".join([", ".join(one.coder.name for one in said[:-1]), said[-1].coder.name] if len(said) > 1 else [])
    reasons = "".join(f"\n{one.coder.name}: {one.rationale}" for one in said if one.rationale.strip())
    return f"Mapped alike by {who} in “{mapped.name}”.{reasons}"[:MOST]
