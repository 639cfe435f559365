"""What lies behind one figure: its units, disagreements first, with each coder's value side by side."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np

from coding.agreement import of_ratings, of_sorts
from coding.agreement.alpha import coded
from coding.agreement.continua import Continuum, Span, strips, united
from coding.agreement.held import HIDDEN, OCCASIONS, Unit
from coding.agreement.models import Measurement
from coding.agreement.results import CU, KU
from coding.agreement.rows import about_of
from coding.agreement.sorts import NO_FIT, UNPLACED, Card, Sorts, mappings, placements
from coding.agreement.targets import Target, target_of
from coding.agreement.texts import Texts, texts
from coding.agreement.units import NONE_APPLIES, Judgements, judgements
from coding.rounds.models import AssignmentQuerySet, Round

STANCES = {-1: "against", 0: "not touched", 1: "for"}


@dataclass(frozen=True)
class Cell:
    """What one coder said of one unit, in this figure's terms: words, or labels with their layers."""

    words: str = ""
    labels: tuple[tuple[int, str], ...] = ()
    is_missing: bool = False
    is_out: bool = False


@dataclass(frozen=True)
class Line:
    """A unit behind a figure with its coders' values side by side. `apart`: code points read differently."""

    name: str
    cells: list[Cell]
    differs: bool
    counts: bool
    number: int = 0
    apart: int = 0


@dataclass(frozen=True)
class Behind:
    """The units behind a figure, disagreements first; `order` names them by their place."""

    coders: list[str]
    order: list[int]
    differing: int
    hides: bool
    noun: str
    line: Callable[[int], Line]
    table: list[list[Any]]
    keys: list[str]
    is_text: bool = False


def behind(one: Measurement, rated: Round, assignments: AssignmentQuerySet, said: Said | None = None) -> Behind:
    """Read what lies behind a figure, of the assignments that a person may see; `said` takes a part of it."""
    if rated.purpose == Round.Purpose.STABILITY:
        return _of_nothing()
    if rated.stage == Round.Stage.OPEN:
        return _of_texts(one, texts(rated, assignments))
    if rated.stage == Round.Stage.RATING:
        return _of_ratings(one, judgements(rated, assignments), said)
    if rated.stage == Round.Stage.AXIAL:
        return _of_sorts(one, placements(rated, assignments), "code", said)
    target = target_of(rated)
    return _of_sorts(one, mappings(rated, target, assignments), "category", said, target)


def differs(values: Sequence[Any]) -> bool:
    """Did two coders say different things?"""
    return len(set(values) - {None}) > 1


def counts(values: Sequence[Any]) -> bool:
    """Did at least two coders say anything?"""
    return len(values) - values.count(None) > 1


@dataclass(frozen=True)
class Said:
    """A cell of a confusion matrix: two values, and the places of the two coders who said them (None: any two)."""

    one: str
    other: str
    first: int | None = None
    second: int | None = None

    @staticmethod
    def read(said: str, pair: str) -> Said | None:
        """Read "7~6", and "0-1" for the pair; None for what is neither."""
        one, middle, other = said.partition("~")
        first, _, second = pair.partition("-")
        if not middle:
            return None
        if first.isascii() and second.isascii() and first.isdigit() and second.isdigit() and len(pair) < 12:
            return Said(one, other, int(first), int(second))
        return Said(one, other)

    def holds(self, values: Sequence[Any]) -> bool:
        """Did two coders say so of a unit?"""
        if self.first is not None and self.second is not None:
            pair = [str(values[at]) if at < len(values) else "" for at in (self.first, self.second)]
            return pair == [self.one, self.other]
        uses = Counter(str(value) for value in values if value is not None)
        return uses[self.one] > 1 if self.one == self.other else bool(uses[self.one] and uses[self.other])


def order_of(table: Sequence[Sequence[Any]], said: Said | None) -> list[int]:
    """Put disagreements first; units stand in their order, and sorting keeps that among equals."""
    found = [at for at in range(len(table)) if said is None or said.holds(table[at])]
    return sorted(found, key=lambda at: (not differs(table[at]), not counts(table[at])))


def _of_nothing() -> Behind:
    return Behind(
        [one.name for one in OCCASIONS], [], 0, False, "incident", lambda at: Line("", [], False, False), [], []
    )


# --- ratings ---


def table_of(one: Measurement, said: Judgements) -> list[list[Any]]:
    """Give the reliability table of a rating figure: units x coders, None is missing."""
    number = about_of(one).get("number", 0)
    tables: dict[str, Callable[[], list[list[Any]]]] = {
        of_ratings.CATEGORY: lambda: said.category(number), of_ratings.VALUE: lambda: said.category(number),
        of_ratings.TOUCHED: lambda: said.touched(number), of_ratings.WHICH: lambda: list(said.which(number)),
        of_ratings.LAYER_SET: lambda: list(said.layer_sets()), of_ratings.PRIMARY: lambda: list(said.primaries()),
        of_ratings.STANCE: lambda: list(said.stances(number)),
        of_ratings.DIRECTION: lambda: list(said.directions(number)),
    }  # fmt: skip
    return tables.get(one.level, lambda: list(said.sets()))()


def _of_ratings(one: Measurement, said: Judgements, wanted: Said | None) -> Behind:
    table = table_of(one, said)

    def line(at: int) -> Line:
        unit, values = said.units[at], table[at]
        cells = [_cell(one.level, value, why, said) for value, why in zip(values, said.missing[at], strict=True)]
        return Line(_named(unit), cells, differs(values), counts(values), unit.number)

    return Behind(
        [coder.name for coder in said.coders], order_of(table, wanted), sum(map(differs, table)),
        hides(said.missing), "incident", line, table, [str(unit.number) for unit in said.units],
    )  # fmt: skip


def _named(unit: Unit) -> str:
    return f"{unit.number} {unit.title}"


def _cell(level: str, value: Any, why: str, said: Judgements) -> Cell:
    """Write a value for the page; a coder who judged but does not count in *which* did not touch the layer."""
    if value is None:
        conditional = level in (of_ratings.WHICH, of_ratings.DIRECTION)
        return Cell(why or ("not touched" if conditional else "not assigned"), is_missing=True)
    if isinstance(value, bool):
        return Cell("yes" if value else "no", is_out=not value)
    if isinstance(value, int):
        return Cell(STANCES[value], is_out=not value)
    if value == NONE_APPLIES or value == frozenset():
        return Cell(NONE_APPLIES)
    target = said.target
    if level == of_ratings.LAYER_SET:
        return Cell(labels=tuple((one.layer, one.name) for one in target.layers if one.number in value))
    numbers = {int(value)} if isinstance(value, str) else value
    return Cell(labels=tuple((c.layer, f"{c.number} {c.name}") for c in target.categories if c.number in numbers))


def hides(missing: Sequence[Sequence[str]]) -> bool:
    """Is any of the round's work kept from this person just now?"""
    return any(HIDDEN in row for row in missing)


# --- codes and categories ---


def _of_sorts(one: Measurement, said: Sorts, noun: str, wanted: Said | None, target: Target | None = None) -> Behind:
    table, names = said.table(lambda cell: cell), said.names
    if one.level == of_sorts.PLACEMENT:
        table = said.table(lambda cell: cell or UNPLACED)
    elif one.level == of_sorts.MAPPING_LAYER and target is not None:
        layer = {row.uid: str(row.layer) for row in target.categories}
        table = said.table(lambda cell: layer.get(cell, NO_FIT) if cell else None)
        names = {str(row.number): row.name for row in target.layers}
    apart = apart_in_piles(table) if one.level == of_sorts.PILES else list(map(differs, table))

    def line(at: int) -> Line:
        card: Card = said.cards[at]
        cells = [_place(value, why, names) for value, why in zip(table[at], said.missing, strict=True)]
        return Line(card.name, cells, apart[at], counts(table[at]))

    order = sorted(order_of(table, wanted), key=lambda at: not apart[at])
    return Behind(
        [coder.name for coder in said.coders], order, sum(apart), hides([said.missing]), noun, line, table,
        [card.name for card in said.cards],
    )  # fmt: skip


def apart_in_piles(table: Sequence[Sequence[Any]]) -> list[bool]:
    """Say of each code whether two coders differ on which other codes lie with it, whatever they call their piles."""
    given = coded(table).codes
    found = np.zeros(len(given), dtype=bool)
    for one, other in combinations(range(given.shape[1]), 2):
        both = (given[:, one] >= 0) & (given[:, other] >= 0)
        here = given[both]
        together = [np.equal.outer(here[:, at], here[:, at]) for at in (one, other)]
        found[both] |= (together[0] != together[1]).any(axis=1)
    differing: list[bool] = found.tolist()
    return differing


def _place(value: str | None, why: str, names: dict[str, str]) -> Cell:
    if value is None:
        return Cell(why or "left aside", is_missing=True)
    return Cell(names.get(value, value), is_out=value in (UNPLACED, NO_FIT))


# --- texts ---


def _of_texts(one: Measurement, said: Texts) -> Behind:
    chosen = set(one.method.get("codes") or [])
    group = set(about_of(one).get("group_codes") or [])
    rows = [_read(continuum, chosen, one.coefficient, group) for continuum in said.continua]
    apart = [row.apart for row in rows]

    def line(at: int) -> Line:
        unit, row = said.units[at], rows[at]
        cells = [_amount(row, coder.uid, why) for coder, why in zip(said.coders, said.missing[at], strict=True)]
        return Line(_named(unit), cells, row.apart > 0, row.shared > 0, unit.number, row.apart)

    order = sorted(range(len(rows)), key=lambda at: (-apart[at], not rows[at].shared))
    table = [[row.amounts[coder.uid][1] if coder.uid in row.judges else None for coder in said.coders] for row in rows]
    return Behind(
        [coder.name for coder in said.coders], order, sum(one > 0 for one in apart), hides(said.missing), "incident",
        line, table, [str(unit.number) for unit in said.units], is_text=True,
    )  # fmt: skip


@dataclass(frozen=True)
class Read:
    """An incident in the terms of a figure: code points that two judged, and of these those read differently."""

    judges: frozenset[str]
    shared: int
    apart: int
    amounts: dict[str, tuple[int, int]]


def marked(continuum: Continuum, chosen: set[str], coefficient: str) -> list[Span]:
    """Give the units that a figure is about; `chosen` empty stands for all. cu- and (k)u-alpha tell codes apart."""
    return united(
        Span(one.coder, one.start, one.end, one.label if coefficient in (CU, KU) else "")
        for one in continuum.spans
        if not chosen or one.label in chosen
    )


def _read(continuum: Continuum, chosen: set[str], coefficient: str, group: set[str]) -> Read:
    units = marked(continuum, group or chosen, coefficient)
    shared = apart = 0
    for strip in strips(continuum, units):
        shared += strip.length
        labels = {str(unit.label) for unit in strip.units}
        differs = (
            len(labels) > 1 and bool(labels & chosen)
            if coefficient in (CU, KU)
            else (0 < len(strip.units) < strip.judges)
        )
        apart += strip.length if differs else 0
    amounts = {str(coder): (0, 0) for coder in continuum.coders}
    for unit in units:
        pieces, length = amounts[str(unit.coder)]
        amounts[str(unit.coder)] = (pieces + 1, length + unit.end - unit.start)
    return Read(frozenset(map(str, continuum.coders)), shared, apart, amounts)


def _amount(row: Read, coder: str, why: str) -> Cell:
    if coder not in row.judges:
        return Cell(why or "not assigned", is_missing=True)
    pieces, length = row.amounts[coder]
    if not pieces:
        return Cell("nothing", is_out=True)
    return Cell(f"{pieces} {'stretch' if pieces == 1 else 'stretches'}, {length:,} characters")
