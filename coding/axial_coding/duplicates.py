"""Near duplicates: pairs of codes that may be one, by their names or by the words that they stand on.

Names are near when RapidFuzz's token sort ratio (words in any order, 0 to 100) of the folded names is high. Codes are
near by their segments when the code points that both stand on are a large part of those that either stands on
(Jaccard), over released rounds, whoever coded them.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from coding.axial_coding.queries import Card, board_codes, released_codings, with_counts
from coding.codes.models import Code
from coding.lib.text import fold
from coding.people.models import Project, User

NEAR_NAMES = 88
SHORTEST_NAME = 4
NEAR_WORDS = 0.5
FEWEST_SEGMENTS = 3
SHOWN = 100
ROWS = 500  # names compared with all others at once

Pair = tuple[int, int]
Spans = dict[int, list[tuple[int, int]]]  # by incident, sorted, none touching another


@dataclass(frozen=True)
class Near:
    """Two codes that may be one: by their names (0 to 100), by their words (0 to 1), or by both."""

    one: Card
    two: Card
    names: float | None
    words: float | None


@dataclass(frozen=True)
class Found:
    pairs: list[Near]
    total: int


def near_duplicates(user: User, project: Project) -> Found:
    """Give the pairs of living released codes that are near by name or by words, the nearest first."""
    codes = list(board_codes(user, project))
    names, words = by_names(codes), by_words(project, codes)
    keys = {code.pk: code.name_key for code in codes}
    pairs = [pair for pair in {**names, **words} if keys[pair[0]] != keys[pair[1]]]
    pairs.sort(
        key=lambda pair: (-max(names.get(pair, 0) / 100, words.get(pair, 0)), keys[pair[0]], keys[pair[1]], pair)
    )
    held = {code.pk: code for code in codes}
    wanted = {pk: held[pk] for pair in pairs[:SHOWN] for pk in pair}
    cards = {card.code.pk: card for card in with_counts(project, wanted.values())}
    shown = [Near(cards[one], cards[two], names.get((one, two)), words.get((one, two))) for one, two in pairs[:SHOWN]]
    return Found(shown, len(pairs))


def by_names(codes: Sequence[Code]) -> dict[Pair, float]:
    """Give the pairs whose names are near; short names are left out, since one letter is too much of them."""
    from rapidfuzz import fuzz, process  # only this page needs it

    rows = [(code.pk, " ".join(fold(code.name).split())) for code in codes]
    rows = sorted((pk, name) for pk, name in rows if len(name) >= SHORTEST_NAME)
    keys, names = [pk for pk, _ in rows], [name for _, name in rows]
    found: dict[Pair, float] = {}
    for start in range(0, len(names), ROWS):
        scores = process.cdist(
            names[start : start + ROWS], names, scorer=fuzz.token_sort_ratio, score_cutoff=NEAR_NAMES, dtype=np.float32
        )
        for at, other in np.argwhere(scores >= NEAR_NAMES).tolist():
            if start + at < other:
                found[keys[start + at], keys[other]] = float(scores[at, other])
    return found


def by_words(project: Project, codes: Sequence[Code]) -> dict[Pair, float]:
    """Give the pairs that stand on the same words; codes with few segments are left out."""
    living = {code.pk for code in codes}
    rows = released_codings(project).order_by().values_list(
        "stands", "segment", "segment__assignment__incident", "segment__start", "segment__end"
    )  # fmt: skip
    segments: Counter[int] = Counter()
    raw: defaultdict[int, defaultdict[int, list[tuple[int, int]]]] = defaultdict(lambda: defaultdict(list))
    for code, _, incident, start, end in rows.distinct():
        segments[code] += 1
        raw[code][incident].append((start, end))
    spans = {code: {one: joined(held) for one, held in raw[code].items()}
             for code in raw if code in living and segments[code] >= FEWEST_SEGMENTS}  # fmt: skip
    return jaccard(spans)


def joined(spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Join spans that touch or overlap, in the order of the text."""
    found: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        else:
            found.append((start, end))
    return found


def jaccard(spans: dict[int, Spans]) -> dict[Pair, float]:
    """Give the pairs of codes with at least `NEAR_WORDS` of their code points in common, with that part."""
    size = {code: sum(end - start for held in one.values() for start, end in held) for code, one in spans.items()}
    common: Counter[Pair] = Counter()
    by_incident: defaultdict[int, list[tuple[int, int, int]]] = defaultdict(list)
    for code, one in spans.items():
        for incident, held in one.items():
            by_incident[incident] += [(start, end, code) for start, end in held]
    for rows in by_incident.values():
        common.update(overlaps(sorted(rows)))
    shares = {pair: both / (size[pair[0]] + size[pair[1]] - both) for pair, both in common.items()}
    return {pair: share for pair, share in shares.items() if share >= NEAR_WORDS}


def overlaps(rows: Sequence[tuple[int, int, int]]) -> Counter[Pair]:
    """Count the code points that each two codes have in common in one incident; only spans that meet are compared."""
    found: Counter[Pair] = Counter()
    open_: list[tuple[int, int]] = []  # (end, code) of spans that may reach the next one
    for start, end, code in rows:
        open_ = [(last, other) for last, other in open_ if last > start]
        for last, other in open_:
            if other != code:
                found[min(code, other), max(code, other)] += min(end, last) - start
        open_.append((end, code))
    return found


def measure_in_words() -> dict[str, Any]:
    """Give what the page says of the measure."""
    return {"near_names": NEAR_NAMES, "shortest": SHORTEST_NAME, "near_words": NEAR_WORDS, "fewest": FEWEST_SEGMENTS}
