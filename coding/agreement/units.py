"""Rows to tables: what each human coder said of each incident of a rating round, units x coders.

A cell is None where there is no judgement: not assigned, not submitted, or uncodable. "None applies" is a judgement,
the empty set. Machine coders stand apart. Labels are the numbers of the round's frozen scale, so that the same
judgements give the same digits in any database. Reading costs two queries, and the edition once.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any
from uuid import UUID

from coding.agreement.alpha import present_absent
from coding.agreement.held import (
    OCCASIONS,
    Held,
    Judge,
    Unit,
    as_stored,
    coders_of,
    earlier_of,
    held_in,
    units_of,
)
from coding.agreement.targets import Target, target_of
from coding.rounds.models import AssignmentQuerySet, Round
from coding.selective_coding.models import Rating

NONE_APPLIES = "none applies"

Sets = list[list[frozenset[int] | None]]


@dataclass(frozen=True)
class Judgement:
    """One judgement: the numbers of the scale categories that apply, and the primary one; none is the empty set.

    On a stance scale the categories are the values that were touched, and `against` those that the text goes against.
    """

    categories: frozenset[int]
    primary: int | None
    against: frozenset[int] = frozenset()

    def stance(self, number: int) -> int:
        """What was said of a value: -1, 0 or 1."""
        return -1 if number in self.against else int(number in self.categories)


@dataclass(frozen=True)
class Judgements:
    """What was judged: `cells[unit][coder]`; `missing[unit][coder]` says in words why a cell is None ('' if it is not).

    Units stand by number, coders by name. `machines`: the machine coders, and `of_machines` what they said.
    """

    target: Target
    units: tuple[Unit, ...]
    coders: tuple[Judge, ...]
    cells: tuple[tuple[Judgement | None, ...], ...]
    missing: tuple[tuple[str, ...], ...]
    machines: tuple[Judge, ...] = ()
    of_machines: tuple[tuple[Judgement | None, ...], ...] = ()
    machine_work: int = 0

    @property
    def events(self) -> list[str]:
        """What happened in the world, for each unit."""
        return [unit.event for unit in self.units]

    def lacking(self, why: str) -> int:
        """Count the assignments that are missing for this reason."""
        return sum(row.count(why) for row in self.missing)

    def with_machines(self) -> Judgements:
        """Put the machines' columns after those of people: never for a figure between people."""
        cells = tuple(mine + theirs for mine, theirs in zip(self.cells, self.of_machines, strict=True))
        return replace(self, coders=self.coders + self.machines, cells=cells)

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

    def stances(self, number: int) -> list[list[int | None]]:
        """What was said of a value of a stance scale: -1, 0 (not touched) or 1."""
        return self.table(lambda one: one.stance(number))

    def directions(self, number: int) -> list[list[int | None]]:
        """The stance of those coders who touched the value; for the others None."""
        return self.table(lambda one: one.stance(number) or None)


def judgements(rated: Round, assignments: AssignmentQuerySet | None = None) -> Judgements:
    """Read a rating round's submitted work.

    `assignments`: for a page those that a person may see; the cells of all others say that they are not shown.
    """
    target = target_of(rated)
    held = held_in(rated, assignments)
    found = _said(target, held)
    units, coders, machines = units_of(held), coders_of(held), coders_of(held, machines=True)
    place = {(one.incident, one.coder): one for one in held}

    def grid(judges: Sequence[Judge]) -> list[list[Held | None]]:
        return [[place.get((unit.pk, judge.pk)) for judge in judges] for unit in units]

    def cells(judges: Sequence[Judge]) -> tuple[tuple[Judgement | None, ...], ...]:
        return tuple(tuple(found.get(one.pk) if one else None for one in line) for line in grid(judges))

    return Judgements(
        target, units, coders, cells(coders),
        tuple(tuple(one.why_missing if one else "" for one in line) for line in grid(coders)),
        machines, cells(machines), sum(one.is_machine for one in held),
    )  # fmt: skip


def occasions(again: Round) -> list[tuple[Judge, Judgements]]:
    """Give for each human coder of a stability round the incidents read twice: the columns are the two occasions."""
    target, held, earlier = target_of(again), held_in(again), earlier_of(again)
    found = _said(target, [*held, *earlier])
    before = {(one.coder, one.incident): one.pk for one in earlier}
    twice = []
    for coder in coders_of(held):
        own = [one for one in held if one.coder == coder.pk]
        units, now = units_of(own), {one.incident: one.pk for one in own}
        cells = tuple((found.get(before.get((coder.pk, unit.pk), 0)), found.get(now[unit.pk])) for unit in units)
        twice.append((coder, Judgements(target, units, OCCASIONS, cells, (("", ""),) * len(units))))
    return twice


def _said(target: Target, held: Sequence[Held]) -> dict[int, Judgement]:
    """Give what the submitted, codable assignments say, by their keys."""
    judged = [one for one in held if one.is_judged]
    categories: dict[int, set[int]] = {one.pk: set() for one in judged}
    against: dict[int, set[int]] = {}
    primary: dict[int, int] = {}
    found = Rating.objects.filter(assignment__round__in={one.round for one in judged}).exclude(stance=0)
    number_of = cache(lambda key: target.number_of.get(str(UUID(key)), 0))
    columns = ("assignment_id", as_stored("scale_category__uid"), "is_primary", "stance")
    for pk, key, is_primary, stance in found.values_list(*columns):
        if pk in categories and (number := number_of(key)):  # an earlier round may know categories that are gone
            categories[pk].add(number)
            primary.update({pk: number} if is_primary else {})
            if stance == -1:
                against.setdefault(pk, set()).add(number)
    return {
        pk: Judgement(frozenset(numbers), primary.get(pk), frozenset(against.get(pk, ())))
        for pk, numbers in categories.items()
    }
