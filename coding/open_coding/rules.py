"""Verbs of open coding: code a segment, change its codes, delete it, undo, submit.

Each runs under the assignment's row lock, refuses what is submitted, and writes one event with the segment's
state before and after; undo puts the state before back, and is refused where the segment has moved on since.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Count, Exists, OuterRef, Q

from coding.codes.content import Frozen
from coding.codes.models import Code
from coding.codes.rules import MovedOn, coin, named, reword, worded
from coding.lib import clock, ids
from coding.lib.canonical import canonical
from coding.lib.prepared import Prepared, number, public_id
from coding.lib.refusals import BadInput, Refusal
from coding.lib.text import name_key
from coding.open_coding.models import Coding, Segment
from coding.open_coding.spans import span_of
from coding.people.models import Event, User
from coding.people.rules import Key, answered, record
from coding.rounds.models import Assignment, Round
from coding.rounds.rules import RoundNotOpen, lock_assignment, refuse_no_coder

MOST_SEGMENTS = 10_000
UNDOABLE = ("code_segment", "remove_code", "delete_segment")
THERE = Prepared(
    lambda: Segment.objects.filter(
        Q(assignment=number("assignment"), start=number("start"), end=number("end")) | Q(uid=public_id("uid"))
    )
)
HELD = Prepared(
    lambda: Segment.objects.filter(assignment=number("assignment")).values("assignment").annotate(held=Count("pk"))
    .values_list("held", flat=True)
)  # fmt: skip


class AssignmentSubmitted(Refusal):
    sentence = "This incident is submitted, so its coding stands. Ask the lead to reopen it if something is wrong."


class NotYours(Refusal):
    sentence = "This is somebody else's work. Only its coder can change it."


class SegmentGone(Refusal):
    sentence = "This segment is no longer there. Reload the incident to see its present state."


class NothingToUndo(Refusal):
    sentence = "There is nothing left to undo in this incident."


class TooManySegments(Refusal):
    sentence = f"An incident holds at most {MOST_SEGMENTS:,} segments of one coder."


@dataclass(frozen=True)
class Naming:
    """What to call a segment: a code by its public id, or a name to find or coin."""

    name: str = ""
    uid: UUID | None = None
    in_vivo: bool = False
    definition: str = ""


@dataclass(frozen=True)
class SegmentState:
    """A segment as events keep it: public ids, code points."""

    uid: str
    start: int
    end: int
    codes: tuple[str, ...]


@dataclass(frozen=True)
class Saved:
    """What a verb did: the event, the assignment as read under the lock, and the stretch that looks different."""

    event: Event
    assignment: Assignment
    start: int
    end: int
    segment: str


def refuse_unwritable(coder: User, locked: Assignment) -> None:
    """Refuse others' work, observers, other stages, closed rounds and what is submitted."""
    if locked.coder_id != coder.pk:
        raise NotYours
    refuse_no_coder(locked)
    if locked.round.stage != Round.Stage.OPEN:
        raise BadInput("This assignment belongs to another stage; segments are coded in open coding.")
    if locked.round.state != Round.State.OPEN:
        raise RoundNotOpen
    if locked.state == Assignment.State.SUBMITTED:
        raise AssignmentSubmitted


@transaction.atomic
def code_segment(
    coder: User,
    assignment: Assignment,
    start: Any,
    end: Any,
    quote: str | None,
    namings: Sequence[Naming],
    *,
    uid: UUID | None = None,
    key: Key | None = None,
    at: datetime | None = None,
) -> Saved:
    """Give codes to a stretch of text; the same stretch again adds to the segment that is there.

    Raises BadInput, QuoteDiffers, AssignmentSubmitted, RoundNotOpen, TooManySegments, KeyReused.
    """
    locked = lock_assignment(assignment, coder, "round__edition", "incident")
    if again := repeated(coder, locked, key):
        return again
    refuse_unwritable(coder, locked)
    text = incident_of(locked).text
    first, last = span_of(text, start, end, quote)
    codes = {str(code.uid): code.pk for code in (find_or_coin(locked, naming) for naming in namings)}
    if not codes:
        raise BadInput("Name the segment: a segment needs at least one code.")
    uid = uid or ids.new_uid()
    there = segment_at(locked, first, last, uid)
    before = state_of(there) if there else None
    segment_uid, kept = (before.uid, before.codes) if before else (str(uid), ())
    after = SegmentState(segment_uid, first, last, tuple(dict.fromkeys((*kept, *codes))))
    return write(locked, "code_segment", there, before, after, codes=codes, key=key, at=at)


def segment_at(locked: Assignment, start: int, end: int, uid: UUID) -> Segment | None:
    """Find the segment of exactly these words, or refuse a new one: under an id that is taken, or one too many."""
    found: list[Segment] = THERE(assignment=locked.pk, start=start, end=end, uid=uid)
    for segment in found:
        if (segment.assignment_id, segment.start, segment.end) == (locked.pk, start, end):
            return segment
    if found:
        raise BadInput("This id is taken. Choose another random one for the new segment.")
    if sum(HELD(assignment=locked.pk)) >= MOST_SEGMENTS:
        raise TooManySegments
    return None


@transaction.atomic
def remove_code(
    coder: User,
    assignment: Assignment,
    segment: UUID,
    code: UUID,
    *,
    key: Key | None = None,
    at: datetime | None = None,
) -> Saved:
    """Take one code off a segment; without any code the segment goes too."""
    locked = lock_assignment(assignment, coder, "round__edition", "incident")
    if again := repeated(coder, locked, key):
        return again
    refuse_unwritable(coder, locked)
    there = find_segment(locked, segment)
    before = state_of(there)
    rest = tuple(one for one in before.codes if one != str(code))
    if rest == before.codes:
        raise SegmentGone("This segment does not bear that code any more. Reload the incident.")
    after = SegmentState(before.uid, before.start, before.end, rest) if rest else None
    return write(locked, "remove_code", there, before, after, key=key, at=at)


@transaction.atomic
def delete_segment(
    coder: User, assignment: Assignment, segment: UUID, *, key: Key | None = None, at: datetime | None = None
) -> Saved:
    """Take a segment and its codings away; undo brings both back."""
    locked = lock_assignment(assignment, coder, "round__edition", "incident")
    if again := repeated(coder, locked, key):
        return again
    refuse_unwritable(coder, locked)
    there = find_segment(locked, segment)
    return write(locked, "delete_segment", there, state_of(there), None, key=key, at=at)


@transaction.atomic
def undo(coder: User, assignment: Assignment, *, key: Key | None = None, at: datetime | None = None) -> Saved:
    """Undo the coder's last action in this assignment that is not undone yet."""
    locked = lock_assignment(assignment, coder, "round__edition", "incident")
    if again := repeated(coder, locked, key):
        return again
    refuse_unwritable(coder, locked)
    last = last_action(locked)
    if last is None:
        raise NothingToUndo
    before, after = read_state(last.after), read_state(last.before)
    there = locked.segments.filter(uid=(after or before).uid).first()  # type: ignore[union-attr]  # an act has one
    if (state_of(there) if there else None) != before:
        raise MovedOn
    return write(locked, "undo", there, before, after, key=key, at=at, undoes=last)


def last_action(assignment: Assignment) -> Event | None:
    """Find what undo would undo."""
    undone = Event.objects.filter(undoes=OuterRef("pk"))
    stream = Event.objects.filter(stream=assignment.stream, actor=assignment.coder, verb__in=UNDOABLE)
    return stream.exclude(Exists(undone)).order_by("-position").first()


@transaction.atomic
def submit(coder: User, assignment: Assignment, *, key: Key | None = None, at: datetime | None = None) -> Assignment:
    """Declare the incident coded; it can be reopened by the lead until release."""
    locked = lock_assignment(assignment, coder, "round__edition", "incident")
    if repeated(coder, locked, key):
        return locked
    refuse_unwritable(coder, locked)
    locked.state, locked.submitted_at = Assignment.State.SUBMITTED, at or clock.now()
    locked.save(update_fields=["state", "submitted_at"])
    record(locked.round.project, coder, "submit", locked, stream=locked.stream, key=key, at=at,
           private=locked.is_private)  # fmt: skip
    return locked


def repeated(coder: User, locked: Assignment, key: Key | None) -> Saved | None:
    """Answer a retry with what the first try did; asked under the lock, so that two at once have one effect."""
    event = answered(coder, key)
    if event is None:
        return None
    answer = json.loads(event.answer or "{}")
    return Saved(event, locked, answer.get("start", 0), answer.get("end", 0), answer.get("segment", ""))


def incident_of(assignment: Assignment) -> Any:
    if assignment.incident is None:
        raise BadInput("This assignment has no text.")
    return assignment.incident


def find_or_coin(assignment: Assignment, naming: Naming) -> Code:
    """Find the code among those that the coder may use here: own ones, and those of the round's edition."""
    if naming.uid is not None:
        found: Code | None = usable_codes(assignment).filter(uid=naming.uid).first()
        if found is None:
            raise BadInput("There is no such code that you could use here. Choose one from the list.")
        return found
    name = named(naming.name)
    shared = shared_named(assignment, name_key(name))
    if shared is not None:
        return shared
    wording = worded({"definition": naming.definition})
    return coin(assignment.round.project, assignment.coder, name, in_vivo=naming.in_vivo, **wording)


def own_codes(assignment: Assignment) -> Any:
    """The coder's own private codes in the assignment's project."""
    return Code.objects.own(assignment.coder).filter(project=assignment.round.project)


@transaction.atomic
def word_own(coder: User, assignment: Assignment, code: Code, version: int, reason: str = "", **wording: str) -> None:
    """Reword one of the coder's own private codes; the event goes to the assignment's stream, each wording is kept.

    Raises NotYours, Forbidden, RoundNotOpen, and whatever `reword` raises.
    """
    locked = lock_assignment(assignment, coder, "round__edition", "incident")
    if locked.coder_id != coder.pk or code.coined_by_id != coder.pk:
        raise NotYours
    refuse_no_coder(locked)
    if locked.round.state != Round.State.OPEN:
        raise RoundNotOpen
    reword(coder, code, version, reason, stream=locked.stream, **wording)


def usable_codes(assignment: Assignment) -> Any:
    """Own private codes, and those of the round's edition."""
    return own_codes(assignment) | Code.objects.filter(
        project=assignment.round.project, uid__in=edition_codes(assignment)
    )


def edition_codes(assignment: Assignment) -> dict[str, dict[str, Any]]:
    """Give the codes of the edition that the round is coded against, as they were worded then."""
    edition = assignment.round.edition
    return Frozen.of(edition).codes if edition else {}


def shared_named(assignment: Assignment, key: str) -> Code | None:
    edition = assignment.round.edition
    uid = Frozen.of(edition).keys.get(key) if edition else None
    return Code.objects.filter(project=assignment.round.project, uid=uid).first() if uid else None


def find_segment(assignment: Assignment, uid: UUID) -> Segment:
    found = assignment.segments.filter(uid=uid).first()
    if found is None:
        raise SegmentGone
    return found


def state_of(segment: Segment) -> SegmentState:
    codes = segment.codings.order_by("pk").values_list("code__uid", flat=True)
    return SegmentState(str(segment.uid), segment.start, segment.end, tuple(str(uid) for uid in codes))


def read_state(text: str) -> SegmentState | None:
    if not text:
        return None
    row = json.loads(text)
    return SegmentState(row["uid"], row["start"], row["end"], tuple(row["codes"]))


def write(
    assignment: Assignment, verb: str, there: Segment | None, before: SegmentState | None, after: SegmentState | None,
    *, codes: Mapping[str, int] | None = None, key: Key | None, at: datetime | None, undoes: Event | None = None,
) -> Saved:  # fmt: skip
    """Bring a segment, if it is `there`, from one state to another and record it; one of the states is given.

    `codes` are the ids that the verb knows already of codes that are new on the segment.
    """
    stated = after or before
    if stated is None:
        raise BadInput("Nothing to change.")
    apply(assignment, there, before, after, codes)
    if assignment.state == Assignment.State.TO_DO:
        assignment.state = Assignment.State.IN_PROGRESS
        assignment.save(update_fields=["state"])
    answer = canonical({"segment": stated.uid, "start": stated.start, "end": stated.end})
    event = record(
        assignment.round.project, assignment.coder, verb, f"segment:{stated.uid}",
        before=before and asdict(before), after=after and asdict(after), stream=assignment.stream,
        key=key, at=at, answer=answer, undoes=undoes, private=assignment.is_private,
    )  # fmt: skip
    return Saved(event, assignment, stated.start, stated.end, stated.uid)


def apply(
    assignment: Assignment, segment: Segment | None, before: SegmentState | None, after: SegmentState | None,
    codes: Mapping[str, int] | None,
) -> None:  # fmt: skip
    """Change the rows, which stand as `before` says."""
    if after is None:
        if segment is not None:
            segment.delete()
        return
    if segment is None:
        segment = Segment.objects.create(uid=after.uid, assignment=assignment, start=after.start, end=after.end)
    had = before.codes if before else ()
    if taken := set(had) - set(after.codes):
        segment.codings.filter(code__uid__in=taken).delete()
    added = [code for code in after.codes if code not in had]
    pks = codes if codes is not None else pks_of(added)
    Coding.objects.bulk_create(Coding(segment=segment, code_id=pks[code]) for code in added)


def pks_of(uids: Sequence[str]) -> dict[str, int]:
    return {str(uid): pk for uid, pk in Code.objects.filter(uid__in=uids).values_list("uid", "pk")}
