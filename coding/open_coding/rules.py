"""Verbs over segments: code a stretch, change its ends and codes, split, join and delete it, code many at once.

Each runs under the assignment's row lock, refuses what is submitted, and writes one event with what stood before and
after, from which undo and redo work (history.py).
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Count, Q

from coding.lib import ids
from coding.lib.prepared import Prepared, number, public_id
from coding.lib.refusals import BadInput, Refusal
from coding.open_coding.acts import MOST_SEGMENTS, MovedOn, Saved, SegmentGone, TooManySegments, begin, write
from coding.open_coding.changes import MarkState, Scene, SegmentState, mark_state_of, state_of
from coding.open_coding.models import Mark, Segment
from coding.open_coding.naming import Naming, found_or_coined, refuse_exclusive
from coding.open_coding.spans import span_of, whole
from coding.people.models import User
from coding.people.rules import Key
from coding.rounds.models import Assignment

MOST_AT_ONCE = 500
THERE = Prepared(
    lambda: Segment.objects.filter(
        Q(assignment=number("assignment"), start=number("start"), end=number("end")) | Q(uid=public_id("uid"))
    ).select_related("speaks_against")
)
HELD = Prepared(
    lambda: Segment.objects.filter(assignment=number("assignment")).values("assignment").annotate(held=Count("pk"))
    .values_list("held", flat=True)
)  # fmt: skip
MARKS_ON = Prepared(
    lambda: Mark.objects.filter(assignment=number("assignment"), start__lt=number("end"), end__gt=number("start"))
)


class SpanTaken(Refusal):
    sentence = "You have a segment of exactly these words already. Join the two, or choose other words."


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

    Raises BadInput, QuoteDiffers, Exclusive, AssignmentSubmitted, RoundNotOpen, TooManySegments, KeyReused.
    """
    locked, again = begin(coder, assignment, key)
    if again:
        return again
    first, last = span_of(text_of(locked), start, end, quote)
    codes = found_or_coined(locked, namings, [(first, last)])
    before, after = coded(locked, first, last, uid or ids.new_uid(), codes)
    refuse_exclusive(locked, after.segments)
    widened = first < whole("start", start) or last > whole("end", end)
    return write(locked, "code_segment", before, after, codes=codes, widened=widened, key=key, at=at)


def coded(locked: Assignment, start: int, end: int, uid: UUID, codes: dict[str, int]) -> tuple[Scene, Scene]:
    """Give the scenes around coding a stretch: a mark there goes, since its paragraph now holds something."""
    there = segment_at(locked, start, end, uid)
    before = state_of(there) if there else None
    after = before or SegmentState(str(uid), start, end, ())
    after = replace(after, codes=tuple(dict.fromkeys((*after.codes, *codes))))
    return Scene((before,) if before else (), marks_on(locked, start, end)), Scene((after,))


def marks_on(locked: Assignment, start: int, end: int) -> tuple[MarkState, ...]:
    return tuple(mark_state_of(mark) for mark in MARKS_ON(assignment=locked.pk, start=start, end=end))


def segment_at(locked: Assignment, start: int, end: int, uid: UUID) -> Segment | None:
    """Find the segment of exactly these words, or refuse a new one: under an id that is taken, or one too many."""
    found: list[Segment] = THERE(assignment=locked.pk, start=start, end=end, uid=uid)
    for segment in found:
        if (segment.assignment_id, segment.start, segment.end) == (locked.pk, start, end):
            return segment
    if found:
        raise BadInput("This id is taken. Choose another random one for the new segment.")
    refuse_too_many(locked, 1)
    return None


def refuse_too_many(locked: Assignment, new: int) -> None:
    if sum(HELD(assignment=locked.pk)) + new > MOST_SEGMENTS:
        raise TooManySegments


@transaction.atomic
def code_hits(
    coder: User,
    assignment: Assignment,
    hits: Sequence[tuple[Any, Any, str | None]],
    naming: Naming,
    *,
    key: Key | None = None,
    at: datetime | None = None,
) -> Saved:
    """Give one code to several stretches (start, end, quote) in one act, which one undo takes back."""
    locked, again = begin(coder, assignment, key)
    if again:
        return again
    if not 0 < len(hits) <= MOST_AT_ONCE:
        raise BadInput(f"Choose between 1 and {MOST_AT_ONCE} places to code at once.")
    text = text_of(locked)
    spans = dict.fromkeys(span_of(text, *hit) for hit in hits)
    codes = found_or_coined(locked, [naming], spans)
    refuse_too_many(locked, len(spans))
    steps = [coded(locked, *span, ids.new_uid(), codes) for span in spans]
    before = Scene(
        tuple(one for was, _ in steps for one in was.segments),
        tuple(dict.fromkeys(mark for was, _ in steps for mark in was.marks)),
    )
    after = Scene(tuple(one for _, now in steps for one in now.segments))
    refuse_exclusive(locked, after.segments)
    return write(locked, "code_hits", before, after, codes=codes, key=key, at=at)


@transaction.atomic
def add_code(
    coder: User,
    assignment: Assignment,
    segment: UUID,
    naming: Naming,
    *,
    key: Key | None = None,
    at: datetime | None = None,
) -> Saved:
    """Give a segment one more code, wherever its ends stand by now."""
    locked, again = begin(coder, assignment, key)
    if again:
        return again
    before = find_segment(locked, segment)
    codes = found_or_coined(locked, [naming], [(before.start, before.end)])
    after = replace(before, codes=tuple(dict.fromkeys((*before.codes, *codes))))
    refuse_exclusive(locked, [after])
    return write(locked, "code_segment", Scene((before,)), Scene((after,)), codes=codes, key=key, at=at)


@transaction.atomic
def change_code(
    coder: User,
    assignment: Assignment,
    segment: UUID,
    code: UUID,
    naming: Naming,
    *,
    key: Key | None = None,
    at: datetime | None = None,
) -> Saved:
    """Put another code in the place of one that the segment bears."""
    locked, again = begin(coder, assignment, key)
    if again:
        return again
    before = find_segment(locked, segment)
    refuse_not_borne(before, code)
    codes = found_or_coined(locked, [naming], [(before.start, before.end)])
    kept = [next(iter(codes)) if one == str(code) else one for one in before.codes]
    after = replace(before, codes=tuple(dict.fromkeys(kept)))
    refuse_exclusive(locked, [after])
    return write(locked, "change_code", Scene((before,)), Scene((after,)), codes=codes, key=key, at=at)


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
    locked, again = begin(coder, assignment, key)
    if again:
        return again
    before = find_segment(locked, segment)
    refuse_not_borne(before, code)
    rest = tuple(one for one in before.codes if one != str(code))
    after = Scene((replace(before, codes=rest),)) if rest else Scene()
    return write(locked, "remove_code", Scene((before,)), after, key=key, at=at)


@transaction.atomic
def delete_segment(
    coder: User, assignment: Assignment, segment: UUID, *, key: Key | None = None, at: datetime | None = None
) -> Saved:
    """Take a segment and its codings away; undo brings both back."""
    locked, again = begin(coder, assignment, key)
    if again:
        return again
    return write(locked, "delete_segment", Scene((find_segment(locked, segment),)), Scene(), key=key, at=at)


@transaction.atomic
def move_ends(
    coder: User,
    assignment: Assignment,
    segment: UUID,
    start: Any,
    end: Any,
    *,
    was: tuple[Any, Any] | None = None,
    key: Key | None = None,
    at: datetime | None = None,
) -> Saved:
    """Move one or both ends of a segment; `was` is the span that was changed, so that a stale page is refused.

    Raises BadInput, MovedOn, SpanTaken, Exclusive, SegmentGone.
    """
    locked, again = begin(coder, assignment, key)
    if again:
        return again
    before = find_segment(locked, segment)
    refuse_stale(before, was)
    first, last = span_of(text_of(locked), start, end, None)
    after = replace(before, start=first, end=last)
    refuse_taken(locked, [after])
    refuse_exclusive(locked, [after])
    marks, widened = marks_on(locked, first, last), first < whole("start", start) or last > whole("end", end)
    return write(locked, "move_ends", Scene((before,), marks), Scene((after,)), widened=widened, key=key, at=at)


@transaction.atomic
def split_segment(
    coder: User,
    assignment: Assignment,
    segment: UUID,
    place: Any,
    *,
    was: tuple[Any, Any] | None = None,
    uid: UUID | None = None,
    key: Key | None = None,
    at: datetime | None = None,
) -> Saved:
    """Cut a segment in two at a code point of the text; both bear its codes. Raises BadInput, MovedOn, SpanTaken."""
    locked, again = begin(coder, assignment, key)
    if again:
        return again
    before, cut = find_segment(locked, segment), whole("at", place)
    refuse_stale(before, was)
    if not before.start < cut < before.end:
        raise BadInput("Cut a segment between its first and its last character.")
    text = text_of(locked)
    left, right = span_of(text, before.start, cut, None), span_of(text, cut, before.end, None)
    if left[1] > right[0]:
        raise BadInput("A segment can't be cut inside a character. Choose a place between two words.")
    first = replace(before, start=left[0], end=left[1])
    second = replace(before, uid=str(uid or ids.new_uid()), start=right[0], end=right[1])
    refuse_too_many(locked, 1)
    refuse_taken(locked, [first, second], new=second.uid)
    return write(locked, "split_segment", Scene((before,)), Scene((first, second)), key=key, at=at)


@transaction.atomic
def join_segments(
    coder: User,
    assignment: Assignment,
    segment: UUID,
    other: UUID,
    *,
    key: Key | None = None,
    at: datetime | None = None,
) -> Saved:
    """Make one segment of two, from the first of their words to the last, with the codes of both."""
    locked, again = begin(coder, assignment, key)
    if again:
        return again
    first, second = find_segment(locked, segment), find_segment(locked, other)
    if first.uid == second.uid:
        raise BadInput("Choose another segment to join with this one.")
    joined = replace(
        first, start=min(first.start, second.start), end=max(first.end, second.end),
        codes=tuple(dict.fromkeys((*first.codes, *second.codes))),
        is_uncertain=first.is_uncertain or second.is_uncertain,
        speaks_against=first.speaks_against or second.speaks_against,
    )  # fmt: skip
    refuse_taken(locked, [joined], leaving=second.uid)
    refuse_exclusive(locked, [joined])
    before = Scene((first, second), marks_on(locked, joined.start, joined.end))
    return write(locked, "join_segments", before, Scene((joined,)), key=key, at=at)


def text_of(assignment: Assignment) -> str:
    if assignment.incident is None:
        raise BadInput("This assignment has no text.")
    return assignment.incident.text


def find_segment(locked: Assignment, uid: UUID) -> SegmentState:
    found = locked.segments.filter(uid=uid).select_related("speaks_against").first()
    if found is None:
        raise SegmentGone
    return state_of(found)


def refuse_not_borne(state: SegmentState, code: UUID) -> None:
    if str(code) not in state.codes:
        raise SegmentGone("This segment does not bear that code any more. Reload the incident.")


def refuse_stale(state: SegmentState, was: tuple[Any, Any] | None) -> None:
    """Refuse to change a span that was moved in another tab or on another device since."""
    if was is not None and (whole("was_start", was[0]), whole("was_end", was[1])) != (state.start, state.end):
        raise MovedOn(
            "This segment was moved in another tab or on another device since you opened it here. "
            "Reload the incident to see where it stands."
        )


def refuse_taken(locked: Assignment, states: Sequence[SegmentState], leaving: str = "", new: str = "") -> None:
    """Refuse a span that another segment of this coder holds, unless that one is leaving; or a new id that is taken."""
    for state in states:
        for there in THERE(assignment=locked.pk, start=state.start, end=state.end, uid=UUID(state.uid)):
            held = str(there.uid)
            if held == state.uid and (there.assignment_id != locked.pk or held == new):
                raise BadInput("This id is taken. Choose another random one for the new segment.")
            if held not in {one.uid for one in states} | {leaving}:
                raise SpanTaken
