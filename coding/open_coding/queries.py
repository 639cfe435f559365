"""What the open-coding page shows, each part in a fixed number of queries."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db.models import Count

from coding.codes.content import Frozen
from coding.codes.models import Code
from coding.lib.paragraphs import (
    Highlight,
    Paragraph,
    covered_lengths,
    outline,
    paragraphs,
    render,
    touched,
)
from coding.lib.prepared import Prepared, number
from coding.open_coding.models import Segment
from coding.people.models import User
from coding.rounds.models import Assignment
from coding.rounds.wording import Wording, wording_for

COLUMNS = (
    "uid", "start", "end", "is_uncertain", "codings__code__uid", "codings__code__hue", "codings__code__name",
    "codings__code__released_at", "codings__code__coined_by",
)  # fmt: skip
BEFORE, AFTER = 2, 6
TOUCHING = Prepared(
    lambda: Segment.objects.filter(assignment=number("assignment")).touching(number("start"), number("end"))
    .order_by("start", "-end", "uid", "codings__pk").values_list(*COLUMNS)
)  # fmt: skip


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
    def parts(self) -> list[Paragraph]:
        return paragraphs(self.text)

    def highlights(self, start: int | None = None, end: int | None = None) -> list[Highlight]:
        """Give the segments that touch a stretch, or all, in text order.

        Read as columns, not as objects: a dense paragraph has a hundred codings, and a save waits for them.
        """
        if start is None or end is None:
            start, end = 0, len(self.text)
        spans: dict[str, tuple[int, int, bool]] = {}
        named: dict[str, list[tuple[int, str]]] = {}
        found = TOUCHING(assignment=self.assignment.pk, start=start, end=end)
        for uid, first, last, uncertain, code, hue, name, released_at, coiner in found:
            key = str(uid)
            spans[key] = (first, last, uncertain)
            is_own = released_at is None and coiner == self.reader.pk
            names = named.setdefault(key, [])
            if code is not None:
                names.append(self.wording.said(str(code), hue, name, is_own))
        return [
            Highlight(key, first, last, tuple(named[key]), uncertain) for key, (first, last, uncertain) in spans.items()
        ]

    def rendered(self, highlights: list[Highlight], parts: list[Paragraph] | None = None) -> list[str]:
        shown = self.parts if parts is None else parts
        return [render(self.text, part, highlights) for part in shown]

    def outline(self, highlights: list[Highlight]) -> list[dict[str, object]]:
        return outline(self.text, self.parts, highlights)

    def changed(self, start: int, end: int) -> dict[str, Any]:
        """Render only the paragraphs that a saved stretch touches, with their place in the outline."""
        parts = touched(self.parts, start, end)
        if not parts:
            return {"paragraphs": [], "outline": []}
        highlights = self.highlights(parts[0].start, parts[-1].end)
        return {
            "paragraphs": self.rendered(highlights, parts),
            "outline": outline(self.text, parts, highlights),
        }

    def untouched(self, highlights: list[Highlight]) -> int:
        """Count the paragraphs without any coding."""
        return covered_lengths(self.parts, highlights).count(0)

    def codes(self) -> list[dict[str, Any]]:
        """List the codes that the coder may use here, most used by them first."""
        own = Code.objects.own(self.assignment.coder).filter(project=self.assignment.round.project)
        rows = [(code, code.name, code.hue, True) for code in own]
        shared = Code.objects.filter(project=self.assignment.round.project, uid__in=self.shared)
        rows += [(code, self.wording.named(code)[1], self.wording.named(code)[0], False) for code in shared]
        used = self.uses()
        listed = [
            {"uid": str(code.uid), "name": name, "hue": hue, "own": is_own, "uses": used.get(code.pk, 0)}
            for code, name, hue, is_own in rows
        ]
        return sorted(listed, key=lambda row: (-row["uses"], row["name"].casefold(), row["uid"]))

    def uses(self) -> dict[int, int]:
        """Count the coder's own codings by code, over all their incidents of this project."""
        own = Segment.objects.filter(
            assignment__coder=self.assignment.coder, assignment__round__project=self.assignment.round.project
        )
        return dict(own.values_list("codings__code").annotate(Count("pk")).exclude(codings__code=None))

    def queue(self) -> dict[str, Any]:
        """Give the coder's own incidents around this one, and how far they are in the round."""
        own = Assignment.objects.filter(round=self.assignment.round, coder=self.assignment.coder)
        own = own.select_related("incident").defer("incident__text", "incident__search_text")
        at = self.assignment.position
        before = list(own.filter(position__lt=at).order_by("-position")[:BEFORE])[::-1]
        after = list(own.filter(position__gte=at).order_by("position")[:AFTER])
        shown = [*after[1:], *before]
        return {
            "queue": [*before, *after],
            "previous": before[-1] if before else None,
            "following": after[1] if len(after) > 1 else None,
            "to_do": next((one for one in shown if one.state != Assignment.State.SUBMITTED), None),
            "number": own.filter(position__lte=at).count(),
            "total": own.count(),
            "submitted": own.submitted().count(),
        }


def segment_card(desk: Desk, segment: Segment) -> dict[str, Any]:
    """Give one segment for the panel beside the text: its words and its codes."""
    codes = [coding.code for coding in segment.codings.select_related("code").order_by("pk")]
    return {
        "segment": segment,
        "quote": desk.text[segment.start : segment.end],
        "codes": [
            {"uid": code.uid, "hue": desk.wording.named(code)[0], "name": desk.wording.named(code)[1], "code": code}
            for code in codes
        ],
    }
