"""Verbs of the blind card sort: put codes into given or own categories, rename or remove an own one, submit.

Each act is written under the assignment's row lock, with its event in the assignment's stream. A coder sorts the codes
as the round's edition words them; the live rows are only what placements point to.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from coding.axial_coding.models import ConsensusPlacement, Placement
from coding.codes.checks import named
from coding.codes.content import Frozen
from coding.codes.models import Category, Code
from coding.codes.rules import MovedOn, NameTaken, coin_category, reword
from coding.lib import clock
from coding.lib.canonical import canonical
from coding.lib.refusals import BadInput, Refusal
from coding.lib.text import name_key
from coding.people.models import Event, User
from coding.people.rules import Key, answered, record
from coding.rounds.models import Assignment, Round
from coding.rounds.rules import RoundNotOpen, lock_assignment
from coding.rounds.writing import hand_in, refuse_unwritable

MOST_AT_ONCE = 500


class SortIncomplete(Refusal):
    sentence = "No code is sorted yet. Put codes into categories, then submit."


class NotEmpty(Refusal):
    sentence = "This category holds codes. Move them elsewhere first."


@dataclass(frozen=True)
class Sorted:
    """What an act did: into which category (None: back among the unsorted), which ones codes left, and when."""

    category: UUID | None
    name: str
    left: tuple[UUID | None, ...]
    at: datetime


@transaction.atomic
def put(
    coder: User,
    assignment: Assignment,
    codes: Sequence[UUID],
    into: UUID | None = None,
    *,
    new: str = "",
    was: Mapping[UUID, UUID | None] | None = None,
    key: Key | None = None,
    at: datetime | None = None,
) -> Sorted:
    """Put codes into a category, into an own one of the name `new`, or (None) back among the unsorted; all or none.

    `was` says where they stood for whoever moved them; None moves them from wherever they stand.
    Raises BadInput, NotYours, AssignmentSubmitted, RoundNotOpen, MovedOn, NameTaken, KeyReused.
    """
    locked, at = lock_assignment(assignment, coder, "round__edition"), at or clock.now()
    if event := answered(coder, key):
        return sorted_by(json.loads(event.answer), event.at)
    refuse_unwritable(coder, locked, Round.Stage.AXIAL)
    rows = cards(locked, codes)
    category = own_or_given(locked, into, new)
    hold(locked, category)
    before = standing(locked, rows)
    refuse_moved(rows, before, was)
    moved = [code for code in rows if before.get(code.pk) != category]
    Placement.objects.filter(assignment=locked, code__in=moved).delete()
    if category is not None:
        Placement.objects.bulk_create(Placement(assignment=locked, code=code, category=category) for code in moved)
    left = {str(code.uid): str(found.uid) if (found := before.get(code.pk)) else None for code in moved}
    said = {"category": str(category.uid) if category else None, "name": name_here(locked, category),
            "left": list(dict.fromkeys(left.values()))}  # fmt: skip
    if moved or key:
        begin(locked)
        record(locked.round.project, coder, "sort_codes", locked, before={"codes": left},
               after={"category": said["category"], "name": said["name"], "codes": list(left), "count": len(moved)},
               stream=locked.stream, key=key, at=at, answer=canonical(said), private=locked.is_private)  # fmt: skip
    return sorted_by(said, at)


@transaction.atomic
def rename_own(coder: User, assignment: Assignment, category: UUID, name: str, *, key: Key | None = None) -> Category:
    """Give an own private category another name; the former one stays in the event. Raises NameTaken."""
    locked = lock_assignment(assignment, coder, "round__edition")
    own = own_category(locked, category)
    if answered(coder, key):
        return own
    refuse_unwritable(coder, locked, Round.Stage.AXIAL)
    refuse_given(locked, name)
    begin(locked)
    reword(coder, own, own.version, stream=locked.stream, key=key, name=name)
    own.refresh_from_db()
    return own


@transaction.atomic
def remove_own(coder: User, assignment: Assignment, category: UUID) -> str:
    """Remove an own private category that holds no code, and give its name. Raises NotEmpty."""
    locked = lock_assignment(assignment, coder, "round__edition")
    refuse_unwritable(coder, locked, Round.Stage.AXIAL)
    own = own_category(locked, category)
    if own.placements.exists():
        raise NotEmpty(f"“{own}” holds codes. Move them elsewhere first.")
    if own.spoken_against.exists():
        raise NotEmpty(f"You marked segments that speak against “{own}”, so it stays.")
    record(locked.round.project, coder, "remove_own_category", own, before={"name": own.name}, stream=locked.stream,
           private=locked.is_private)  # fmt: skip
    own.delete()
    return own.name


@transaction.atomic
def submit(
    coder: User,
    assignment: Assignment,
    *,
    leave_rest: bool = False,
    key: Key | None = None,
    at: datetime | None = None,
) -> Assignment:
    """Declare the codes sorted. Codes that are left aside need `leave_rest`. Raises SortIncomplete."""
    locked, at = lock_assignment(assignment, coder, "round__edition"), at or clock.now()
    if answered(coder, key):
        return locked
    refuse_unwritable(coder, locked, Round.Stage.AXIAL)
    refuse_incomplete(locked, leave_rest)
    return hand_in(locked, at, verb="submit_sort", key=key)


def refuse_incomplete(locked: Assignment, leave_rest: bool) -> None:
    placed, all_of_them = locked.placements.count(), len(frozen_of(locked).codes)
    if not placed:
        raise SortIncomplete
    if placed < all_of_them and not leave_rest:
        left = all_of_them - placed
        waiting = "1 code is" if left == 1 else f"{left} codes are"
        raise SortIncomplete(f"{waiting} not sorted yet. Sort them, or say that you leave them aside.")


def refuse_moved(rows: Sequence[Code], before: Mapping[int, Category], was: Mapping[UUID, UUID | None] | None) -> None:
    """Refuse where a card no longer stands where whoever moved it saw it: another tab or device was there first."""
    for code in rows if was is not None else ():
        found = before.get(code.pk)
        if was is not None and code.uid in was and was[code.uid] != (found.uid if found else None):
            raise MovedOn("A code was moved in another tab or on another device since you opened this page. Reload it.")


def refuse_given(locked: Assignment, name: str) -> None:
    """Refuse an own category of a given one's name; only the edition is asked, never what others coined."""
    wanted = name_key(named(name))
    if any(name_key(row["name"]) == wanted for row in frozen_of(locked).categories.values()):
        raise NameTaken(f"“{named(name)}” is among the given categories. Move the codes there, or choose another name.")


def frozen_of(locked: Assignment) -> Frozen:
    """The edition that the round is sorted against; an open round has one."""
    if locked.round.edition is None:
        raise RoundNotOpen
    return Frozen.of(locked.round.edition)


def cards(locked: Assignment, codes: Sequence[UUID]) -> list[Code]:
    """Read the codes to move, each once, all of the round's edition. Raises BadInput."""
    wanted, frozen = list(dict.fromkeys(codes)), frozen_of(locked)
    if not wanted:
        raise BadInput("Select at least one code to move.")
    if len(wanted) > MOST_AT_ONCE:
        raise BadInput(f"{len(wanted):,} codes are selected; {MOST_AT_ONCE} is the most to move at once.")
    if any(str(uid) not in frozen.codes for uid in wanted):
        raise BadInput("A selected code is not among those of this round. Reload the page and select again.")
    return list(Code.objects.filter(project=locked.round.project, uid__in=wanted).order_by("pk"))


def standing(locked: Assignment, rows: Sequence[Code]) -> dict[int, Category]:
    """Say where these codes stand, by their keys; what is unsorted is not in it."""
    found = Placement.objects.filter(assignment=locked, code__in=rows).select_related("category")
    return {one.code_id: one.category for one in found}


def own_or_given(locked: Assignment, into: UUID | None, new: str) -> Category | None:
    """Find the category to move into, or coin an own one. Raises BadInput, NameTaken."""
    if new.strip():
        refuse_given(locked, new)
        return coin_category(locked.round.project, locked.coder, new)
    if into is None:
        return None
    own = Q(coined_by=locked.coder) & (Q(released_at=None, retired_at=None) | Q(placements__assignment=locked))
    given = Q(uid__in=[into] if str(into) in frozen_of(locked).categories else [])
    found = Category.objects.filter(own | given, project=locked.round.project, uid=into).distinct().first()
    if found is None:
        raise BadInput("This category is neither given nor one of your own. Reload the page and choose again.")
    category: Category = found
    return category


def hold(locked: Assignment, category: Category | None) -> None:
    """Keep an own private category from being removed in another sort of its coder while cards go into it here."""
    if category is None or category.coined_by_id != locked.coder_id or category.released_at is not None:
        return
    if Category.objects.select_for_update(no_key=True).filter(pk=category.pk).first() is None:
        raise MovedOn(
            f"“{category}” was removed in another tab or on another device. Reload the page, then choose again."
        )


def name_here(locked: Assignment, category: Category | None) -> str:
    """Name a category as this coder reads it: a given one as the edition words it, an own one as they called it."""
    if category is None:
        return ""
    row = frozen_of(locked).categories.get(str(category.uid))
    return str(row["name"]) if row else names_of_own(locked, [category])[category.pk]


def names_of_own(assignment: Assignment, categories: Sequence[Category]) -> dict[int, str]:
    """Name own categories as their coder called them, by their keys.

    One that another round has released may be reworded by others meanwhile, which a sort that is still private hides.
    """
    names = {one.pk: one.name for one in categories}
    shared = {one.ref(): one for one in categories if one.released_at} if assignment.is_private else {}
    if shared:
        reworded = Event.objects.filter(verb="reword_category", target__in=shared).order_by("-at", "-position")
        for target, before, at in reworded.values_list("target", "before", "at"):
            if at >= shared[target].released_at:  # type: ignore[operator]  # shared ones have it
                names[shared[target].pk] = json.loads(before)["name"]
    return names


def own_category(locked: Assignment, uid: UUID) -> Category:
    """Find a private category of the coder's own and lock it: it is theirs in other sorts too. Raises BadInput."""
    rows = Category.objects.select_for_update().own(locked.coder)
    own = rows.filter(project=locked.round.project, uid=uid).first()
    if own is None:
        raise BadInput("This category is not one of your own that is still private. Reload the page.")
    found: Category = own
    return found


def begin(locked: Assignment) -> None:
    if locked.state == Assignment.State.TO_DO:
        locked.state = Assignment.State.IN_PROGRESS
        locked.save(update_fields=["state"])


def sorted_by(said: Mapping[str, Any], at: datetime) -> Sorted:
    uid, left = said["category"], said["left"]
    return Sorted(UUID(uid) if uid else None, said["name"], tuple(UUID(one) if one else None for one in left), at)


def write_consensus(sorted_in: Round, into: Mapping[int, int], settled_by: str) -> list[ConsensusPlacement]:
    """Replace what stands for a round's codes: category by code, both keys. For reconciliation's verbs alone."""
    ConsensusPlacement.objects.filter(round=sorted_in, code__in=list(into)).delete()
    rows = [
        ConsensusPlacement(round=sorted_in, code_id=code, category_id=category, settled_by=settled_by)
        for code, category in sorted(into.items())
    ]
    return ConsensusPlacement.objects.bulk_create(rows, batch_size=1000)
