"""Verbs over a released mapping round: decide what coders mapped differently, take over what stands."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from coding.codes.checks import worded
from coding.codes.models import Mapping, ScaleCategory
from coding.codes.rules import map_category
from coding.lib import clock
from coding.lib.refusals import BadInput
from coding.open_coding.models import SettledBy
from coding.people.models import User
from coding.people.rules import record
from coding.reconciliation import mappings, rules
from coding.reconciliation.models import Decision, Disagreement
from coding.rounds.models import Round
from coding.rounds.rules import has_opened
from coding.selective_coding.mapping import write_consensus


@transaction.atomic
def settle_mapping(
    by: User,
    disagreement: Disagreement,
    place: ScaleCategory | None,
    reason: str,
    rationale: str,
    at: datetime | None = None,
) -> Decision:
    """Decide the place that stands for a category (None: it does not fit); the coders' rows stay as they are.

    Raises Forbidden, RoundNotReleased, AlreadySettled, ReadingsClosed, CodesItBlind, BadInput.
    """
    locked, found = rules.lock_unit(by, disagreement)
    if found.settled_at is not None:
        raise rules.AlreadySettled
    rules.refuse_unreasoned(reason, rationale)
    category = mappings.category_of(locked, found)
    if place is not None and place.layer.scale_id != locked.scale_id:
        raise BadInput("There is no such category in this round's scale. Choose one from the list.")
    at, rationale = at or clock.now(), worded({"rationale": rationale})["rationale"]
    said = [one.place for one in mappings.choices_in(mappings.counted(locked)).get(category.uid, [])]
    outcome = Decision.Outcome.ONE if place in said else Decision.Outcome.RECODE
    before = Decision.objects.filter(disagreement=found).order_by("-pk").first()
    wrote = [
        {
            "category": str(category.uid), "category_name": category.name,
            "scale_category": str(place.uid) if place else None, "number": place.number if place else None,
            "name": place.name if place else "Does not fit", "is_primary": False, "is_plural": False,
        }
    ]  # fmt: skip
    decision = Decision.objects.create(disagreement=found, outcome=outcome, reason=reason, rationale=rationale, by=by,
                                       at=at, supersedes=before, wrote=wrote)  # fmt: skip
    write_consensus(locked, [(category, place)], SettledBy.DECISION)
    found.settled_at = at
    found.save(update_fields=["settled_at"])
    rules.settle_round(locked)
    record(locked.project, by, "settle", found, before=rules.said(before), after=rules.said(decision),
           reason=rationale, at=at)  # fmt: skip
    return decision


@dataclass(frozen=True)
class Taken:
    """What taking over did: categories mapped anew, those that stood so already, names no longer in use."""

    mapped: int
    stood: int
    gone: list[str]


@transaction.atomic
def take_over(by: User, mapped: Round, at: datetime | None = None) -> Taken:
    """Take what stands for a released mapping round over into the living mapping; each with its coders' reasons.

    Categories whose disagreement waits are left as they are. Raises Forbidden, RoundNotReleased, ReadingsClosed,
    CodesItBlind.
    """
    rules.refuse_not_lead(by, mapped.project)
    locked = rules.lock_round(mapped)
    if locked.stage != Round.Stage.MAPPING or locked.scale is None:
        raise BadInput("This round maps no categories, so there is nothing to take over.")
    if not locked.is_released:
        raise rules.RoundNotReleased
    if not has_opened(by, locked):
        raise rules.ReadingsClosed("Open the round's readings first: what is taken over has to be read.")
    rules.refuse_blind(by, locked, None)
    waiting = set(Disagreement.objects.filter(round=locked).unsettled().values_list("unit", flat=True))
    reasons, said = mappings.decided(locked), mappings.choices_in(mappings.counted(locked))
    living = {one.category_id: one for one in Mapping.objects.filter(scale=locked.scale)}
    places = ScaleCategory.objects.filter(layer__scale=locked.scale).in_bulk()
    stands = ScaleCategory.objects.filter(layer__scale=locked.scale).survivors()
    mapped_now, stood, gone = 0, 0, []
    for row in mappings.standing(locked):
        if f"{mappings.UNIT}{row.category.uid}" in waiting:
            continue
        there = living.get(row.category_id)
        at_last = places.get(stands.get(row.scale_category_id or 0) or 0)  # a merged place is the one that took it over
        if row.category.retired_at is not None:
            gone.append(row.category.name)
        elif row.scale_category and at_last is None:
            gone.append(f"{row.scale_category.number} {row.scale_category.name}")
        elif there and there.scale_category_id == (at_last and at_last.pk):
            stood += 1
        else:
            why = reasons.get(row.category.uid) or mappings.in_short(locked, said.get(row.category.uid, []))
            map_category(by, row.category, locked.scale, at_last, why)
            mapped_now += 1
    record(locked.project, by, "take_over_mapping", locked, after={"mapped": mapped_now, "stood": stood}, at=at)
    return Taken(mapped_now, stood, gone)
