"""Rows to tables: where each human coder put each code (axial), or each category in the scale (mapping).

Axial: units are the codes of the round's edition and those that somebody placed. Mapping: the categories of the edition
and those that somebody mapped. A coder who did not submit is missing throughout.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from coding.agreement.held import NOT_SUBMITTED, Held, Judge, coders_of, held_in
from coding.agreement.targets import Target
from coding.axial_coding.models import Placement
from coding.codes.content import Frozen
from coding.rounds.models import AssignmentQuerySet, Round
from coding.selective_coding.models import MappingChoice

UNPLACED, NO_FIT = "unplaced", "does not fit"


@dataclass(frozen=True)
class Card:
    """What was sorted: a code or a category."""

    uid: str
    name: str


@dataclass(frozen=True)
class Sorts:
    """Who put what where: `cells[card][coder]` is a public id, or None where nothing was said.

    `names`: of the places. `submitted`: per coder, whether the sort counts at all. `missing` likewise, in words.
    """

    cards: tuple[Card, ...]
    coders: tuple[Judge, ...]
    cells: tuple[tuple[str | None, ...], ...]
    names: dict[str, str]
    missing: tuple[str, ...]
    machine_work: int
    noun: str = "code"

    def table(self, say: Callable[[str | None], Any]) -> list[list[Any]]:
        """Make a table (cards x coders) of what is said of each place; a coder without a submitted sort is missing."""
        judged = [not why for why in self.missing]
        return [[say(cell) if on else None for cell, on in zip(row, judged, strict=True)] for row in self.cells]

    def lacking(self) -> int:
        return sum(why == NOT_SUBMITTED for why in self.missing)


def placements(sorted_in: Round, assignments: AssignmentQuerySet | None = None) -> Sorts:
    """Read an axial round's submitted sorts."""
    frozen = frozen_of(sorted_in)
    rows = Placement.objects.filter(assignment__round=sorted_in)
    said = [
        (pk, Card(str(uid), name), str(where), where_name)
        for pk, uid, name, where, where_name in rows.values_list(
            "assignment_id", "code__uid", "code__name", "category__uid", "category__name"
        )
    ]
    given = [Card(uid, row["name"]) for uid, row in frozen.codes.items()]
    return _sorts(held_in(sorted_in, assignments), given, said)


def mappings(mapped_in: Round, target: Target, assignments: AssignmentQuerySet | None = None) -> Sorts:
    """Read a mapping round's submitted choices; "does not fit" is a place."""
    frozen, name = frozen_of(mapped_in), {one.uid: f"{one.number} {one.name}" for one in target.categories}
    rows = MappingChoice.objects.filter(assignment__round=mapped_in)
    said = [
        (pk, Card(str(uid), called), str(where or NO_FIT), name.get(str(where), NO_FIT))
        for pk, uid, called, where in rows.values_list(
            "assignment_id", "category__uid", "category__name", "scale_category__uid"
        )
    ]
    given = [Card(uid, row["name"]) for uid, row in frozen.categories.items()]
    return replace(_sorts(held_in(mapped_in, assignments), given, said), noun="category")


def frozen_of(one: Round) -> Frozen:
    """Read the edition that a round is coded against; an open or released round has one."""
    if one.edition is None:
        raise ValueError(f"{one} has no edition: only an open or released round can be measured.")
    return Frozen.of(one.edition)


def _sorts(held: list[Held], given: list[Card], said: list[tuple[int, Card, str, str]]) -> Sorts:
    coders = coders_of(held)
    own = {one.coder: one for one in held if not one.is_machine}
    mine = {own[coder.pk].pk: at for at, coder in enumerate(coders)}
    known = {card.uid: card for card in given}
    known |= {card.uid: card for pk, card, _, _ in said if pk in mine and card.uid not in known}
    place = {(mine[pk], card.uid): where for pk, card, where, _ in said if pk in mine}
    cards = tuple(sorted(known.values(), key=lambda card: (card.name, card.uid)))
    return Sorts(
        cards, coders,
        tuple(tuple(place.get((at, card.uid)) for at in range(len(coders))) for card in cards),
        {where: name for pk, _, where, name in said if pk in mine},
        tuple(own[coder.pk].why_missing for coder in coders), sum(one.is_machine for one in held),
    )  # fmt: skip
