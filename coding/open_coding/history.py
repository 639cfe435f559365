"""Undo and redo within an assignment, as far back as it goes, and its acts in words."""

from dataclasses import replace
from datetime import datetime
from typing import NamedTuple

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from coding.codes.models import Code
from coding.lib.paragraphs import shorten
from coding.lib.prepared import Prepared, number, text
from coding.lib.refusals import Refusal
from coding.open_coding.acts import MovedOn, Saved, begin, write
from coding.open_coding.changes import Scene, refuse_moved, scene_in
from coding.open_coding.queries import Desk
from coding.open_coding.rules import marks_on
from coding.people.models import Event, User
from coding.people.rules import Key
from coding.rounds.models import Assignment

ACTS = {
    "code_segment": "Coded", "code_hits": "Coded at once", "change_code": "Changed a code of",
    "remove_code": "Took a code off", "delete_segment": "Deleted", "move_ends": "Moved the ends of",
    "split_segment": "Split", "join_segments": "Joined", "say_uncertain": "Changed how certain it is:",
    "speak_against": "Changed what it speaks against:", "mark_paragraphs": "Marked",
}  # fmt: skip
LISTED, WORDS = 50, 60


class NothingToUndo(Refusal):
    sentence = "There is nothing left to undo in this incident."


class NothingToRedo(Refusal):
    sentence = "There is nothing to redo: nothing was undone since your last change."


@transaction.atomic
def undo(
    coder: User, assignment: Assignment, *, after: str | None = None, key: Key | None = None, at: datetime | None = None
) -> Saved:
    """Undo the coder's last act in this assignment that stands. Raises NothingToUndo, MovedOn.

    `after` is the key of the last change that the asking page knows, empty where it knows of none (or of one without a
    key): another device's later one is never undone. A form without script does not say.
    """
    locked, again = begin(coder, assignment, key)
    if again:
        return again
    refuse_passed(locked, after)
    last = to_undo(locked)
    if last is None:
        raise NothingToUndo
    return put_back(locked, "undo", last, key, at)


@transaction.atomic
def redo(
    coder: User, assignment: Assignment, *, after: str | None = None, key: Key | None = None, at: datetime | None = None
) -> Saved:
    """Do again what was undone last, unless something new was done since. Raises NothingToRedo, MovedOn."""
    locked, again = begin(coder, assignment, key)
    if again:
        return again
    refuse_passed(locked, after)
    last = to_redo(locked)
    if last is None:
        raise NothingToRedo
    return put_back(locked, "redo", last, key, at)


LATEST = Prepared(
    lambda: Event.objects.filter(stream=text("stream"), actor=number("coder"), verb__in=[*ACTS, "undo", "redo"])
    .order_by("-position").values_list("key", flat=True)[:1]
)  # fmt: skip


def latest_key(assignment: Assignment) -> str:
    """Give the key of the coder's last change in this assignment; empty where it came without one."""
    found = LATEST(stream=assignment.stream, coder=assignment.coder_id)
    return found[0] or "" if found else ""


def refuse_passed(locked: Assignment, after: str | None) -> None:
    """Refuse to undo or redo on top of a change that the asking page has not seen, with a key or without one."""
    if after is not None and latest_key(locked) != after:
        raise MovedOn(
            "Something was changed in another tab or on another device since. Reload the incident, then undo there "
            "what you want to undo."
        )


def put_back(locked: Assignment, verb: str, event: Event, key: Key | None, at: datetime | None) -> Saved:
    """Put back what stood before an event; to redo is to undo an undoing.

    Judgements that came with a submission, after the act, give way: their paragraphs hold something again.
    """
    before, after = scene_in(event.after), scene_in(event.before)
    refuse_moved(locked, before, after)
    known = {one.uid for one in before.marks}
    stretches = [(one.start, one.end) for one in after.segments] + [(one.start, one.end) for one in after.marks]
    later = {mark.uid: mark for start, end in stretches for mark in marks_on(locked, start, end)}
    given_up = tuple(mark for uid, mark in later.items() if uid not in known)
    before = replace(before, marks=(*before.marks, *given_up))
    return write(locked, verb, before, after, key=key, at=at, undoes=event)


def standing_events(assignment: Assignment) -> QuerySet[Event]:
    """The coder's own events in the assignment's stream that no other one takes back."""
    undone = Event.objects.filter(undoes=OuterRef("pk"))
    return Event.objects.filter(stream=assignment.stream, actor=assignment.coder).exclude(Exists(undone))


def to_undo(assignment: Assignment) -> Event | None:
    """Find the last act, or redoing of one, that stands."""
    return standing_events(assignment).filter(verb__in=[*ACTS, "redo"]).order_by("-position").first()


def to_redo(assignment: Assignment) -> Event | None:
    """Find the last undoing that stands, if no act came after it."""
    latest = Event.objects.filter(stream=assignment.stream, actor=assignment.coder, verb__in=ACTS)
    last = latest.order_by("-position").values_list("position", flat=True).first() or 0
    undone = standing_events(assignment).filter(verb="undo", position__gt=last)
    return undone.order_by("-position").first()


class Act(NamedTuple):
    """One act in words: what was done, to which words of the text, with which codes, and whether it stands."""

    did: str
    quote: str
    codes: str
    at: datetime
    stands: bool


def acts(desk: Desk) -> list[Act]:
    """List the latest acts of an assignment, latest first, for its coder, named as in the round's edition."""
    assignment = desk.assignment
    own = Event.objects.filter(stream=assignment.stream, actor=assignment.coder).order_by("-position")
    rows = list(own.filter(verb__in=ACTS)[:LISTED])
    stands = done(own.filter(position__gt=rows[-1].position)) if rows else {}
    scenes = {event.pk: (scene_in(event.before), scene_in(event.after)) for event in rows}
    uids = {code for pair in scenes.values() for scene in pair for one in scene.segments for code in one.codes}
    names = {str(code.uid): desk.wording.named(code)[1] for code in Code.objects.filter(uid__in=uids)}
    return [in_words(event, *scenes[event.pk], desk.text, names, stands.get(event.pk, True)) for event in rows]


def done(events: QuerySet[Event]) -> dict[int, bool]:
    """Say which acts do not stand, after all that was undone and redone since (latest event first)."""
    stands: dict[int, bool] = {}
    for pk, undone in events.values_list("pk", "undoes"):
        if undone is not None and stands.get(pk, True):
            stands[undone] = False
    return stands


def in_words(event: Event, before: Scene, after: Scene, text: str, names: dict[str, str], stands: bool) -> Act:
    start, end = Scene((*before.segments, *after.segments), (*before.marks, *after.marks)).span
    codes = dict.fromkeys(code for one in (after.segments or before.segments) for code in one.codes)
    said = ", ".join(names.get(code, "a code") for code in codes)
    return Act(ACTS[event.verb], shorten(text[start:end], WORDS), said, event.at, stands)
