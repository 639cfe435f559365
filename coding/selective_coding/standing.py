"""What stands for incidents on a scale: the rows that results, coverage and the cross-table count.

An incident's consensus is that of its latest released round that has any; training compares with a key and stability
is the same coder again, so neither counts.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from coding.codes.models import Scale, ScaleCategory
from coding.people.models import Project
from coding.rounds.models import Round
from coding.selective_coding.models import ConsensusRating

COUNTED = (Round.Purpose.PILOT, Round.Purpose.MAIN, Round.Purpose.RECODING)


class Report(NamedTuple):
    """An incident as results need it, and the rounds that it stands by: its text stays in the database."""

    pk: int
    rounds: frozenset[int]
    number: int
    title: str
    happening: str
    modality: str
    lifecycle_stage: str
    source_name: str
    language: str
    occurred_on: date | None

    @property
    def year(self) -> str:
        return str(self.occurred_on.year) if self.occurred_on else ""


class Row(NamedTuple):
    """One consensus row; without category it says that none applies."""

    incident: int
    category: int | None
    stance: int | None
    is_primary: bool
    is_plural: bool


@dataclass(frozen=True)
class Standing:
    """All that stands on one scale: rows by incident, and the rounds that they come from."""

    reports: dict[int, Report]
    rows: dict[int, list[Row]]
    rounds: list[Round]

    @property
    def is_random(self) -> bool:
        """Were all these incidents drawn at random? Else no interval means anything."""
        return bool(self.rounds) and all(one.sampling == Round.Sampling.RANDOM for one in self.rounds)

    def under(self, categories: Iterable[int], *, primary: bool = False) -> list[Report]:
        """Give the incidents under any of these categories, in the order of their numbers."""
        wanted = set(categories)
        found = [
            self.reports[pk] for pk, rows in self.rows.items()
            if any(row.category in wanted and touches(row) and (row.is_primary or not primary) for row in rows)
        ]  # fmt: skip
        return sorted(found, key=lambda one: one.number)


def touches(row: Row) -> bool:
    """Stance 0 says that the value is not touched."""
    return row.category is not None and row.stance != 0


REPORT = ("number", "title", "occurrence", "modality", "lifecycle_stage", "source_name", "language", "occurred_on")


def standing(scale: Scale) -> Standing:
    """Read what stands on a scale, in two queries."""
    found = ConsensusRating.objects.filter(
        round__scale=scale, round__state__in=Round.RELEASED, round__purpose__in=COUNTED, incident__withdrawn_because=""
    )
    read = list(found.values_list(
        "round", "round__released_at", "incident", "incident__uid", *(f"incident__{name}" for name in REPORT),
        "scale_category", "stance", "is_primary", "is_plural",
    ).order_by("incident__number", "scale_category__number", "pk"))  # fmt: skip
    last: dict[int, tuple[object, int]] = {}
    for round_, at, incident, *_ in read:
        last[incident] = max(last.get(incident, (at, round_)), (at, round_))
    reports: dict[int, Report] = {}
    rows: dict[int, list[Row]] = defaultdict(list)
    for round_, at, pk, uid, number, title, occurrence, *rest in read:
        if last[pk] != (at, round_):
            continue
        reports[pk] = Report(pk, frozenset({round_}), number, title, occurrence or str(uid), *rest[:5])
        rows[pk].append(Row(pk, *rest[5:]))
    used = {round_ for _, round_ in last.values()}
    return Standing(reports, dict(rows), list(Round.objects.filter(pk__in=used).order_by("released_at", "pk")))


def scales_of(project: Project) -> list[Scale]:
    return list(Scale.objects.filter(project=project).order_by("pk"))


def categories_of(scale: Scale) -> list[ScaleCategory]:
    rows = ScaleCategory.objects.filter(layer__scale=scale)
    return list(rows.select_related("layer", "merged_into").order_by("number"))


def counted_on(scale: Scale, held: Standing) -> list[ScaleCategory]:
    """Give the categories that a table of results shows: those in use, and retired ones that something stands under."""
    used = {row.category for rows in held.rows.values() for row in rows if touches(row)}
    return [one for one in categories_of(scale) if one.retired_at is None or one.pk in used]
