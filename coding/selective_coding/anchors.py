"""Anchor examples beside the definitions on the rating page, as the round's edition holds them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Q

from coding.codes.models import Example
from coding.rounds.models import Assignment, Round
from coding.selective_coding.rules import scale_of

MOST = 2
CALLED = {Example.Kind.TYPICAL: "Example", Example.Kind.BORDERLINE: "Borderline", Example.Kind.COUNTER: "Not this"}


@dataclass(frozen=True)
class Anchor:
    """The words of another incident that show what a scale category means, or where it ends."""

    called: str
    words: str
    title: str


def anchors_of(assignment: Assignment) -> dict[str, list[Anchor]]:
    """Give at most two anchor examples of each scale category, by its public id.

    An example from an incident that the coder judges would say what others think of that incident, so none comes from
    incidents of any open blind round of theirs, nor of this round; where it works together, only the one on the page.
    """
    categories = [row for layer in scale_of(assignment.round)["layers"] for row in layer["categories"]]
    held = {row["uid"]: row["examples"] for row in categories if row.get("examples")}
    if not held:
        return {}
    judged = numbers_judged(assignment)
    return {uid: [anchor(row) for row in rows if row["number"] not in judged][:MOST] for uid, rows in held.items()}


def numbers_judged(assignment: Assignment) -> set[int]:
    """Name the incidents that lend no example, by their numbers."""
    rated = assignment.round
    here = Q(round=rated) if rated.is_blind else Q(pk=assignment.pk)
    blind = Q(round__project=rated.project_id, round__state=Round.State.OPEN, round__is_blind=True)
    own = Assignment.objects.filter(here | blind, coder=assignment.coder_id).exclude(incident=None)
    return set(own.values_list("incident__number", flat=True))


def anchor(row: dict[str, Any]) -> Anchor:
    return Anchor(CALLED[Example.Kind(row["kind"])], row["quote"], row["title"])
