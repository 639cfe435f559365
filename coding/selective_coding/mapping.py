"""Verbs of a mapping round: one coder gives each category of the round's edition its place in the scale, and submits.

Both doors save one category at a time, under the assignment's row lock. Categories and scale are read as the round's
edition holds them; the live rows are only what choices point to.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from coding.codes.checks import worded
from coding.codes.content import Frozen
from coding.codes.models import Category, ScaleCategory
from coding.codes.rules import MovedOn
from coding.lib import clock
from coding.lib.canonical import canonical, sha256
from coding.lib.refusals import BadInput, Refusal
from coding.open_coding.models import SettledBy
from coding.people.models import User
from coding.people.rules import Key, answered, record
from coding.rounds.models import Assignment, Round
from coding.rounds.rules import lock_assignment
from coding.rounds.writing import hand_in, refuse_unwritable
from coding.selective_coding.models import ConsensusMapping, MappingChoice
from coding.selective_coding.rules import Saved

PLACE = "choose_place"
NAMED = 3  # categories that a refusal names before it counts


class MappingIncomplete(Refusal):
    sentence = "Some categories have no place yet. Give each its place, or say that it does not fit."


@dataclass(frozen=True)
class Said:
    """What a coder says of one category: a scale category by public id, or that it does not fit; neither is nothing."""

    place: UUID | None = None
    does_not_fit: bool = False
    rationale: str = ""

    @property
    def is_said(self) -> bool:
        return self.does_not_fit or self.place is not None

    def plain(self) -> dict[str, Any]:
        place = str(self.place) if self.place else None
        return {"scale_category": place, "does_not_fit": self.does_not_fit, "rationale": self.rationale}

    @property
    def version(self) -> str:
        """Name this state, so that a page can say which state it changed; it depends on the coder's own work only."""
        return sha256(canonical(self.plain()))[:16]


NOTHING = Said()


@transaction.atomic
def choose_place(
    coder: User,
    assignment: Assignment,
    category: UUID,
    said: Said,
    *,
    version: str | None = None,
    key: Key | None = None,
    at: datetime | None = None,
) -> Saved:
    """Write what a coder says of one category; `NOTHING` takes it back.

    `version` is that of the state which was changed; None writes whatever stands there.
    Raises BadInput, NotYours, AssignmentSubmitted, RoundNotOpen, MovedOn, KeyReused.
    """
    locked, at = lock_assignment(assignment, coder, "round__edition", "round__scale"), at or clock.now()
    if event := answered(coder, key):
        return Saved(json.loads(event.answer or "{}").get("version", ""), event.at)
    refuse_unwritable(coder, locked, Round.Stage.MAPPING)
    name, said = category_in(locked.round, category)["name"], checked(locked.round, said)
    rows = MappingChoice.objects.filter(assignment=locked, category__uid=category).select_related("scale_category")
    row = rows.first()
    before = said_in(row)
    if version is not None and version != before.version:
        raise MovedOn(
            f"What you said of “{name}” was changed in another tab or on another device since you opened it here. "
            "What you see is not saved."
        )
    if before == said and key is None:
        return Saved(before.version, at)
    write(locked, category, row, said)
    if locked.state == Assignment.State.TO_DO:
        locked.state = Assignment.State.IN_PROGRESS
        locked.save(update_fields=["state"])
    about = {"category": str(category), "name": name}
    record(locked.round.project, coder, PLACE, locked, before=about | before.plain(), after=about | said.plain(),
           stream=locked.stream, key=key, at=at, answer=canonical({"version": said.version}),
           private=locked.is_private)  # fmt: skip
    return Saved(said.version, at)


def write(locked: Assignment, category: UUID, row: MappingChoice | None, said: Said) -> None:
    """Bring the coder's row of a category to what is said now."""
    if not said.is_said:
        if row:
            row.delete()
        return
    places = ScaleCategory.objects.filter(layer__scale=locked.round.scale_id)
    place = places.filter(uid=said.place).first() if said.place else None
    known = Category.objects.filter(project=locked.round.project_id, uid=category).first()
    if known is None or (said.place and place is None):
        raise BadInput("A category of this round is no longer there. Ask the lead to open a new round.")
    fields = {"scale_category": place, "does_not_fit": said.does_not_fit, "rationale": said.rationale}
    MappingChoice.objects.update_or_create(assignment=locked, category=known, defaults=fields)


@transaction.atomic
def submit(coder: User, assignment: Assignment, *, key: Key | None = None, at: datetime | None = None) -> Assignment:
    """Declare all categories mapped. Raises MappingIncomplete, and whatever `choose_place` raises."""
    locked, at = lock_assignment(assignment, coder, "round__edition", "round__scale"), at or clock.now()
    if answered(coder, key):
        return locked
    refuse_unwritable(coder, locked, Round.Stage.MAPPING)
    refuse_incomplete(locked)
    return hand_in(locked, at, key=key)


def refuse_incomplete(locked: Assignment) -> None:
    """Refuse a mapping that leaves a category out, or says without a reason that one does not fit."""
    said, categories = said_by(locked), categories_of(locked.round)
    if missing := [row["name"] for uid, row in categories.items() if UUID(uid) not in said]:
        verb = "has" if len(missing) == 1 else "have"
        raise MappingIncomplete(
            f"{listed(missing)} {verb} no place yet. Give each its place, or say that it does not fit."
        )
    bare = [categories[str(uid)]["name"] for uid, one in said.items()
            if one.does_not_fit and not one.rationale.strip() and str(uid) in categories]  # fmt: skip
    if bare:
        raise MappingIncomplete(f"Say why {listed(bare)} can’t be placed: what does not fit is a finding.")


def listed(names: list[str]) -> str:
    """Name the first few, and count the rest."""
    shown = ", ".join(f"“{name}”" for name in names[:NAMED])
    return shown if len(names) <= NAMED else f"{shown} and {len(names) - NAMED:,} more"


def checked(mapped: Round, said: Said) -> Said:
    """Take what the round's scale can hold. Raises BadInput."""
    rationale = worded({"rationale": said.rationale})["rationale"]
    if said.place and said.does_not_fit:
        raise BadInput("A category has a place or does not fit, not both. Take one of the two back.")
    if said.place and str(said.place) not in places_of(mapped):
        raise BadInput("There is no such category in this round's scale. Choose one from the list.")
    if rationale.strip() and not said.is_said:
        raise BadInput("Choose a place too, or “does not fit”: a rationale alone is not kept.")
    return Said(said.place, said.does_not_fit, rationale)


def scale_of(mapped: Round) -> dict[str, Any]:
    """Give the round's scale as its edition holds it. Raises BadInput where it holds none."""
    found = Frozen.of(mapped.edition).scale(mapped.scale.uid) if mapped.edition and mapped.scale else None
    if found is None:
        raise BadInput("The edition of this round does not hold its scale. Ask the lead to open a new round.")
    return found


def places_of(mapped: Round) -> dict[str, dict[str, Any]]:
    """Give the scale categories that a coder of this round may choose, by public id."""
    return {row["uid"]: row for layer in scale_of(mapped)["layers"] for row in layer["categories"]}


def categories_of(mapped: Round) -> dict[str, dict[str, Any]]:
    """Give the categories that this round maps, by public id, in the edition's order."""
    return Frozen.of(mapped.edition).categories if mapped.edition else {}


def category_in(mapped: Round, category: UUID) -> dict[str, Any]:
    found = categories_of(mapped).get(str(category))
    if found is None:
        raise BadInput("There is no such category in this round. Choose one from the list.")
    return found


def said_in(row: MappingChoice | None) -> Said:
    """Say what a row says."""
    if row is None:
        return NOTHING
    return Said(row.scale_category.uid if row.scale_category else None, row.does_not_fit, row.rationale)


def said_by(assignment: Assignment) -> dict[UUID, Said]:
    """Give what an assignment says, by the categories' public ids, in one query."""
    rows = MappingChoice.objects.filter(assignment=assignment).select_related("category", "scale_category")
    return {row.category.uid: said_in(row) for row in rows}


@transaction.atomic
def write_consensus(
    mapped: Round, standing: Iterable[tuple[Category, ScaleCategory | None]], settled_by: str
) -> list[ConsensusMapping]:
    """Write what stands for categories of a mapping round (None: it does not fit), in place of what stood for them.

    For reconciliation's verbs alone, which record the decision. Raises BadInput.
    """
    if settled_by not in SettledBy.values:
        raise BadInput("Say how it was settled: by unanimity, by rule or by decision.")
    rows = list(standing)
    own = set(ScaleCategory.objects.filter(layer__scale=mapped.scale_id).values_list("pk", flat=True))
    if any(place is not None and place.pk not in own for _, place in rows):
        raise BadInput("A category of another scale can't stand in this round.")
    ConsensusMapping.objects.filter(round=mapped, category__in=[category.pk for category, _ in rows]).delete()
    return ConsensusMapping.objects.bulk_create(
        ConsensusMapping(round=mapped, category=category, scale_category=place, settled_by=settled_by)
        for category, place in rows
    )
