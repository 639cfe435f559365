"""What an act changes: segments and marks as they stood before and after it, as its event keeps them."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any
from uuid import UUID

from coding.codes.models import Category, Code
from coding.codes.rules import MovedOn
from coding.lib.prepared import Prepared, insert, number
from coding.open_coding.models import Coding, Mark, Segment
from coding.rounds.models import Assignment


@dataclass(frozen=True)
class SegmentState:
    """A segment as events keep it: public ids, code points, codes in the order in which they were given."""

    uid: str
    start: int
    end: int
    codes: tuple[str, ...]
    is_uncertain: bool = False
    speaks_against: str = ""


@dataclass(frozen=True)
class MarkState:
    """A judgement on a stretch without code, as events keep it."""

    uid: str
    start: int
    end: int
    kind: str


@dataclass(frozen=True)
class Scene:
    """The segments and marks that an act touched, in one state."""

    segments: tuple[SegmentState, ...] = ()
    marks: tuple[MarkState, ...] = ()

    @property
    def plain(self) -> dict[str, Any] | None:
        """Give it as events keep it; None where nothing stood."""
        rows = {"segments": [asdict(one) for one in self.segments], "marks": [asdict(one) for one in self.marks]}
        return {name: held for name, held in rows.items() if held} or None

    @property
    def span(self) -> tuple[int, int]:
        """The stretch of text that holds all of it."""
        held: tuple[SegmentState | MarkState, ...] = (*self.segments, *self.marks)
        return min(one.start for one in held), max(one.end for one in held)


def scene_in(text: str) -> Scene:
    """Read a scene from an event."""
    said = json.loads(text or "{}")
    segments = (SegmentState(**{**row, "codes": tuple(row["codes"])}) for row in said.get("segments", ()))
    return Scene(tuple(segments), tuple(MarkState(**row) for row in said.get("marks", ())))


CODES_OF = Prepared(
    lambda: Coding.objects.filter(segment=number("segment")).order_by("pk").values_list("code__uid", flat=True)
)


def state_of(segment: Segment) -> SegmentState:
    return state_with(segment, tuple(str(uid) for uid in CODES_OF(segment=segment.pk)))


def state_with(segment: Segment, codes: tuple[str, ...]) -> SegmentState:
    return SegmentState(
        str(segment.uid), segment.start, segment.end, codes, segment.is_uncertain,
        str(segment.speaks_against.uid) if segment.speaks_against else "",
    )  # fmt: skip


def mark_state_of(mark: Mark) -> MarkState:
    return MarkState(str(mark.uid), mark.start, mark.end, mark.kind)


def standing(locked: Assignment, *scenes: Scene) -> Scene:
    """Read how everything that these scenes name stands now."""
    segments = dict.fromkeys(one.uid for scene in scenes for one in scene.segments)
    marks = dict.fromkeys(one.uid for scene in scenes for one in scene.marks)
    held = {str(one.uid): one for one in locked.segments.filter(uid__in=segments).select_related("speaks_against")}
    noted = {str(one.uid): one for one in locked.marks.filter(uid__in=marks)} if marks else {}
    return Scene(
        tuple(state_of(held[uid]) for uid in segments if uid in held),
        tuple(mark_state_of(noted[uid]) for uid in marks if uid in noted),
    )


def refuse_moved(locked: Assignment, now: Scene, other: Scene) -> None:
    """Refuse to go from a state that does not stand any more (409), or to ids that stand in another incident by now."""
    stands = standing(locked, now, other)
    if set(stands.segments) != set(now.segments) or set(stands.marks) != set(now.marks):
        raise MovedOn
    if Segment.objects.filter(uid__in=[one.uid for one in other.segments]).exclude(assignment=locked).exists():
        raise MovedOn


def apply(locked: Assignment, before: Scene, after: Scene, codes: Mapping[str, int] | None = None) -> None:
    """Bring the rows from `before`, which stands, to `after`.

    What goes, goes first and what is new comes last, so that no two segments stand on the same words in between.
    `codes` are database ids of codes that the verb has read already.
    """
    was, now = {one.uid: one for one in before.segments}, {one.uid: one for one in after.segments}
    if gone := was.keys() - now.keys():
        locked.segments.filter(uid__in=gone).delete()
    if kept := [uid for uid in was if uid in now and was[uid] != now[uid]]:
        change(locked, [(was[uid], now[uid]) for uid in kept], codes)
    create(locked, [one for one in after.segments if one.uid not in was], codes)
    if before.marks or after.marks:
        apply_marks(locked, before, after)


def change(locked: Assignment, steps: list[tuple[SegmentState, SegmentState]], codes: Mapping[str, int] | None) -> None:
    """Change segments that stay: their span, what they say beside their codes, their codes."""
    rows = {str(row.uid): row for row in locked.segments.filter(uid__in=[was.uid for was, _ in steps])}
    added: list[Coding] = []
    for was, now in steps:
        row = rows[now.uid]
        if replace(was, codes=()) != replace(now, codes=()):
            fill(row, now)
            row.save(update_fields=["start", "end", "is_uncertain", "speaks_against"])
        added += recode(row, was.codes, now.codes, codes)
    insert(added)


def recode(
    row: Segment, was: tuple[str, ...], now: tuple[str, ...], codes: Mapping[str, int] | None
) -> Iterable[Coding]:
    """Take codes off, and make the rows of new ones; where the order changes, all that follow are made anew."""
    stay = 0
    while stay < min(len(was), len(now)) and was[stay] == now[stay]:
        stay += 1
    if was[stay:]:
        row.codings.filter(code__uid__in=was[stay:]).delete()
    pks = codes if codes is not None and codes.keys() >= set(now[stay:]) else pks_of(now[stay:])
    return [Coding(segment=row, code_id=pks[code]) for code in now[stay:]]


def create(locked: Assignment, states: list[SegmentState], codes: Mapping[str, int] | None) -> None:
    rows = [fill(Segment(uid=state.uid, assignment=locked), state) for state in states]
    insert(rows)
    wanted = {code for state in states for code in state.codes}
    pks = codes if codes is not None and codes.keys() >= wanted else pks_of(wanted)
    held = zip(rows, states, strict=True)
    insert([Coding(segment=row, code_id=pks[code]) for row, state in held for code in state.codes])


def fill(row: Segment, state: SegmentState) -> Segment:
    row.start, row.end, row.is_uncertain = state.start, state.end, state.is_uncertain
    against = state.speaks_against
    row.speaks_against = Category.objects.get(uid=against) if against else None
    return row


def pks_of(uids: Iterable[str]) -> dict[str, int]:
    wanted = list(uids)
    return {str(uid): pk for uid, pk in Code.objects.filter(uid__in=wanted).values_list("uid", "pk")} if wanted else {}


def apply_marks(locked: Assignment, before: Scene, after: Scene) -> None:
    locked.marks.filter(uid__in=[one.uid for one in before.marks if one not in after.marks]).delete()
    Mark.objects.bulk_create(
        Mark(uid=UUID(one.uid), assignment=locked, start=one.start, end=one.end, kind=one.kind)
        for one in after.marks if one not in before.marks
    )  # fmt: skip
