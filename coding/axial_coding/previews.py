"""What a merge will do, said before it: whose segments, which wording stands, where places and relations go."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count

from coding.axial_coding.queries import Card, released_codings
from coding.codes.checks import CRITERIA
from coding.codes.models import Category, Code, Relation
from coding.people.models import Project


@dataclass(frozen=True)
class Wording:
    """One criterion as each of the codes words it; only the kept code's stands afterwards."""

    label: str
    rows: list[tuple[Code, str]]


@dataclass(frozen=True)
class MergePreview:
    """`coders`: name and how many segments; a `place` is a category with the codes in it."""

    coders: list[tuple[str, int]]
    segments: int
    incidents: int
    wordings: list[Wording]
    places: list[tuple[Category | None, list[Code]]]
    relations: list[Relation]


def merge_preview(project: Project, cards: Sequence[Card]) -> MergePreview:
    """Say what stands under the codes together; a segment that bears two of them counts once."""
    codes = [card.code for card in cards]
    codings = released_codings(project).filter(stands__in=[code.pk for code in codes]).order_by()
    segment = {"segments": Count("segment", distinct=True)}
    whose = codings.values("segment__assignment__coder__name", "segment__assignment__coder").annotate(**segment)
    coders = [(row["segment__assignment__coder__name"], row["segments"]) for row in whose]
    total: dict[str, Any] = codings.aggregate(
        **segment, incidents=Count("segment__assignment__incident", distinct=True)
    )
    relations = Relation.objects.filter(filler_code__in=codes, phenomenon__retired_at=None)
    relations = relations.select_related("phenomenon", "filler_category", "filler_code").order_by("pk")
    return MergePreview(
        sorted(coders, key=lambda one: (-one[1], one[0])), total["segments"], total["incidents"], wordings_of(codes),
        places_of(codes), list(relations),
    )  # fmt: skip


def wordings_of(codes: Sequence[Code]) -> list[Wording]:
    """Set the criteria that any of the codes has side by side."""
    rows = ((field, [(code, getattr(code, field)) for code in codes]) for field in CRITERIA)
    said = ((field, held) for field, held in rows if any(text for _, text in held))
    return [Wording(field.replace("_", " ").capitalize(), held) for field, held in said]


def places_of(codes: Sequence[Code]) -> list[tuple[Category | None, list[Code]]]:
    """Group the codes by the category in which they stand."""
    found: dict[int | None, tuple[Category | None, list[Code]]] = {}
    for code in codes:
        found.setdefault(code.category_id, (code.category, []))[1].append(code)
    return list(found.values())
