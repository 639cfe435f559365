"""A stored figure as a page writes it: a row of a table with its picture."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from coding.agreement import of_ratings, of_sorts, of_texts
from coding.agreement.models import Measurement
from coding.agreement.of_occasions import OWN
from coding.agreement.pictures import Axis, Whisker, axis_for, coefficient, interval, per_cent, whisker
from coding.agreement.results import CU, JACCARD, KU, RAND, numbered

HIGH_AGREEMENT, LOW_ALPHA = 90, 0.667
SET_LEVELS = (of_ratings.WHICH, of_ratings.LAYER_SET, of_ratings.SETS)
NAMES = {
    of_ratings.TOUCHED: "Layer touched", of_ratings.WHICH: "Which of its categories",
    of_ratings.LAYER_SET: "Layers touched, as a set", of_ratings.SETS: "All categories, as a set",
    of_ratings.PRIMARY: "Primary category", of_ratings.VALUE: "Touched or not",
    of_ratings.DIRECTION: "Direction, where two touched it", of_texts.CODED: "Coded at all",
    of_sorts.PLACEMENT: "Codes in the given categories", of_sorts.PILES: "Codes sorted together",
    of_sorts.MAPPING: "Scale category", of_sorts.MAPPING_LAYER: "Layer",
}  # fmt: skip
OWN_NAMES = {
    f"{OWN}{of_ratings.TOUCHED}": "{} touched", f"{OWN}{of_ratings.SETS}": "All categories, as a set",
    f"{OWN}{of_ratings.PRIMARY}": "Primary category", f"{OWN}{of_ratings.STANCE}": "{}",
    f"{OWN}{of_texts.CODED}": "Coded at all",
}  # fmt: skip
NUMBERED = (of_ratings.CATEGORY, of_ratings.STANCE, of_texts.SCALE_CATEGORY)
SORTS: dict[str, Callable[[Row], Any]] = {
    "name": lambda row: row.name.casefold(), "alpha": lambda row: row.found.value, "uses": lambda row: row.found.uses,
    "agree": lambda row: row.found.percent,
}  # fmt: skip


@dataclass(frozen=True)
class Row:
    """One figure as a page writes it."""

    found: Measurement
    name: str
    layer: int
    value: str
    bounds: str
    because: str
    agree: str
    whisker: Whisker | None

    @property
    def unit(self) -> str:
        """What is counted: incidents, codes or categories."""
        stage = self.found.method.get("stage", "rating")
        return {"axial": "code", "mapping": "category"}.get(stage, "incident")

    @property
    def counts(self) -> str:
        """Say of how many units, coders and judgements the figure is."""
        found = self.found
        what = "characters judged" if found.method.get("stage") == "open" else "judgements"
        coders = "one coder, two readings" if found.level in OWN_NAMES else numbered(found.coders, "human coder")
        return f"{numbered(found.units, self.unit)}, {coders}, {found.pairable:,} {what}"

    @property
    def symbol(self) -> str:
        """How the figure is written."""
        return "Adjusted Rand index" if self.found.coefficient == RAND else "α"

    @property
    def agreed(self) -> str:
        """Say in words how much was said alike."""
        if not self.agree:
            return ""
        found, closeness = self.found, self.found.method.get("closeness")
        if found.method.get("stage") == "open":
            return f"{self.agree} of the text was read alike, in the mean of pairs."
        near = (
            f" Their mean closeness is {per_cent(100 * closeness)}." if found.level in SET_LEVELS and closeness else ""
        )
        return f"{self.agree} of pairs said the same.{near}"

    @property
    def is_rare(self) -> bool:
        """Agreement high and alpha low, as where nearly everyone says no (Feinstein & Cicchetti 1990)."""
        found = self.found
        high = found.percent is not None and found.percent >= HIGH_AGREEMENT
        seldom = 0 < 2 * found.uses < found.units
        return seldom and high and found.value is not None and found.value < LOW_ALPHA

    @property
    def briefly(self) -> str:
        """Why there is no number or no interval, without the counts in brackets, for a cell of a table."""
        return self.because.split(" (")[0].split(": drawing")[0]

    @property
    def is_narrow(self) -> bool:
        """Does the interval come with a caution of its own?"""
        return self.found.low is not None and self.found.caution.startswith("This interval")

    @property
    def random(self) -> dict[str, str]:
        """Write what random placements of the same sizes give."""
        found = self.found.beside.get("random") or {}
        if found.get("mean") is None:
            return {"because": found.get("undefined_because", "")}
        low, high = found.get("low"), found.get("high")
        bounds = "" if low is None or high is None else interval(low, high)
        return {"mean": coefficient(found["mean"]), "bounds": bounds, "p": p_value(found.get("p"))}

    @property
    def matches(self) -> dict[str, int]:
        """Segments of pairs of coders that match, for reading."""
        found: dict[str, int] = self.found.beside.get("matches") or {}
        return {**found, "most": found["of_first"] + found["of_second"] - found["exact"]} if found else {}

    @property
    def share(self) -> str:
        """How much of the coded text lies here."""
        share = self.found.beside.get("share")
        return "" if share is None else per_cent(100 * share)


def p_value(p: float | None) -> str:
    """Write a share of draws as journals do: .032, < .001."""
    if p is None:
        return ""
    return "< .001" if p < 0.001 else coefficient(p, 3)


def axis_of(found: Iterable[Measurement]) -> Axis:
    """Choose the axis on which all these figures, their bounds and random placements stand."""
    return axis_for(
        bound for one in found for bound in (one.value, one.low, (one.beside.get("random") or {}).get("low"))
    )


def row_of(one: Measurement, axis: Axis, name: str = "") -> Row:
    """Write a figure as a row of a table whose pictures share an axis."""
    because = one.undefined_because or ("" if one.low is not None else one.interval_because)
    random = one.beside.get("random") or {}
    return Row(
        found=one, name=name or name_of(one), layer=about_of(one).get("layer") or 0,
        value="" if one.value is None else coefficient(one.value),
        bounds="" if one.low is None or one.high is None else interval(one.low, one.high),
        because=because[:1].lower() + because[1:].rstrip("."),
        agree="" if one.percent is None else per_cent(one.percent),
        whisker=whisker(axis, one.value, one.low, one.high, random.get("low"), random.get("high")),
    )  # fmt: skip


def rows_of(found: Iterable[Measurement], axis: Axis) -> list[Row]:
    return [row_of(one, axis) for one in found]


def in_order(rows: Sequence[Row], sort: str) -> list[Row]:
    """Sort rows as a reader asked, "-" before the name for the largest first; what is not defined comes last."""
    key = SORTS.get(sort.removeprefix("-"))
    if key is None:
        return list(rows)
    known = [row for row in rows if key(row) is not None]
    return sorted(known, key=key, reverse=sort.startswith("-")) + [row for row in rows if key(row) is None]


def about_of(one: Measurement) -> dict[str, Any]:
    return one.method.get("about") or {}


def name_of(one: Measurement) -> str:
    """Name a figure among those of its kind."""
    about = about_of(one)
    if one.level in OWN_NAMES:
        return OWN_NAMES[one.level].format(about.get("of", ""))
    if one.level in NUMBERED and about.get("number"):
        return f"{about['number']} {about['name']}"
    return NAMES.get(one.level) or about.get("name") or "All codes"


def title_of(one: Measurement) -> str:
    """Name a figure by itself: what it is about, and what it compares."""
    about, name = about_of(one), name_of(one)
    if one.level in NAMES and about:
        return f"{about['name']}: {name[:1].lower()}{name[1:]}"
    if one.level in OWN_NAMES:
        return f"{about['name']}, read twice: {name[:1].lower()}{name[1:]}"
    kind = {CU: " (cu-alpha)", KU: " ((k)u-alpha)", JACCARD: " (Jaccard)"}.get(one.coefficient, "")
    return f"{name}{kind}"


def figure_row(one: Measurement) -> Row:
    """Write one figure for a page of its own."""
    return row_of(one, axis_of([one]), title_of(one))
