"""Evidence of a relation: segments that speak for or against it, picked from a list with the nearest first.

Near is measured in the text: how many code points lie between a segment of the phenomenon and one of what fills the
slot; overlapping segments are 0 apart. Segments of incidents that hold only one of the two come last.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import F, QuerySet, Value
from django.db.models.functions import Least, Substr

from coding.axial_coding.models import Evidence
from coding.axial_coding.queries import QUOTE_LENGTH, released_codings
from coding.codes.checks import NameTaken, NotLiving
from coding.codes.models import Category, Code, Relation
from coding.lib.refusals import BadInput
from coding.open_coding.models import Segment
from coding.people.models import Project, User
from coding.people.rules import lock_project_stream, record
from coding.rounds.models import Round

SHOWN = 60


@dataclass(frozen=True)
class Candidate:
    """A segment that may speak for or against; `gap` is None where its incident holds only one of the two ends."""

    segment: Segment
    words: str
    incident: int
    coder: str
    codes: str
    gap: int | None

    @property
    def nearness(self) -> str:
        if self.gap is None:
            return "the other end is not in this incident"
        return "where both meet" if self.gap == 0 else f"{self.gap:,} characters from the other end"


def readable(user: User, project: Project) -> QuerySet[Segment]:
    """The segments of released rounds of a project that this person may read."""
    of = {"assignment__round__project": project, "assignment__round__state__in": Round.RELEASED}
    return Segment.objects.visible_to(user).filter(**of)


@transaction.atomic
def attach(by: User, relation: Relation, segment: Segment, speaks: str) -> Evidence:
    """Let a segment speak for or against a relation. Raises BadInput, NameTaken, NotLiving."""
    project = relation.phenomenon.project
    lock_project_stream(project)
    if not Relation.objects.filter(pk=relation.pk).exists():
        raise NotLiving("This relation was removed meanwhile.")
    if speaks not in Evidence.Speaks.values:
        raise BadInput("Say whether the segment speaks for the relation or against it.")
    if not readable(by, project).filter(pk=segment.pk).exists():
        raise BadInput("This segment is not of a released round whose readings you have opened.")
    if Evidence.objects.filter(relation=relation, segment=segment).exists():
        raise NameTaken("This segment is evidence of the relation already. Take it back first, then attach it anew.")
    made = Evidence.objects.create(relation=relation, segment=segment, speaks=speaks)
    record(project, by, "attach_evidence", relation,
           after={"says": str(relation), "speaks": speaks, "segment": segment.ref()})  # fmt: skip
    return made


@transaction.atomic
def detach(by: User, evidence: Evidence) -> None:
    """Take evidence back; the event keeps what it said."""
    relation = evidence.relation
    project = relation.phenomenon.project
    lock_project_stream(project)
    if not Evidence.objects.filter(pk=evidence.pk).exists():
        raise NotLiving("This evidence was taken back already.")
    record(project, by, "detach_evidence", relation,
           before={"says": str(relation), "speaks": evidence.speaks, "segment": evidence.segment.ref()})  # fmt: skip
    evidence.delete()


Span = tuple[int, int, int, int]


def candidates(user: User, relation: Relation) -> list[Candidate]:
    """Give segments of either end, those beside the other end first, nearest first; then by incident and place."""
    project = relation.phenomenon.project
    one, two = spans(user, project, relation.phenomenon), spans(user, project, relation.filler)
    gaps: dict[int, int | None] = {}
    for here, there in ((one, by_incident(two)), (two, by_incident(one))):
        for pk, incident, start, end in here:
            found = [gap for gap in (gaps.get(pk), nearest(start, end, there[incident])) if gap is not None]
            gaps[pk] = min(found, default=None)
    taken = set(Evidence.objects.filter(relation=relation).values_list("segment", flat=True))
    near = sorted((pk for pk in gaps if pk not in taken), key=lambda pk: (gaps[pk] is None, gaps[pk] or 0))
    return [candidate(segment, gaps[segment.pk]) for segment in quoted(near[:SHOWN])]


def spans(user: User, project: Project, word: Category | Code | None) -> list[Span]:
    """Give (segment, incident, start, end) of all that stands under a code, or under the codes of a category."""
    codes = [word.pk] if isinstance(word, Code) else Code.objects.filter(category=word).living().values("pk")
    codings = released_codings(project).filter(stands__in=codes, segment__in=readable(user, project).values("pk"))
    fields = "segment_id", "segment__assignment__incident_id", "segment__start", "segment__end"
    order = "segment__assignment__incident__number", "segment__start", "segment_id"
    return list(dict.fromkeys(codings.order_by(*order).values_list(*fields)))


def by_incident(found: Iterable[Span]) -> defaultdict[int, list[Span]]:
    rows = defaultdict[int, list[Span]](list)
    for span in found:
        rows[span[1]].append(span)
    return rows


def nearest(start: int, end: int, others: Iterable[Span]) -> int | None:
    """Give the least gap in code points between a span and others of its incident; 0 where they overlap or touch."""
    return min((max(0, first - end, start - last) for _, _, first, last in others), default=None)


def quoted(pks: Sequence[int]) -> list[Any]:
    """Read segments with their words, coder and codes, in this order."""
    text, length = "assignment__incident__text", F("end") - F("start")
    words = Substr(text, F("start") + 1, Least(length, Value(QUOTE_LENGTH)))
    rows = Segment.objects.annotate(words=words).select_related("assignment__coder", "assignment__incident")
    light = rows.defer("assignment__incident__text", "assignment__incident__search_text")
    found = light.with_codes().in_bulk(list(pks))
    return [found[pk] for pk in pks]


def candidate(segment: Any, gap: int | None) -> Candidate:
    names = sorted({coding.code.name for coding in segment.codings.all()})
    cut = "…" if segment.end - segment.start > QUOTE_LENGTH else ""
    held = segment.assignment
    return Candidate(segment, segment.words + cut, held.incident.number, held.coder.name, ", ".join(names), gap)


def attached(user: User, relation: Relation) -> list[tuple[Evidence, Candidate | None]]:
    """Give the evidence of a relation, with the words of those segments that this person may read."""
    rows = list(Evidence.objects.filter(relation=relation).order_by("speaks", "pk"))
    may = set(readable(user, relation.phenomenon.project).values_list("pk", flat=True)) if rows else set()
    shown = {one.pk: candidate(one, None) for one in quoted([row.segment_id for row in rows if row.segment_id in may])}
    return [(row, shown.get(row.segment_id)) for row in rows]
