"""An incident's text with what each coder marked under one figure: a colour for each coder, differences named."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from django.db.models import QuerySet
from django.http import Http404
from django.utils.safestring import SafeString

from coding.agreement.models import Measurement
from coding.agreement.texts import without
from coding.incidents.models import Incident
from coding.lib.paragraphs import Highlight, paragraphs, render
from coding.open_coding.models import Coding, Mark, Segment
from coding.rounds.models import Assignment, AssignmentQuerySet

FURTHEST = 5  # of the twelve hues, neighbours are far apart; coders beside each other are farther still


@dataclass(frozen=True)
class Lane:
    """A coder, the hue of their segments, and why there are none."""

    name: str
    hue: int
    segments: int
    missing: str


@dataclass(frozen=True)
class Difference:
    """A stretch that coders read differently: its words, where it begins, and the names of both sides."""

    quote: str
    start: int
    marked: list[str]
    not_marked: list[str]


@dataclass(frozen=True)
class Judged:
    """What a human coder marked of an incident under the figure, and what they left out of it."""

    name: str
    spans: list[tuple[int, int]]
    left_out: list[tuple[int, int]]


@dataclass(frozen=True)
class Shown:
    """An incident laid out; `hides`: are there readings of it that this person may not see just now?"""

    incident: Incident
    paragraphs: list[SafeString]
    lanes: list[Lane]
    differences: list[Difference]
    hides: bool


def side_by_side(one: Measurement, held: AssignmentQuerySet) -> Shown:
    """Lay out an incident for a figure, of the assignments that a person may see. Raise Http404 where there is none."""
    chosen = set(one.method.get("codes") or [])
    found = sorted(held.select_related("incident", "coder"), key=lambda row: (row.coder.name, row.pk))
    if not found or found[0].incident is None:
        raise Http404("There is no such incident in this round, or none of its readings is shown to you.")
    incident = found[0].incident
    said = _segments(found, chosen)
    highlights, lanes, judged = [], [], []
    left = _spans(Mark.objects.filter(assignment__in=found, kind=Mark.Kind.LEFT_OUT))
    coded = _spans(Segment.objects.filter(assignment__in=found))
    for at, assignment in enumerate(found):
        hue, own = at * FURTHEST % 12 + 1, said[assignment.pk]
        name = f"{assignment.coder.name} (machine)" if assignment.coder.is_machine else assignment.coder.name
        for (start, end), names in own.items():
            # A key of its own for each coder's segment: two coders may have marked the same words.
            highlights.append(Highlight(f"{at}-{start}-{end}", start, end, ((hue, f"{name}: {', '.join(names)}"),)))
        lanes.append(Lane(name, hue, len(own), _missing(assignment)))
        if not assignment.coder.is_machine and not lanes[-1].missing:
            out = [part for gap in left[assignment.pk] for part in without(gap, coded[assignment.pk])]
            judged.append(Judged(name, list(own), out))
    text = incident.text
    return Shown(
        incident, [render(text, part, highlights) for part in paragraphs(text)], lanes, differences(text, judged),
        Assignment.objects.filter(round=found[0].round_id, incident=incident).count() > len(found),
    )  # fmt: skip


def _segments(found: Sequence[Assignment], chosen: set[str]) -> defaultdict[int, dict[tuple[int, int], list[str]]]:
    codings = Coding.objects.filter(segment__assignment__in=found).order_by("segment__start", "-segment__end", "pk")
    said: defaultdict[int, dict[tuple[int, int], list[str]]] = defaultdict(dict)
    for pk, start, end, uid, name in codings.values_list(
        "segment__assignment_id", "segment__start", "segment__end", "code__uid", "code__name"
    ):
        if not chosen or str(uid) in chosen:
            said[pk].setdefault((start, end), []).append(name)
    return said


def _missing(assignment: Assignment) -> str:
    if assignment.state != Assignment.State.SUBMITTED:
        return "not submitted"
    return f"uncodable: {assignment.uncodable_because}" if assignment.uncodable_because else ""


def _spans(rows: QuerySet[Mark] | QuerySet[Segment]) -> defaultdict[int, list[tuple[int, int]]]:
    """Give the stretches of each assignment."""
    found: defaultdict[int, list[tuple[int, int]]] = defaultdict(list)
    for assignment, start, end in rows.values_list("assignment_id", "start", "end"):
        found[assignment].append((start, end))
    return found


def differences(text: str, judged: Sequence[Judged]) -> list[Difference]:
    """Name the stretches that some coders marked and others, who judged them, did not; the longest first."""
    bounds = {edge for one in judged for span in (*one.spans, *one.left_out) for edge in span}
    edges = sorted(bounds | {0, len(text)})
    joined: list[Difference] = []
    last = -1
    for start, end in pairwise(edges):
        here = [one for one in judged if not _covers(one.left_out, start)]
        marked = [one.name for one in here if _covers(one.spans, start)]
        others = [one.name for one in here if not _covers(one.spans, start)]
        if not (marked and others and text[start:end].strip()):
            continue
        if joined and last == start and (joined[-1].marked, joined[-1].not_marked) == (marked, others):
            joined[-1] = Difference(text[joined[-1].start : end], joined[-1].start, marked, others)
        else:
            joined.append(Difference(text[start:end], start, marked, others))
        last = end
    return sorted(joined, key=lambda one: (-len(one.quote), one.start))


def _covers(spans: Sequence[tuple[int, int]], at: int) -> bool:
    return any(start <= at < end for start, end in spans)
