"""alpha_U, the older coefficient of unitizing: how far apart do the units of coders begin and end.

Krippendorff 1995, On the reliability of unitizing continuous data, Sociological Methodology 25: 47-76, with the
expected disagreement as corrected in Krippendorff 2004, Content Analysis, 2nd ed., ch. 11 (example on p. 254). The
family in `unitizing` replaces it. For one label, with R coders of a continuum, l the length of all continua summed
over their coders, N units in all, unit lengths a and gap lengths b:

    D_o = sum of delta / (R - 1) / l
    D_e = [sum over units of (N - 1)(2 a^3 - 3 a^2 + a) / 3 + a^2 sum over gaps with b >= a of (b - a + 1)]
          / [l (l - 1) - sum over units of a (a - 1)]

(both times l / 2L in the original, which drops out of alpha = 1 - D_o / D_e). delta, for each pair of coders: two units
that intersect differ by the square between their beginnings plus the square between their ends; a unit that lies in a
gap of the other coder, by the square of its length. Over labels: one minus the sum of D_o over the sum of D_e.

Several continua: delta, lengths, units and gaps are summed over continua (a unit may be expected in a gap of any), then
there is one alpha. The formula has no room for missing text, and none is made here: then it is not defined.
"""

from collections import Counter
from collections.abc import Hashable, Sequence
from dataclasses import dataclass, replace
from itertools import combinations, pairwise

import numpy as np

from coding.agreement.alpha import Figure, canonical
from coding.agreement.continua import Continuum, Span, strips, united
from coding.agreement.distances import Floats
from coding.agreement.unitizing import (
    ALL_GAP,
    NO_USE,
    Case,
    Formula,
    Ground,
    OverEvents,
    Sums,
    crossings,
    figure_of,
    ground_of,
    undefined,
)

MISSING = "Not defined: a coder left out some of the text, and this coefficient has no rule for that."
NO_ROOM = "Not defined: these units could lie nowhere else."


@dataclass(frozen=True)
class Cut:
    """Hold of one continuum and label the sum of delta over pairs of coders; numbers of units and gaps by length."""

    delta: int
    units: Counter[int]
    gaps: Counter[int]


def alpha_u_1995(
    continua: Sequence[Continuum], label: Hashable = None, *, interval: OverEvents | None = None
) -> Figure:
    """Return alpha_U of one label, or over all labels that occur; overlapping labels are no problem.

    `agreement`: as for |u-alpha of one label; over labels its mean. `closeness` is None. The rest as in `bar_u_alpha`.
    """
    ground = ground_of(continua)
    labels = _labels_on_shared_text(continua) if label is None else [label]
    chosen = [[[span for span in one.spans if span.label == name] for one in continua] for name in labels]
    sums, formula = _sums(continua, ground, chosen)
    used = [any(spans[at] for spans in chosen) for at, judged in enumerate(ground.judged) if judged]
    if any(judged and continuum.missing for continuum, judged in zip(continua, ground.judged, strict=True)):
        formula, because = undefined, MISSING
    else:
        because = NO_ROOM if any(used) else ALL_GAP if label is None else NO_USE
    uses = None if label is None else sum(used)
    return replace(figure_of(Case(replace(sums, uses=uses), formula, lambda _: because), interval), closeness=None)


def _labels_on_shared_text(continua: Sequence[Continuum]) -> list[Hashable]:
    pieces = (strip for continuum in continua for strip in strips(continuum, united(continuum.spans)))
    return canonical({unit.label for strip in pieces for unit in strip.units})


def _sums(continua: Sequence[Continuum], ground: Ground, chosen: list[list[list[Span]]]) -> tuple[Sums, Formula]:
    """Return sums whose rows hold the judged length and then one block per label, and the formula that reads them."""
    apart: Counter[int] = Counter()
    rows: list[list[int]] = [[judged] if judged else [] for judged in ground.judged]
    lengths_of: list[list[int]] = []
    for spans_of in chosen:
        cuts = [cut(continuum, spans) for continuum, spans in zip(continua, spans_of, strict=True)]
        lengths = sorted({length for one, row in zip(cuts, rows, strict=True) if row for length in one.units})
        lengths_of.append(lengths)
        for row, one, continuum, spans in zip(rows, cuts, continua, spans_of, strict=True):
            if row:
                row += _block(one, lengths, ground.scale // (len(continuum.coders) - 1))
                apart.update({judges: 2 * length for judges, length in crossings(continuum, spans)[0].items()})
    text = sum(ground.text) * max(len(chosen), 1)
    sums = Sums([tuple(row) for row in rows], ground.coders, sum(ground.judged), text, apart)
    return sums, _formula(ground.scale, lengths_of)


def _block(one: Cut, lengths: list[int], weight: int) -> list[int]:
    """Return delta, then for each length the number of units, then for each the places in gaps where one would lie."""
    places = [sum(times * max(gap - length + 1, 0) for gap, times in one.gaps.items()) for length in lengths]
    return [one.delta * weight, *(one.units[length] for length in lengths), *places]


def cut(continuum: Continuum, spans: list[Span]) -> Cut:
    units_of: dict[Hashable, list[Span]] = {coder: [] for coder in continuum.coders}
    for unit in united(spans):
        units_of[unit.coder].append(unit)
    delta = sum(_delta(one, other) for one, other in combinations(units_of.values(), 2))
    units = Counter(unit.end - unit.start for found in units_of.values() for unit in found)
    gaps = Counter(length for found in units_of.values() for length in _gaps(continuum, found))
    return Cut(delta, units, gaps)


def _delta(one: list[Span], other: list[Span]) -> int:
    """Return the sum of delta between the units and gaps of two coders."""
    meeting = [(a, b) for a in one for b in other if a.start < b.end and b.start < a.end]
    alone = {*one, *other} - {unit for pair in meeting for unit in pair}
    shifted = sum((a.start - b.start) ** 2 + (a.end - b.end) ** 2 for a, b in meeting)
    return shifted + sum((unit.end - unit.start) ** 2 for unit in alone)


def _gaps(continuum: Continuum, units: list[Span]) -> list[int]:
    """Return the lengths of what one coder's units leave, without the empty ones."""
    inner = sorted((unit.start, unit.end) for unit in units)
    edges = [(continuum.begin, continuum.begin), *inner, (continuum.end, continuum.end)]
    return [after[0] - before[1] for before, after in pairwise(edges) if after[0] > before[1]]


def _formula(scale: int, lengths_of: list[list[int]]) -> Formula:
    def formula(totals: Floats) -> Floats:
        judged, rest = totals[:, 0], totals[:, 1:]
        observed, expected = np.zeros(len(totals)), np.zeros(len(totals))
        for lengths in lengths_of:
            delta, units, places, rest = np.split(rest, [1, 1 + len(lengths), 1 + 2 * len(lengths)], axis=1)
            observed += delta[:, 0] / (scale * judged)
            expected += _expected(judged, units, places, np.array(lengths, dtype=np.float64))
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.where(expected > 0, 1 - observed / expected, np.nan)

    return formula


def _expected(judged: Floats, units: Floats, places: Floats, a: Floats) -> Floats:
    """Return D_e per sample from the numbers of units and of places in gaps (samples x lengths), for each length a."""
    among_units = (units.sum(axis=1) - 1) * (units * (2 * a**3 - 3 * a**2 + a)).sum(axis=1) / 3
    among_gaps = (units * places * a**2).sum(axis=1)
    found: Floats = (among_units + among_gaps) / (judged * (judged - 1) - (units * (a * (a - 1))).sum(axis=1))
    return found
