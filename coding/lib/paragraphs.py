"""Split a text into paragraphs and render them with their highlights: one function for every page.

Offsets are code points of the stored text. A paragraph's `.words` element holds exactly the text of its span.
"""

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from html import escape
from itertools import pairwise

from django.utils.safestring import SafeString

from coding.lib.clusters import around

LONG = 2_000  # code points; a longer block without blank line is split at its line feeds, a longer line within
PART = 1_200  # code points: of such a line, so that a save in it draws no more than one of them anew
_BLOCK = re.compile(r"[^\n](?:[^\n]|\n(?![^\S\n]*(?:\n|\Z)))*")
_LINE = re.compile(r"[^\n]+")
_STOP = re.compile(r"""[.!?…؟।][\])"'”’»]*(?=\s)|[。！？][」』”’]*""")  # the end of a sentence
_RISKY = re.compile("[&<>\"']")
BARS = 6
KEPT = 512  # paragraphs as drawn: a dense one takes about 10 kB


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


@lru_cache(maxsize=32)  # a text never changes, and each save of its coder asks again
def paragraphs(text: str) -> tuple[Paragraph, ...]:
    """Split at blank lines, long blocks at line feeds, long lines after sentences; between lies only white space."""
    spans = []
    for block in _BLOCK.finditer(text):
        if block.end() - block.start() <= LONG:
            spans.append(block.span())
        else:
            for line in _LINE.finditer(text, block.start(), block.end()):
                spans.extend(_parts(text, *line.span()))
    worded = [span for span in spans if not text[span[0] : span[1]].isspace()]
    following = [start for start, _ in worded[1:]] + [len(text)]
    gaps = enumerate(worded)
    return tuple(Paragraph(index, start, end, text[end : following[index]]) for index, (start, end) in gaps)


def _parts(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Cut a long line after its sentences; where there is none in reach, between words, else between characters."""
    while end - start > LONG:
        reach = text[start : start + PART]
        stops = [stop.end() for stop in _STOP.finditer(reach)]
        space = max(reach.rfind(" "), reach.rfind("\t"))
        before, after = around(text, start + PART)
        cut = start + stops[-1] if stops else start + space if space > 0 else before if before > start else after
        yield start, cut
        start = cut
        while start < end and text[start].isspace():
            start += 1
    if start < end:
        yield start, end


def touched(parts: Sequence[Paragraph], start: int, end: int) -> list[Paragraph]:
    """Give the paragraphs that share a code point with `[start, end)`."""
    return [part for part in parts if part.start < end and part.end > start]


def bare(parts: Sequence[Paragraph], spans: Iterable[tuple[int, int]]) -> list[Paragraph]:
    """Give the paragraphs that share no code point with any of these spans."""
    ends, held = [part.end for part in parts], [False] * len(parts)
    for start, end in spans:
        index = bisect_right(ends, start)
        while index < len(parts) and parts[index].start < end:
            held[index] = True
            index += 1
    return [part for part, is_held in zip(parts, held, strict=True) if not is_held]


def snap(text: str, start: int, end: int) -> tuple[int, int]:
    """Widen a span to whole grapheme clusters, after trimming white space at its ends.

    Both offsets stay as they are where the span holds only white space.
    """
    words = text[start:end].rstrip()
    end = start + len(words)
    start = end - len(words.lstrip())
    if start == end:
        return start, end
    return around(text, start)[0], around(text, end)[1]


def render(
    text: str,
    part: Paragraph,
    highlights: Sequence[Highlight],
    *,
    plain: bool = False,
    names: bool = True,
    mark: str = "",
) -> SafeString:
    """Render one paragraph: its words cut into runs at every span's edge, and its codes' names in the margin.

    `highlights` are those that touch the paragraph, in text order. `plain` leaves the runs unfocusable. `mark` is the
    judgement of a paragraph without any.
    Built by escape and join: a template for each run would cost more than the rest of the page.
    """
    inside = tuple([one for one in highlights if one.start < part.end and one.end > part.start])
    reach = max([part.end, *[one.end for one in inside]])
    return _drawn(text[part.start : reach], part, inside, plain, names, mark)


@lru_cache(maxsize=KEPT)
def _drawn(words: str, part: Paragraph, inside: Sequence[Highlight], plain: bool, names: bool, mark: str) -> SafeString:
    """Draw a paragraph from all that stands in it: the same data gives the same markup, whoever asks and whenever.

    `words` begin with the paragraph and reach to the end of the last segment in it.
    """
    runs = "".join(_runs(words, part, inside, plain))
    state = "" if inside else f' data-mark="{escape(mark)}"' if mark else " data-untouched"
    gap = "" if part.gap == "\n\n" else f' data-gap="{escape(part.gap)}"'
    shown = f'<p class="words" dir="auto" data-start="{part.start}"{gap}>{runs}</p>'
    margin = _margin(part, inside) if names else ""
    # Every piece is escaped or a number of ours: the one place that vouches for markup made in Python.
    return SafeString(f'<section class="para" id="para-{part.index}"{state}>{shown}{margin}</section>')


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


def _runs(words: str, part: Paragraph, inside: Sequence[Highlight], plain: bool) -> Iterator[str]:
    """Sweep over the paragraph's cuts, holding the highlights that are open at each."""
    edges = {cut for one in inside for cut in (one.start, one.end) if part.start < cut < part.end}
    lanes, here, following, first = stack(inside), list[Highlight](), 0, part.start
    for left, right in pairwise(sorted({part.start, part.end} | edges)):
        here = [one for one in here if one.end > left]
        while following < len(inside) and inside[following].start < right:
            here.append(inside[following])
            following += 1
        run = _safe(words[left - first : right - first])
        if here:
            top = here[0] if len(here) == 1 else min(here, key=lambda one: (one.end - one.start, one.start, one.key))
            quote = "" if plain or top.start != left else words[top.start - first : top.end - first]
            run = _run(run, here, top, lanes, quote)
        yield run


def _run(run: str, here: Sequence[Highlight], top: Highlight, lanes: dict[str, int], quote: str) -> str:
    """Mark a run as that of its shortest segment, `top`, whose key comes first; with its quote it can be reached."""
    keys = " ".join([top.key, *[one.key for one in here if one is not top]])
    reach = ""
    if quote:
        label = _safe(", ".join([name for _, name in top.codes])) + (", uncertain" if top.is_uncertain else "")
        reach = f' tabindex="0" role="button" aria-label="{label}: {_safe(quote)}"'
    uncertain = " data-uncertain" if top.is_uncertain else ""
    return (f'<mark class="seg" data-seg="{keys}"'
            f"{_colours(here, top, lanes)}{uncertain}{reach}>{run}</mark>")  # fmt: skip


def _safe(text: str) -> str:
    """Escape; most pieces have nothing to escape, and finding that out is quicker than five replacements."""
    return escape(text) if _RISKY.search(text) else text


def _colours(here: Sequence[Highlight], top: Highlight, lanes: dict[str, int]) -> str:
    """Name the underlay (of the shortest segment) and up to six bars; `data-more` says that there are others."""
    bars: dict[int, int] = {}
    for one in here:
        lane = lanes[one.key]
        for offset, (hue, _) in enumerate(one.codes, lane):
            bars.setdefault(offset, hue)
    under = f' data-hue="{top.codes[0][0]}"' if top.codes else ""
    first = "" if 0 in bars else ' data-bar1="none"'
    named = "".join([f' data-bar{bar + 1}="{bars[bar]}"' for bar in sorted(bars) if bar < BARS])
    return f"{under}{first}{named} data-more" if bars and max(bars) >= BARS else f"{under}{first}{named}"


def _margin(part: Paragraph, inside: Sequence[Highlight]) -> str:
    """List the names of the segments that start in this paragraph, in reading order."""
    starting = [one for one in inside if part.start <= one.start] or []
    items = "".join(
        f'<li data-hue="{hue}"><button type="button" data-go="{one.key}">{_safe(name)}</button></li>'
        for one in starting
        for hue, name in one.codes
    )
    return f'<ul class="margin" aria-label="Codes">{items}</ul>' if items else '<div class="margin"></div>'


def outline(
    text: str, parts: Sequence[Paragraph], highlights: Sequence[Highlight], *, most: int = 34
) -> list[dict[str, object]]:
    """Give each paragraph's first words and the share of it (percent) that is coded."""
    return [
        {
            "index": str(part.index),  # strings: a template writes a number by the rules of a language, slowly
            "words": shorten(text[part.start : part.end], most),
            "percent": str(round(100 * covered / (part.end - part.start))),
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
