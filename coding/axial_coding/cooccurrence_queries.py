"""What the pictures of co-occurrence show: the words of the board, counted over released rounds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote
from uuid import UUID

from django.db.models import QuerySet

from coding.axial_coding import evidence
from coding.axial_coding.cooccurrence import (
    INCIDENT,
    OVERLAP,
    SEGMENT,
    Counted,
    Pair,
    Stretch,
    Unit,
    behind,
    count,
    stretches,
    units,
)
from coding.axial_coding.queries import board_categories, board_codes, released_codings
from coding.codes.models import Category, Code
from coding.incidents.models import Incident
from coding.lib.clusters import around
from coding.lib.paragraphs import paragraphs, touched
from coding.open_coding.models import Segment
from coding.people.models import Project, User

CODES, CATEGORIES = "codes", "categories"
COUNT, JACCARD = "count", "jaccard"
KINDS = {CODES: "Codes", CATEGORIES: "Categories"}
WAYS = {SEGMENT: "On the same segment", OVERLAP: "On overlapping segments", INCIDENT: "In the same incident"}
ORDERS = {COUNT: "Count", JACCARD: "Jaccard"}
IN_MATRIX = 20
BESIDE = 60  # code points of the text shown before and after a segment
LONGEST = 400
EDGE = 40  # code points at each end of a quote by which a browser finds it in the text

# An incident by its number, which is its own in a project.
PLACE = (
    "segment_id", "segment__assignment_id", "segment__assignment__incident__number", "segment__start", "segment__end",
)  # fmt: skip
Word = Code | Category


@dataclass(frozen=True)
class Setting:
    """What is asked for; `about` keeps the pairs of one word."""

    of: str = CODES
    way: str = OVERLAP
    order: str = COUNT
    about: UUID | None = None

    @property
    def word(self) -> str:
        return word_of(self.of)

    @property
    def unit(self) -> str:
        """What one counts."""
        return "incident" if self.way == INCIDENT else "segment"


def word_of(of: str) -> str:
    return "code" if of == CODES else "category"


@dataclass(frozen=True)
class Couple:
    """Two words that stand together somewhere."""

    one: Word
    other: Word
    count: int
    either: int

    @property
    def jaccard(self) -> float:
        return self.count / self.either if self.either else 0.0

    @property
    def share(self) -> str:
        """Jaccard in words, without the leading zero."""
        return "<.01" if 0 < self.jaccard < 0.005 else f"{self.jaccard:.2f}".removeprefix("0")


@dataclass(frozen=True)
class Cell:
    """A cell of the matrix; without `couple` the two never meet, or are one and the same."""

    couple: Couple | None
    is_same: bool
    heat: int


@dataclass(frozen=True)
class Row:
    word: Word
    units: int
    cells: list[Cell]


@dataclass(frozen=True)
class Found:
    """All pairs in order, and the matrix of the words that meet others most; `met` words meet any."""

    pairs: list[Couple]
    rows: list[Row]
    met: int
    words: list[Word]
    coded: bool
    about: Word | None

    @property
    def total(self) -> int:
        return len(self.words)


def words_of(user: User, project: Project, of: str) -> list[Word]:
    """Give the words that may stand in the matrix, in order of names."""
    found: QuerySet[Any] = (board_codes if of == CODES else board_categories)(user, project)
    return list(found)


def read(project: Project, words: Iterable[Word], of: str) -> list[Stretch]:
    """Read the segments of released rounds with those of the words that stand on them."""
    held = {word.pk for word in words}
    rows = released_codings(project).order_by("segment_id").values_list("stands", *PLACE)
    if of == CODES:
        return stretches(row for row in rows if row[0] in held)
    inside = dict(Code.objects.filter(project=project, category__in=held).living().values_list("pk", "category"))
    return stretches((inside[row[0]], *row[1:]) for row in rows if row[0] in inside)


def cooccurrence(user: User, project: Project, asked: Setting) -> Found:
    """Count how the words of a project stand together."""
    words = words_of(user, project, asked.of)
    held = read(project, words, asked.of)
    counted = count(units(held, asked.way))
    by_pk = {word.pk: word for word in words}
    about = next((word for word in words if word.uid == asked.about), None)
    pairs = in_order(counted, by_pk, asked.order, about.pk if about else None)
    couples = {pair: couple_of(pair, counted, by_pk) for pair in counted.pairs}
    chosen = most_met(pairs, counted, by_pk)
    if about and about in chosen:
        chosen = [about, *(word for word in chosen if word != about)]
    met = {pk for pair in pairs for pk in pair}
    rows = [row_of(word, chosen, couples, counted) for word in chosen]
    return Found([couples[pair] for pair in pairs], rows, len(met), words, bool(held), about)


def couple_of(pair: Pair, counted: Counted, by_pk: dict[int, Word]) -> Couple:
    one, other = sorted((by_pk[pk] for pk in pair), key=lambda word: (word.name_key, word.pk))
    return Couple(one, other, counted.pairs[pair], counted.either(pair))


def in_order(counted: Counted, by_pk: dict[int, Word], order: str, about: int | None) -> list[Pair]:
    """Put pairs in order: the largest first, then by names."""

    def key(pair: Pair) -> tuple[float, float, str, str, Pair]:
        size, share = float(counted.pairs[pair]), counted.jaccard(pair)
        first, second = (size, share) if order == COUNT else (share, size)
        return -first, -second, by_pk[pair[0]].name_key, by_pk[pair[1]].name_key, pair

    return sorted((pair for pair in counted.pairs if about is None or about in pair), key=key)


def most_met(pairs: Iterable[Pair], counted: Counted, by_pk: dict[int, Word]) -> list[Word]:
    """Give the words that meet others most, summed over these pairs."""
    sums = Counter[int]()
    for pair in pairs:
        for pk in pair:
            sums[pk] += counted.pairs[pair]
    most = sorted(sums, key=lambda pk: (-sums[pk], by_pk[pk].name_key, pk))
    return [by_pk[pk] for pk in most[:IN_MATRIX]]


def row_of(word: Word, columns: Iterable[Word], couples: dict[Pair, Couple], counted: Counted) -> Row:
    cells = []
    for column in columns:
        couple = couples.get((min(word.pk, column.pk), max(word.pk, column.pk))) if column != word else None
        cells.append(Cell(couple, column == word, heat(couple.jaccard) if couple else 0))
    return Row(word, counted.units[word.pk], cells)


STEPS = (0.05, 0.1, 0.2, 0.4)


def heat(jaccard: float) -> int:
    """Give the shade of a cell, from 1 to 5."""
    return 1 + sum(jaccard >= step for step in STEPS)


@dataclass(frozen=True)
class Quoted:
    """A segment behind a cell, with the words around it and the way to its place in the text."""

    segment: Segment
    incident: Incident
    before: str
    words: str
    after: str
    codes: list[str]
    place: str


@dataclass(frozen=True)
class Behind:
    """A pair in one way; `readable` are segments (database ids) in the order of the text, `closed` the others."""

    couple: Couple
    readable: list[int]
    closed: int


def pair_of(user: User, project: Project, one: UUID, other: UUID) -> tuple[str, Word, Word] | None:
    """Find two words of one kind on the board; None where there are none such."""
    if one == other:
        return None
    for of, rows in ((CODES, board_codes), (CATEGORIES, board_categories)):
        found: dict[UUID, Word] = {word.uid: word for word in rows(user, project).filter(uid__in=(one, other))}
        if len(found) == 2:
            return of, found[one], found[other]
    return None


def behind_pair(user: User, project: Project, of: str, one: Word, other: Word) -> dict[str, Behind]:
    """Give what lies behind a pair in each way; only what this person may read is named."""
    held = read(project, (one, other), of)
    may = set(evidence.readable(user, project).values_list("pk", flat=True)) if held else set[int]()
    return {way: behind_way(units(held, way), (one, other), may) for way in WAYS}


def behind_way(held: list[Unit], pair: tuple[Word, Word], may: set[int]) -> Behind:
    counted, ids = count(held), (min(pair[0].pk, pair[1].pk), max(pair[0].pk, pair[1].pk))
    found = sorted(behind(held, *ids), key=lambda one: (one.incident, one.start, one.end, one.segment))
    readable = [one.segment for one in found if one.segment in may]
    couple = Couple(*pair, counted.pairs[ids], counted.either(ids))
    return Behind(couple, readable, len(found) - len(readable))


def quoted(pks: Sequence[int], address: str) -> list[Quoted]:
    """Read segments with their words; `address` is an incident's page, with its number left open (`{}`)."""
    rows = Segment.objects.select_related("assignment__coder").with_codes().in_bulk(list(pks))
    incidents = Incident.objects.in_bulk({row.assignment.incident_id for row in rows.values()})
    return [quote_of(rows[pk], incidents[rows[pk].assignment.incident_id], address) for pk in pks]


def quote_of(segment: Segment, incident: Incident, address: str) -> Quoted:
    text, start, end = incident.text, segment.start, segment.end
    words = text[start:end]
    if len(words) > LONGEST:
        words = text[start : around(text, start + LONGEST)[0]] + "…"
    before, after = beside(text, start, end)
    names = sorted({coding.code.name for coding in segment.codings.all()})
    where = address.format(incident.number) + place(text, start, end)
    return Quoted(segment, incident, before, words, after, names, where)


def beside(text: str, start: int, end: int) -> tuple[str, str]:
    """Give some whole words before a span, and some after it."""
    first, last = around(text, max(0, start - BESIDE))[0], around(text, min(len(text), end + BESIDE))[1]
    before, after = text[first:start], text[end:last]
    if first:
        before = "…" + (before.partition(" ")[2] if " " in before else before)
    if last < len(text):
        after = (after.rpartition(" ")[0] if " " in after else after) + "…"
    return before, after


def place(text: str, start: int, end: int) -> str:
    """Lead to a span: to its paragraph, and in browsers that find words by an address (text fragments) to its words."""
    parts = touched(paragraphs(text), start, end)
    first = f"#para-{parts[0].index}" if parts else "#"
    lines = [line.strip() for line in text[start:end].splitlines() if line.strip()]
    if not lines:
        return first
    one, last = lines[0], lines[-1]
    if len(lines) == 1 and len(one) <= 2 * EDGE:
        return f"{first}:~:text={fragment(one)}"
    head = one if len(one) <= EDGE else one[:EDGE].rsplit(" ", 1)[0]
    tail = last if len(last) <= EDGE else last[-EDGE:].split(" ", 1)[-1]
    return f"{first}:~:text={fragment(head)},{fragment(tail)}"


def fragment(words: str) -> str:
    """Write words as part of a text fragment, in which a hyphen is a sign of its own."""
    return quote(words, safe="").replace("-", "%2D")
