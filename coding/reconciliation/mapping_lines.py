"""A released mapping round, category by category: what each coder said, what stands, and what was decided."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from coding.codes.models import Mapping
from coding.people.models import User
from coding.reconciliation import mappings
from coding.reconciliation.models import Decision, Disagreement
from coding.rounds.models import Assignment, Round
from coding.selective_coding.models import ConsensusMapping


@dataclass
class Line:
    """One category: what each coder said (None: nothing), what stands, and what the living mapping says."""

    uid: str
    name: str
    cells: list[mappings.Held | None]
    consensus: ConsensusMapping | None
    found: Disagreement | None
    decisions: list[Decision]
    living: Mapping | None
    refusal: str = ""
    unsent: str = ""  # what was written for a form that the line does not show any more

    @property
    def state(self) -> str:
        if self.found is not None:
            return "settled" if self.found.settled_at else "open"
        return "agreed" if self.consensus else "alone" if any(self.cells) else "missing"


def coders_of(mapped: Round) -> list[User]:
    """Give those who map in it, by name, machines last."""
    held = Assignment.objects.filter(round=mapped).select_related("coder")
    return sorted({one.coder for one in held}, key=lambda one: (one.is_machine, one.name, one.pk))


def lines_of(mapped: Round, coders: Sequence[User]) -> list[Line]:
    """Lay a released round's categories out, disagreements first, those with the greatest rise of alpha before others.

    Machines' choices are shown; what stands is people's."""
    said = mappings.choices_in(Assignment.objects.filter(round=mapped).submitted())
    stands = {one.category.uid: one for one in mappings.standing(mapped)}
    apart = Disagreement.objects.filter(round=mapped).prefetch_related("decisions__by")
    by_unit = {one.unit: one for one in apart}
    living = {one.category.uid: one for one in Mapping.objects.filter(scale=mapped.scale_id)
              .select_related("category", "scale_category")}  # fmt: skip
    lines = []
    for key, row in mappings.categories_of(mapped).items():
        uid, found = UUID(key), by_unit.get(f"{mappings.UNIT}{key}")
        by = {one.coder.pk: one for one in said.get(uid, [])}
        decisions = sorted(found.decisions.all(), key=lambda one: -one.pk) if found else []
        cells = [by.get(coder.pk) for coder in coders]
        lines.append(Line(key, row["name"], cells, stands.get(uid), found, decisions, living.get(uid)))
    rank = {"open": 0, "settled": 1, "alone": 2, "missing": 3, "agreed": 4}
    return sorted(lines, key=lambda one: (rank[one.state], -((one.found.rise if one.found else None) or 0)))
