"""After Submit: what the mapping of the coder's own codes suggests, and the coder's second thought about it.

A suggestion before the judgement would lead it (anchoring: Tversky & Kahneman 1974), so none leaves before Submit.
It never changes the rating: what it makes the coder think is a note that reconciliation reads.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from coding.codes.checks import worded
from coding.codes.content import Frozen
from coding.lib.refusals import BadInput, Forbidden, Refusal
from coding.people.models import Event, User
from coding.people.rules import Key, answered, record
from coding.rounds.models import Assignment, Round
from coding.rounds.rules import RoundNotOpen, lock_assignment, refuse_no_coder
from coding.rounds.writing import NotYours
from coding.selective_coding.own_codings import CODED
from coding.selective_coding.rules import scale_of

SECOND_THOUGHT = "second_thought"


NOT_YET = (
    "What your own codes suggest is shown after you submit this incident, so that it does not lead your judgement."
)


class NotSubmittedYet(Refusal):
    sentence = "This incident is not submitted yet, so change the rating itself."


@dataclass(frozen=True)
class Led:
    """A scale category, as the edition has it, with the names of the codes that lead there."""

    uid: str
    number: int
    name: str
    codes: list[str]


@dataclass(frozen=True)
class Suggestion:
    """Where a coder's codes of an incident lead; which categories fit nowhere, and which lead nowhere yet."""

    places: list[Led]
    unfit: list[str]
    unplaced: list[str]

    @property
    def is_empty(self) -> bool:
        return not (self.places or self.unfit or self.unplaced)


def suggestion_for(assignment: Assignment, reader: User) -> Suggestion:
    """Say what the round's edition makes of the coder's own codes. Raises Forbidden for others, and before Submit."""
    if assignment.coder_id != reader.pk:
        raise Forbidden("This is what somebody else's codes suggest. Only they can read it.")
    if assignment.state != Assignment.State.SUBMITTED:
        raise Forbidden(NOT_YET)
    coded = CODED(coder=assignment.coder_id, incident=assignment.incident_id)
    return suggested(assignment.round, {str(code) for *_, code in coded if code})


def suggested(rated: Round, codes: Iterable[str]) -> Suggestion:
    """Follow codes through the edition: code, category, scale category."""
    scale = scale_of(rated)
    frozen = Frozen.of(rated.edition)  # type: ignore[arg-type]  # scale_of has refused a round without
    placed = {row["category"]: row["scale_category"] for row in frozen.content["mappings"]
              if row["scale"] == scale["uid"]}  # fmt: skip
    known = {frozen.merged[code]["uid"]: frozen.merged[code] for code in codes if code in frozen.merged}
    led: dict[str | None, list[str]] = {}
    unplaced = []
    for row in sorted(known.values(), key=lambda row: str(row["name"]).casefold()):
        if row["category"] in placed:
            led.setdefault(placed[row["category"]], []).append(row["name"])
        else:
            unplaced.append(row["name"])
    rows = [row for layer in scale["layers"] for row in layer["categories"]]
    places = [Led(row["uid"], row["number"], row["name"], led[row["uid"]]) for row in rows if row["uid"] in led]
    return Suggestion(places, led.get(None, []), unplaced)


@dataclass(frozen=True)
class Thought:
    """A second thought as it was written."""

    note: str
    at: datetime


@transaction.atomic
def note_second_thought(coder: User, assignment: Assignment, note: str, *, key: Key | None = None) -> Event:
    """Write a second thought beside a submitted rating, which stays as it is; it can be said until release.

    Raises BadInput, NotYours, NotSubmittedYet, RoundNotOpen, KeyReused.
    """
    locked = lock_assignment(assignment, coder, "round")
    if event := answered(coder, key):
        return event
    refuse_unsayable(coder, locked)
    said = worded({"note": note})["note"].strip()
    if not said:
        raise BadInput("The second thought is empty. Write what you would see differently, and why.")
    return record(
        locked.round.project, coder, SECOND_THOUGHT, locked, after={"note": said}, stream=locked.stream, key=key,
        private=locked.is_private,
    )  # fmt: skip


def refuse_unsayable(coder: User, locked: Assignment) -> None:
    """Refuse others, what is not submitted, and what comes after release: by then others' work may have been read."""
    if locked.coder_id != coder.pk:
        raise NotYours
    refuse_no_coder(locked)
    if locked.round.stage != Round.Stage.RATING:
        raise BadInput("A second thought belongs to a rating.")
    if locked.round.state != Round.State.OPEN:
        raise RoundNotOpen("This round is released: say what you think now where its differences are settled.")
    if locked.state != Assignment.State.SUBMITTED:
        raise NotSubmittedYet


def second_thoughts_of(assignment: Assignment) -> list[Thought]:
    """Give the coder's second thoughts in the order in which they were written."""
    written = Event.objects.filter(stream=assignment.stream, verb=SECOND_THOUGHT).order_by("position")
    return [thought_in(after, at) for after, at in written.values_list("after", "at")]


def thought_in(after: str, at: datetime) -> Thought:
    """Read what an event keeps of a second thought."""
    return Thought(json.loads(after)["note"], at)


def afterwards(assignment: Assignment, reader: User) -> dict[str, Any]:
    """Give what a page shows of a submitted rating; nothing before."""
    if assignment.state != Assignment.State.SUBMITTED:
        return {}
    found: dict[str, Any] = {"thoughts": second_thoughts_of(assignment)}
    if assignment.coder_id == reader.pk:
        found["suggestion"] = suggestion_for(assignment, reader)
    return found
