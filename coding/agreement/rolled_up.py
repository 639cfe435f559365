"""Agreement on the same text at a coarser level: codes stand for their category, scale category or layer.

`places` says which place a code has. A code that is not in it, or has None there, is unplaced, and the unplaced are a
value of their own (`unplaced`, any label that is no place). |u-alpha of a place takes the units of all its codes, those
of one coder united where they overlap, as in `unitizing`; adjoining ones stay two.

A coarser level may have a higher figure for no other reason than that codes were lumped together. So beside each place
stands the same figure under random placements, which shuffle what place each code has and leave each place, and
the unplaced, as many codes as they have. All places are shuffled together, over the codes that occur in any of the
continua: a code that nobody used would give a place no text.

Chance: raw 64-bit words of PCG64, as in `card_sorts`. Codes and places stand in canonical order and all sums are whole
numbers, so that no order of coders, continua, spans or codes changes a digit.

Sums without strips: a unit is as long as the judged text up to its end less that up to its start, and between any two
of the edges of a place's units, sorted, the number k of coders who coded is the number of units begun less those ended.
Of m coders k (m - k) pairs differ there, which needs no more than running sums over text of length, of length
m / (m - 1) and of length / (m - 1).
"""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from math import fsum

import numpy as np

from coding.agreement.alpha import Ints, canonical
from coding.agreement.card_sorts import LEAST_SHUFFLES, ROUNDING, deal
from coding.agreement.continua import Continuum, Span, strips, united
from coding.agreement.distances import Floats
from coding.agreement.unitizing import bar_formula, ground_of, labels_of

LEAST_FOR_BOUNDS = 39  # of fewer, 2.5 % on a side is not one

ALL_CODES = "Not drawn: every code that was used has this place, and so no other placement is possible."
NO_DRAW = "Not defined: this place had a figure under no random placement."
FEW_DRAWS = f"No bounds: this place had a figure under fewer than {LEAST_FOR_BOUNDS} random placements."
NO_FIGURE = "No share: this place has no figure to compare with."


@dataclass(frozen=True, kw_only=True)
class Placements:
    """Say |u-alpha of one place under random placements, and why a number is absent.

    codes, all_codes     codes of this place, and all codes, of those that occur
    observed             |u-alpha of the place as its codes are placed, or None (`bar_u_alphas` says why)
    mean                 mean over the draws in which it is defined, or None; then `undefined_because` is a sentence
    low, high            the bounds between which 95 % of these draws are, or None; then `bounds_because`
    p                    (1 + draws with at least the observed figure, or with none) / (1 + draws), or None; then
                         `p_because`
    draws, undefined     random placements, and those of them in which it is not defined
    """

    codes: int
    all_codes: int
    observed: float | None
    seed: int
    draws: int = 0
    undefined: int = 0
    mean: float | None = None
    undefined_because: str = ""
    low: float | None = None
    high: float | None = None
    bounds_because: str = ""
    p: float | None = None
    p_because: str = ""


@dataclass(frozen=True, eq=False)
class Units:
    """Hold the united units of each coder and code in numbers, and running sums over the text.

    `code`, `coder`, `start`, `end`: per unit; codes are positions in `codes`, coders are numbered anew in each
    continuum, start and end are positions in the edges of all continua, one after the other.
    `length`, `both`, `own`: per edge the sum, over all judged text before it, of length, of length m / (m - 1) and of
    length / (m - 1), m coders having judged it; the last two times `scale`. `judged`: characters times coders.
    """

    codes: list[Hashable]
    code: Ints
    coder: Ints
    start: Ints
    end: Ints
    length: Ints
    both: Ints
    own: Ints
    judged: int
    scale: int


def relabelled(
    continua: Sequence[Continuum], places: Mapping[Hashable, Hashable | None], unplaced: Hashable
) -> list[Continuum]:
    """Return the continua with the place of its code as the label of each span, say for `bar_u_alphas`.

    Raise ValueError where `unplaced` is None or one of the places.
    """
    _refuse_as_unplaced(unplaced, places)
    return [
        replace(one, spans=[replace(span, label=_place(span.label, places, unplaced)) for span in one.spans])
        for one in continua
    ]


def shares(
    continua: Sequence[Continuum], places: Mapping[Hashable, Hashable | None], unplaced: Hashable
) -> dict[Hashable, float]:
    """Return the share of coded text under each place that occurs; empty where no text that two coders judged is coded.

    Text is characters times coders, where at least two coders judged: of what a coder coded at all, the part that this
    coder coded with a code of the place. Codes may overlap, so shares may sum to more than 1.
    Raise ValueError where `unplaced` is None or one of the places.
    """
    _refuse_as_unplaced(unplaced, places)
    units = _units(continua)
    known, placing = _numbered(units.codes, places, unplaced)
    every = int(_totals(units, np.zeros_like(placing), 1)[0, 1])
    coded = _totals(units, placing, len(known))[:, 1].tolist()
    return {place: length / every for place, length in zip(known, coded, strict=True)} if every else {}


def under_random_placements(
    continua: Sequence[Continuum],
    places: Mapping[Hashable, Hashable | None],
    *,
    unplaced: Hashable,
    seed: int,
    draws: int = 200,
) -> dict[Hashable, Placements]:
    """Return for each place that occurs, in canonical order, its |u-alpha under random placements of the same sizes.

    `draws`: at least 100. `seed`: 0 or more. Where a place has no figure in a draw, the draw counts against it in p.
    Raise ValueError for too few draws, a negative seed, and where `unplaced` is None or one of the places.
    """
    _refuse_as_unplaced(unplaced, places)
    if draws < LEAST_SHUFFLES:
        raise ValueError(f"{draws} random placements are too few: draw {LEAST_SHUFFLES} or more.")
    units = _units(continua)
    known, placing = _numbered(units.codes, places, unplaced)
    observed = alphas_of_places(units, placing[np.newaxis], len(known))[0].tolist()
    sizes = np.bincount(placing, minlength=len(known)).tolist()
    found = {
        place: Placements(codes=size, all_codes=len(placing), observed=None if np.isnan(value) else value, seed=seed)
        for place, size, value in zip(known, sizes, observed, strict=True)
    }
    placings = random_placings(placing, draws, seed)
    if len(known) < 2:
        return {place: _not_drawn(one) for place, one in found.items()}
    drawn = alphas_of_places(units, placings, len(known))
    return {place: _summed_up(one, values) for (place, one), values in zip(found.items(), drawn.T, strict=True)}


def _not_drawn(found: Placements) -> Placements:
    return replace(found, undefined_because=ALL_CODES, bounds_because=ALL_CODES, p_because=ALL_CODES)


def _summed_up(found: Placements, values: Floats) -> Placements:
    """Put mean, bounds and p on the figure of a place, from its |u-alpha in each draw, NaN where it has none."""
    kept = np.sort(values[~np.isnan(values)])
    drawn = replace(
        found,
        draws=len(values),
        undefined=len(values) - len(kept),
        mean=fsum(kept) / len(kept) if len(kept) else None,
        undefined_because="" if len(kept) else NO_DRAW,
        bounds_because="" if len(kept) >= LEAST_FOR_BOUNDS else FEW_DRAWS if len(kept) else NO_DRAW,
        p_because=NO_FIGURE if found.observed is None else "",
    )
    if len(kept) >= LEAST_FOR_BOUNDS:
        rank = (len(kept) + 1) // 40  # as the bounds of an interval, see `bootstrap`
        drawn = replace(drawn, low=float(kept[rank - 1]), high=float(kept[len(kept) - rank]))
    if found.observed is None:
        return drawn
    high = int(np.count_nonzero(~(values < found.observed - ROUNDING)))
    return replace(drawn, p=(1 + high) / (1 + len(values)))


def _place(code: Hashable, places: Mapping[Hashable, Hashable | None], unplaced: Hashable) -> Hashable:
    place = places.get(code)
    return unplaced if place is None else place


def _refuse_as_unplaced(unplaced: Hashable, places: Mapping[Hashable, Hashable | None]) -> None:
    if unplaced is None:
        raise ValueError("Codes without a place have no label: give one for them as `unplaced`.")
    if unplaced in places.values():
        raise ValueError(f"{unplaced!r} is a place of codes, and no label for those without a place: give another.")


def _numbered(
    codes: Sequence[Hashable], places: Mapping[Hashable, Hashable | None], unplaced: Hashable
) -> tuple[list[Hashable], Ints]:
    """Return the places of codes in canonical order, and for each code the position of its place among these."""
    of_code = [_place(code, places, unplaced) for code in codes]
    known = canonical(set(of_code))
    number = {place: at for at, place in enumerate(known)}
    return known, np.array([number[place] for place in of_code], dtype=np.int64)


def random_placings(placing: Ints, draws: int, seed: int) -> Ints:
    """Return as many placings (draws x codes), each with the places of the one given dealt among the codes anew.

    Raise ValueError for a negative seed.
    """
    return deal(np.sort(placing), draws, np.random.PCG64(seed))


# --- sums ---


def alphas_of_places(units: Units, placings: Ints, places: int) -> Floats:
    """Return |u-alpha for each placing (placings x codes) of each place (placings x places), NaN where it has none."""
    formula = bar_formula(units.scale)
    return np.array([formula(_totals(units, placing, places)) for placing in placings]).reshape(len(placings), places)


def _totals(units: Units, placing: Ints, places: int) -> Floats:
    """Return what |u-alpha needs (places x judged, coded, squares, crossed) where codes are placed so."""
    place, start, end = _united(units, placing[units.code], places)
    length = units.length[end] - units.length[start]
    apart = _crossed(units, place, start, end)
    sums = [_summed(place, length, places), _summed(place, length**2, places), _summed(*apart, places)]
    return np.array([np.full(places, units.judged), *sums], dtype=np.float64).T


def _united(units: Units, place: Ints, places: int) -> tuple[Ints, Ints, Ints]:
    """Return place, start and end of the units of places: of what one coder's units of a place make where they overlap.

    On the line of a coder and a place a unit is open from its start to its end, and the last to close ends the whole.
    An end comes before a start at the same edge, so that adjoining units stay two.
    """
    line, edge, starts = _sorted_ends(units, units.coder * places + place, units.start, units.end)
    closing = np.flatnonzero(np.cumsum(2 * starts - 1) == 0)
    opening = np.concatenate([np.zeros(1, dtype=np.int64), closing[:-1] + 1])[: len(closing)]
    return line[opening] % places, edge[opening], edge[closing]


def _crossed(units: Units, place: Ints, start: Ints, end: Ints) -> tuple[Ints, Ints]:
    """Return, from each end of a unit to the next, its place, and pairs of a unit and a gap there, times `scale`."""
    line, edge, starts = _sorted_ends(units, place, start, end)
    coders = np.cumsum(2 * starts - 1)[:-1]
    crossed: Ints = coders * np.diff(units.both[edge]) - coders**2 * np.diff(units.own[edge])
    return line[:-1], crossed


def _sorted_ends(units: Units, line: Ints, start: Ints, end: Ints) -> tuple[Ints, Ints, Ints]:
    """Return line, edge, and 1 for a start, of all starts and ends, sorted by line, by edge, ends before starts."""
    bits = len(units.length).bit_length()
    numbers = np.concatenate([(line << bits | start) << 1 | 1, (line << bits | end) << 1])
    numbers.sort()
    return numbers >> bits + 1, numbers >> 1 & (1 << bits) - 1, numbers & 1


def _summed(place: Ints, amounts: Ints, places: int) -> Ints:
    """Return the sum of amounts of each place, in whole numbers, which a weighted `bincount` does not keep."""
    sums = np.zeros(places, dtype=amounts.dtype)
    np.add.at(sums, place, amounts)
    return sums


def _units(continua: Sequence[Continuum]) -> Units:
    ground, codes = ground_of(continua), labels_of(continua)
    number = {code: at for at, code in enumerate(codes)}
    rows: list[tuple[int, int, int, int]] = []
    pieces: list[list[int]] = [[0, 0, 0]]
    for continuum in continua:
        units = united(continuum.spans)
        edges = sorted({edge for unit in units for edge in (unit.start, unit.end)})
        at = {edge: place for place, edge in enumerate(edges, len(pieces) - 1)}
        place = {name: place for place, name in enumerate(continuum.coders)}
        rows += [(number[unit.label], place[unit.coder], at[unit.start], at[unit.end]) for unit in units]
        pieces += _pieces(continuum, edges, ground.scale)
    code, coder, start, end = np.array(rows, dtype=np.int64).reshape(-1, 4).T.copy()
    length, both, own = (_running(amounts, ground.coders) for amounts in zip(*pieces, strict=True))
    return Units(codes, code, coder, start, end, length, both, own, sum(ground.judged), ground.scale)


def _running(amounts: Sequence[int], coders: int) -> Ints:
    """Return running sums, in numbers of Python where 64 bits are too few (many coders of different text)."""
    few = sum(amounts) * max(1, coders) < 2**62
    sums: Ints = np.cumsum(np.array(amounts, dtype=np.int64 if few else object))
    return sums


def _pieces(continuum: Continuum, edges: list[int], scale: int) -> list[list[int]]:
    """Return [length, length m / (m - 1), length / (m - 1)] of judged text from each edge to the next, and a last 0."""
    sums, place = [[0, 0, 0] for _ in edges], {edge: at for at, edge in enumerate(edges)}
    pieces = [Span(None, start, end, "") for start, end in pairwise(edges)]
    for length, judges, covering in strips(continuum, pieces):
        own = length * scale // (judges - 1)
        for piece in covering:  # none before the first edge and after the last, otherwise one
            for column, more in enumerate((length, judges * own, own)):
                sums[place[piece.start]][column] += more
    return sums
