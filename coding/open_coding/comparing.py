"""Constant comparison and search: a code's segments side by side, and words found in the text and in own segments."""

import re
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from django.db.models import F, QuerySet
from django.db.models.functions import Substr
from django.http import Http404

from coding.lib.text import fold
from coding.open_coding.models import Segment
from coding.open_coding.naming import usable_codes
from coding.open_coding.queries import Desk
from coding.rounds.models import Assignment, Round

CONTEXT = 120  # code points before and after a segment
MOST_SHOWN = 200
WORDING = ("definition", "use_when", "avoid_when")


@dataclass(frozen=True)
class Found:
    """A stretch of an incident's text with the words around it."""

    start: int
    end: int
    before: str
    words: str
    after: str
    codes: tuple[tuple[int, str], ...] = ()
    segment: str = ""
    assignment: UUID | None = None
    incident: int = 0
    title: str = ""
    is_here: bool = False
    may_move: bool = False  # to another code: in the reader's own work that is not submitted


def comparable(desk: Desk) -> QuerySet[Segment]:
    """The segments that may be compared: the coder's own while a blind round is open, else all that they may read.

    A round that shows no earlier work compares within itself only.
    """
    round_, coder = desk.assignment.round, desk.assignment.coder
    rows = Segment.objects.filter(assignment__round__project=round_.project, assignment__round__stage=Round.Stage.OPEN)
    own_only = round_.is_blind and not round_.is_released
    rows = rows.filter(assignment__coder=coder) if own_only else rows.visible_to(desk.reader)
    return rows.filter(assignment__round=round_) if round_.hides_earlier else rows


def comparison(desk: Desk, uid: UUID) -> dict[str, Any]:
    """Lay out a code with its wording and its segments, in the order of incidents and text. Raises Http404."""
    code = usable_codes(desk.assignment).filter(uid=uid).first()
    if code is None:
        raise Http404("There is no such code that you could use here.")
    shared = desk.shared.get(str(uid))
    hue, name = desk.wording.named(code)
    wording = {part: shared[part] if shared else getattr(code, part) for part in WORDING}
    rows = comparable(desk).filter(codings__code=code).distinct()
    shown = [found(desk, row) for row in in_context(rows)[:MOST_SHOWN]]
    movable = set(Assignment.objects.waiting_for(desk.reader).values_list("uid", flat=True))
    return {
        "code": code, "uid": uid, "hue": hue, "name": name, "wording": wording, "is_own": shared is None,
        "total": rows.count(), "found": [replace(one, may_move=one.assignment in movable) for one in shown],
    }  # fmt: skip


def in_context(rows: QuerySet[Segment]) -> Any:
    """Cut segments with the words around them out of the texts in the database; offsets count from 0."""
    text, length = "assignment__incident__text", F("end") - F("start")
    around = rows.annotate(
        number=F("assignment__incident__number"), title=F("assignment__incident__title"),
        held=F("assignment__uid"), words=Substr(text, F("start") + 1, length),
        after=Substr(text, F("end") + 1, CONTEXT), lead=Substr(text, 1, F("start") + 0),
    )  # fmt: skip
    kept = ("uid", "start", "end", "number", "title", "held", "words", "after", "lead")
    return around.order_by("number", "start", "end", "uid").values(*kept)


def found(desk: Desk, row: dict[str, Any]) -> Found:
    return Found(
        row["start"], row["end"], from_word(row["lead"][-CONTEXT:]), row["words"], to_word(row["after"]),
        segment=str(row["uid"]), assignment=row["held"], incident=row["number"], title=row["title"],
        is_here=row["held"] == desk.assignment.uid,
    )  # fmt: skip


def from_word(text: str) -> str:
    """Begin what was cut off at a word."""
    return text if len(text) < CONTEXT else text.partition(" ")[2] or text


def to_word(text: str) -> str:
    return text if len(text) < CONTEXT else text.rpartition(" ")[0] or text


def search(desk: Desk, q: str) -> dict[str, Any]:
    """Find words in the incident's text (each place can be coded), and own segments that hold them or are named so."""
    wanted = q.strip()
    if not wanted:
        return {"q": q, "hits": [], "own": [], "more": False}
    hits = places(desk.text, wanted)
    highlights = desk.highlights()
    shown = [
        Found(
            start, end, from_word(desk.text[max(0, start - CONTEXT) : start]), desk.text[start:end],
            to_word(desk.text[end : end + CONTEXT]),
            tuple(name for one in highlights if one.start < end and one.end > start for name in one.codes),
        )
        for start, end in hits[:MOST_SHOWN]
    ]  # fmt: skip
    return {"q": q, "hits": shown, "own": own_segments(desk, wanted), "more": len(hits) > MOST_SHOWN}


def places(text: str, wanted: str) -> list[tuple[int, int]]:
    """Find each place of some words, whatever their capitals and the white space between them."""
    pattern = r"\s+".join(re.escape(word) for word in wanted.split())
    return [match.span() for match in re.finditer(pattern, text, re.IGNORECASE)]


def own_segments(desk: Desk, wanted: str) -> list[Found]:
    """Find the coder's own segments in this round whose words or codes hold what is searched."""
    own = Segment.objects.filter(assignment__round=desk.assignment.round, assignment__coder=desk.assignment.coder)
    words = fold(wanted)
    named: dict[str, list[tuple[int, str]]] = {}
    columns = ("uid", "codings__code__uid", "codings__code__hue", "codings__code__name", "codings__code__released_at")
    for uid, code, hue, name, released_at in own.values_list(*columns):
        if code is not None:
            named.setdefault(str(uid), []).append(desk.wording.said(str(code), hue, name, released_at is None))
    kept = []
    for row in in_context(own):
        codes = named.get(str(row["uid"]), [])
        if words in fold(row["words"]) or any(words in fold(name) for _, name in codes):
            kept.append(Found(**{**vars(found(desk, row)), "codes": tuple(codes)}))
    return kept[:MOST_SHOWN]
