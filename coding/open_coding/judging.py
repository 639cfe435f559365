"""Verbs that judge rather than name: nothing here, a doubt, a case against, an uncodable incident, done."""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from coding.codes.checks import worded
from coding.codes.content import Frozen
from coding.lib import clock, ids
from coding.lib.paragraphs import Paragraph, bare, paragraphs
from coding.lib.refusals import BadInput, Refusal
from coding.open_coding.acts import Saved, begin, write
from coding.open_coding.changes import MarkState, Scene
from coding.open_coding.models import Mark
from coding.open_coding.rules import find_segment, marks_on, text_of
from coding.people.models import User
from coding.people.rules import Key, record
from coding.rounds.models import Assignment
from coding.rounds.writing import hand_in

Kind = Mark.Kind


class Untouched(Refusal):
    sentence = "Some paragraphs are untouched."


class HasSegments(Refusal):
    sentence = (
        "This incident has coded segments, so it can be coded. Delete them first if none of them holds; "
        "undo brings them back."
    )


@transaction.atomic
def mark_paragraphs(
    coder: User,
    assignment: Assignment,
    starts: Mapping[int, str],
    *,
    key: Key | None = None,
    at: datetime | None = None,
) -> Saved:
    """Judge paragraphs, each named by where it starts: "nothing_here", "left_out", or "" to take a judgement back.

    Raises BadInput where no paragraph starts or a segment stands in it.
    """
    locked, again = begin(coder, assignment, key)
    if again:
        return again
    parts = {part.start: part for part in paragraphs(text_of(locked))}
    if not starts or starts.keys() - parts.keys():
        raise BadInput("No paragraph starts there. Reload the incident and choose one again.")
    if set(starts.values()) - {*Kind.values, ""}:
        raise BadInput(f"A paragraph is marked {' or '.join(Kind.values)}, or nothing to take the mark back.")
    chosen = [parts[start] for start in sorted(starts)]
    free = {part.start for part in bare(chosen, locked.segments.values_list("start", "end"))}
    if any(kind and start not in free for start, kind in starts.items()):
        raise BadInput("There is a segment in this paragraph, so it holds something. Delete the segment first.")
    before = tuple(mark for part in chosen for mark in marks_on(locked, part.start, part.end))
    after = tuple(mark_of(part, starts[part.start]) for part in chosen if starts[part.start])
    if not before and not after:
        raise BadInput("This paragraph bears no mark that could be taken back.")
    return write(locked, "mark_paragraphs", Scene(marks=before), Scene(marks=after), key=key, at=at)


def mark_of(part: Paragraph, kind: str) -> MarkState:
    return MarkState(str(ids.new_uid()), part.start, part.end, kind)


def untouched(locked: Assignment) -> list[Paragraph]:
    """List the paragraphs that bear neither a segment nor a mark."""
    spans = [*locked.segments.values_list("start", "end"), *locked.marks.values_list("start", "end")]
    return bare(paragraphs(text_of(locked)), spans)


@transaction.atomic
def say_uncertain(
    coder: User, assignment: Assignment, segment: UUID, doubt: bool, *, key: Key | None = None,
    at: datetime | None = None,
) -> Saved:  # fmt: skip
    """Say that a segment's coding is uncertain, or no more; it changes no figure."""
    locked, again = begin(coder, assignment, key)
    if again:
        return again
    before = find_segment(locked, segment)
    after = replace(before, is_uncertain=doubt)
    return write(locked, "say_uncertain", Scene((before,)), Scene((after,)), key=key, at=at)


@transaction.atomic
def speak_against(
    coder: User, assignment: Assignment, segment: UUID, category: UUID | None, *, key: Key | None = None,
    at: datetime | None = None,
) -> Saved:  # fmt: skip
    """Say which category of the round's edition a segment speaks against, or none."""
    locked, again = begin(coder, assignment, key)
    if again:
        return again
    known = Frozen.of(locked.round.edition).categories if locked.round.edition else {}
    if category is not None and str(category) not in known:
        raise BadInput("There is no such category in this round's edition. Choose one from the list.")
    before = find_segment(locked, segment)
    after = replace(before, speaks_against=str(category or ""))
    return write(locked, "speak_against", Scene((before,)), Scene((after,)), key=key, at=at)


@transaction.atomic
def call_uncodable(
    coder: User, assignment: Assignment, reason: str, *, key: Key | None = None, at: datetime | None = None
) -> Assignment:
    """Say why an incident can't be coded; without a reason it can again. Raises HasSegments, BadInput."""
    locked, again = begin(coder, assignment, key)
    if again:
        locked.uncodable_because = json.loads(again.event.after)["because"]  # what the first try was answered
        return locked
    because = worded({"reason": reason.strip()})["reason"]
    if because and locked.segments.exists():
        raise HasSegments
    before, locked.uncodable_because = locked.uncodable_because, because
    if locked.state == Assignment.State.TO_DO:
        locked.state = Assignment.State.IN_PROGRESS
    locked.save(update_fields=["uncodable_because", "state"])
    record(
        locked.round.project, coder, "call_uncodable", locked, before={"because": before}, after={"because": because},
        stream=locked.stream, key=key, at=at, private=locked.is_private,
    )  # fmt: skip
    return locked


@transaction.atomic
def submit(
    coder: User,
    assignment: Assignment,
    rest: str | Mapping[int, str] | None = None,
    *,
    key: Key | None = None,
    at: datetime | None = None,
) -> Assignment:
    """Declare the incident coded; it can be reopened by the lead until release.

    `rest` judges the untouched paragraphs: one kind for all, or a kind by where each starts. Raises Untouched where a
    paragraph is left without: "nothing here" is a judgement, "left out" is missing, and only the coder knows which.
    """
    locked, again = begin(coder, assignment, key)
    if again:
        return locked
    left = [] if locked.uncodable_because else untouched(locked)
    kinds: Mapping[int, Any] = rest if isinstance(rest, Mapping) else {part.start: rest for part in left}
    if kinds.keys() - {part.start for part in left}:
        raise Untouched("A paragraph that was judged holds something by now, or none begins there. Look again.")
    missing = [part for part in left if kinds.get(part.start) not in Kind.values]
    if missing:
        raise Untouched(untouched_words(len(missing)))
    marks = Scene(marks=tuple(mark_of(part, kinds[part.start]) for part in left))
    Mark.objects.bulk_create(Mark(assignment=locked, **vars(one)) for one in marks.marks)
    return hand_in(locked, at or clock.now(), after=marks.plain, key=key)


def untouched_words(count: int) -> str:
    they = "One paragraph is" if count == 1 else f"{count} paragraphs are"
    return f"{they} untouched. Say of each whether nothing is there or whether you leave it out, then submit again."
