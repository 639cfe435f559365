"""|u-alpha and u-alpha: do coders mark the same stretches of text, and give them the same labels.

Krippendorff, Mathet, Bouvry & Widlöcher 2016, On the reliability of unitizing textual continua: Further developments,
Quality & Quantity 50: 2347-2364; the same in Krippendorff 2019, Content Analysis, 4th ed., section 12.6, whose printed
example the tests meet. (The erratum of the paper, 50: 2365, was not at hand.)

Observed coincidences l_ck are lengths: each character judged by m coders adds 1 / (m - 1) for each ordered pair of
coders of whom one gave it c and the other k; the gap is a value too. l_c is the row sum, l the sum of all. Expected:

    e_ck = (l_c l_k - [c = k] s_c) / (l - s / l),   s = sum over c of s_c

s_c is what a unit would share with itself: for a label the sum of the SQUARED lengths of its units, for the gap its
length, because only units hang together as a whole. (Squares of 1, with every character a unit, would be the alpha of
characters, which is another coefficient and says more than coders agreed on.) Then

    |u-alpha   = 1 - l_gu / e_gu                           units of any label against gaps
    u-alpha    = 1 - (l - sum of l_cc) / (l - sum of e_cc) gap and labels as values

|u-alpha of one label takes the units of this label, and all other text, coded or not, as gap: a continuum per label,
so that overlapping codes are no problem.

Several continua: coincidences, lengths and squares are summed over continua, then there is one alpha. Missing text:
m is the number of coders who judged the character, and the length of a unit is that of its part which two coders
judged; with no text missing this is the published formula, which is silent on missing text.

All sums are whole numbers (times D, the least common multiple of all m - 1), so no order changes a digit.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass, replace
from math import fsum, isnan, lcm

import numpy as np

from coding.agreement.alpha import Figure, canonical
from coding.agreement.bootstrap import LEAST_RESAMPLES, Events, bounded, multiplicities, no_interval_because
from coding.agreement.continua import Continuum, Span, Strip, judging, strips, united
from coding.agreement.distances import Floats

Row = tuple[int, ...]
Formula = Callable[[Floats], Floats]

NO_PAIRS = "Not defined: no text was judged by two coders."
ALL_GAP = "Not defined: every coder left everything uncoded."
ALL_CODED = "Not defined: every coder coded everything."
ONE_LABEL = "Not defined: every coder gave all the text the same code."
NO_USE = "Not defined: no coder used this code on text that two coders judged."
ALL_USE = "Not defined: every coder gave all the text this code."
OVERLAP = "Not defined: codes overlap."


@dataclass(frozen=True)
class OverEvents:
    """Ask for a 95 % percentile interval over events (see `bootstrap`).

    `events`: one hashable per continuum; None makes a continuum its own event. `seed`: 0 or more. `resamples`: at least
    100; otherwise ValueError.
    """

    events: Sequence[Hashable]
    seed: int
    resamples: int = 1000

    def __post_init__(self) -> None:
        if self.resamples < LEAST_RESAMPLES:
            raise ValueError(f"{self.resamples} resamples are too few for an interval: draw {LEAST_RESAMPLES} or more.")


@dataclass(frozen=True)
class Sums:
    """Hold what a figure needs.

    `rows`: one per continuum, whole numbers that add up over continua; () where no text was judged by two coders.
    `text`, `apart`: length of text, and per number of coders the ordered pairs that differ, times length.
    """

    rows: list[Row]
    coders: int
    pairable: int
    text: int
    apart: Counter[int]
    uses: int | None = None


@dataclass(frozen=True)
class Case:
    """Hold sums, and how they are read.

    `formula`: from totals (samples x columns) to one alpha per sample, NaN where there is none. `reason`: why there is
    none, from the totals.
    """

    sums: Sums
    formula: Formula
    reason: Callable[[Row], str]


@dataclass(frozen=True)
class Ground:
    """Hold what is the same for every label: per continuum its pairable text and judgements of it, in characters."""

    text: list[int]
    judged: list[int]
    coders: int
    scale: int


def bar_u_alpha(continua: Sequence[Continuum], label: Hashable = None, *, interval: OverEvents | None = None) -> Figure:
    """Return |u-alpha (2016, eq. 6): is text coded at all; with a label: is it coded with this label.

    Without a label a coder's spans that overlap are one unit, whatever their labels; those that adjoin stay two.
    `agreement`: mean over characters of the share of coder pairs that agree. `units`: continua in which at least two
    coders judged the same text; `left_out`: the others. `pairable`: characters times coders, where two coders judged.
    `uses`, for a label: continua in which at least one coder used it.
    """
    if label is None:
        chosen = [[replace(span, label="") for span in one.spans] for one in continua]
    else:
        chosen = [[span for span in one.spans if span.label == label] for one in continua]
    return figure_of(_bar(continua, ground_of(continua), chosen, label is not None), interval)


def bar_u_alphas(
    continua: Sequence[Continuum], labels: Iterable[Hashable] | None = None, *, interval: OverEvents | None = None
) -> dict[Hashable, Figure]:
    """Return `bar_u_alpha` of each label (all that occur, if none are given), each as if it were asked for alone."""
    chosen: defaultdict[Hashable, list[list[Span]]] = defaultdict(lambda: [[] for _ in continua])
    for at, continuum in enumerate(continua):
        for span in continuum.spans:
            chosen[span.label][at].append(span)
    ground, wanted = ground_of(continua), canonical(chosen) if labels is None else list(labels)
    figures = figures_of([_bar(continua, ground, chosen[label], True) for label in wanted], interval)
    return dict(zip(wanted, figures, strict=True))


def u_alpha(continua: Sequence[Continuum], *, interval: OverEvents | None = None) -> Figure:
    """Return u-alpha (2016, eq. 5): units and labels together; "codes overlap" where one coder's labels do.

    `agreement` counts pairs of coders with the same label, or a gap both. The rest is as in `bar_u_alpha`.
    """
    ground, labels = ground_of(continua), labels_of(continua)
    found = [_valued(continuum, labels, ground.scale) for continuum in continua]
    if any(one is None for one in found):
        return figure_of(overlapping(ground), interval)
    valued = [one for one in found if one is not None]
    rows = [(judged, *one.row) if judged else () for judged, one in zip(ground.judged, valued, strict=True)]
    apart = sum((one.apart for one in valued), Counter[int]())
    sums = Sums(rows, ground.coders, sum(ground.judged), sum(ground.text), apart)
    return figure_of(Case(sums, _u_formula(ground.scale), _u_reason), interval)


def figure_of(case: Case, interval: OverEvents | None) -> Figure:
    """Return the figure of a case, with an interval where one is asked for."""
    return figures_of([case], interval)[0]


def figures_of(cases: Sequence[Case], interval: OverEvents | None) -> list[Figure]:
    """Return what `figure_of` does for several cases of the same continua; cheaper, as they share draws."""
    figures = [_point(case) for case in cases]
    if interval is None:
        return figures
    drawn: dict[int, Floats] = {}
    for at, case in enumerate(cases):
        events = _by_event(interval.events, case.sums.rows)
        found = replace(figures[at], events=len(events), seed=interval.seed)
        because = no_interval_because(found)
        figures[at] = replace(found, interval_because=because)
        drawn |= {} if because else {at: events}
    for at, values in _resampled(cases, drawn, interval).items():
        figures[at] = bounded(figures[at], values)
    return figures


def _point(case: Case) -> Figure:
    rows = [row for row in case.sums.rows if row]
    totals = tuple(sum(column) for column in zip(*rows, strict=True))
    value = float(case.formula(np.array([totals], dtype=np.float64))[0]) if rows else float("nan")
    because = (case.reason(totals) if isnan(value) else "") if rows else NO_PAIRS
    share = _share(case.sums)
    return Figure(
        value=None if because else value, undefined_because=because, agreement=share, closeness=share, units=len(rows),
        coders=case.sums.coders, pairable=case.sums.pairable, left_out=len(case.sums.rows) - len(rows),
        uses=case.sums.uses,
    )  # fmt: skip


def _by_event(names: Sequence[Hashable], rows: list[Row]) -> Floats:
    """Sum rows by event; events (a row of the result each) stand in the order of their contents."""
    if len(names) != len(rows):
        raise ValueError(f"There are {len(rows)} continua but {len(names)} events: give one event for each.")
    members: defaultdict[Hashable, list[Row]] = defaultdict(list)
    for name, row in zip(names, rows, strict=True):
        if row:
            members[object() if name is None else name].append(row)
    sums = [tuple(sum(column) for column in zip(*event, strict=True)) for event in members.values()]
    return np.array(sorted(sums), dtype=np.float64)


def _resampled(cases: Sequence[Case], events: dict[int, Floats], asked: OverEvents) -> dict[int, Floats]:
    """Return one alpha per resample for the cases that have `events`; they share draws, each in its own order."""
    if not events:
        return {}
    size = len(next(iter(events.values())))
    each = Events([(at,) for at in range(size)], np.arange(size))
    found: dict[int, list[Floats]] = {at: [] for at in events}
    for times in multiplicities(each, asked.resamples, asked.seed):
        for at, sums in events.items():
            found[at].append(cases[at].formula(times @ sums))
    return {at: np.concatenate(blocks) for at, blocks in found.items()}


def _share(sums: Sums) -> float | None:
    if not sums.text:
        return None
    return 1 - fsum(apart / (coders * (coders - 1)) for coders, apart in sorted(sums.apart.items())) / sums.text


def ground_of(continua: Sequence[Continuum]) -> Ground:
    pieces = [list(strips(continuum, ())) for continuum in continua]
    judges: set[Hashable] = set().union(*(judging(continuum) for continuum in continua))
    return Ground(
        text=[sum(strip.length for strip in found) for found in pieces],
        judged=[sum(strip.length * strip.judges for strip in found) for found in pieces],
        coders=len(judges),
        scale=lcm(*(strip.judges - 1 for found in pieces for strip in found)),
    )


# --- |u-alpha ---


def _bar(continua: Sequence[Continuum], ground: Ground, chosen: list[list[Span]], is_label: bool) -> Case:
    rows: list[Row] = []
    apart: Counter[int] = Counter()
    for continuum, spans, judged in zip(continua, chosen, ground.judged, strict=True):
        crossed, coded, squares = crossings(continuum, spans) if spans else (Counter[int](), 0, 0)
        weighted = sum(length * ground.scale // (judges - 1) for judges, length in crossed.items())
        rows.append((judged, coded, squares, weighted) if judged else ())
        apart.update({judges: 2 * length for judges, length in crossed.items()})
    uses = sum(row[1] > 0 for row in rows if row) if is_label else None
    sums = Sums(rows, ground.coders, sum(ground.judged), sum(ground.text), apart, uses)
    return Case(sums, bar_formula(ground.scale), _label_reason if is_label else _bar_reason)


def crossings(continuum: Continuum, spans: list[Span]) -> tuple[Counter[int], int, int]:
    """Return, for spans of one label, pairs of a unit and a gap per number of judges, length and squares of units."""
    crossed: Counter[int] = Counter()
    length_of: Counter[Span] = Counter()
    for length, judges, covering in strips(continuum, united(spans)):
        crossed[judges] += length * len(covering) * (judges - len(covering))
        for unit in covering:
            length_of[unit] += length
    return crossed, length_of.total(), sum(length**2 for length in length_of.values())


def bar_formula(scale: int) -> Formula:
    def formula(totals: Floats) -> Floats:
        judged, coded, squares, crossed = totals.T
        gaps = judged - coded
        with np.errstate(invalid="ignore", divide="ignore"):
            ratio: Floats = crossed * (judged**2 - squares - gaps) / (scale * judged * gaps * coded)
        return 1 - ratio

    return formula


def _bar_reason(totals: Row) -> str:
    return ALL_CODED if totals[1] else ALL_GAP


def _label_reason(totals: Row) -> str:
    return ALL_USE if totals[1] else NO_USE


# --- u-alpha ---


@dataclass(frozen=True)
class Valued:
    """Hold of one continuum (squared lengths, scaled pairs that differ, length of each label), and the pairs alone."""

    row: Row
    apart: Counter[int]


def _valued(continuum: Continuum, labels: list[Hashable], scale: int) -> Valued | None:
    """Return the sums of a continuum, gap and labels as values, or None where a coder's labels overlap."""
    apart: Counter[int] = Counter()
    length_of: Counter[Span] = Counter()
    for strip in strips(continuum, united(continuum.spans)):
        if overlaps(strip):
            return None
        uses = Counter(unit.label for unit in strip.units)
        alike = sum(use**2 for use in uses.values()) + (strip.judges - len(strip.units)) ** 2
        apart[strip.judges] += strip.length * (strip.judges**2 - alike)
        length_of.update(dict.fromkeys(strip.units, strip.length))
    weighted = sum(length * scale // (judges - 1) for judges, length in apart.items())
    by_label: Counter[Hashable] = Counter()
    for unit, length in length_of.items():
        by_label[unit.label] += length
    squares = sum(length**2 for length in length_of.values())
    return Valued((squares, weighted, *(by_label[label] for label in labels)), apart)


def _u_formula(scale: int) -> Formula:
    def formula(totals: Floats) -> Floats:
        judged, squares, apart, by_label = totals[:, 0], totals[:, 1], totals[:, 2], totals[:, 3:]
        gaps = judged - by_label.sum(axis=1)
        varied = judged**2 - gaps**2 - (by_label**2).sum(axis=1)
        with np.errstate(invalid="ignore", divide="ignore"):
            ratio: Floats = apart * (judged**2 - squares - gaps) / (scale * judged * varied)
        return 1 - ratio

    return formula


def _u_reason(totals: Row) -> str:
    return ONE_LABEL if totals[1] else ALL_GAP


def labels_of(continua: Sequence[Continuum]) -> list[Hashable]:
    return canonical({span.label for continuum in continua for span in continuum.spans})


def overlaps(strip: Strip) -> bool:
    return len({unit.coder for unit in strip.units}) < len(strip.units)


def overlapping(ground: Ground) -> Case:
    """Return the case that says so; it has no percent agreement, because there is no one value per coder."""
    rows: list[Row] = [(judged,) if judged else () for judged in ground.judged]
    sums = Sums(rows, ground.coders, sum(ground.judged), 0, Counter())
    return Case(sums, undefined, lambda _: OVERLAP)


def undefined(totals: Floats) -> Floats:
    """Return no alpha, however many samples there are."""
    return np.full(len(totals), np.nan)
