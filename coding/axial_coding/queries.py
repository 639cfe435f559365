"""The board: what it shows of codes and categories, in a number of queries that does not depend on the data."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from django.db.models import Count, F, Q, QuerySet, Value, Window
from django.db.models.functions import Abs, Coalesce, Least, RowNumber, Substr

from coding.codes.models import Category, Code
from coding.lib.collation import in_order
from coding.lib.text import fold
from coding.open_coding.models import Coding, Segment
from coding.people.models import Project, User
from coding.rounds.models import Round

SHOWN = 50  # cards of a column before it is opened as a whole
QUOTES = 2
QUOTE_LENGTH = 160
READABLE = 80  # long enough to be understood alone, short enough for a card
PROPOSALS = 20
UNSORTED = "unsorted"


@dataclass(frozen=True)
class Quote:
    """Words of a report, cut after `QUOTE_LENGTH` code points."""

    words: str
    is_cut: bool
    incident: int


@dataclass
class Card:
    """One code with what stands behind it in released rounds."""

    code: Code
    segments: int = 0
    incidents: int = 0
    coders: int = 0
    quotes: list[Quote] = field(default_factory=list)


@dataclass
class Column:
    """A category with its cards, or (None) what is not sorted yet."""

    category: Category | None
    cards: list[Card]
    total: int

    @property
    def key(self) -> str:
        return str(self.category.uid) if self.category else UNSORTED

    @property
    def hidden(self) -> int:
        return self.total - len(self.cards)


@dataclass
class Board:
    """All columns, unsorted first; proposals are codes of one name, the one to keep first."""

    columns: list[Column]
    proposals: list[list[Card]]
    counts: Counts
    found: int

    @property
    def proposals_left(self) -> int:
        return max(0, len(self.proposals) - PROPOSALS)


@dataclass(frozen=True)
class Counts:
    codes: int
    unsorted: int
    categories: int


def board_codes(user: User, project: Project) -> QuerySet[Code]:
    """Give the codes that stand on the board: released, neither merged nor retired, in order of names."""
    codes = Code.objects.visible_to(user).filter(project=project).released().living()
    found: QuerySet[Code] = codes.select_related("coined_by").defer("use_when", "avoid_when")
    return found.order_by(in_order("name_key"), "pk")


def board_categories(user: User, project: Project) -> QuerySet[Category]:
    """Give the categories that are columns of the board, in order of names."""
    found: QuerySet[Category] = Category.objects.visible_to(user).filter(project=project).released().living()
    return found.order_by(in_order("name_key"), "pk")


def board(user: User, project: Project, q: str = "", opened: str = "") -> Board:
    """Lay out the whole board; `q` keeps the codes that hold all its words, `opened` is a column shown in full."""
    codes, categories = list(board_codes(user, project)), list(board_categories(user, project))
    cards = with_counts(project, codes)
    kept = [card for card in cards if holds(card.code, q)]
    columns = lay_out(kept, [None, *categories], opened)
    if q.strip():
        columns = [column for column in columns if column.total]
    add_quotes(user, [card for column in columns for card in column.cards])
    unsorted = sum(code.category_id is None for code in codes)
    return Board(columns, same_names(cards), Counts(len(codes), unsorted, len(categories)), len(kept))


def some_columns(user: User, project: Project, keys: Collection[Category | None], q: str = "") -> list[Column]:
    """Lay out only these columns, as `board` would."""
    pks = [category.pk for category in keys if category]
    among = Q(category__in=pks) | Q(category=None) if None in keys else Q(category__in=pks)
    codes = [code for code in board_codes(user, project).filter(among) if holds(code, q)]
    columns = lay_out(with_counts(project, codes, only=True), keys)
    add_quotes(user, [card for column in columns for card in column.cards])
    return columns


def counts(user: User, project: Project) -> Counts:
    """Count what stands on the board."""
    codes = board_codes(user, project).order_by().aggregate(all=Count("pk"), unsorted=Count("pk", Q(category=None)))
    return Counts(codes["all"], codes["unsorted"], board_categories(user, project).order_by().count())


def holds(code: Code, q: str) -> bool:
    """Does the code's name or definition hold every word of the search, capitals and accents aside?"""
    words = fold(q).split()
    return not words or all(word in fold(f"{code.name} {code.definition}") for word in words)


def lay_out(cards: Iterable[Card], categories: Iterable[Category | None], opened: str = "") -> list[Column]:
    piles: dict[int | None, list[Card]] = defaultdict(list)
    for card in cards:
        piles[card.code.category_id].append(card)
    columns = [Column(one, piles[one.pk if one else None], 0) for one in categories]
    for column in columns:
        column.total = len(column.cards)
        if column.key != opened:
            column.cards = column.cards[:SHOWN]
    return columns


def same_names(cards: Iterable[Card]) -> list[list[Card]]:
    """Group codes that bear one name; the one to keep first: adopted, sorted, most used, oldest."""
    groups = [list(group) for _, group in groupby(cards, key=lambda card: card.code.name_key)]
    return [sorted(group, key=worth_keeping) for group in groups if len(group) > 1]


def worth_keeping(card: Card) -> tuple[bool, bool, int, int]:
    return (card.code.adopted_at is None, card.code.category_id is None, -card.segments, card.code.pk)


def released_codings() -> Any:
    """Codings of released rounds, each under the code that it stands for now (readers follow merges)."""
    codings = Coding.objects.filter(segment__assignment__round__state__in=Round.RELEASED)
    return codings.annotate(stands=Coalesce("code__merged_into", "code"))


def with_counts(project: Project, codes: Iterable[Code], *, only: bool = False) -> list[Card]:
    """Make cards that count segments, incidents and coders of released rounds; `only` reads these codes' alone."""
    cards = {code.pk: Card(code) for code in codes}
    codings = released_codings().filter(segment__assignment__round__project=project)
    if only:
        codings = codings.filter(stands__in=list(cards))
    rows = codings.order_by().values("stands").annotate(
        segments=Count("segment", distinct=True),
        incidents=Count("segment__assignment__incident", distinct=True),
        coders=Count("segment__assignment__coder", distinct=True),
    )  # fmt: skip
    for row in rows:
        if card := cards.get(row["stands"]):
            card.segments, card.incidents, card.coders = row["segments"], row["incidents"], row["coders"]
    return list(cards.values())


def add_quotes(user: User, cards: list[Card]) -> None:
    """Put up to two quotes on each card, of two incidents where there are two, from what this person may read."""
    by_code = {card.code.pk: card for card in cards}
    chosen = typical_codings(user, list(by_code))
    length, text = F("segment__end") - F("segment__start"), "segment__assignment__incident__text"
    rows = Coding.objects.filter(pk__in=chosen).annotate(
        words=Substr(text, F("segment__start") + 1, Least(length, Value(QUOTE_LENGTH))),
        length=length, number=F("segment__assignment__incident__number"),
    )  # fmt: skip
    found = {row["pk"]: row for row in rows.values("pk", "words", "length", "number")}
    for pk, code in chosen.items():
        row, quotes = found[pk], by_code[code].quotes
        if row["words"] not in [quote.words for quote in quotes]:
            quotes.append(Quote(row["words"], row["length"] > QUOTE_LENGTH, row["number"]))


def typical_codings(user: User, codes: list[int]) -> dict[int, int]:
    """Choose up to two codings of each code (database ids): of a readable length, of different incidents first."""
    length = F("segment__end") - F("segment__start")
    rank = Window(
        RowNumber(), partition_by=F("stands"),
        order_by=[Abs(length - READABLE), "segment__assignment__incident__number", "segment__start", "pk"],
    )  # fmt: skip
    visible = released_codings().filter(stands__in=codes, segment__in=Segment.objects.visible_to(user).values("pk"))
    rows = visible.annotate(rank=rank).filter(rank__lte=QUOTES * 4).order_by("stands", "rank")
    near: dict[int, list[tuple[int, Any]]] = defaultdict(list)
    for pk, code, incident in rows.values_list("pk", "stands", "segment__assignment__incident"):
        near[code].append((pk, incident))
    return {pk: code for code, found in near.items() for pk in of_different_incidents(found)}


def of_different_incidents(found: list[tuple[int, Any]]) -> list[int]:
    """Take the first coding of each incident, then the rest; the first two of these."""
    firsts: dict[Any, int] = {}
    for pk, incident in found:
        firsts.setdefault(incident, pk)
    rest = [pk for pk, _ in found if pk not in firsts.values()]
    return [*firsts.values(), *rest][:QUOTES]
