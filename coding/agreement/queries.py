"""What the pages show: stored measurements laid out by the scale, and the incidents behind one figure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Max, OuterRef, Q, QuerySet, Subquery

from coding.agreement import rules
from coding.agreement.models import Measurement, MeasurementQuerySet
from coding.agreement.pictures import Axis, Whisker, axis_for, coefficient, interval, per_cent, whisker
from coding.agreement.units import HIDDEN, NONE_APPLIES, Judgements, Unit
from coding.people.models import Project
from coding.rounds.models import Round

HIGH_AGREEMENT, LOW_ALPHA = 90, 0.667
NAMES = {
    rules.TOUCHED: "Layer touched", rules.WHICH: "Which of its categories", rules.LAYER_SET: "Layers touched, as a set",
    rules.SETS: "All categories, as a set", rules.PRIMARY: "Primary category",
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
    def is_rare(self) -> bool:
        """Agreement high and alpha low, as where nearly everyone says no (Feinstein & Cicchetti 1990)."""
        found = self.found
        high = found.percent is not None and found.percent >= HIGH_AGREEMENT
        return found.uses > 0 and high and found.value is not None and found.value < LOW_ALPHA

    @property
    def briefly(self) -> str:
        """Why there is no number or no interval, without the counts in brackets, for a cell of a table."""
        return self.because.split(" (")[0]

    @property
    def is_narrow(self) -> bool:
        """Does the interval come with a caution of its own?"""
        return self.found.low is not None and self.found.caution.startswith("This interval")


@dataclass(frozen=True)
class LayerRows:
    """A layer's figures: touched, which, and one for each of its categories."""

    position: int
    name: str
    touched: Row
    which: Row
    categories: list[Row]


@dataclass(frozen=True)
class RoundFigures:
    """Everything that a round's latest batch says."""

    rated: Round
    axis: Axis
    layers: list[LayerRows]
    others: list[Row]
    first: Measurement

    @property
    def rows(self) -> list[Row]:
        """All rows of the main table."""
        return [row for layer in self.layers for row in (layer.touched, layer.which, *layer.categories)]

    @property
    def rare(self) -> list[Row]:
        return [row for row in self.rows if row.is_rare]

    @property
    def narrow(self) -> list[Row]:
        return [row for row in [*self.rows, *self.others] if row.is_narrow]

    @property
    def judgements(self) -> int:
        """Judgements in the figures on all incidents."""
        return max((row.found.pairable for row in self.others), default=0)

    @property
    def events(self) -> int:
        return max((row.found.method.get("events") or 0 for row in self.others), default=0)

    @property
    def whole(self) -> Measurement:
        """The figure on all categories, whose counts hold for every figure but *which*."""
        return next(row.found for row in self.others if row.found.level == rules.SETS)


@dataclass(frozen=True)
class Headline:
    """Agreement per layer *touched* of one round: what a project shows of it."""

    rated: Round
    axis: Axis
    rows: list[Row]


def latest(measurements: MeasurementQuerySet) -> MeasurementQuerySet:
    """Keep each round's latest batch; older ones stay in the database, not on the page."""
    last = Measurement.objects.filter(round=OuterRef("round")).values("round").annotate(last=Max("batch"))
    return measurements.filter(batch=Subquery(last.values("last")))


def released_ratings(rounds: QuerySet[Round]) -> QuerySet[Round]:
    """Rating rounds that are released, the latest first."""
    found = rounds.filter(stage=Round.Stage.RATING, state__in=Round.RELEASED)
    return found.select_related("released_by").order_by("-released_at", "-pk")


def headline(project: Project) -> Headline | None:
    """Give the agreement per layer of the latest main rating round, in two queries; None while there is none.

    Only rounds in which coders had seen no earlier ratings count. Not for a shielded coder: ask before you show it.
    """
    touched = Q(measurements__level=rules.TOUCHED, measurements__method__seen="")
    found = released_ratings(Round.objects.filter(project=project, purpose=Round.Purpose.MAIN))
    rated = found.filter(touched).distinct().first()
    return summaries([rated])[0] if rated else None


def summaries(rounds: Sequence[Round]) -> list[Headline]:
    """Give each round's figures per layer touched, in one query; those without figures have no rows."""
    found: dict[int, list[Measurement]] = {rated.pk: [] for rated in rounds}
    for one in latest(Measurement.objects.filter(round__in=rounds, level=rules.TOUCHED)).order_by("pk"):
        found[one.round_id].append(one)
    return [headline_of(rated, found[rated.pk]) for rated in rounds]


def headline_of(rated: Round, found: Sequence[Measurement]) -> Headline:
    axis = _axis(found)
    return Headline(rated, axis, [_row(one, axis, (one.method["about"] or {}).get("name", "")) for one in found])


def figures(rated: Round) -> RoundFigures | None:
    """Lay a round's latest measurements out by its scale, in one query; None where nothing was measured."""
    found = list(latest(Measurement.objects.filter(round=rated)).order_by("pk"))
    if not found:
        return None
    main = [one for one in found if one.about]
    axis = _axis(found)
    layers = [_layer(main, layer, axis) for layer in found[0].method["layers"]]
    others = [_row(one, axis, NAMES[one.level]) for one in found if not one.about]
    return RoundFigures(rated, axis, layers, others, found[0])


def _layer(found: Iterable[Measurement], layer: dict[str, Any], axis: Axis) -> LayerRows:
    own = [one for one in found if one.method["about"]["layer"] == layer["position"]]
    by_level = {one.level: _row(one, axis, NAMES[one.level]) for one in own if one.level != rules.CATEGORY}
    categories = [_row(one, axis, category_name(one)) for one in own if one.level == rules.CATEGORY]
    touched, which = by_level[rules.TOUCHED], by_level[rules.WHICH]
    return LayerRows(layer["position"], layer["name"], touched, which, categories)


def category_name(one: Measurement) -> str:
    return f"{one.method['about']['number']} {one.method['about']['name']}"


def title_of(one: Measurement) -> str:
    """Name a figure by itself: what it is about, and what it compares."""
    if one.level == rules.CATEGORY:
        return category_name(one)
    about = (one.method["about"] or {}).get("name", "")
    return f"{about}: {NAMES[one.level].lower()}" if about else NAMES[one.level]


def figure_row(one: Measurement) -> Row:
    """Write one figure for a page of its own."""
    return _row(one, _axis([one]), title_of(one))


def _axis(found: Iterable[Measurement]) -> Axis:
    return axis_for(bound for one in found for bound in (one.value, one.low))


def _row(one: Measurement, axis: Axis, name: str) -> Row:
    because = one.undefined_because or ("" if one.low is not None else one.interval_because)
    return Row(
        found=one, name=name, layer=(one.method["about"] or {}).get("layer", 0),
        value="" if one.value is None else coefficient(one.value),
        bounds="" if one.low is None or one.high is None else interval(one.low, one.high),
        because=because[:1].lower() + because[1:].rstrip("."),
        agree="" if one.percent is None else per_cent(one.percent),
        whisker=whisker(axis, one.value, one.low, one.high),
    )  # fmt: skip


@dataclass(frozen=True)
class Cell:
    """What one coder said of one incident, in this figure's terms: words, or labels with their layers."""

    words: str = ""
    labels: tuple[tuple[int, str], ...] = ()
    is_missing: bool = False
    is_out: bool = False


@dataclass(frozen=True)
class Line:
    """An incident behind a figure with its coders' values side by side."""

    unit: Unit
    cells: list[Cell]
    differs: bool
    counts: bool


@dataclass(frozen=True)
class Behind:
    """The incidents behind a figure, disagreements first, then by number; `order` names them by their place."""

    one: Measurement
    said: Judgements
    table: list[list[Any]]
    order: list[int]

    @property
    def differing(self) -> int:
        return sum(map(differs, self.table))

    def line(self, at: int) -> Line:
        """Write one incident for the page."""
        values, missing = self.table[at], self.said.missing[at]
        cells = [_cell(self.one.level, value, why, self.said) for value, why in zip(values, missing, strict=True)]
        return Line(self.said.units[at], cells, differs(values), counts(values))


def behind(one: Measurement, said: Judgements) -> Behind:
    """Order the incidents behind a figure; each is written only when its line is asked for."""
    table = table_of(one, said)
    # Units stand by number, and sorting keeps that order among equals.
    return Behind(
        one, said, table, sorted(range(len(table)), key=lambda at: (not differs(table[at]), not counts(table[at])))
    )


def differs(values: Sequence[Any]) -> bool:
    """Did two coders say different things?"""
    return len(set(values) - {None}) > 1


def counts(values: Sequence[Any]) -> bool:
    """Did at least two coders say anything?"""
    return len(values) - values.count(None) > 1


def table_of(one: Measurement, said: Judgements) -> list[list[Any]]:
    """Give the reliability table of a figure: units x coders, None is missing."""
    number = (one.method["about"] or {}).get("number", 0)
    match one.level:
        case rules.CATEGORY:
            return said.category(number)
        case rules.TOUCHED:
            return said.touched(number)
        case rules.WHICH:
            return list(said.which(number))
        case rules.LAYER_SET:
            return list(said.layer_sets())
        case rules.PRIMARY:
            return said.primaries()
        case _:
            return list(said.sets())


def _cell(level: str, value: Any, why: str, said: Judgements) -> Cell:
    """Write a value for the page; a coder who judged but does not count in *which* did not touch the layer."""
    if value is None:
        return Cell(why or ("not touched" if level == rules.WHICH else "not assigned"), is_missing=True)
    if isinstance(value, bool):
        return Cell("yes" if value else "no", is_out=not value)
    if value == NONE_APPLIES or value == frozenset():
        return Cell(NONE_APPLIES)
    target = said.target
    if level == rules.LAYER_SET:
        return Cell(labels=tuple((one.layer, one.name) for one in target.layers if one.number in value))
    numbers = {int(value)} if isinstance(value, str) else value
    return Cell(labels=tuple((c.layer, f"{c.number} {c.name}") for c in target.categories if c.number in numbers))


def hides(said: Judgements) -> bool:
    """Is any of the round's work kept from this person just now?"""
    return any(HIDDEN in row for row in said.missing)
