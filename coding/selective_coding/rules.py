"""Verbs of selective coding: rate an incident against the scale, submit it, write what stands for a round.

Both doors write a rating whole, under the assignment's row lock. A coder judges against the scale as the round's
edition holds it; the live rows are only what ratings point to.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.db import transaction

from coding.codes.checks import worded
from coding.codes.content import Frozen
from coding.codes.models import Scale, ScaleCategory
from coding.codes.rules import MovedOn
from coding.incidents.models import Incident
from coding.lib import clock
from coding.lib.canonical import canonical
from coding.lib.prepared import Prepared, number
from coding.lib.refusals import BadInput
from coding.open_coding.models import SettledBy
from coding.people.models import Event, User
from coding.people.rules import Key, answered, record
from coding.rounds.models import Assignment, Round
from coding.rounds.rules import lock_assignment
from coding.rounds.writing import hand_in, refuse_unwritable
from coding.selective_coding.models import ConsensusRating, Rating
from coding.selective_coding.own_codings import evidence_of, refuse_foreign, show_evidence
from coding.selective_coding.readings import STANCES, refuse_incomplete, refuse_mixed
from coding.selective_coding.readings import Choice as Choice
from coding.selective_coding.readings import RatingIncomplete as RatingIncomplete
from coding.selective_coding.readings import Reading as Reading

RATE = "rate"
BATCH = 1_000
NO_EVIDENCE: frozenset[UUID] = frozenset()
ROWS = Prepared(
    lambda: Rating.objects.filter(assignment=number("assignment")).select_related("scale_category")
    .order_by("scale_category__number", "pk")
)  # fmt: skip
PLACES = Prepared(
    lambda: ScaleCategory.objects.filter(layer__scale=number("scale")).order_by("number").values_list("uid", "pk")
)


@dataclass(frozen=True)
class Saved:
    """What a save did: the version that stands now, and when it was written."""

    version: str
    at: datetime


@transaction.atomic
def save_ratings(
    coder: User,
    assignment: Assignment,
    choices: Sequence[Choice],
    primary: UUID | None,
    none_applies: bool,
    confidence: str = "",
    note: str = "",
    *,
    version: str | None = None,
    key: Key | None = None,
    at: datetime | None = None,
) -> Saved:
    """Write the whole rating of an assignment; it may be incomplete until submitted.

    `version` is that of the state which was changed; None writes whatever stands there.
    Raises BadInput, NotYours, AssignmentSubmitted, RoundNotOpen, MovedOn, KeyReused.
    """
    locked = lock_assignment(assignment, coder, "round__edition", "round__scale")
    if event := answered(coder, key):
        return Saved(json.loads(event.answer or "{}").get("version", ""), event.at)
    refuse_unwritable(coder, locked, Round.Stage.RATING)
    reading = checked(locked, Reading(tuple(choices), primary, none_applies, confidence, note))
    return write(locked, reading, version, key=key, at=at or clock.now())


@transaction.atomic
def submit(
    coder: User,
    assignment: Assignment,
    *,
    reading: Reading | None = None,
    version: str | None = None,
    key: Key | None = None,
    at: datetime | None = None,
) -> Assignment:
    """Declare the incident rated, after writing `reading` where one is given; both or neither.

    Raises RatingIncomplete unless it says that none applies, or names categories with exactly one primary;
    and whatever `save_ratings` raises.
    """
    locked, at = lock_assignment(assignment, coder, "round__edition", "round__scale"), at or clock.now()
    if answered(coder, key):
        return locked
    refuse_unwritable(coder, locked, Round.Stage.RATING)
    if reading is not None:
        write(locked, checked(locked, reading), version, key=None, at=at)
    refuse_incomplete(reading_of(locked), scale_of(locked.round))
    return hand_in(locked, at, key=key)


def checked(assignment: Assignment, reading: Reading) -> Reading:
    """Take a rating that the round's scale can hold, each category once. Raises BadInput."""
    choices = tuple(dict.fromkeys(reading.choices))
    if {str(uid) for uid in reading.chosen} - categories_of(assignment.round).keys():
        raise BadInput("There is no such category in this round's scale. Choose one from the list.")
    refuse_mixed(replace(reading, choices=choices), scale_of(assignment.round)["rating_kind"])
    refuse_foreign(assignment, reading)
    if reading.confidence not in Rating.Confidence.values:
        raise BadInput("Confidence is low, medium or high, or not said.")
    return replace(reading, choices=choices, note=worded({"note": reading.note})["note"])


def scale_of(rated: Round) -> dict[str, Any]:
    """Give the round's scale as its edition holds it. Raises BadInput where it can't be rated on."""
    frozen = Frozen.of(rated.edition).scale(rated.scale.uid) if rated.edition and rated.scale else None
    if frozen is None:
        raise BadInput("The edition of this round does not hold its scale. Ask the lead to open a new round.")
    return frozen


def is_stance(rated: Round) -> bool:
    """Does this round ask for a stance on every value?"""
    return bool(scale_of(rated)["rating_kind"] == Scale.RatingKind.STANCE)


def categories_of(rated: Round) -> dict[str, dict[str, Any]]:
    """Give the scale categories that a coder of this round may choose, by public id."""
    return {row["uid"]: row for layer in scale_of(rated)["layers"] for row in layer["categories"]}


def reading_of(assignment: Assignment) -> Reading:
    """Read what an assignment says.

    Confidence and note lie on its rating rows; where there is none ("none applies", or nothing chosen yet)
    they lie in the last event that wrote them.
    """
    return reading_in(assignment, ROWS(assignment=assignment.pk))


def reading_in(assignment: Assignment, rows: Sequence[Rating]) -> Reading:
    """Say what rows in the scale's order say, all those of an assignment."""
    if rows:
        shown = evidence_of(assignment)
        choices = tuple(Choice(row.scale_category.uid, row.stance, shown.get(row.pk, NO_EVIDENCE)) for row in rows)
        primary = next((row.scale_category.uid for row in rows if row.is_primary), None)
        return Reading(choices, primary, False, rows[0].confidence, rows[0].note)
    if assignment.state == Assignment.State.TO_DO:
        return Reading()
    written = Event.objects.filter(stream=assignment.stream, actor=assignment.coder, verb=RATE).order_by("-position")
    said = json.loads(written.values_list("after", flat=True).first() or "{}")
    return Reading(
        none_applies=assignment.none_applies, confidence=said.get("confidence", ""), note=said.get("note", "")
    )


def write(locked: Assignment, after: Reading, version: str | None, *, key: Key | None, at: datetime) -> Saved:
    """Bring the rating from what stands to `after` and record it; without key an unchanged state leaves no event."""
    rows = ROWS(assignment=locked.pk)
    before = reading_in(locked, rows)
    if version is not None and version != before.version:
        raise MovedOn(
            "This rating was changed in another tab or on another device since you opened it here. "
            "What you see is not saved."
        )
    if before == after and key is None:
        return Saved(before.version, at)
    apply(locked, rows, after)
    if before.shown or after.shown:
        show_evidence(locked, after)
    if locked.state == Assignment.State.TO_DO or locked.none_applies != after.none_applies:
        locked.state, locked.none_applies = Assignment.State.IN_PROGRESS, after.none_applies
        locked.save(update_fields=["none_applies", "state"])
    record(
        locked.round.project, locked.coder, RATE, locked, before=before.plain(), after=after.plain(),
        stream=locked.stream, key=key, at=at, answer=canonical({"version": after.version}),
        private=locked.is_private,
    )  # fmt: skip
    return Saved(after.version, at)


def apply(locked: Assignment, rows: Sequence[Rating], after: Reading) -> None:
    """Change the rows; a category that stays chosen keeps its row, and so its evidence."""
    said, stance = {"confidence": after.confidence, "note": after.note}, after.stances
    standing = {row.scale_category.uid: row.pk for row in rows if row.scale_category.uid in after.chosen}
    if gone := [row.pk for row in rows if row.pk not in standing.values()]:
        locked.ratings.filter(pk__in=gone).delete()
    if standing:
        locked.ratings.update(is_primary=False, **said)
    for value in STANCES:
        if turned := [row.pk for row in rows if row.stance != value == stance.get(row.scale_category.uid)]:
            locked.ratings.filter(pk__in=turned).update(stance=value)
    if added := after.chosen - standing.keys():
        known = [(uid, pk) for uid, pk in PLACES(scale=locked.round.scale_id) if uid in added]
        if len(known) != len(added):
            raise BadInput("A category of this round is no longer in the scale. Ask the lead to open a new round.")
        Rating.objects.bulk_create(
            Rating(assignment=locked, scale_category_id=pk, is_primary=uid == after.primary, stance=stance[uid], **said)
            for uid, pk in known
        )
    if after.primary in standing:
        locked.ratings.filter(pk=standing[after.primary]).update(is_primary=True)


class Standing(NamedTuple):
    """One row of what stands for an incident; without scale category it says "none applies".

    On a stance scale a row for every value, each with its stance; without one where the readings are kept as plural.
    """

    scale_category: ScaleCategory | None
    is_primary: bool = False
    is_plural: bool = False
    stance: int | None = None


Row = Standing | tuple[ScaleCategory | None, bool, bool]


def write_consensus(rated: Round, incident: Incident, rows: Iterable[Row], settled_by: str) -> list[ConsensusRating]:
    """Replace what stands for one incident of a rating round; no rows take it back. Coders' rows stay untouched.

    For reconciliation's verbs alone, which record the decision. Raises BadInput.
    """
    return write_consensus_of_all(rated, {incident: list(rows)}, settled_by)


@transaction.atomic
def write_consensus_of_all(
    rated: Round,
    standing: Mapping[Incident, Sequence[Row]],
    settled_by: str,
) -> list[ConsensusRating]:
    """Replace what stands for many incidents at once, a thousand of them in three queries."""
    if settled_by not in SettledBy.values:
        raise BadInput("Say how it was settled: by unanimity, by rule or by decision.")
    locked = Round.objects.select_for_update(of=("self",), no_key=True).get(pk=rated.pk)
    own = set(ScaleCategory.objects.filter(layer__scale=locked.scale_id).values_list("pk", flat=True))
    written = []
    for incident, rows in standing.items():
        for row in stand(own, [Standing(*row) for row in rows]):
            written.append(ConsensusRating(round=locked, incident=incident, settled_by=settled_by, **row._asdict()))
    incidents = list(standing)
    for first in range(0, len(incidents), BATCH):
        ConsensusRating.objects.filter(round=locked, incident__in=incidents[first : first + BATCH]).delete()
    return ConsensusRating.objects.bulk_create(written, batch_size=BATCH)


def stand(own: set[int], rows: list[Standing]) -> list[Standing]:
    """Refuse rows that can't stand together: a consensus is none, or categories with one primary, unless plural."""
    pks = [row.scale_category.pk if row.scale_category else None for row in rows]
    if set(pks) - own - {None}:
        raise BadInput("A category of another scale can't stand in this round.")
    if len(set(pks)) != len(pks):
        raise BadInput("A category can stand only once for an incident.")
    if any(row.is_primary and row.scale_category is None for row in rows):
        raise BadInput("“None applies” has no primary category.")
    if not rows or any(row.is_plural for row in rows):
        return rows
    if any(row.stance is not None for row in rows):
        return stand_by_stance(rows)
    if None in pks and len(rows) > 1:
        raise BadInput("“None applies” can't stand beside a category, unless the difference is kept as plural.")
    if None not in pks and sum(row.is_primary for row in rows) != 1:
        raise BadInput("Exactly one of the categories that stand is the primary one.")
    return rows


def stand_by_stance(rows: list[Standing]) -> list[Standing]:
    """Refuse stances that can't stand together: each value has one, and none of them is primary."""
    if any(row.stance not in STANCES or row.scale_category is None or row.is_primary for row in rows):
        raise BadInput("On a stance scale a −1, 0 or +1 stands for every value, and none of them is the primary one.")
    return rows
