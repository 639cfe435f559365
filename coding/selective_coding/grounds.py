"""On what a judgement of theoretical saturation rests: what a category holds, and what was sought against it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Exists, OuterRef

from coding.axial_coding.models import Evidence
from coding.codes.content import adopted_categories, standing_relations
from coding.codes.models import Category
from coding.open_coding.models import Segment
from coding.people.models import Project
from coding.rounds.models import Round
from coding.selective_coding.models import CaseNote, SaturationJudgement
from coding.selective_coding.saturation_queries import Coded, Named


@dataclass(frozen=True)
class Grounds:
    """One category with what speaks for and against calling it saturated."""

    category: Category
    codes: int
    incidents: int
    properties: int
    ranged: int
    relations: int
    backed: int
    against: int
    is_sought: bool
    judgement: SaturationJudgement | None

    @property
    def gaps(self) -> list[str]:
        """Name what method asks for and is not there."""
        said = [
            (not self.properties, "no property yet"),
            (self.ranged < self.properties, f"{self.properties - self.ranged} of its properties without a range"),
            (not self.relations, "no relation yet"),
            (self.backed < self.relations, f"{self.relations - self.backed} of its relations without evidence"),
            (not self.is_sought, "no negative case sought"),
        ]
        return [words for missing, words in said if missing]


def grounds_of(project: Project, coded: Sequence[Coded], codes: dict[int, Named]) -> list[Grounds]:
    """Collect the grounds of every adopted category, in order of names."""
    categories: list[Category] = list(adopted_categories(project))
    of_codes = Counter(one.category for one in codes.values())
    incidents: Counter[int | None] = Counter()
    for one in coded:
        incidents.update({codes[code].category for code in one.codes})
    relations, backed = relations_of(project)
    against, latest = against_of(project), judgements_of(project)
    noted = set(CaseNote.objects.filter(category__project=project).values_list("category", flat=True))
    return [
        Grounds(one, of_codes[one.pk], incidents[one.pk], *ranges(one.properties), relations[one.pk], backed[one.pk],
                against[one.pk], bool(against[one.pk]) or one.pk in noted, latest.get(one.pk))
        for one in categories
    ]  # fmt: skip


def ranges(properties: Any) -> tuple[int, int]:
    """Count the properties of a category, and those whose range has both ends."""
    held = [one for one in properties if isinstance(one, dict)] if isinstance(properties, list) else []
    return len(held), sum(bool(one.get("from")) and bool(one.get("to")) for one in held)


def relations_of(project: Project) -> tuple[Counter[int], Counter[int]]:
    """Count the relations that each category stands in, at either end, and those that a segment speaks for."""
    speaks = Evidence.objects.filter(
        relation=OuterRef("pk"), speaks=Evidence.Speaks.FOR, segment__assignment__round__state__in=Round.RELEASED
    )
    rows = standing_relations(project).annotate(backed=Exists(speaks))
    every, backed = Counter[int](), Counter[int]()
    for phenomenon, filler, is_backed in rows.values_list("phenomenon", "filler_category", "backed"):
        ends = [end for end in (phenomenon, filler) if end]
        every.update(ends)
        backed.update(ends if is_backed else [])
    return every, backed


def against_of(project: Project) -> Counter[int]:
    """Count the segments of released rounds that speak against each category, or against a relation that it is in."""
    segments = Segment.objects.filter(
        speaks_against__project=project, assignment__round__state__in=Round.RELEASED
    ).values_list("speaks_against")
    found = Counter[int](dict(segments.annotate(n=Count("pk"))))
    rows = Evidence.objects.filter(
        relation__phenomenon__project=project, speaks=Evidence.Speaks.AGAINST,
        segment__assignment__round__state__in=Round.RELEASED,
    )  # fmt: skip
    for ends in rows.values_list("relation__phenomenon", "relation__filler_category"):
        found.update(end for end in ends if end)
    return found


def judgements_of(project: Project) -> dict[int, SaturationJudgement]:
    """Give the latest judgement of each category."""
    rows = SaturationJudgement.objects.filter(category__project=project).select_related("by").order_by("at", "pk")
    return {one.category_id: one for one in rows}
