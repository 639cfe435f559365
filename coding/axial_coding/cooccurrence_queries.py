"""What the pictures of co-occurrence show: the words of the board, counted over released rounds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, overload
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
class Couples(Sequence[Couple]):
    """Pairs in order; each is made when it is looked at, for a list of them is read page by page."""

    words: Sequence[Word]
    counted: Counted
    pairs: list[Pair]

    def of(self, pair: Pair) -> Couple:
        one, other = pair
        return Couple(self.words[one], self.words[other], self.counted.pairs[pair], self.counted.either(pair))

    def __len__(self) -> int:
        return len(self.pairs)

    @overload
    def __getitem__(self, at: int) -> Couple: ...
    @overload
    def __getitem__(self, at: slice) -> list[Couple]: ...
    def __getitem__(self, at: int | slice) -> Couple | list[Couple]:
        return [self.of(pair) for pair in self.pairs[at]] if isinstance(at, slice) else self.of(self.pairs[at])


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

    pairs: Couples
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


def read(project: Project, words: Sequence[Word], of: str) -> list[Stretch]:
    """Read the segments of released rounds with those of the words that stand on them, by their places in `words`."""
    places = {word.pk: at for at, word in enumerate(words)}
    if of == CATEGORIES:
        inside = Code.objects.filter(project=project, category__in=places).living()
        places = {code: places[category] for code, category in inside.values_list("pk", "category")}
    rows = released_codings(project).order_by("segment_id").values_list("stands", *PLACE)
    return stretches((places[row[0]], *row[1:]) for row in rows if row[0] in places)


def cooccurrence(user: User, project: Project, asked: Setting) -> Found:
    """Count how the words of a project stand together."""
    words = words_of(user, project, asked.of)
    held = read(project, words, asked.of)
    counted = count(units(held, asked.way))
    about = next((at for at, word in enumerate(words) if word.uid == asked.about), None)
    pairs = in_order(counted, asked.order, about)
    couples = Couples(words, counted, pairs)
    met = met_by(pairs, counted)
    chosen = sorted(met, key=lambda at: (at != about, -met[at], at))[:IN_MATRIX]
    rows = [row_of(at, chosen, couples) for at in chosen]
    return Found(couples, rows, len(met), words, bool(held), None if about is None else words[about])


def in_order(counted: Counted, order: str, about: int | None) -> list[Pair]:
    """Put pairs in order: the largest first, then by names, which is the order of their numbers."""
    sizes = [(counted.pairs[pair], counted.jaccard(pair), pair) for pair in counted.pairs if about in (None, *pair)]
    keyed = [(-size, -share, pair) if order == COUNT else (-share, -size, pair) for size, share, pair in sizes]
    return [pair for _, _, pair in sorted(keyed)]


def met_by(pairs: Iterable[Pair], counted: Counted) -> Counter[int]:
    """Sum for each word how often it meets another, over these pairs."""
    sums = Counter[int]()
    for one, other in pairs:
        sums[one] += counted.pairs[one, other]
        sums[other] += counted.pairs[one, other]
    return sums


def row_of(at: int, columns: Iterable[int], couples: Couples) -> Row:
    cells = [cell_of(couples.of((min(at, column), max(at, column))), at == column) for column in columns]
    return Row(couples.words[at], couples.counted.units[at], cells)


def cell_of(couple: Couple, is_same: bool) -> Cell:
    if is_same or not couple.count:
        return Cell(None, is_same, 0)
    return Cell(couple, is_same, heat(couple.jaccard))


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
    counted = count(held)
    found = sorted(behind(held, 0, 1), key=lambda one: (one.incident, one.start, one.end, one.segment))
    readable = [one.segment for one in found if one.segment in may]
    couple = Couple(*pair, counted.pairs[0, 1], counted.either((0, 1)))
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
