"""Who may write an assignment, and what handing it in is, whatever its stage."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from coding.lib.refusals import BadInput, Refusal
from coding.people.models import User
from coding.people.rules import Key, record
from coding.rounds.models import Assignment, Round
from coding.rounds.rules import RoundNotOpen, refuse_no_coder

ELSEWHERE = {
    Round.Stage.OPEN: "segments are coded in open coding", Round.Stage.AXIAL: "codes are sorted in an axial round",
    Round.Stage.MAPPING: "categories are mapped in a mapping round",
    Round.Stage.RATING: "incidents are rated in a rating round",
}  # fmt: skip
STANDS = {
    Round.Stage.OPEN: "This incident is submitted, so its coding stands.",
    Round.Stage.AXIAL: "This sort is submitted, so it stands.",
    Round.Stage.MAPPING: "Your mapping is submitted, so it stands.",
    Round.Stage.RATING: "This incident is submitted, so its rating stands.",
}


class NotYours(Refusal):
    sentence = "This is somebody else's work. Only its coder can change it."


class AssignmentSubmitted(Refusal):
    sentence = "This is submitted, so it stands. Ask the lead to reopen it if something is wrong."


def refuse_unwritable(coder: User, locked: Assignment, stage: Round.Stage) -> None:
    """Refuse others' work, observers, other stages, closed rounds and what is submitted."""
    if locked.coder_id != coder.pk:
        raise NotYours
    refuse_no_coder(locked)
    if locked.round.stage != stage:
        raise BadInput(f"This assignment belongs to another stage; {ELSEWHERE[stage]}.")
    if locked.round.state != Round.State.OPEN:
        raise RoundNotOpen
    if locked.state == Assignment.State.SUBMITTED:
        raise AssignmentSubmitted(f"{STANDS[stage]} Ask the lead to reopen it if something is wrong.")


def hand_in(
    locked: Assignment, at: datetime, *, verb: str = "submit", after: Any = None, key: Key | None = None
) -> Assignment:
    """Mark an assignment submitted, under its lock; the stage's own verb has seen that it is complete."""
    locked.state, locked.submitted_at = Assignment.State.SUBMITTED, at
    locked.save(update_fields=["state", "submitted_at"])
    record(locked.round.project, locked.coder, verb, locked, after=after, stream=locked.stream, key=key, at=at,
           private=locked.is_private)  # fmt: skip
    return locked
