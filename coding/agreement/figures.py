"""A round's latest figures, laid out for its page: by the scale, or in sections from the whole down to each code."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from coding.agreement import company, of_occasions, of_ratings, of_sorts, of_texts
from coding.agreement.methods import Methods, methods, reopened
from coding.agreement.models import Measurement
from coding.agreement.pictures import Axis, coefficient
from coding.agreement.queries import latest
from coding.agreement.results import MASI, RAND, SPANS, numbered
from coding.agreement.rows import SORTS, Row, about_of, axis_of, in_order, p_value, row_of, rows_of, title_of
from coding.rounds.models import Round

TITLES = {
    of_texts.CODED: "Is it coded at all", of_texts.LAYER: "By layer", of_texts.SCALE_CATEGORY: "By scale category",
    of_texts.PLACED: "By category", of_texts.CODE: "By code", of_texts.MERGED: "After merging",
    of_texts.GROUP: "Exclusive groups", of_sorts.PLACEMENT: "Where codes were put",
    of_sorts.PILES: "Which codes were put together", of_sorts.MAPPING: "Where categories were mapped",
    of_ratings.STANCE: "By value",
}  # fmt: skip
SECTIONS = (
    (of_texts.CODED,), (of_texts.LAYER,), (of_texts.SCALE_CATEGORY,), (of_texts.PLACED,), (of_texts.CODE,),
    (of_texts.MERGED,), (of_texts.GROUP,), (of_sorts.PLACEMENT,), (of_sorts.PILES,),
    (of_sorts.MAPPING, of_sorts.MAPPING_LAYER), (of_ratings.STANCE, of_ratings.VALUE, of_ratings.DIRECTION),
)  # fmt: skip


BY_CATEGORY = "by-category"
WHAT = {
    of_texts.LAYER: "Layer", of_texts.SCALE_CATEGORY: "Scale category", of_texts.PLACED: "Category",
    of_texts.CODE: "Code", of_texts.MERGED: "Code", of_texts.GROUP: "Group", of_ratings.STANCE: "Value",
}  # fmt: skip
NOTES = {
    of_texts.CODED: "Whether text bears a code at all, whichever: the share that agrees is by length of text. It "
    "compares whole stretches, and does not take each character for a judgement of its own.",
    of_texts.GROUP: "Where codes overlap there is no one code for each stretch of text, and so no cu-alpha. A category "
    "whose codes are declared exclusive has one.",
    of_texts.MERGED: "Codes that were merged after release, measured as the one that they became. It shows what was "
    "meant alike, and is never the headline.",
    of_sorts.PLACEMENT: "“Unplaced” is a value of its own.",
    of_sorts.PILES: "The adjusted Rand index asks of each pair of codes whether both coders put the two together or "
    "apart, whatever they called their categories. Codes that a coder left aside are not in it.",
    of_sorts.MAPPING: "“Does not fit” is a value of its own.",
    of_ratings.STANCE: "A stance is ordinal: against, not touched, for. Not touched is no middle; so beside it stand "
    "whether the value was touched at all, and the direction where two coders touched it.",
}  # fmt: skip
RANDOM = (
    "Random placements: the mean of 200 in which each category keeps its number of codes but not which, and the bounds "
    "of 95 % of them (the pale bar). Codes were placed after they had been seen, so a figure above them shows where "
    "disagreement lies and is no evidence of reliability. Share is of all coded text; codes overlap, so that shares "
    "can pass 100 %."
)
MATCHES = (
    "Same segment and half or more: of the segments of pairs of coders, those whose counterpart has the same ends, and "
    "those that share half of their joint length or more. For reading, not a coefficient."
)


NO_BOOTSTRAP = (
    "There is no bootstrap, because a code and its copy always share a place, and random sorts would look agreed."
)


def permutation(name: str, found: dict[str, Any]) -> str:
    """Say what a permutation test and the leave-one-out range found."""
    least, greatest = found.get("least"), found.get("greatest")
    spread = (
        ""
        if least is None or greatest is None
        else (f" Without any one of them the figure lies between {coefficient(least)} and {coefficient(greatest)}.")
    )
    return (
        f"{name}: permutation test, p {p_value(found['p'])} in {found['shuffles']:,} shuffles of each coder’s values."
        f"{spread}"
    )


@dataclass(frozen=True)
class LayerRows:
    """A layer's figures: touched, which, and one for each of its categories."""

    position: int
    name: str
    touched: Row
    which: Row
    categories: list[Row]


@dataclass(frozen=True)
class Section:
    """A table of figures of one kind. `idle`: codes that nobody used; `coined`: those that one coder alone had."""

    key: str
    title: str
    rows: list[Row]
    what: str = "Figure"
    said: frozenset[str] = frozenset()
    idle: int = 0
    coined: list[Row] = field(default_factory=list)

    @property
    def is_rand(self) -> bool:
        return bool(self.rows) and self.rows[0].found.coefficient == RAND

    @property
    def is_sortable(self) -> bool:
        return len(self.rows) > 1

    @property
    def has_intervals(self) -> bool:
        """Is there an interval, or a reason why there is none?"""
        return not self.permuted

    @property
    def has_agree(self) -> bool:
        return any(row.agree for row in self.rows)

    @property
    def notes(self) -> list[str]:
        """Say what the columns are, and what the reader has to keep in mind."""
        said = [note for note in self.all_notes if note not in self.said]
        if self.idle:
            codes = "1 code" if self.idle == 1 else f"{self.idle} codes"
            said.append(f"{codes} of the edition used by nobody in this round: no figure.")
        return said

    @property
    def all_notes(self) -> list[str]:
        """Say all of it, whether or not a table above has."""
        said = [NOTES[self.key]] if self.key in NOTES else []
        if self.has_uses:
            said.append("Uses are incidents in which somebody used it; n are the incidents compared.")
        if self.has_random:
            said.append(RANDOM)
        if self.has_matches:
            said.append(MATCHES)
        tested = [row for row in self.rows if (row.found.beside.get("permuted") or {}).get("p") is not None]
        said += [permutation(row.name, row.found.beside["permuted"]) for row in tested]
        return [*said, NO_BOOTSTRAP] if tested else said

    @property
    def has_random(self) -> bool:
        return any(row.found.beside.get("random") for row in self.rows)

    @property
    def has_matches(self) -> bool:
        return any(row.matches for row in self.rows)

    @property
    def has_uses(self) -> bool:
        return any(row.found.uses for row in self.rows)

    @property
    def permuted(self) -> dict[str, Any]:
        """The permutation test of the first figure, where there is one."""
        found: dict[str, Any] = self.rows[0].found.beside.get("permuted") or {} if self.rows else {}
        return found


@dataclass(frozen=True)
class RoundFigures:
    """Everything that a round's latest batch says."""

    rated: Round
    axis: Axis
    layers: list[LayerRows]
    others: list[Row]
    sections: list[Section]
    whole: Measurement
    found: list[Measurement]

    @property
    def is_sorted(self) -> bool:
        """Does a scale's table stand in another order than the scale's?"""
        return any(section.key == BY_CATEGORY for section in self.sections)

    @property
    def first(self) -> Measurement:
        return self.found[0]

    @property
    def rows(self) -> list[Row]:
        """All rows of the main table."""
        return [row for layer in self.layers for row in (layer.touched, layer.which, *layer.categories)]

    @cached_property
    def all_rows(self) -> list[Row]:
        return [*self.rows, *self.others, *(row for section in self.sections for row in section.rows)]

    @property
    def rare(self) -> list[Row]:
        return [row for row in self.all_rows if row.is_rare]

    @property
    def narrow(self) -> list[Row]:
        return [row for row in self.all_rows if row.is_narrow]

    @property
    def events(self) -> int:
        return self.whole.method.get("events") or 0

    @property
    def confusion(self) -> Measurement | None:
        """The figure of the whole that has a confusion matrix."""
        return next((one for one in self.found if one.beside.get("confusion") and not about_of(one)), None)

    @cached_property
    def pairs(self) -> list[company.PairRow]:
        return company.pairs(self.whole)

    @cached_property
    def machines(self) -> list[company.Machine]:
        return company.machines(self.whole)

    @cached_property
    def groups(self) -> list[company.Grouping]:
        return company.groups(self.whole)

    @property
    def symbol(self) -> str:
        return row_of(self.whole, self.axis).symbol

    @property
    def whole_title(self) -> str:
        return title_of(self.whole)

    @property
    def has_intervals(self) -> bool:
        return any(row.bounds for row in self.all_rows)

    @property
    def has_picture(self) -> bool:
        return any(row.whisker for row in self.all_rows)

    @property
    def reopened(self) -> str:
        return reopened(self.rated, self.found[0])

    @cached_property
    def methods(self) -> Methods:
        return methods(self.rated, self.found, self.whole)

    @property
    def lede(self) -> str:
        """Say of what the figures are, in one line."""
        whole, rated = self.whole, self.rated
        coders, seed = numbered(whole.coders, "human coder"), f"seed {whole.seed}"
        if not rated.has_incidents:
            things = numbered(whole.units, "code" if rated.stage == Round.Stage.AXIAL else "category")
            lines = "" if whole.coefficient == RAND else " Lines at .667 and .800."
            return f"Agreement of {coders} on {things}.{lines} 1,000 shuffles, {seed}."
        intervals = f" Intervals: 95 %, 1,000 resamples of occurrences, {seed}." if self.has_intervals else ""
        if rated.purpose == Round.Purpose.STABILITY:
            several = numbered(len(whole.method["coders"]), "coder")
            return f"Each of {several} against their own earlier reading. Lines at .667 and .800.{intervals}"
        events = f" ({numbered(self.events, 'occurrence')})" if self.events else ""
        name = "|u-alpha" if rated.stage == Round.Stage.OPEN else "Krippendorff’s alpha"
        unit = "characters judged" if rated.stage == Round.Stage.OPEN else "judgements"
        return (
            f"{name} of {coders} on {numbered(whole.units, 'incident')}{events}, {whole.pairable:,} {unit}. "
            f"Lines at .667 and .800.{intervals}"
        )


def figures(rated: Round, sort: str = "") -> RoundFigures | None:
    """Lay a round's latest measurements out, in one query; None where nothing was measured."""
    found = list(latest(Measurement.objects.filter(round=rated)).order_by("pk"))
    if not found:
        return None
    for one in found:
        one.round = rated
    axis = axis_of(found)
    levels = {one.level for one in found}
    if of_ratings.SETS in levels:
        return presence(rated, found, axis, sort)
    if any(level.startswith(of_occasions.OWN) for level in levels):
        sections = by_coder(found, axis)
    else:
        shown = (by_scale(found, kinds, axis, sort) for kinds in SECTIONS if levels.intersection(kinds))
        sections = said_once(one for sections in shown for one in sections)
    return RoundFigures(rated, axis, [], [], sections, found[0], found)


def by_scale(found: Sequence[Measurement], kinds: tuple[str, ...], axis: Axis, sort: str) -> list[Section]:
    """Make the tables of one kind of figure: one for each scale that they are about, or one."""
    own = [one for one in found if one.level in kinds]
    scales = {
        about_of(one).get("scale"): about_of(one).get("scale_name", "") for one in own if about_of(one).get("scale")
    }
    if len(scales) < 2:
        return [section(own, kinds, axis, sort)]
    made = []
    for at, (uid, name) in enumerate(scales.items()):
        one = section([row for row in own if about_of(row).get("scale") == uid], kinds, axis, sort)
        made.append(replace(one, key=one.key if not at else f"{one.key}-{at + 1}", title=f"{one.title} · {name}"))
    return made


def said_once(sections: Iterable[Section]) -> list[Section]:
    """Leave out below each table what stands below an earlier one."""
    kept: list[Section] = []
    said: frozenset[str] = frozenset()
    for one in sections:
        kept.append(replace(one, said=said))
        said |= set(one.all_notes)
    return kept


def presence(rated: Round, found: list[Measurement], axis: Axis, sort: str) -> RoundFigures:
    """Lay out by the scale, or in one table where a reader sorts."""
    main = [one for one in found if one.about]
    others = [row_of(one, axis) for one in found if not one.about]
    whole = next(row.found for row in others if row.found.level == of_ratings.SETS and row.found.coefficient == MASI)
    layers = [_layer(main, layer, axis) for layer in found[0].method["layers"]]
    shown = RoundFigures(rated, axis, layers, others, [], whole, found)
    if sort.removeprefix("-") in SORTS:
        rows = [replace(row, name=title_of(row.found)) for row in shown.rows]
        return replace(
            shown,
            layers=[],
            sections=[Section(BY_CATEGORY, "By layer and category", in_order(rows, sort), "Category")],
        )
    return shown


def _layer(found: Sequence[Measurement], layer: dict[str, Any], axis: Axis) -> LayerRows:
    own = [one for one in found if about_of(one)["layer"] == layer["position"]]
    by_level = {one.level: row_of(one, axis) for one in own if one.level != of_ratings.CATEGORY}
    categories = [row_of(one, axis) for one in own if one.level == of_ratings.CATEGORY]
    touched, which = by_level[of_ratings.TOUCHED], by_level[of_ratings.WHICH]
    return LayerRows(layer["position"], layer["name"], touched, which, categories)


def section(found: Sequence[Measurement], kinds: tuple[str, ...], axis: Axis, sort: str) -> Section:
    """Make the table of one kind of figure."""
    own, key = [one for one in found if one.level in kinds], kinds[0]
    if key == of_ratings.STANCE:
        return Section(key, TITLES[key], in_order([row_of(one, axis, title_of(one)) for one in own], sort), WHAT[key])
    if key != of_texts.CODE:
        return Section(key, TITLES[key], in_order(rows_of(own, axis), sort), WHAT.get(key, "Figure"))
    own = [one for one in own if one.coefficient == SPANS]
    coined = [one for one in own if "coined_by" in about_of(one)]
    used = [one for one in own if "coined_by" not in about_of(one) and one.uses]
    return Section(
        key, TITLES[key], in_order(rows_of(used, axis), sort or "name"), WHAT[key],
        idle=len(own) - len(coined) - len(used), coined=rows_of(coined, axis),
    )  # fmt: skip


def by_coder(found: Sequence[Measurement], axis: Axis) -> list[Section]:
    """One table for each coder of a stability round."""
    coders = {about_of(one)["coder"]: about_of(one)["name"] for one in found}
    return [
        Section(f"coder-{at}", name, rows_of([one for one in found if about_of(one)["coder"] == uid], axis))
        for at, (uid, name) in enumerate(coders.items(), 1)
    ]
