"""What a round's page shows a lead: how far the work is, and who codes what, some incidents at a time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.db.models import Count, Q

from coding.incidents.models import Incident
from coding.people.models import User
from coding.rounds.models import Assignment, Round
from coding.rounds.rules import Progress

State = Assignment.State
Row = tuple[Incident | None, list[Assignment | None]]


@dataclass(frozen=True)
class Totals:
    """What a whole round holds, whichever of its rows are shown; without incidents it is one row."""

    rows: int
    progress: Progress


def totals(one: Round) -> Totals:
    """Count a round's rows, and its assignments by state, in one query."""
    states = {state: Count("pk", filter=Q(state=state)) for state in State.values}
    found = one.assignments.aggregate(rows=Count("position", distinct=True), **states)
    return Totals(found["rows"], progress_in(found))


def progress_of(held: Iterable[Assignment]) -> Progress:
    """Count assignments that are at hand."""
    return progress_in(Counter(row.state for row in held))


def progress_in(counts: Mapping[str, int]) -> Progress:
    return Progress(counts[State.TO_DO], counts[State.IN_PROGRESS], counts[State.SUBMITTED])


def coders_of(one: Round) -> list[User]:
    """Give everybody who codes in the round, by name."""
    found = User.objects.filter(pk__in=one.assignments.values("coder")).only("name")
    return sorted(found, key=lambda coder: (coder.name, coder.pk))


def cells(one: Round, coders: Iterable[User], shown: range) -> list[Assignment]:
    """Give the assignments of these rows (counted from 0), in the order in which the round gives them out."""
    places = one.assignments.order_by("position").values("position").distinct()[shown.start : shown.stop]
    held = one.assignments.filter(position__in=places).select_related("incident")
    found = list(held.defer("incident__text", "incident__search_text").order_by("position", "pk"))
    by_pk = {coder.pk: coder for coder in coders}
    for cell in found:
        cell.coder = by_pk[cell.coder_id]
    return found


def matrix(coders: Iterable[User], held: Iterable[Assignment]) -> list[Row]:
    """Lay assignments out: incidents as rows, coders as columns; None is not assigned."""
    by_cell = {(cell.incident_id, cell.coder_id): cell for cell in held}
    incidents = {cell.incident_id: cell.incident for cell in by_cell.values()}
    return [(incident, [by_cell.get((pk, coder.pk)) for coder in coders]) for pk, incident in incidents.items()]


def asked_back(one: Round) -> list[Assignment]:
    """The submitted assignments that their coders want to change, while the round is open."""
    if one.state != Round.State.OPEN:
        return []
    rows = one.assignments.submitted().exclude(reopening_asked="").select_related("incident", "coder")
    return list(rows.defer("incident__text", "incident__search_text").in_round_order())
