"""Split a text into paragraphs and render them with their highlights: one function for every page.

Offsets are code points of the stored text. A paragraph's `.words` element holds exactly the text of its span.
"""

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from html import escape
from itertools import pairwise

import regex
from django.utils.safestring import SafeString

LONG = 2_000  # code points; a longer block without blank line is split at its line feeds
_BLOCK = re.compile(r"[^\n](?:[^\n]|\n(?![^\S\n]*(?:\n|\Z)))*")
_LINE = re.compile(r"[^\n]+")
BARS = 3


@dataclass(frozen=True)
class Paragraph:
    """A stretch `[start, end)` of a text; `index` counts from 0. `gap` is the white space up to the next one."""

    index: int
    start: int
    end: int
    gap: str = ""


@dataclass(frozen=True)
class Highlight:
    """A segment as the page shows it: its span and its codes as (hue, name), in the order that they were given."""

    key: str
    start: int
    end: int
    codes: tuple[tuple[int, str], ...] = field(default=())
    is_uncertain: bool = False


def paragraphs(text: str) -> list[Paragraph]:
    """Split at blank lines, and longer blocks at their line feeds; what lies between holds only white space."""
    spans = []
    for block in _BLOCK.finditer(text):
        if block.end() - block.start() <= LONG:
            spans.append(block.span())
        else:
            spans.extend(line.span() for line in _LINE.finditer(text, block.start(), block.end()))
    worded = [span for span in spans if not text[span[0] : span[1]].isspace()]
    following = [start for start, _ in worded[1:]] + [len(text)]
    return [Paragraph(index, start, end, text[end : following[index]]) for index, (start, end) in enumerate(worded)]


def touched(parts: Sequence[Paragraph], start: int, end: int) -> list[Paragraph]:
    """Give the paragraphs that share a code point with `[start, end)`."""
    return [part for part in parts if part.start < end and part.end > start]


def snap(text: str, start: int, end: int) -> tuple[int, int]:
    """Widen a span to whole grapheme clusters, after trimming white space at its ends.

    Both offsets stay as they are where the span holds only white space.
    """
    while start < end and text[end - 1].isspace():
        end -= 1
    while start < end and text[start].isspace():
        start += 1
    if start == end:
        return start, end
    return _boundary(text, start)[0], _boundary(text, end)[1]


def _boundary(text: str, at: int) -> tuple[int, int]:
    """Give the nearest cluster boundaries at or before, and at or after, an offset."""
    line = text.rfind("\n", max(0, at - 2_000), at) + 1 or max(0, at - 2_000)
    before = line
    for cluster in regex.finditer(r"\X", text, pos=line):
        if cluster.end() >= at:
            return (at, at) if cluster.end() == at or cluster.start() == at else (cluster.start(), cluster.end())
        before = cluster.end()
    return before, at


def render(
    text: str, part: Paragraph, highlights: Sequence[Highlight], *, plain: bool = False, names: bool = True
) -> SafeString:
    """Render one paragraph: its words cut into runs at every span's edge, and its codes' names in the margin.

    `highlights` are those that touch the paragraph, in text order. `plain` leaves the runs unfocusable.
    Built by escape and join: a template for each run would cost more than the rest of the page.
    """
    inside = [one for one in highlights if one.start < part.end and one.end > part.start]
    cuts = sorted({part.start, part.end, *(cut for one in inside for cut in (one.start, one.end)
                                           if part.start < cut < part.end)})  # fmt: skip
    lanes = stack(inside)
    runs = "".join(_run(text, left, right, inside, lanes, plain) for left, right in pairwise(cuts))
    untouched = "" if inside else " data-untouched"
    gap = "" if part.gap == "\n\n" else f' data-gap="{escape(part.gap)}"'
    words = f'<p class="words" dir="auto" data-start="{part.start}"{gap}>{runs}</p>'
    margin = _margin(part, inside) if names else ""
    # Every piece is escaped or a number of ours: the one place that vouches for markup made in Python.
    return SafeString(f'<section class="para" id="para-{part.index}"{untouched}>{words}{margin}</section>')


def stack(highlights: Sequence[Highlight]) -> dict[str, int]:
    """Give each highlight the first free bar (from 0) that no overlapping earlier one holds."""
    free_at: list[int] = []
    lanes = {}
    for one in sorted(highlights, key=lambda h: (h.start, -h.end, h.key)):
        lane = next((i for i, until in enumerate(free_at) if until <= one.start), len(free_at))
        width = max(1, len(one.codes))
        free_at[lane : lane + width] = [one.end] * width
        lanes[one.key] = lane
    return lanes


def _run(text: str, left: int, right: int, inside: Sequence[Highlight], lanes: dict[str, int], plain: bool) -> str:
    here = [one for one in inside if one.start < right and one.end > left]
    words = escape(text[left:right])
    if not here:
        return words
    top = min(here, key=lambda one: (one.end - one.start, one.start, one.key))
    keys = " ".join(one.key for one in here)
    label = escape(", ".join(name for _, name in top.codes))
    reach = (
        ""
        if plain or top.start != left
        else f' tabindex="0" role="button" aria-label="{label}: {escape(text[top.start : top.end])}"'
    )
    uncertain = " data-uncertain" if top.is_uncertain else ""
    return (f'<mark class="seg" data-seg="{keys}" data-top="{top.key}"'
            f"{_colours(here, top, lanes)}{uncertain}{reach}>{words}</mark>")  # fmt: skip


def _colours(here: Sequence[Highlight], top: Highlight, lanes: dict[str, int]) -> str:
    """Name the underlay (of the shortest segment) and up to three bars; `data-more` says that there are others."""
    bars: dict[int, int] = {}
    for one in here:
        for offset, (hue, _) in enumerate(one.codes):
            bars.setdefault(lanes[one.key] + offset, hue)
    under = f' data-hue="{top.codes[0][0]}"' if top.codes else ""
    first = "" if 0 in bars else ' data-bar1="none"'
    named = "".join(f' data-bar{bar + 1}="{hue}"' for bar, hue in sorted(bars.items()) if bar < BARS)
    return under + first + named + (" data-more" if any(bar >= BARS for bar in bars) else "")


def _margin(part: Paragraph, inside: Sequence[Highlight]) -> str:
    """List the names of the segments that start in this paragraph, in reading order."""
    starting = [one for one in inside if part.start <= one.start] or []
    items = "".join(
        f'<li data-hue="{hue}"><button type="button" data-go="{one.key}">{escape(name)}</button></li>'
        for one in starting
        for hue, name in one.codes
    )
    return f'<ul class="margin" aria-label="Codes">{items}</ul>'


def outline(
    text: str, parts: Sequence[Paragraph], highlights: Sequence[Highlight], *, most: int = 34
) -> list[dict[str, object]]:
    """Give each paragraph's first words and the share of it (percent) that is coded."""
    return [
        {
            "index": part.index,
            "words": shorten(text[part.start : part.end], most),
            "percent": round(100 * covered / (part.end - part.start)),
        }
        for part, covered in zip(parts, covered_lengths(parts, highlights), strict=True)
    ]


def covered_lengths(parts: Sequence[Paragraph], highlights: Sequence[Highlight]) -> list[int]:
    """Count for each paragraph the code points under at least one highlight."""
    covered, ends = [0] * len(parts), [part.end for part in parts]
    reach = 0
    for one in sorted(highlights, key=lambda h: h.start):
        start, end = max(one.start, reach), one.end
        reach = max(reach, end)
        index = bisect_right(ends, start)
        while start < end and index < len(parts) and parts[index].start < end:
            part = parts[index]
            covered[index] += max(0, min(end, part.end) - max(start, part.start))
            index += 1
    return covered


def shorten(text: str, most: int) -> str:
    """Cut at a word's end, with an ellipsis."""
    flat = " ".join(text[: most * 4].split())
    if len(flat) <= most:
        return flat
    return flat[:most].rsplit(" ", 1)[0].rstrip(",;:") + "…"
