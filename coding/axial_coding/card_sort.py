"""What the page of a card sort shows: the edition's codes in the coder's own piles, and nothing of anybody else's.

Names, definitions and given categories come from the round's edition; own categories and quotes are the coder's own.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db.models import F, Q, Value
from django.db.models.functions import Least, Substr

from coding.axial_coding.models import Placement
from coding.axial_coding.queries import QUOTE_LENGTH, QUOTES, SHOWN, UNSORTED, Quote
from coding.axial_coding.sorting import names_of_own
from coding.codes.content import Frozen
from coding.codes.models import Category
from coding.lib.text import name_key
from coding.open_coding.models import Coding
from coding.rounds.models import Assignment, Round


@dataclass
class SortCard:
    """A code to sort, as the edition words it, with words that this coder coded with it."""

    uid: str
    hue: int
    name: str
    definition: str
    in_vivo: bool
    quotes: list[Quote] = field(default_factory=list)


@dataclass
class Pile:
    """A category with its cards, or (key "unsorted") what is not sorted yet."""

    key: str
    name: str
    definition: str = ""
    is_own: bool = False
    is_private: bool = False
    cards: list[SortCard] = field(default_factory=list)
    total: int = 0

    @property
    def hidden(self) -> int:
        return self.total - len(self.cards)


@dataclass(frozen=True)
class CardSort:
    """All piles: unsorted, given ones as the edition orders them, own ones by name."""

    piles: list[Pile]
    codes: int

    @property
    def unsorted(self) -> int:
        return self.piles[0].total

    @property
    def placed(self) -> int:
        return self.codes - self.unsorted

    @property
    def choices(self) -> list[Pile]:
        return self.piles[1:]

    def pile_of(self, code: str) -> tuple[Pile, SortCard] | None:
        return next(((pile, card) for pile in self.piles for card in pile.cards if card.uid == code), None)


def card_sort(
    assignment: Assignment, opened: str = "", quoted: Collection[str] | None = None, shown: int = SHOWN
) -> CardSort:
    """Lay out one coder's sort; `opened` is a pile shown in full, `quoted` those whose cards get quotes (None: all)."""
    frozen = Frozen.of(assignment.round.edition) if assignment.round.edition else Frozen('{"codes":[],"categories":[]}')
    rows = placements(assignment).values_list("code__uid", "category__uid")
    placed = {str(code): str(category) for code, category in rows}
    piles = [Pile(UNSORTED, "Not sorted yet"), *given(frozen), *own(assignment, frozen)]
    by_key = {pile.key: pile for pile in piles}
    for uid, row in frozen.codes.items():
        card = SortCard(uid, row["hue"], row["name"], row["definition"], row["in_vivo"])
        by_key[placed.get(uid, UNSORTED)].cards.append(card)
    for pile in piles:
        pile.total = len(pile.cards)
        if pile.key != opened:
            pile.cards = pile.cards[:shown]
    among = [pile for pile in piles if quoted is None or pile.key in quoted]
    add_own_quotes(assignment, frozen, [card for pile in among for card in pile.cards])
    return CardSort(piles, len(frozen.codes))


def placements(assignment: Assignment) -> Any:
    return Placement.objects.filter(assignment=assignment)


def given(frozen: Frozen) -> list[Pile]:
    return [Pile(uid, row["name"], row["definition"]) for uid, row in frozen.categories.items()]


def own(assignment: Assignment, frozen: Frozen) -> list[Pile]:
    """Give the coder's own categories: the private ones while the sort is open, and those that hold a card."""
    used = Q(pk__in=placements(assignment).values("category"))
    private = (
        Q(coined_by=assignment.coder_id, released_at=None, retired_at=None) if assignment.is_open else Q(pk__in=[])
    )
    rows = Category.objects.filter(used | private, project=assignment.round.project_id)
    found = [one for one in rows if str(one.uid) not in frozen.categories]
    names = names_of_own(assignment, found)
    found.sort(key=lambda one: (name_key(names[one.pk]), str(one.uid)))
    return [Pile(str(one.uid), names[one.pk], is_own=True, is_private=one.released_at is None) for one in found]


def add_own_quotes(assignment: Assignment, frozen: Frozen, cards: list[SortCard]) -> None:
    """Put up to two quotes on each card, of what this coder coded with it; none where the round hides it."""
    round_ = assignment.round
    if round_.hides_earlier or not cards or round_.shows_earlier != Round.ShowsEarlier.OWN:
        return
    by_uid = {card.uid: card for card in cards}
    names = {UUID(old): by_uid[row["uid"]] for old, row in frozen.merged.items() if row["uid"] in by_uid}
    length, text = F("segment__end") - F("segment__start"), "segment__assignment__incident__text"
    mine = Coding.objects.filter(
        segment__assignment__coder=assignment.coder_id, segment__assignment__round__project=assignment.round.project_id,
        code__project=assignment.round.project_id,
    )  # fmt: skip
    rows = mine.annotate(
        words=Substr(text, F("segment__start") + 1, Least(length, Value(QUOTE_LENGTH))), length=length
    ).order_by("segment__assignment__incident__number", "segment__start", "pk")
    for uid, words, size, number in rows.values_list(
        "code__uid", "words", "length", "segment__assignment__incident__number"
    ):
        card = names.get(uid)
        if card and len(card.quotes) < QUOTES and words not in [quote.words for quote in card.quotes]:
            card.quotes.append(Quote(words, size > QUOTE_LENGTH, number))
