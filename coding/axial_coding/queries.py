"""The board: what it shows of codes and categories, in a number of queries that does not depend on the data."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any, NamedTuple, cast

from django.db.models import BigIntegerField, Count, F, Q, QuerySet, Value, Window
from django.db.models.functions import Abs, Coalesce, Least, RowNumber, Substr

from coding.axial_coding.wanted import ALL, Wanted
from coding.codes.models import Category, Code
from coding.lib.collation import in_order
from coding.lib.prepared import Prepared, Slot, number
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

Near = tuple[int, int, Any]  # a coding, the code it stands for, its incident: database ids


@dataclass(frozen=True)
class Quote:
    """Words of a report, cut after `QUOTE_LENGTH` code points."""

    words: str
    is_cut: bool
    incident: int

    @property
    def shown(self) -> str:
        return f"{self.words}…" if self.is_cut else self.words


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
    """All columns, unsorted first; proposals are codes of one name, the one to keep first;
    `waiting` codes are not in the codebook yet."""

    columns: list[Column]
    categories: list[Category]
    proposals: list[list[Card]]
    counts: Counts
    found: int
    waiting: int

    @property
    def proposals_left(self) -> int:
        return max(0, len(self.proposals) - PROPOSALS)


@dataclass(frozen=True)
class Counts:
    codes: int
    unsorted: int
    categories: int


class Reader(Slot):
    """Whoever reads, in a query that is built once; signed in, since a project's pages open to nobody else."""

    is_authenticated = True


READER = cast(User, Reader("reader", BigIntegerField()))
PROJECT = number("project")


def board_codes(user: User, project: Project | Slot) -> QuerySet[Code]:
    """Give the codes that stand on the board: released, neither merged nor retired, in order of names."""
    codes = Code.objects.visible_to(user).filter(project=project).released().living()
    found: QuerySet[Code] = codes.select_related("coined_by").defer("use_when", "avoid_when")
    return found.order_by(in_order("name_key"), "pk")


def board_categories(user: User, project: Project | Slot) -> QuerySet[Category]:
    """Give the categories that are columns of the board, in order of names.

    Those that coders made in a card sort wait on its page until a lead moves codes into one, which adopts it.
    """
    found: QuerySet[Category] = Category.objects.visible_to(user).filter(project=project).released().adopted()
    return found.order_by(in_order("name_key"), "pk")


def board(user: User, project: Project, wanted: Wanted = ALL, opened: str = "") -> Board:
    """Lay out the whole board with the codes that are wanted; `opened` is a column shown in full."""
    ids = {"reader": user.pk, "project": project.pk}
    codes, categories = EVERYWHERE.codes(**ids), CATEGORIES(**ids)
    cards = counted(codes, EVERYWHERE.counts(project=project.pk))
    kept = kept_of(cards, wanted, project)
    columns = lay_out(kept, [None, *categories], opened)
    if wanted.fields:
        columns = [column for column in columns if column.total]
    quote([card for column in columns for card in column.cards], EVERYWHERE.typical(**ids))
    unsorted = sum(code.category_id is None for code in codes)
    counts = Counts(len(codes), unsorted, len(categories))
    waiting = sum(code.adopted_at is None for code in codes)
    return Board(columns, categories, same_names(cards), counts, len(kept), waiting)


def some_columns(
    user: User, project: Project, keys: Collection[Category | None], wanted: Wanted = ALL
) -> list[Column]:  # fmt: skip
    """Lay out only these columns, as `board` would."""
    cards, near = [], []
    for category in keys:
        pile, where = (IN_CATEGORY, {"category": category.pk}) if category else (UNSORTED_ONES, {})
        codes = pile.codes(reader=user.pk, project=project.pk, **where)
        cards += counted(codes, pile.counts(project=project.pk, **where))
        near += pile.typical(reader=user.pk, project=project.pk, **where)
    columns = lay_out(kept_of(cards, wanted, project), keys)
    quote([card for column in columns for card in column.cards], near)
    return columns


def counts(user: User, project: Project) -> Counts:
    """Count what stands on the board."""
    sorted_into = PLACED(reader=user.pk, project=project.pk)
    return Counts(len(sorted_into), sorted_into.count(None), len(COLUMNS(reader=user.pk, project=project.pk)))


def kept_of(cards: Iterable[Card], wanted: Wanted, project: Project) -> list[Card]:
    """Keep the cards that are wanted; what they count stays the whole."""
    kept = [card for card in cards if card.segments >= wanted.least and holds(card.code, wanted.q)]
    if wanted.uses:
        used = set(released_codings(project).filter(wanted.uses).values_list("stands", flat=True))
        kept = [card for card in kept if card.code.pk in used]
    return kept


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


def released_codings(project: Project | Slot) -> Any:
    """Codings of released rounds, each under the code that it stands for now (readers follow merges)."""
    codings = Coding.objects.filter(
        segment__assignment__round__state__in=Round.RELEASED, segment__assignment__round__project=project
    )
    return codings.annotate(stands=Coalesce("code__merged_into", "code"))


def with_counts(project: Project, codes: Iterable[Code]) -> list[Card]:
    """Make cards that count segments, incidents and coders of released rounds; only these codes' are read."""
    held = list(codes)
    return counted(held, counts_of(released_codings(project).filter(stands__in=[code.pk for code in held])))


def counts_of(codings: Any) -> Any:
    """Count segments, incidents and coders under each code."""
    return codings.order_by().values("stands").annotate(
        segments=Count("segment", distinct=True),
        incidents=Count("segment__assignment__incident", distinct=True),
        coders=Count("segment__assignment__coder", distinct=True),
    )  # fmt: skip


def counted(codes: Iterable[Code], rows: Iterable[Any]) -> list[Card]:
    """Make cards of codes and their counts."""
    cards = {code.pk: Card(code) for code in codes}
    for row in rows:
        if card := cards.get(row["stands"]):
            card.segments, card.incidents, card.coders = row["segments"], row["incidents"], row["coders"]
    return list(cards.values())


def add_quotes(user: User, project: Project, cards: list[Card]) -> None:
    """Put up to two quotes on each card, of two incidents where there are two, from what this person may read."""
    codings = released_codings(project).filter(stands__in=[card.code.pk for card in cards])
    quote(cards, typical(user, codings))


def quote(cards: Iterable[Card], near: Iterable[Near]) -> None:
    """Put quotes on cards: which, say the codings `near` each code; those of other codes are passed over."""
    by_code = {card.code.pk: card for card in cards}
    chosen = chosen_of(near, by_code.keys())
    length, text = F("segment__end") - F("segment__start"), "segment__assignment__incident__text"
    rows = Coding.objects.filter(pk__in=chosen).annotate(
        words=Substr(text, F("segment__start") + 1, Least(length, Value(QUOTE_LENGTH))),
        length=length, number=F("segment__assignment__incident__number"),
    )  # fmt: skip
    found = {pk: said for pk, *said in rows.values_list("pk", "words", "length", "number")}
    for pk, code in chosen.items():
        (words, size, incident), quotes = found[pk], by_code[code].quotes
        if words not in [quote.words for quote in quotes]:
            quotes.append(Quote(words, size > QUOTE_LENGTH, incident))


def typical(user: User, codings: Any) -> Any:
    """Give some codings of each code that this person may read: those of a readable length first (`Near`)."""
    length = F("segment__end") - F("segment__start")
    rank = Window(
        RowNumber(), partition_by=F("stands"),
        order_by=[Abs(length - READABLE), "segment__assignment__incident__number", "segment__start", "pk"],
    )  # fmt: skip
    visible = codings.filter(segment__in=Segment.objects.visible_to(user).values("pk"))
    rows = visible.annotate(rank=rank).filter(rank__lte=QUOTES * 4).order_by("stands", "rank")
    return rows.values_list("pk", "stands", "segment__assignment__incident")


def chosen_of(near: Iterable[Near], codes: Collection[int]) -> dict[int, int]:
    """Choose up to two codings of each code (database ids), of different incidents first."""
    by_code: dict[int, list[tuple[int, Any]]] = defaultdict(list)
    for pk, code, incident in near:
        if code in codes:
            by_code[code].append((pk, incident))
    return {pk: code for code, found in by_code.items() for pk in of_different_incidents(found)}


def of_different_incidents(found: list[tuple[int, Any]]) -> list[int]:
    """Take the first coding of each incident, then the rest; the first two of these."""
    firsts: dict[Any, int] = {}
    for pk, incident in found:
        firsts.setdefault(incident, pk)
    rest = [pk for pk, _ in found if pk not in firsts.values()]
    return [*firsts.values(), *rest][:QUOTES]


class Pile(NamedTuple):
    """What is asked of some of the board's codes: themselves, their counts, and the codings that may be quoted."""

    codes: Prepared
    counts: Prepared
    typical: Prepared


def pile(codes: Q, codings: Q) -> Pile:
    """Prepare what is asked of these codes, which stand for these codings."""
    return Pile(
        Prepared(lambda: board_codes(READER, PROJECT).filter(codes)),
        Prepared(lambda: counts_of(released_codings(PROJECT).filter(codings))),
        Prepared(lambda: typical(READER, released_codings(PROJECT).filter(codings))),
    )


def pile_in(category: Slot | None) -> Pile:
    own = Q(code__merged_into=None, code__category=category)
    return pile(Q(category=category), own | Q(code__merged_into__isnull=False, code__merged_into__category=category))


EVERYWHERE, UNSORTED_ONES, IN_CATEGORY = pile(Q(), Q()), pile_in(None), pile_in(number("category"))
CATEGORIES = Prepared(lambda: board_categories(READER, PROJECT))
COLUMNS = Prepared(lambda: board_categories(READER, PROJECT).order_by().values_list("pk", flat=True))
PLACED = Prepared(lambda: board_codes(READER, PROJECT).order_by().values_list("category", flat=True))
