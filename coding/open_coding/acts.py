"""What every act of open coding shares: the lock, who may act, one effect for each key, and the event it leaves."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from coding.codes.rules import MovedOn as MovedOn
from coding.lib.canonical import canonical
from coding.lib.refusals import Refusal
from coding.open_coding.changes import Scene, apply
from coding.people.models import Event, User
from coding.people.rules import Key, answered, record
from coding.rounds.models import Assignment, Round
from coding.rounds.rules import lock_assignment
from coding.rounds.writing import refuse_unwritable

MOST_SEGMENTS = 10_000


class Uncodable(Refusal):
    sentence = "You call this incident uncodable. Say first that it can be coded after all, then code it."


class SegmentGone(Refusal):
    sentence = "This segment is no longer there. Reload the incident to see its present state."


class TooManySegments(Refusal):
    sentence = f"An incident holds at most {MOST_SEGMENTS:,} segments of one coder."


@dataclass(frozen=True)
class Saved:
    """What a verb did: the event, the assignment as read under the lock, and the stretch that looks different."""

    event: Event
    assignment: Assignment
    start: int
    end: int
    segment: str
    widened: bool = False  # to whole characters, where the words that were asked for began or ended within one


def begin(coder: User, assignment: Assignment, key: Key | None) -> tuple[Assignment, Saved | None]:
    """Lock the assignment for its coder, or give what this key did before.

    Raises NotYours, Forbidden, BadInput, RoundNotOpen, AssignmentSubmitted, KeyReused.
    """
    locked = lock_assignment(assignment, coder, "round__edition", "incident")
    if again := repeated(coder, locked, key):
        return locked, again
    refuse_unwritable(coder, locked, Round.Stage.OPEN)
    return locked, None


def repeated(coder: User, locked: Assignment, key: Key | None) -> Saved | None:
    """Answer a retry with what the first try did; asked under the lock, so that two at once have one effect."""
    event = answered(coder, key)
    if event is None:
        return None
    answer = json.loads(event.answer or "{}")
    start, end, widened = answer.get("start", 0), answer.get("end", 0), answer.get("widened", False)
    return Saved(event, locked, start, end, answer.get("segment", ""), widened)


def write(
    locked: Assignment, verb: str, before: Scene, after: Scene, *, key: Key | None, at: datetime | None,
    codes: Mapping[str, int] | None = None, undoes: Event | None = None, widened: bool = False,
) -> Saved:  # fmt: skip
    """Bring what an act touches from one state, which stands, to another, and record it.

    `codes` are database ids, by public id, of codes that the verb has read already.
    """
    if after.segments and locked.uncodable_because:
        raise Uncodable
    apply(locked, before, after, codes)
    if locked.state == Assignment.State.TO_DO:
        locked.state = Assignment.State.IN_PROGRESS
        locked.save(update_fields=["state"])
    start, end = Scene((*before.segments, *after.segments), (*before.marks, *after.marks)).span
    segment = next((one.uid for one in (*after.segments, *before.segments)), "")
    answer = {"segment": segment, "start": start, "end": end} | ({"widened": True} if widened else {})
    event = record(
        locked.round.project, locked.coder, verb, f"segment:{segment}" if segment else locked.ref(),
        before=before.plain, after=after.plain, stream=locked.stream, key=key, at=at, undoes=undoes,
        answer=canonical(answer), private=locked.is_private,
    )  # fmt: skip
    return Saved(event, locked, start, end, segment, widened)
