"""What stands beside a figure, as pages write it: pairs of coders, other coefficients, machines, groups, confusions."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

from coding.agreement.models import Measurement
from coding.agreement.pictures import coefficient, per_cent
from coding.agreement.standalone import NAMES as COEFFICIENT_NAMES
from coding.agreement.standalone import SOURCES
from coding.lib.templatetags.text_tags import cut

SHADES = 5


@dataclass(frozen=True)
class PairCell:
    """A cell of the matrix of coders: above the diagonal alpha, below it the share on which the two said the same."""

    words: str = ""
    title: str = ""
    is_same: bool = False


@dataclass(frozen=True)
class PairRow:
    name: str
    cells: list[PairCell]


@dataclass(frozen=True)
class Named:
    """A figure beside another: its name, its number or why there is none, and where its formula is from."""

    name: str
    value: str
    because: str
    source: str = ""
    note: str = ""


@dataclass(frozen=True)
class Mean:
    """A mean of pairs as a page writes it."""

    value: str
    because: str
    spread: str
    pairs: int


@dataclass(frozen=True)
class Machine:
    """A machine beside people, on the incidents that it judged."""

    name: str
    said: str
    units: int
    with_humans: Mean
    among_humans: Mean


@dataclass(frozen=True)
class Grouping:
    """Agreement within groups of coders, and between them."""

    attribute: str
    within: list[Named]
    between: list[Named]
    left_out: str


@dataclass(frozen=True)
class Count:
    """A cell of a confusion matrix; `shade` from 0 to 5 by its share of the largest."""

    count: int
    shade: int
    is_same: bool
    row: str
    column: str


@dataclass(frozen=True)
class Confusion:
    """Who said what beside what. `heads`: columns in brief and in full; `lines`: name of a row and its cells."""

    heads: list[tuple[str, str]]
    lines: list[tuple[str, list[Count]]]
    first: str
    second: str
    same: int
    all: int
    chosen: str
    choices: list[tuple[str, str]]


def pairs(one: Measurement) -> list[PairRow]:
    """Lay the pairs of coders out as a matrix; empty where there are no two."""
    coders, found = one.method["coders"], one.beside.get("pairs") or []
    place = {tuple(row["coders"]): row for row in found}
    if not found:
        return []

    def cell(row: int, column: int) -> PairCell:
        if row == column:
            return PairCell(is_same=True)
        pair = place.get((min(row, column), max(row, column)))
        return _pair_cell(pair, coders, is_above=row < column) if pair else PairCell()

    return [PairRow(name, [cell(row, column) for column in range(len(coders))]) for row, name in enumerate(coders)]


def _pair_cell(pair: dict[str, Any], coders: list[str], *, is_above: bool) -> PairCell:
    first, second = (coders[at] for at in pair["coders"])
    kappa = pair.get("kappa") or {}
    more = f", Cohen’s kappa {coefficient(kappa['value'])}" if kappa.get("value") is not None else ""
    title = f"{first} and {second}: {pair['units']:,} in common{more}"
    if not is_above:
        return PairCell("" if pair["agreement"] is None else per_cent(100 * pair["agreement"]), title)
    if pair["value"] is None:
        return PairCell("–", f"{title}. {pair['undefined_because']}")
    return PairCell(coefficient(pair["value"]), title)


def coefficients(one: Measurement) -> list[Named]:
    """Write the other coefficients; Cohen's kappa of each pair stands in the matrix of coders."""
    rows = one.beside.get("coefficients") or []
    return [
        Named(
            COEFFICIENT_NAMES[row["coefficient"]], "" if row["value"] is None else coefficient(row["value"]),
            row["undefined_because"], SOURCES[row["coefficient"]],
            "" if row["standard_error"] is None else f"standard error {coefficient(row['standard_error'])}",
        )
        for row in rows
    ]  # fmt: skip


def machines(one: Measurement) -> list[Machine]:
    return [
        Machine(row["machine"]["name"], said(row["machine"].get("said")), row["units"], mean(row["with_humans"]),
                mean(row["among_humans"]))
        for row in one.beside.get("machines") or []
    ]  # fmt: skip


def said(what: Any) -> str:
    """Write what is known of a machine's work: model, version, settings; several where it changed on the way."""
    if isinstance(what, list):
        return "; ".join(filter(None, map(said, what)))
    if not isinstance(what, dict):
        return ""
    return ", ".join(f"{name} {value}" for name, value in what.items() if isinstance(value, str | int | float))


def mean(found: dict[str, Any]) -> Mean:
    if found["value"] is None:
        return Mean("", found["undefined_because"], "", 0)
    spread = f"{coefficient(found['lowest'])} to {coefficient(found['highest'])}" if found["pairs"] > 1 else ""
    return Mean(coefficient(found["value"]), "", spread, found["pairs"])


def groups(one: Measurement) -> list[Grouping]:
    return [_grouping(row) for row in one.beside.get("groups") or []]


def _grouping(row: dict[str, Any]) -> Grouping:
    left = []
    if row["without_group"]:
        left.append(f"{row['without_group']} without a group")
    if row["alone"]:
        left.append(f"{row['alone']} alone in a group")
    return Grouping(
        row["attribute"],
        [_named(one["group"], one, f"{one['coders']} coders, {one['units']:,} incidents") for one in row["within"]],
        [_named(" and ".join(one["groups"]), one, f"{one['units']:,} incidents") for one in row["between"]],
        " and ".join(left),
    )  # fmt: skip


def _named(name: str, one: dict[str, Any], note: str) -> Named:
    value = "" if one["value"] is None else coefficient(one["value"])
    return Named(name, value, one["undefined_because"], note=note)


def confusion(one: Measurement, chosen: str = "") -> Confusion | None:
    """Lay out who said what beside what: of one pair of coders ("0-1"), or of all pairs, each counted both ways."""
    held = one.beside.get("confusion")
    if not held or not held["pairs"]:
        return None
    coders = one.method["coders"]
    of_pair = {"-".join(map(str, pair["coders"])): pair for pair in held["pairs"]}
    if len(of_pair) == 1:
        chosen = next(iter(of_pair))
    pair = of_pair.get(chosen)
    cells: Counter[tuple[int, int]] = Counter()
    for row, column, count in pair["counts"] if pair else [at for one in held["pairs"] for at in one["counts"]]:
        cells[row, column] += count
        if pair is None:
            cells[column, row] += count
    names = one.method.get("names") or {}
    return _laid_out(held["values"], names, cells, coders, pair, chosen if pair else "", of_pair)


def brief(name: str) -> str:
    """Name a column in little room: a category by its number, anything else by its first letters."""
    first = name.split(" ", 1)[0]
    return first if first.isdigit() else cut(name, 9)


def _laid_out(
    values: list[Any], names: dict[str, str], cells: Counter[tuple[int, int]], coders: list[str],
    pair: dict[str, Any] | None, chosen: str, of_pair: dict[str, Any],
) -> Confusion:  # fmt: skip
    used = sorted({at for cell in cells for at in cell})
    most = max(cells.values(), default=1)
    label = {at: names.get(str(values[at]), str(values[at])) for at in used}
    lines = [
        (label[row], [
            Count(cells[row, column], -(-SHADES * cells[row, column] // most), row == column, str(values[row]),
                  str(values[column]))
            for column in used
        ])
        for row in used
    ]  # fmt: skip
    first, second = (coders[at] for at in pair["coders"]) if pair else ("", "")
    choices = [("-".join(map(str, one["coders"])), " and ".join(coders[at] for at in one["coders"]))
               for one in of_pair.values()] if len(of_pair) > 1 else []  # fmt: skip
    same = sum(count for (row, column), count in cells.items() if row == column)
    return Confusion(
        [(brief(label[at]), label[at]) for at in used], lines, first, second, same, cells.total(), chosen, choices
    )
