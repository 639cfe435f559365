"""Results: how many consensus incidents and occurrences stand under each layer and category, and what they were."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from math import sqrt

from coding.codes.models import Scale, ScaleCategory
from coding.selective_coding.standing import Report, Standing, categories_of, counted_on, standing, touches
from coding.selective_coding.value_space import Value

# By what the counts can be divided: label, and how an incident without it is called.
DIVIDED = {
    "modality": ("Modality", "not stated"), "lifecycle_stage": ("Life-cycle stage", "not stated"),
    "year": ("Year", "no date"), "source_name": ("Source", "not stated"), "language": ("Language", "not stated"),
}  # fmt: skip
MOST_COLUMNS = 12  # of a divided table; the rest are counted together
REST = "all others"
Z = 1.959963984540054  # the normal quantile of 97.5 %


def wilson(count: int, of: int) -> tuple[float, float] | None:
    """Return the 95 % score interval of a proportion (Wilson 1927, JASA 22(158): 209-212), None of nothing."""
    if of <= 0:
        return None
    share, square = count / of, Z * Z
    middle = (share + square / (2 * of)) / (1 + square / of)
    half = Z * sqrt(share * (1 - share) / of + square / (4 * of * of)) / (1 + square / of)
    return max(0.0, middle - half), min(1.0, middle + half)


@dataclass(frozen=True)
class Count:
    """How often something stands: incidents and what happened in the world, under any and as primary."""

    any: int
    occurrences: int
    primary: int
    plural: int
    of: int
    interval: tuple[float, float] | None

    @property
    def percent(self) -> int:
        return round(100 * self.any / self.of) if self.of else 0

    @property
    def low(self) -> int | None:
        return round(100 * self.interval[0]) if self.interval else None

    @property
    def high(self) -> int | None:
        return round(100 * self.interval[1]) if self.interval else None


@dataclass(frozen=True)
class Line:
    """A layer, a category of it, or "none applies", with its counts and those of each column of the division."""

    kind: str
    uid: str
    number: int | None
    name: str
    layer: int
    count: Count
    cells: tuple[int, ...]


@dataclass(frozen=True)
class Results:
    """The table of one scale. `columns`: the values of the division with how many incidents have each."""

    scale: Scale
    lines: list[Line]
    columns: list[tuple[str, int]]
    incidents: int
    occurrences: int
    plural: int
    total: int
    is_random: bool
    rounds: list[str]
    by: str
    values: list[Value]

    @property
    def sums_to(self) -> int:
        """What the percentages of the categories sum to, an incident standing under several."""
        return round(100 * self.total / self.incidents) if self.incidents else 0


def results(scale: Scale, by: str = "") -> Results:
    """Count what stands on a scale; `by` is one of `DIVIDED` or nothing."""
    held = standing(scale)
    categories = counted_on(scale, held)
    columns = columns_of(held, by)
    layers: dict[int, list[ScaleCategory]] = defaultdict(list)
    for one in categories:
        layers[one.layer_id].append(one)
    lines: list[Line] = []
    for inside in layers.values():
        layer = inside[0].layer
        pks = [one.pk for one in inside]
        lines.append(line("layer", str(layer.uid), None, layer.label, layer.position, held, pks, columns, by))
        lines += [
            line("category", str(one.uid), one.number, one.label, layer.position, held, [one.pk], columns, by)
            for one in inside
        ]
    lines.append(none_line(held, columns, by))
    any_of = sum(one.count.any for one in lines if one.kind == "category")
    return Results(
        scale, lines, [(name, len(pks)) for name, pks in columns],
        len(held.reports), occurrences(held.reports.values()),
        sum(any(row.is_plural for row in rows) for rows in held.rows.values()), any_of, held.is_random,
        [one.name for one in held.rounds], by, values_of(scale, held, categories),
    )  # fmt: skip


def values_of(scale: Scale, held: Standing, categories: list[ScaleCategory]) -> list[Value]:
    """Count the stances on each value; a presence scale has none."""
    if scale.rating_kind != Scale.RatingKind.STANCE:
        return []
    said = Counter((row.category, row.stance) for rows in held.rows.values() for row in rows)
    return [
        Value(str(one.uid), one.name, one.layer.position, one.layer.name, said[one.pk, -1], said[one.pk, 0],
              said[one.pk, 1])
        for one in categories
    ]  # fmt: skip


def occurrences(reports: Iterable[Report]) -> int:
    return len({one.happening for one in reports})


def columns_of(held: Standing, by: str) -> list[tuple[str, set[int]]]:
    """Divide the incidents; the largest columns first, what is not stated last, years in their order."""
    if by not in DIVIDED:
        return []
    blank, found = DIVIDED[by][1], defaultdict(set)
    for one in held.reports.values():
        found[getattr(one, by) or blank].add(one.pk)
    last = [(blank, found.pop(blank))] if blank in found else []
    named = sorted(found.items(), key=lambda item: item[0] if by == "year" else (-len(item[1]), item[0]))
    if len(named) > MOST_COLUMNS:
        kept = named[-MOST_COLUMNS:] if by == "year" else named[:MOST_COLUMNS]
        rest = set().union(*(pks for name, pks in named if (name, pks) not in kept))
        named = [*kept, (REST, rest)]
    return [*named, *last]


def count_of(held: Standing, pks: list[int]) -> Count:
    """Count the incidents that stand under any of these categories."""
    wanted, found = set(pks), held.under(pks)
    plural = sum(any(row.category in wanted and row.is_plural for row in held.rows[one.pk]) for one in found)
    of = len(held.reports)
    return Count(len(found), occurrences(found), len(held.under(pks, primary=True)), plural, of,
                 wilson(len(found), of) if held.is_random else None)  # fmt: skip


def line(
    kind: str, uid: str, number: int | None, name: str, layer: int, held: Standing, pks: list[int],
    columns: list[tuple[str, set[int]]], by: str,
) -> Line:  # fmt: skip
    found = {one.pk for one in held.under(pks)}
    cells = tuple(len(found & inside) for _, inside in columns)
    return Line(kind, uid, number, name, layer, count_of(held, pks), cells)


def untouched(held: Standing) -> list[Report]:
    """Give the incidents of which it stands that none applies (stance scales: no value is touched)."""
    found = [held.reports[pk] for pk, rows in held.rows.items()
             if any(row.category is None for row in rows) or not any(touches(row) for row in rows)]  # fmt: skip
    return sorted(found, key=lambda one: one.number)


def none_line(held: Standing, columns: list[tuple[str, set[int]]], by: str) -> Line:
    found, of = untouched(held), len(held.reports)
    plural = sum(any(row.category is None and row.is_plural for row in held.rows[one.pk]) for one in found)
    count = Count(len(found), occurrences(found), 0, plural, of, wilson(len(found), of) if held.is_random else None)
    pks = {one.pk for one in found}
    return Line("none", "none", None, "None applies", 0, count, tuple(len(pks & inside) for _, inside in columns))


@dataclass(frozen=True)
class Cell:
    """A cell of the cross-table: incidents under both, and the mean of their stances (None of nothing)."""

    uid: str
    n: int
    mean: float | None


@dataclass(frozen=True)
class Cross:
    """A presence scale's categories against a stance scale's values, over incidents that stand on both."""

    presence: Scale
    stance: Scale
    values: list[ScaleCategory]
    lines: list[tuple[ScaleCategory, list[Cell]]]
    incidents: int


def cross(presence: Scale, stance: Scale) -> Cross:
    """Cross two scales: a cell counts incidents of the category whose stance on the value is not 0."""
    one, other = standing(presence), standing(stance)
    values, lines = counted_on(stance, other), []
    stances = {(row.incident, row.category): row.stance for rows in other.rows.values() for row in rows
               if row.stance is not None}  # fmt: skip
    for category in counted_on(presence, one):
        inside = [report.pk for report in one.under([category.pk]) if report.pk in other.rows]
        cells = []
        for value in values:
            taken = [said for pk in inside if (said := stances.get((pk, value.pk)))]
            cells.append(Cell(str(value.uid), len(taken), sum(taken) / len(taken) if taken else None))
        lines.append((category, cells))
    return Cross(presence, stance, values, lines, len(one.rows.keys() & other.rows.keys()))


def behind(
    scale: Scale, of: str, *, primary: bool = False, by: str = "", value: str = ""
) -> tuple[str, list[Report]] | None:
    """Give the name of a figure and the incidents behind it; None where there is no such figure.

    `of` is the public id of a layer or category, or "none"; `by` and `value` name a column of the division.
    """
    held, categories = standing(scale), categories_of(scale)
    if of == "none":
        name, found = "None applies", untouched(held)
    elif inside := [one for one in categories if of in {str(one.uid), str(one.layer.uid)}]:
        is_layer = of == str(inside[0].layer.uid)
        name = inside[0].layer.name if is_layer else f"{inside[0].number} {inside[0].name}"
        found = held.under([one.pk for one in inside], primary=primary)
    else:
        return None
    if by in DIVIDED and value:
        column = dict(columns_of(held, by)).get(value, set())
        found, name = [one for one in found if one.pk in column], f"{name}, {DIVIDED[by][0].lower()}: {value}"
    return (f"{name}, as primary" if primary else name), found


def behind_cross(presence: Scale, stance: Scale, category: str, value: str) -> tuple[str, list[Report]] | None:
    """Give the incidents behind a cell of the cross-table; each stands by a round on either scale."""
    other = standing(stance)
    to = next((one for one in categories_of(stance) if str(one.uid) == value), None)
    if to is None or (first := behind(presence, category)) is None:
        return None
    touched = {pk for pk, rows in other.rows.items() for row in rows if row.category == to.pk and row.stance}
    found = [one for one in first[1] if one.pk in touched]
    both = [one._replace(rounds=one.rounds | other.reports[one.pk].rounds) for one in found]
    return f"{first[0]} and {to.name}", both


def table(found: Results) -> Iterator[list[str | int]]:
    """Give the rows of the CSV file: the whole table, the division's columns last."""
    yield ["kind", "number", "name", "incidents", "percent", "low", "high", "occurrences", "primary", "plural", "of",
           *(name for name, _ in found.columns)]  # fmt: skip
    for one in found.lines:
        count = one.count
        exact = f"{100 * count.any / count.of:.4f}" if count.of else ""
        low, high = (f"{100 * end:.4f}" for end in count.interval) if count.interval else ("", "")
        yield [one.kind, one.number or "", one.name, count.any, exact, low, high, count.occurrences, count.primary,
               count.plural, count.of, *one.cells]  # fmt: skip
