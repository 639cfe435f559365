"""Who judged what: a round's assignments as every figure of it counts them.

What is not assigned, not submitted or uncodable is missing, never a "no". Machine coders are told apart everywhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import NamedTuple
from uuid import UUID

from django.db.models import BooleanField, ExpressionWrapper, Q, TextField
from django.db.models.functions import Cast

from coding.rounds.models import Assignment, AssignmentQuerySet, Round

APART = timedelta(days=14)  # between two readings by one coder (method.md, Rounds)
NOT_SUBMITTED, UNCODABLE, HIDDEN = "not submitted", "uncodable", "not shown to you now"


@dataclass(frozen=True)
class Unit:
    """An incident of the round; `key` is its public id as the database writes it."""

    pk: int
    key: str
    number: int
    title: str
    occurrence: str

    @property
    def uid(self) -> str:
        return str(UUID(self.key))

    @property
    def event(self) -> str:
        """What happened in the world, as `Incident.happening` names it."""
        return self.occurrence or self.uid


@dataclass(frozen=True)
class Judge:
    """A coder of the round."""

    pk: int
    uid: str
    name: str
    is_machine: bool = False


OCCASIONS = (Judge(0, "first", "First reading"), Judge(0, "second", "Second reading"))


class Held(NamedTuple):
    """One assignment as the tables need it; rows of models would take ten times as long."""

    pk: int
    round: int
    state: str
    uncodable_because: str
    coder: int
    coder_key: str
    coder_name: str
    is_machine: bool
    incident: int
    incident_key: str
    number: int
    title: str
    occurrence: str
    is_shown: bool

    @property
    def is_judged(self) -> bool:
        """Does it hold a judgement that may be read?"""
        return self.is_shown and self.state == Assignment.State.SUBMITTED and not self.uncodable_because

    @property
    def why_missing(self) -> str:
        """Why it holds none, in words; '' where it does."""
        if self.is_judged:
            return ""
        if not self.is_shown:
            return HIDDEN
        return NOT_SUBMITTED if self.state != Assignment.State.SUBMITTED else UNCODABLE


def as_stored(uid: str) -> Cast:
    """Read a column of public ids as the database writes them; making thousands of UUIDs takes longer than reading."""
    return Cast(uid, TextField())


COLUMNS = (
    "pk", "round_id", "state", "uncodable_because", "coder_id", as_stored("coder__uid"), "coder__name",
    "coder__is_machine", "incident_id", as_stored("incident__uid"), "incident__number", "incident__title",
    "incident__occurrence",
)  # fmt: skip


def held_in(one: Round, assignments: AssignmentQuerySet | None = None) -> list[Held]:
    """Read a round's assignments in one query; those with incidents, where its stage goes incident by incident.

    `assignments`: for a page those that a person may see; all others are not shown.
    """
    rows = Assignment.objects.filter(round=one, incident__isnull=not one.has_incidents)
    if assignments is None:
        return [Held._make((*row, True)) for row in rows.values_list(*COLUMNS)]
    seen = ExpressionWrapper(Q(pk__in=assignments.filter(round=one).values("pk")), BooleanField())
    return [Held._make(row) for row in rows.values_list(*COLUMNS, seen)]


def earlier_of(again: Round) -> list[Held]:
    """Read what the coders of a stability round said of its incidents before: their latest readings in main rounds.

    Those rounds are released: what is blind still is told by nobody. They were handed in at least 14 days before this
    round opened; younger ones are no second occasion.
    """
    rows = Assignment.objects.submitted().human().filter(
        round__stage=again.stage, round__purpose=Round.Purpose.MAIN, round__is_blind=True, round__scale=again.scale_id,
        round__state__in=Round.RELEASED,
        coder__in=again.assignments.values("coder"), incident__in=again.assignments.values("incident"),
        uncodable_because="", submitted_at__lte=again.opened_at - APART if again.opened_at else None,
    )  # fmt: skip
    found = [Held._make((*row, True)) for row in rows.order_by("submitted_at", "pk").values_list(*COLUMNS)]
    return list({(one.coder, one.incident): one for one in found}.values())


def units_of(held: Iterable[Held]) -> tuple[Unit, ...]:
    """Give the incidents, by number."""
    found = {one.incident: one for one in held}.values()
    rows = [Unit(one.incident, one.incident_key, one.number, one.title, one.occurrence) for one in found]
    return tuple(sorted(rows, key=lambda unit: unit.number))


def coders_of(held: Iterable[Held], *, machines: bool = False) -> tuple[Judge, ...]:
    """Give the human coders, or the machines, by name."""
    found = {one.coder: one for one in held if one.is_machine == machines}.values()
    rows = [Judge(one.coder, str(UUID(one.coder_key)), one.coder_name, one.is_machine) for one in found]
    return tuple(sorted(rows, key=lambda coder: (coder.name, coder.uid)))


def lacking(held: Sequence[Held], why: str) -> int:
    """Count the human assignments that are missing for this reason."""
    return sum(one.why_missing == why for one in held if not one.is_machine)
