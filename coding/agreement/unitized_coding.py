"""cu-alpha and (k)u-alpha: where two coders coded the same text, did they give it the same label.

Krippendorff, Mathet, Bouvry & Widlöcher 2016 (see `unitizing`), eqs. 10 to 13; Krippendorff 2019, eqs. 36 to 38. Of the
coincidences l_ck of `unitizing` only those of two labels are kept, l*_ck, with row sums l*_c and N in all; then

    cu-alpha   = 1 - (N - sum of l*_cc) / (N - sum of e*_cc)
    (k)u-alpha = 1 - (e*_k / l*_k) (l*_k - l*_kk) / (e*_k - e*_kk)          for one label k

`cu_alpha` says what e* is. Both are meant for labels that exclude each other.
"""

from collections import Counter, defaultdict
from collections.abc import Hashable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from coding.agreement.alpha import Figure
from coding.agreement.continua import Continuum, Span, Strip, strips, united
from coding.agreement.distances import Floats
from coding.agreement.unitizing import (
    Case,
    Formula,
    Ground,
    OverEvents,
    Row,
    Sums,
    figure_of,
    ground_of,
    labels_of,
    overlapping,
    overlaps,
)

NO_MEETING = "Not defined: no text was coded by two coders."
SAME_LABEL = "Not defined: wherever two coders coded the same text they used one and the same code."
NO_MEETING_OF_LABEL = "Not defined: wherever a coder used this code no other coder coded."
TOO_LITTLE = "Not defined: too little text was coded by two coders to say what chance would bring."


@dataclass
class Meeting:
    """Hold of one continuum the coincidences where two coders coded, times the scale.

    `total`, `by_label`, `alike`: N, l*_c and l*_cc. `apart_scaled`: N minus all l*_cc. `self_shared`: s_c.
    `pairable`, `text`, `apart`: as in `Sums`, for the coders who coded.
    """

    total: int
    apart_scaled: int
    by_label: Counter[Hashable]
    alike: Counter[Hashable]
    self_shared: Counter[Hashable]
    pairable: int
    text: int
    apart: Counter[int]


def cu_alpha(continua: Sequence[Continuum], *, interval: OverEvents | None = None) -> Figure:
    """Return cu-alpha (2016, eqs. 10 and 11; 2019, eqs. 36 and 37): the coding of text that two coders coded.

    With l*_ck = l_ck, but labels only, and N their sum: e*_ck = (l*_c l*_k - [c = k] s_c) / (N - s / N). With three or
    more coders public code reads s_c in two ways. Let g be a unit with label c of coder i, and |g & j| the length of g
    that coder j coded, with any label:

        used here:  s_c = sum over g, and over coders j other than i, of |g & j|^2 / (m - 1)
        not used:   s_c = sum over g of (length of g that any other coder coded)^2

    They are equal for two coders. The example of Krippendorff 2019, Figure 12.11 (Alex, Paul, Suzan), is printed as
    .724: the first reading gives .7241, the second .7256. Where m differs along a unit (missing text), |g & j|^2 /
    (m - 1) is |g & j| times the sum over its characters of 1 / (m - 1).

    `agreement`: mean over the characters that two coders coded of the share of pairs, among those who coded it, with
    the same label. `pairable`: these characters times the coders who coded them.
    """
    ground, labels = ground_of(continua), labels_of(continua)
    meetings = _meetings(continua, ground)
    if meetings is None:
        return figure_of(overlapping(ground), interval)
    rows: list[Row] = [
        (one.total, one.apart_scaled, sum(one.self_shared.values()), *(one.by_label[label] for label in labels))
        if judged
        else ()
        for judged, one in zip(ground.judged, meetings, strict=True)
    ]
    sums = _meeting_sums(ground, meetings, rows)
    return figure_of(Case(sums, _cu_formula(ground.scale), _cu_reason), interval)


def ku_alpha(continua: Sequence[Continuum], label: Hashable, *, interval: OverEvents | None = None) -> Figure:
    """Return (k)u-alpha (2016, eq. 13; 2019, eq. 38) of one label k, on the text that two coders coded, as `cu_alpha`.

    Written out it is 1 - (l*_k N - s_k)(l*_k - l*_kk) / (l*_k^2 (N - l*_k)). `agreement`: l*_kk / l*_k, of the text
    that a coder gave this label and another coded, the share to which the other gave it too. `pairable`: as `cu_alpha`.
    `uses`: continua in which a coder used the label on text that another coded.
    """
    ground = ground_of(continua)
    meetings = _meetings(continua, ground)
    if meetings is None:
        return figure_of(overlapping(ground), interval)
    rows: list[Row] = [
        (one.total, sum(one.self_shared.values()), one.by_label[label], one.self_shared[label], one.alike[label])
        if judged
        else ()
        for judged, one in zip(ground.judged, meetings, strict=True)
    ]
    uses = sum(one.by_label[label] > 0 for one in meetings)
    sums = replace(_meeting_sums(ground, meetings, rows), text=0, uses=uses)
    figure = figure_of(Case(sums, _ku_formula(ground.scale), _ku_reason), interval)
    whole = sum(one.by_label[label] for one in meetings)
    share = sum(one.alike[label] for one in meetings) / whole if whole else None
    return replace(figure, agreement=share, closeness=share)


def _meetings(continua: Sequence[Continuum], ground: Ground) -> list[Meeting] | None:
    """Return the coincidences of each continuum, or None where the labels of a coder overlap."""
    found = [_meeting(continuum, ground.scale) for continuum in continua]
    return None if None in found else [one for one in found if one is not None]


def _meeting(continuum: Continuum, scale: int) -> Meeting | None:
    """Return the coincidences of a continuum where two coders coded, or None where a coder's labels overlap."""
    met = Meeting(0, 0, Counter(), Counter(), Counter(), 0, 0, Counter())
    shared: defaultdict[tuple[Span, Hashable], list[int]] = defaultdict(lambda: [0, 0])
    for strip in strips(continuum, united(continuum.spans)):
        if overlaps(strip):
            return None
        if len(strip.units) > 1:
            _meet(met, strip, scale // (strip.judges - 1))
            for unit, other in ((unit, other) for unit in strip.units for other in strip.units if other is not unit):
                lengths = shared[unit, other.coder]
                lengths[0] += strip.length
                lengths[1] += strip.length * scale // (strip.judges - 1)
    for (unit, _), (length, weighted) in shared.items():
        met.self_shared[unit.label] += length * weighted
    return met


def _meet(met: Meeting, strip: Strip, weight: int) -> None:
    """Add a strip of text that two coders coded to the coincidences."""
    coding = len(strip.units)
    for label, uses in Counter(unit.label for unit in strip.units).items():
        met.by_label[label] += strip.length * weight * uses * (coding - 1)
        met.alike[label] += strip.length * weight * uses * (uses - 1)
        met.apart_scaled += strip.length * weight * uses * (coding - uses)
        met.apart[coding] += strip.length * uses * (coding - uses)
    met.total += strip.length * weight * coding * (coding - 1)
    met.pairable += strip.length * coding
    met.text += strip.length


def _meeting_sums(ground: Ground, meetings: list[Meeting], rows: list[Row]) -> Sums:
    apart = sum((one.apart for one in meetings), Counter[int]())
    pairable, text = sum(one.pairable for one in meetings), sum(one.text for one in meetings)
    return Sums(rows, ground.coders, pairable, text, apart)


def _cu_formula(scale: int) -> Formula:
    def formula(totals: Floats) -> Floats:
        total, apart, self_shared, by_label = totals[:, 0], totals[:, 1], totals[:, 2], totals[:, 3:]
        chance, varied = total**2 - scale * self_shared, total**2 - (by_label**2).sum(axis=1)
        with np.errstate(invalid="ignore", divide="ignore"):
            ratio: Floats = apart * chance / (total * varied)
        return np.where((chance > 0) & (varied > 0), 1 - ratio, np.nan)

    return formula


def _cu_reason(totals: Row) -> str:
    total, by_label = totals[0], totals[3:]
    if not total:
        return NO_MEETING
    return SAME_LABEL if max(by_label) == total else TOO_LITTLE


def _ku_formula(scale: int) -> Formula:
    def formula(totals: Floats) -> Floats:
        total, self_shared, of_label, own, alike = totals.T
        expected, varied = of_label * total - scale * own, of_label**2 * (total - of_label)
        with np.errstate(invalid="ignore", divide="ignore"):
            ratio: Floats = expected * (of_label - alike) / varied
        is_defined = (total**2 > scale * self_shared) & (expected > 0) & (varied > 0)
        return np.where(is_defined, 1 - ratio, np.nan)

    return formula


def _ku_reason(totals: Row) -> str:
    total, _, of_label, _, _ = totals
    if not total:
        return NO_MEETING
    return NO_MEETING_OF_LABEL if not of_label else SAME_LABEL if of_label == total else TOO_LITTLE
