"""What the open-coding page shows, each part in a fixed number of queries."""

import json
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db.models import CharField, Count, IntegerField, Max, Q
from django.db.models.functions import Cast

from coding.codes.content import Frozen
from coding.codes.models import Code
from coding.lib.paragraphs import (
    Highlight,
    Paragraph,
    bare,
    outline,
    paragraphs,
    render,
    shorten,
    touched,
)
from coding.lib.prepared import Prepared, number
from coding.open_coding.models import Coding, Mark, Segment
from coding.people.models import User
from coding.rounds.models import Assignment
from coding.rounds.wording import Wording, wording_for

BEFORE, AFTER = 2, 6
RECENT = 9  # the number keys
REACH, NEAREST = 400, 12  # code points around a segment, and how many segments there
MARKS = Prepared(lambda: Mark.objects.filter(assignment=number("assignment")).values_list("start", "kind"))
# Ids as text, doubt as a number, each code's name once: a dense incident has thousands of codings to convert.
TOUCHING = Prepared(
    lambda: Segment.objects.filter(assignment=number("assignment")).touching(number("start"), number("end"))
    .annotate(key=Cast("uid", CharField()), doubt=Cast("is_uncertain", IntegerField()))
    .order_by("start", "-end", "uid", "codings__pk").values_list("key", "start", "end", "doubt", "codings__code")
)  # fmt: skip
# The stretch's codings are looked through once; asked for each code (Exists), SQLite looked through them each time.
NAMED = Prepared(
    lambda: Code.objects.filter(
        pk__in=Coding.objects.filter(
            segment__assignment=number("assignment"), segment__start__lt=number("end"), segment__end__gt=number("start")
        ).values("code")
    ).values_list("pk", "uid", "hue", "name", "released_at", "coined_by")
)  # fmt: skip


def held() -> Any:
    """One coder's incidents of one round, without their texts."""
    own = Assignment.objects.filter(round=number("round"), coder=number("coder")).select_related("incident")
    return own.only("uid", "state", "position", "incident__number", "incident__title")


EARLIER = Prepared(lambda: held().filter(position__lt=number("at")).order_by("-position")[:BEFORE])
LATER = Prepared(lambda: held().filter(position__gte=number("at")).order_by("position")[:AFTER])
HOW_FAR = Prepared(
    lambda: Assignment.objects.filter(round=number("round"), coder=number("coder")).order_by().values("coder").annotate(
        upto=Count("pk", filter=Q(position__lte=number("at"))), total=Count("pk"),
        done=Count("pk", filter=Q(state=Assignment.State.SUBMITTED)),
    ).values_list("upto", "total", "done")
)  # fmt: skip
OWN_CODES = Prepared(
    lambda: Code.objects.own(number("coder")).filter(project=number("project")).values_list("uid", "name", "hue")
)


def used(**where: Any) -> Any:
    """One coder's codings, counted by code, with the latest of each."""
    rows = Coding.objects.filter(segment__assignment__coder=number("coder"), **where)
    return rows.order_by().values_list("code__uid").annotate(Count("pk"), Max("pk"))


USES = Prepared(lambda: used(segment__assignment__round__project=number("project")))
USES_HERE = Prepared(lambda: used(segment__assignment__round=number("round")))


def dashed(key: str) -> str:
    """Write a public id as everywhere; SQLite keeps it without dashes."""
    if len(key) != 32:
        return key
    return f"{key[:8]}-{key[8:12]}-{key[12:16]}-{key[16:20]}-{key[20:]}"


@dataclass
class Desk:
    """One assignment on a coder's desk: text, paragraphs, segments, and codes as its round's edition words them."""

    assignment: Assignment
    reader: User

    @cached_property
    def shared(self) -> dict[str, dict[str, Any]]:
        """The codes of the round's edition, by public id."""
        edition = self.assignment.round.edition
        return Frozen.of(edition).codes if edition else {}

    @cached_property
    def wording(self) -> Wording:
        """Names as the round's edition has them while it is open, later as the reader may read them."""
        ongoing = None if self.assignment.round.is_released else self.assignment.round.edition
        return wording_for(self.reader, self.assignment.round.project, ongoing)

    @property
    def text(self) -> str:
        return self.assignment.incident.text if self.assignment.incident else ""

    @cached_property
    def parts(self) -> tuple[Paragraph, ...]:
        return paragraphs(self.text)

    def highlights(self, start: int | None = None, end: int | None = None) -> list[Highlight]:
        """Give the segments that touch a stretch, or all, in text order.

        Read as columns, not as objects: a dense paragraph has a hundred codings, and a save waits for them.
        """
        if start is None or end is None:
            start, end = 0, len(self.text)
        found = list(TOUCHING(assignment=self.assignment.pk, start=start, end=end))
        names = self.names(start, end)  # after: another tab may save in between, and its new code needs its name
        held: dict[str, tuple[int, int, int, list[tuple[int, str]]]] = {}
        for uid, first, last, uncertain, code in found:
            codes = held.setdefault(uid, (first, last, uncertain, []))[3]
            if code in names:  # else it was taken back in between
                codes.append(names[code])
        return [
            Highlight(dashed(uid), first, last, tuple(codes), bool(uncertain))
            for uid, (first, last, uncertain, codes) in held.items()
        ]

    def names(self, start: int, end: int) -> dict[int, tuple[int, str]]:
        """Give hue and name of the codes on a stretch, as this reader may read them, by database id."""
        rows = NAMED(assignment=self.assignment.pk, start=start, end=end)
        reader = self.reader.pk
        return {
            pk: self.wording.said(str(uid), hue, name, released_at is None and coiner == reader)
            for pk, uid, hue, name, released_at, coiner in rows
        }

    def rendered(
        self, highlights: list[Highlight], parts: Sequence[Paragraph] | None = None, marks: dict[int, str] | None = None
    ) -> list[str]:
        shown = self.parts if parts is None else parts
        kinds = marks or {}
        spread = by_part(shown, highlights)
        return [render(self.text, part, spread[part.index], mark=kinds.get(part.start, "")) for part in shown]

    def marks(self) -> dict[int, str]:
        """The judgements of paragraphs without any code, by where each starts."""
        return dict(MARKS(assignment=self.assignment.pk))

    def outline(self, highlights: list[Highlight]) -> list[dict[str, object]]:
        return outline(self.text, self.parts, highlights)

    def changed(self, start: int, end: int) -> dict[str, Any]:
        """Render only the paragraphs that a saved stretch touches, with their place in the outline."""
        parts = touched(self.parts, start, end)
        if not parts:
            return {"paragraphs": [], "outline": []}
        highlights = self.highlights(parts[0].start, parts[-1].end)
        return {
            "paragraphs": self.rendered(highlights, parts, self.marks()),
            "outline": outline(self.text, parts, highlights),
        }

    def untouched(self, highlights: list[Highlight], marks: dict[int, str]) -> list[Paragraph]:
        """List the paragraphs that bear neither a code nor a mark."""
        free = bare(self.parts, ((one.start, one.end) for one in highlights))
        return [part for part in free if part.start not in marks]

    def summary(self, posted: Any) -> dict[str, Any]:
        """Say before Submit what is coded and what is untouched, with what was chosen for it already."""
        highlights, marks = self.highlights(), self.marks()
        left = self.untouched(highlights, marks)
        return {
            "incident": self.assignment.incident, "round": self.assignment.round, "segments": len(highlights),
            "codes": len({name for one in highlights for name in one.codes}), "paragraphs": len(self.parts),
            "marked": len(marks), "left": [
                {"start": part.start, "index": part.index, "words": self.text[part.start : part.end],
                 "kind": posted.get(f"rest-{part.start}", "")}
                for part in left
            ],
        }  # fmt: skip

    def codes(self) -> list[dict[str, Any]]:
        """List the codes that the coder may use here, most used by them first."""
        own = OWN_CODES(coder=self.assignment.coder_id, project=self.assignment.round.project_id)
        rows = [(str(uid), name, hue, True) for uid, name, hue in own]
        for uid, row in self.shared.items():
            hue, name = self.wording.said(uid, row["hue"], row["name"], is_own=False)
            rows.append((uid, name, hue, False))
        used = self.uses()
        latest = sorted(used, key=lambda uid: -used[uid][1])
        recent = {uid: rank for rank, uid in enumerate(latest[:RECENT], 1)}
        listed = [
            {"uid": uid, "name": name, "hue": hue, "own": is_own, "uses": used.get(uid, (0, 0))[0],
             "recent": recent.get(uid, "")}
            for uid, name, hue, is_own in rows
        ]  # fmt: skip
        return sorted(listed, key=lambda row: (-row["uses"], row["name"].casefold(), row["uid"]))

    def filters(self, highlights: list[Highlight]) -> list[dict[str, Any]]:
        """What can be shown alone: each code on this text, and each category of the edition with a code on it."""
        names = sorted({name for one in highlights for _, name in one.codes}, key=str.casefold)
        rows = [{"name": name, "names": json.dumps([name]), "is_category": False} for name in names]
        edition = self.assignment.round.edition
        for uid, category in (Frozen.of(edition).categories if edition else {}).items():
            held = [row["name"] for row in self.shared.values() if row["category"] == uid and row["name"] in names]
            if held:
                rows.append({"name": category["name"], "names": json.dumps(held), "is_category": True})
        return rows

    def uses(self) -> dict[str, tuple[int, int]]:
        """Count the coder's own codings by code, over all their incidents of this project, with the latest of each.

        A round that shows no earlier work counts its own alone: an order by earlier use would tell of it.
        """
        whose, round_ = {"coder": self.assignment.coder_id}, self.assignment.round
        here = round_.hides_earlier
        rows = USES_HERE(round=round_.pk, **whose) if here else USES(project=round_.project_id, **whose)
        return {str(code): (count, last) for code, count, last in rows}

    def queue(self) -> dict[str, Any]:
        """Give the coder's own incidents around this one, and how far they are in the round."""
        own = {"round": self.assignment.round_id, "coder": self.assignment.coder_id, "at": self.assignment.position}
        before, after = EARLIER(**own)[::-1], LATER(**own)
        shown = [*after[1:], *before]
        [(upto, total, done)] = HOW_FAR(**own)
        return {
            "queue": [*before, *after],
            "previous": before[-1] if before else None,
            "following": after[1] if len(after) > 1 else None,
            "to_do": next((one for one in shown if one.state != Assignment.State.SUBMITTED), None),
            "number": upto,
            "total": total,
            "submitted": done,
        }


def by_part(parts: Sequence[Paragraph], highlights: Sequence[Highlight]) -> dict[int, list[Highlight]]:
    """Give each paragraph (by index) the highlights that touch it, in their order."""
    spread: dict[int, list[Highlight]] = {part.index: [] for part in parts}
    starts = [part.start for part in parts]
    for one in highlights:
        at = max(0, bisect_right(starts, one.start) - 1)
        while at < len(parts) and parts[at].start < one.end:
            spread[parts[at].index].append(one)
            at += 1
    return spread


def segment_card(desk: Desk, segment: Segment) -> dict[str, Any]:
    """Give one segment for the panel beside the text: its words and its codes."""
    codes = [coding.code for coding in segment.codings.select_related("code").order_by("pk")]
    edition = desk.assignment.round.edition
    return {
        "segment": segment,
        "quote": desk.text[segment.start : segment.end],
        "codes": [
            {"uid": code.uid, "hue": desk.wording.named(code)[0], "name": desk.wording.named(code)[1], "code": code}
            for code in codes
        ],
        "near": [
            {"uid": uid, "words": shorten(desk.text[start:end], 60)}
            for uid, start, end in near(segment).values_list("uid", "start", "end")
        ],
        "categories": list(Frozen.of(edition).categories.values()) if edition else [],
        "against": against(desk, segment),
    }


def near(segment: Segment) -> Any:
    """The segments of the same coder that may be joined with this one: the nearest before and after it."""
    others = Segment.objects.filter(assignment=segment.assignment_id).exclude(pk=segment.pk)
    close = others.filter(end__gte=segment.start - REACH, start__lte=segment.end + REACH)
    return close.order_by("start", "end")[:NEAREST]


def against(desk: Desk, segment: Segment) -> dict[str, Any] | None:
    """Name the category that a segment speaks against, as the round's edition has it."""
    category, edition = segment.speaks_against, desk.assignment.round.edition
    if category is None:
        return None
    frozen = Frozen.of(edition).categories.get(str(category.uid)) if edition else None
    return frozen or {"uid": str(category.uid), "name": category.name}
