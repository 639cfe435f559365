"""Negative cases: what coders and leads marked as speaking against, as far as this person may read it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import F, QuerySet, Value
from django.db.models.functions import Least, Substr

from coding.axial_coding.models import Evidence
from coding.codes.content import adopted_categories
from coding.codes.models import Category, Relation
from coding.open_coding.models import Segment
from coding.people.models import Project, User
from coding.rounds.models import Round
from coding.selective_coding.grounds import against_of
from coding.selective_coding.models import CaseNote

QUOTE_LENGTH = 280


@dataclass
class Case:
    """A segment that speaks against a category, or against a relation around it, with what was noted, latest first."""

    segment: Segment
    category: Category
    relation: Relation | None
    notes: list[CaseNote] = field(default_factory=list)

    @property
    def key(self) -> str:
        """Name the case in a form: what it is against, and the segment."""
        return f"{self.relation.uid if self.relation else self.category.uid}.{self.segment.uid}"

    @property
    def words(self) -> str:
        words: str = self.segment.words  # type: ignore[attr-defined]  # annotated by `quoted`
        return f"{words}…" if self.segment.end - self.segment.start > QUOTE_LENGTH else words

    @property
    def order(self) -> tuple[Any, ...]:
        incident = self.segment.assignment.incident
        number = incident.number if incident else 0
        return (bool(self.notes), self.category.name_key, number, self.segment.start, self.segment.pk)


@dataclass(frozen=True)
class Cases:
    """All cases that this person may read, those without a note first; how many are closed; what was never sought."""

    shown: list[Case]
    closed: int
    unsought: list[Category]
    none_found: list[CaseNote]

    @property
    def waiting(self) -> int:
        return sum(not case.notes for case in self.shown)


def negative_cases(user: User, project: Project) -> Cases:
    """Collect the negative cases of released rounds."""
    segments = released(Segment.objects.filter(speaks_against__project=project))
    evidence = Evidence.objects.filter(
        relation__phenomenon__project=project, speaks=Evidence.Speaks.AGAINST,
        segment__in=released(Segment.objects.all()),
    )  # fmt: skip
    visible = Segment.objects.visible_to(user).values("pk")
    own = quoted(segments.filter(pk__in=visible)).select_related("speaks_against")
    held = list(evidence.filter(segment__in=visible).select_related(*RELATION))
    by_pk = {one.pk: one for one in quoted(Segment.objects.filter(pk__in=[one.segment_id for one in held]))}
    cases = [Case(one, one.speaks_against, None) for one in own if one.speaks_against]
    cases += [Case(by_pk[one.segment_id], one.relation.phenomenon, one.relation) for one in held]
    notes = list(
        CaseNote.objects.filter(category__project=project).select_related("by", "category").order_by("-at", "-pk")
    )
    put_notes(cases, notes)
    closed = segments.count() + evidence.count() - len(cases)
    return Cases(sorted(cases, key=lambda case: case.order), closed, unsought(project, notes), latest_of(notes))


RELATION = ("relation__phenomenon", "relation__filler_category", "relation__filler_code")


def released(segments: QuerySet[Segment]) -> QuerySet[Segment]:
    return segments.filter(assignment__round__state__in=Round.RELEASED)


def quoted(segments: QuerySet[Segment]) -> QuerySet[Segment]:
    """Give segments with their words, their incident and who marked them."""
    text = "assignment__incident__text"
    words = Substr(text, F("start") + 1, Least(F("end") - F("start"), Value(QUOTE_LENGTH)))
    along = segments.select_related("assignment__incident", "assignment__coder", "assignment__round")
    return along.defer(text, "assignment__incident__search_text").annotate(words=words)


def put_notes(cases: Iterable[Case], notes: Iterable[CaseNote]) -> None:
    by_case: defaultdict[tuple[int, int | None, int], list[CaseNote]] = defaultdict(list)
    for note in notes:
        if note.segment_id:
            by_case[note.segment_id, note.relation_id, note.category_id].append(note)
    for case in cases:
        case.notes = by_case[case.segment.pk, case.relation.pk if case.relation else None, case.category.pk]


def unsought(project: Project, notes: Sequence[CaseNote]) -> list[Category]:
    """Name the categories that nothing speaks against, and of which nobody wrote that it was sought."""
    against, sought = against_of(project), {note.category_id for note in notes}
    categories: list[Category] = list(adopted_categories(project))
    return [one for one in categories if not against[one.pk] and one.pk not in sought]


def latest_of(notes: Iterable[CaseNote]) -> list[CaseNote]:
    """Give the latest note of each category in which a case was sought and none found."""
    found: dict[int, CaseNote] = {}
    for note in notes:
        if note.changed == CaseNote.Changed.NONE_FOUND:
            found.setdefault(note.category_id, note)
    return sorted(found.values(), key=lambda note: note.category.name_key)
