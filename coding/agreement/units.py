"""Rows to tables: what each human coder said of each incident of a rating round, units x coders.

A cell is None where there is no judgement: not assigned, not submitted, or uncodable. "None applies" is a judgement,
the empty set. Machine coders are left out. Labels are the numbers of the round's frozen scale, so that the same
judgements give the same digits in any database. Reading costs two queries, and the edition once.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import BooleanField, ExpressionWrapper, Q, TextField
from django.db.models.functions import Cast

from coding.agreement.alpha import present_absent
from coding.codes.content import Frozen
from coding.rounds.models import Assignment, AssignmentQuerySet, Round
from coding.selective_coding.models import Rating

NONE_APPLIES = "none applies"
NOT_SUBMITTED, UNCODABLE, HIDDEN = "not submitted", "uncodable", "not shown to you now"

Sets = list[list[frozenset[int] | None]]


@dataclass(frozen=True)
class Judgement:
    """One judgement: the numbers of the scale categories that apply, and the primary one; none is the empty set."""

    categories: frozenset[int]
    primary: int | None


@dataclass(frozen=True)
class Label:
    """A category or layer of the frozen scale. `layer` is the position of its layer, `number` its own."""

    uid: str
    number: int
    name: str
    layer: int


@dataclass(frozen=True)
class Target:
    """A round's scale as its edition froze it."""

    uid: str
    name: str
    rating_kind: str
    layers: tuple[Label, ...]
    categories: tuple[Label, ...]

    @cached_property
    def number_of(self) -> dict[str, int]:
        """Category numbers by public id."""
        return {one.uid: one.number for one in self.categories}

    @cached_property
    def layer_of(self) -> dict[int, int]:
        """Layer positions by category number."""
        return {one.number: one.layer for one in self.categories}

    def within(self, layer: int) -> frozenset[int]:
        """The numbers of a layer's categories."""
        return frozenset(one.number for one in self.categories if one.layer == layer)


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
    """A human coder of the round."""

    pk: int
    uid: str
    name: str


@dataclass(frozen=True)
class Judgements:
    """What was judged: `cells[unit][coder]`; `missing[unit][coder]` says in words why a cell is None ('' if it is not).

    Units stand by number, coders by name.
    """

    target: Target
    units: tuple[Unit, ...]
    coders: tuple[Judge, ...]
    cells: tuple[tuple[Judgement | None, ...], ...]
    missing: tuple[tuple[str, ...], ...]
    machines: int

    @property
    def events(self) -> list[str]:
        """What happened in the world, for each unit."""
        return [unit.event for unit in self.units]

    def lacking(self, why: str) -> int:
        """Count the assignments that are missing for this reason."""
        return sum(row.count(why) for row in self.missing)

    def table(self, say: Callable[[Judgement], Any]) -> list[list[Any]]:
        """Make a table of what each judgement says, None where there is none."""
        return [[None if cell is None else say(cell) for cell in row] for row in self.cells]

    def sets(self) -> Sets:
        """All categories of each judgement."""
        return self.table(lambda one: one.categories)

    def category(self, number: int) -> list[list[bool | None]]:
        """Is this category present?"""
        return present_absent(self.sets(), number)

    def touched(self, layer: int) -> list[list[bool | None]]:
        """Is any category of this layer present?"""
        return present_absent(self.layer_sets(), layer)

    def which(self, layer: int) -> Sets:
        """The categories in this layer, of those coders who touched it; for the others None."""
        inside = self.target.within(layer)
        return self.table(lambda one: one.categories & inside or None)

    def layer_sets(self) -> Sets:
        """The layers touched."""
        layer_of = self.target.layer_of
        return self.table(lambda one: frozenset(layer_of[number] for number in one.categories))

    def primaries(self) -> list[list[str | None]]:
        """The primary category, or that none applies."""
        return self.table(lambda one: NONE_APPLIES if one.primary is None else str(one.primary))


def target_of(rated: Round) -> Target:
    """Read the round's scale from its edition, never from the living scale."""
    if rated.edition is None or rated.scale is None:
        raise ValueError(f"{rated} has no edition or no scale: only an open or released rating round can be measured.")
    scale = Frozen.of(rated.edition).scale(rated.scale.uid)
    if scale is None:
        raise ValueError(f"Edition {rated.edition.number} does not hold the scale {rated.scale.name}.")
    layers, categories = [], []
    for layer in scale["layers"]:
        at = layer["position"]
        layers.append(Label(layer["uid"], at, layer["name"], at))
        categories += [Label(row["uid"], row["number"], row["name"], at) for row in layer["categories"]]
    return Target(scale["uid"], scale["name"], scale["rating_kind"], tuple(layers), tuple(categories))


class Held(NamedTuple):
    """One assignment as the tables need it; rows of models would take ten times as long."""

    pk: int
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


def as_stored(uid: str) -> Cast:
    """Read a column of public ids as the database writes them; making thousands of UUIDs takes longer than reading."""
    return Cast(uid, TextField())


COLUMNS = (
    "pk", "state", "uncodable_because", "coder_id", as_stored("coder__uid"), "coder__name", "coder__is_machine",
    "incident_id", as_stored("incident__uid"), "incident__number", "incident__title", "incident__occurrence",
)  # fmt: skip


def judgements(rated: Round, assignments: AssignmentQuerySet | None = None) -> Judgements:
    """Read a rating round's submitted human work.

    `assignments`: for a page those that a person may see; the cells of all others say that they are not shown.
    """
    target = target_of(rated)
    held = _held(rated, assignments)
    human = [one for one in held if not one.is_machine]
    found = _said(rated, target, [one for one in human if one.is_shown])
    units, coders = _units(held), _coders(human)
    place = {(one.incident, one.coder): one for one in human}
    grid = [[place.get((unit.pk, coder.pk)) for coder in coders] for unit in units]
    return Judgements(
        target, units, coders,
        tuple(tuple(found.get(one.pk) if one else None for one in line) for line in grid),
        tuple(tuple(_why_missing(one, found) for one in line) for line in grid),
        len(held) - len(human),
    )  # fmt: skip


def _held(rated: Round, assignments: AssignmentQuerySet | None) -> list[Held]:
    rows = Assignment.objects.filter(round=rated, incident__isnull=False)
    if assignments is None:
        return [Held._make((*row, True)) for row in rows.values_list(*COLUMNS)]
    seen = ExpressionWrapper(Q(pk__in=assignments.filter(round=rated).values("pk")), BooleanField())
    return [Held._make(row) for row in rows.values_list(*COLUMNS, seen)]


def _said(rated: Round, target: Target, shown: Sequence[Held]) -> dict[int, Judgement]:
    """Give what the submitted, codable assignments say, by their keys."""
    judged = [one for one in shown if one.state == Assignment.State.SUBMITTED and not one.uncodable_because]
    categories: dict[int, set[int]] = {one.pk: set() for one in judged}
    primary: dict[int, int] = {}
    found = Rating.objects.filter(assignment__round=rated)
    number_of = cache(lambda key: target.number_of[str(UUID(key))])
    for pk, key, is_primary in found.values_list("assignment_id", as_stored("scale_category__uid"), "is_primary"):
        if pk in categories:
            number = number_of(key)
            categories[pk].add(number)
            primary.update({pk: number} if is_primary else {})
    return {pk: Judgement(frozenset(numbers), primary.get(pk)) for pk, numbers in categories.items()}


def _why_missing(one: Held | None, found: dict[int, Judgement]) -> str:
    if one is None or one.pk in found:
        return ""
    if not one.is_shown:
        return HIDDEN
    return NOT_SUBMITTED if one.state != Assignment.State.SUBMITTED else UNCODABLE


def _units(held: Sequence[Held]) -> tuple[Unit, ...]:
    found = {one.incident: one for one in held}.values()
    rows = [Unit(one.incident, one.incident_key, one.number, one.title, one.occurrence) for one in found]
    return tuple(sorted(rows, key=lambda unit: unit.number))


def _coders(human: Sequence[Held]) -> tuple[Judge, ...]:
    found = {one.coder: one for one in human}.values()
    rows = [Judge(one.coder, str(UUID(one.coder_key)), one.coder_name) for one in found]
    return tuple(sorted(rows, key=lambda coder: (coder.name, coder.uid)))
