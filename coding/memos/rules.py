"""Verbs over memos: write, reword, share, delete; each person their own.

A memo on a segment of one's own in an open round leaves its events in that assignment's stream, which opens with the
round; every other leaves them in the project's. They are the writer's alone as long as the memo is.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import Q

from coding.codes.checks import MovedOn, worded
from coding.codes.models import Category, Code
from coding.incidents.models import Incident
from coding.lib import clock
from coding.lib.refusals import BadInput, Forbidden, Refusal
from coding.memos.models import THINGS, Memo
from coding.memos.things import Thing, open_things
from coding.open_coding.models import Segment
from coding.people.models import CODING, Event, Membership, Project, User
from coding.people.rules import Key, answered, lock_project_stream, record
from coding.rounds.models import Assignment, Round
from coding.rounds.rules import lock_assignment

AT_ONCE = 500
KINDS = ", ".join(Memo.Kind.values)


class MemoGone(Refusal):
    sentence = "This memo is no longer there. What it said stays in the project's record."


class StillBlind(Refusal):
    sentence = "You code blind in a round that is open. Your memos open to the project when it is released."


@transaction.atomic
def write_memo(
    by: User,
    project: Project,
    kind: str,
    text: str,
    *,
    segment: Segment | None = None,
    code: Code | None = None,
    category: Category | None = None,
    incident: Incident | None = None,
    key: Key | None = None,
    at: datetime | None = None,
) -> Memo:
    """Write a memo on one thing that its writer may see, or on nothing in particular; the same key gives it again.

    Raises Forbidden, BadInput, MemoGone, KeyReused.
    """
    given = {"segment": segment, "code": code, "category": category, "incident": incident}
    on: dict[str, Thing] = {name: thing for name, thing in given.items() if thing is not None}
    if len(on) > 1:
        raise BadInput("A memo is on one thing, or on nothing in particular. Choose one.")
    work = work_on(by, project, segment, incident)
    stream = lock_stream(by, project, work, segment is not None)
    if event := answered(by, key):
        return written_by(event)
    refuse_no_writer(by, project)
    for name, thing in on.items():
        if not open_things(by, project, name).filter(pk=thing.pk).exists():
            raise BadInput(f"There is no such {name} that you could write a memo on. Reload the page.")
    at = at or clock.now()
    memo = Memo(project=project, kind=kind_of(kind), by=by, at=at, assignment=work, **on)
    memo.say(said(text))
    memo.save(force_insert=True)
    record(project, by, "write_memo", memo, after=state_of(memo), stream=stream, key=key, at=at, private=True)
    return memo


@transaction.atomic
def reword_memo(
    by: User, memo: Memo, text: str, kind: str, version: int, *, key: Key | None = None, at: datetime | None = None
) -> Memo:
    """Change one's own memo; each wording stays in its events.

    Raises Forbidden, BadInput, MemoGone, KeyReused, and MovedOn where `version` is stale.
    """
    locked, stream, event = lock_memo(by, memo, key)
    if event:
        return written_by(event)
    if locked.version != version:
        raise MovedOn("You changed this memo meanwhile, in another window. Compare the two and save again.")
    before = state_of(locked)
    locked.kind = kind_of(kind)
    locked.say(said(text))
    locked.version += 1
    locked.save(update_fields=["kind", "text", "search_text", "version"])
    record(locked.project, by, "reword_memo", locked, before=before, after=state_of(locked), stream=stream, key=key,
           at=at, private=locked.released_at is None)  # fmt: skip
    return locked


@transaction.atomic
def delete_memo(by: User, memo: Memo, *, key: Key | None = None, at: datetime | None = None) -> None:
    """Take one's own memo away; the event keeps its text. Raises Forbidden, MemoGone, KeyReused."""
    locked, stream, event = lock_memo(by, memo, key)
    if event:
        return
    record(locked.project, by, "delete_memo", locked, before=state_of(locked), stream=stream, key=key, at=at,
           private=locked.released_at is None)  # fmt: skip
    locked.delete()


@transaction.atomic
def share_memo(by: User, memo: Memo, *, key: Key | None = None, at: datetime | None = None) -> Memo:
    """Open one's own memo, with its events, to the project: whoever codes in no later round would keep it for good.

    Not while its writer codes blind. Raises Forbidden, MemoGone, StillBlind, KeyReused.
    """
    locked, stream, event = lock_memo(by, memo, key)
    if event:
        return written_by(event)
    if Membership.objects.filter(user=by, project=locked.project, is_blind=True).exists():
        raise StillBlind
    if locked.released_at is None:
        locked.released_at = at = at or clock.now()
        locked.save(update_fields=["released_at"])
        Event.objects.filter(project=locked.project, target=locked.ref(), released_at=None).update(released_at=at)
        record(locked.project, by, "share_memo", locked, stream=stream, key=key, at=at)
    return locked


def release_memos(released: Round, coders: Sequence[User], at: datetime, *, still_blind: Sequence[User] = ()) -> None:
    """Open the memos of a released round's coders, with the events that tell of them.

    Of coders who still code blind in another round only those on segments of this one: the others may tell of that.
    """
    private = Memo.objects.filter(project=released.project, by__in=coders, released_at=None)
    here = Q(segment_id__isnull=False, assignment__round=released)
    opened = list(private.filter(here | ~Q(by__in=still_blind)))
    for start in range(0, len(opened), AT_ONCE):
        some = opened[start : start + AT_ONCE]
        Memo.objects.filter(pk__in=[memo.pk for memo in some]).update(released_at=at)
        told = Event.objects.filter(project=released.project, target__in=[memo.ref() for memo in some])
        told.filter(released_at=None).update(released_at=at)


def work_on(by: User, project: Project, segment: Segment | None, incident: Incident | None) -> Assignment | None:
    """Give the work that a memo is about: the segment's assignment, or the writer's latest own on the incident."""
    if segment is not None:
        return segment.assignment
    if incident is None:
        return None
    own = Assignment.objects.own_of(by).filter(incident=incident, round__project=project)
    return own.order_by("-round__opened_at", "-pk").first()


def lock_stream(by: User, project: Project, work: Assignment | None, on_segment: bool) -> str:
    """Lock the stream of a memo's events, and name it.

    A memo on an incident as a whole stays out of the assignment's: its coder may code it blind in two rounds, and
    what the first release opens must not tell of the second.
    """
    if on_segment and work is not None and work.coder_id == by.pk:
        locked = lock_assignment(work, by)
        if locked.round.state == Round.State.OPEN:
            return locked.stream
    return lock_project_stream(project)


def lock_memo(by: User, memo: Memo, key: Key | None) -> tuple[Memo, str, Event | None]:
    """Lock one's own memo and its stream, and read it anew; or give the event that this key wrote already."""
    stream = lock_stream(by, memo.project, memo.assignment, memo.segment_id is not None)
    if event := answered(by, key):
        return memo, stream, event
    refuse_no_writer(by, memo.project)
    if memo.by_id != by.pk:
        raise Forbidden("Only who wrote a memo can change it.")
    locked = Memo.objects.select_for_update(of=("self",), no_key=True).filter(pk=memo.pk).first()
    if locked is None:
        raise MemoGone
    locked.project, locked.by = memo.project, by
    return locked, stream, None


def written_by(event: Event) -> Memo:
    """Give the memo that an event tells of. Raises MemoGone."""
    found = Memo.objects.filter(uid=event.target.removeprefix("memo:")).first()
    if found is None:
        raise MemoGone
    return found


def refuse_no_writer(by: User, project: Project) -> None:
    if not Membership.objects.filter(user=by, project=project, role__in=CODING).exists():
        raise Forbidden("Only a lead researcher or coder writes memos. What you wrote before stays.")


def kind_of(kind: str) -> str:
    if kind not in Memo.Kind.values:
        raise BadInput(f"Choose a kind of memo: {KINDS}.")
    return kind


def said(text: str) -> str:
    """Take a memo's text. Raises BadInput."""
    text = worded({"memo": text})["memo"]
    if not text:
        raise BadInput("The memo is empty. Write down what you think, in a few words.")
    return text


def state_of(memo: Memo) -> dict[str, str]:
    """Write a memo for its event."""
    return {"kind": memo.kind, "text": memo.text, "on": on_of(memo)}


def on_of(memo: Memo) -> str:
    """Name what a memo is on by kind and public id, also a segment that is gone; empty for nothing in particular."""
    if memo.segment_id:
        return f"segment:{memo.segment_id}"
    thing = next((thing for name in THINGS[1:] if (thing := getattr(memo, name)) is not None), None)
    return thing.ref() if thing else ""
