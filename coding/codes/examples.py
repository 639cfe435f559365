"""Verbs over anchor examples of scale categories: choose the words of an incident, and take them back.

Editions keep what they froze: a chosen example is shown to those who rate from the next edition on.
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import F, QuerySet

from coding.codes.checks import worded
from coding.codes.content import words_at
from coding.codes.models import Example, ScaleCategory
from coding.codes.scale_edits import in_use
from coding.incidents.models import Incident
from coding.lib import clock
from coding.lib.refusals import BadInput, Refusal
from coding.people.models import Project, User
from coding.people.rules import lock_project_stream, record

MOST_WORDS, MOST_EXAMPLES = 1_000, 20


class ExampleTaken(Refusal):
    sentence = "These words are an example of this category already."


@transaction.atomic
def choose_example(
    by: User,
    place: ScaleCategory,
    incident: Incident,
    quote: str,
    kind: str = Example.Kind.TYPICAL,
    reason: str = "",
    at: datetime | None = None,
) -> Example:
    """Let words of an incident show what a scale category means; they are found where they stand first in its text.

    The incident's text never changes from then on. Raises BadInput, ExampleTaken, PartRetired.
    """
    project = place.layer.scale.project
    lock_project_stream(project)
    if kind not in Example.Kind.values:
        raise BadInput("An example is typical, borderline or a counter-example. Choose one of the three.")
    in_use(place)
    reason, held = given(reason), Example.objects.filter(scale_category=place)
    fresh = Incident.objects.select_for_update(of=("self",)).get(pk=incident.pk)
    start, end = span_of(fresh, quote)
    if held.filter(incident=fresh, start=start, end=end).exists():
        raise ExampleTaken
    if held.count() >= MOST_EXAMPLES:
        raise BadInput(f"A category has at most {MOST_EXAMPLES} examples. Take one back first.")
    if fresh.text_locked_at is None:
        Incident.objects.filter(pk=fresh.pk).update(text_locked_at=at or clock.now())
    made = Example.objects.create(scale_category=place, incident=fresh, start=start, end=end, kind=kind)
    record(project, by, "choose_example", place, after=said(made, place), reason=reason, at=at)
    return made


@transaction.atomic
def drop_example(by: User, example: Example, reason: str = "") -> None:
    """Take an example back; editions that hold it keep it. Raises BadInput."""
    place = example.scale_category
    if place is None:
        raise BadInput("This is no example of a scale category.")
    lock_project_stream(place.layer.scale.project)
    reason, before = given(reason), said(example, place)
    example.delete()
    record(place.layer.scale.project, by, "drop_example", place, before=before, reason=reason)


def said(example: Example, place: ScaleCategory) -> dict[str, object]:
    """Say an example as events keep it."""
    return {"name": place.name, "incident": example.incident.number, "kind": example.kind,
            "quote": example.incident.text[example.start : example.end]}  # fmt: skip


def given(reason: str) -> str:
    reason = worded({"reason": reason})["reason"].strip()
    if not reason:
        raise BadInput("Say why: whoever reads the codebook's history asks for that first.")
    return reason


def span_of(incident: Incident, quote: str) -> tuple[int, int]:
    """Find words in an incident's text, by code points. Raises BadInput."""
    words = worded({"quote": quote})["quote"].strip()
    if not words:
        raise BadInput("Quote the words of the incident that show it.")
    if len(words) > MOST_WORDS:
        raise BadInput(f"An example is read at a glance: {MOST_WORDS:,} characters are the most. Quote less of it.")
    if incident.withdrawn_because:
        raise BadInput(f"Incident {incident.number} is withdrawn, so it can't be quoted. Choose another one.")
    start = incident.text.find(words)
    if start < 0:
        raise BadInput(f"Incident {incident.number} does not say this. Copy the words from its text as they stand.")
    return start, start + len(words)


def examples_in(project: Project) -> QuerySet[Example]:
    """Give the examples of a project's scale categories with their words, in the order of the scales."""
    rows = Example.objects.filter(scale_category__layer__scale__project=project)
    rows = rows.annotate(quote=words_at("incident__text"), number=F("incident__number"), title=F("incident__title"))
    rows = rows.select_related("scale_category__layer__scale__project", "incident")
    rows = rows.defer("incident__text", "incident__search_text")
    return rows.order_by("scale_category__layer__scale", "scale_category__number", "number", "start", "pk")
