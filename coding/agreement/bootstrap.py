"""A percentile interval for alpha, by drawing events with replacement.

All units of a drawn event come together, because reports of one event are not independent. Each resample is a vector
of multiplicities over the distinct events, times the sums of each event (its uses of each value and its own
disagreement): many resamples are one matrix product. The distance matrix is that of the whole table throughout.

Interval (Efron & Tibshirani 1993, An Introduction to the Bootstrap, section 13.3, and p. 160 for the choice of rank):
of the B resamples that vary, sorted, the bounds are the k-th smallest and the k-th largest, k = floor((B + 1) / 40),
which is 2.5 % on each side. No interpolation: 1,000 resamples give the 25th and the 976th.

Chance: raw 64-bit words of PCG64 (O'Neill 2014), one per drawn event, in order; word w draws event
floor(w * events / 2**64) (multiply-shift; Lemire 2019, ACM TOMACS 29(1)). No event is favoured by more than one part
in 2**64 / events. Events stand in an order made from their contents alone.
"""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from coding.agreement.alpha import Figure, Ints, Profile, Table, Tally, alphas, figure_of, profile, tally
from coding.agreement.distances import Distance, Floats, V

LEAST_EVENTS = 10
FEW_EVENTS = 30
FEW_USES = 10
LEAST_RESAMPLES = 100
DRAWS_AT_ONCE = 2**18
DENSE_CELLS = 2**22


@dataclass(frozen=True)
class Events:
    """Hold the events of a table, in the order of their contents.

    `kinds`: the distinct events, each as the sorted kinds of its pairable units. `kind_of_event`: for each event
    its position in `kinds`, ascending. Events without a pairable unit are not here.
    """

    kinds: list[tuple[int, ...]]
    kind_of_event: Ints


def with_interval(
    table: Table[V], distance: Distance[V], events: Sequence[Hashable], *, seed: int, resamples: int = 1000
) -> Figure:
    """Return alpha of a table (units x coders, None = not judged) with a 95 % percentile interval over events.

    `events`: one hashable per unit; None makes a unit its own event. `resamples`: at least 100. `seed`: 0 or more.
    The same table, events (under any names and in any order) and seed give the same bounds.
    Raise ValueError for a wrong number of events, too few resamples, a negative seed, and whatever `alpha` refuses.
    """
    if len(events) != len(table):
        raise ValueError(f"There are {len(table)} units but {len(events)} events: give one event per unit.")
    if resamples < LEAST_RESAMPLES:
        raise ValueError(f"{resamples} resamples are too few for an interval: draw {LEAST_RESAMPLES} or more.")
    counted = tally(table)
    delta = counted.distance_matrix(distance)
    grouped = group_events(events, counted)
    found = replace(figure_of(counted, delta), events=len(grouped.kind_of_event), seed=seed)
    because = _no_interval_because(found)
    if because:
        return replace(found, interval_because=because)
    return bounded(found, resampled(counted, delta, grouped, resamples, seed))


def group_events(events: Sequence[Hashable], counted: Tally) -> Events:
    """Put the pairable units of a tally into their events, and equal events together."""
    members: defaultdict[Hashable, list[int]] = defaultdict(list)
    for event, kind in zip(events, counted.kind_of_unit, strict=True):
        if kind >= 0:
            members[object() if event is None else event].append(kind)
    contents = sorted(tuple(sorted(kinds)) for kinds in members.values())
    place = {kinds: at for at, kinds in enumerate(dict.fromkeys(contents))}
    return Events(list(place), np.array([place[kinds] for kinds in contents], dtype=np.int64))


def resampled(counted: Tally, delta: Floats, events: Events, resamples: int, seed: int) -> Floats:
    """Return alpha of each resample, in the order drawn, NaN where it has no variation."""
    sums = by_event(profile(counted, delta), events)
    add = _adder(sums, len(events.kinds))
    totals = np.concatenate([add(times) for times in multiplicities(events, resamples, seed)])
    return alphas(totals, delta, sums.judges)


def by_event(sums: Profile, events: Events) -> Profile:
    """Return the profile of events (rows: `events.kinds`) from that of their units; equal columns may repeat."""
    unit = np.array([kind for kinds in events.kinds for kind in kinds], dtype=np.int64)
    event = np.repeat(np.arange(len(events.kinds)), [len(kinds) for kinds in events.kinds])
    entries = np.bincount(sums.row)[unit]
    first = np.searchsorted(sums.row, unit)
    entry = np.arange(entries.sum()) + np.repeat(first - (np.cumsum(entries) - entries), entries)
    return replace(sums, row=np.repeat(event, entries), column=sums.column[entry], amount=sums.amount[entry])


def multiplicities(events: Events, resamples: int, seed: int) -> Iterator[Floats]:
    """Yield blocks (some resamples x distinct events): how often each was drawn; a block holds few draws at once."""
    size, kinds = len(events.kind_of_event), len(events.kinds)
    generator = np.random.PCG64(seed)
    block = max(1, DRAWS_AT_ONCE // size)
    for start in range(0, resamples, block):
        rows = min(block, resamples - start)
        drawn = events.kind_of_event[positions(generator.random_raw(rows * size), size)].reshape(rows, size)
        drawn += np.arange(rows)[:, np.newaxis] * kinds
        yield np.bincount(drawn.ravel(), minlength=rows * kinds).reshape(rows, kinds).astype(np.float64)


def positions(words: NDArray[np.uint64], size: int) -> Ints:
    """Map 64-bit words to 0 .. size - 1 as floor(word * size / 2**64), for size below 2**32."""
    half, low, factor = np.uint64(32), np.uint64(2**32 - 1), np.uint64(size)
    mapped: NDArray[np.uint64] = ((words >> half) * factor + (((words & low) * factor) >> half)) >> half
    return mapped.view(np.int64)


def _adder(sums: Profile, rows: int) -> Callable[[Floats], Floats]:
    """Return a function from multiplicities (resamples x rows) to totals (resamples x columns).

    A small profile becomes a matrix. A large one (many distinct sets) stays sparse, so that memory does too.
    """
    if rows * sums.columns <= DENSE_CELLS:
        place = sums.row * sums.columns + sums.column
        matrix = np.bincount(place, weights=sums.amount, minlength=rows * sums.columns).reshape(rows, sums.columns)
        return lambda times: times @ matrix
    return lambda times: np.array(
        [np.bincount(sums.column, weights=drawn[sums.row] * sums.amount, minlength=sums.columns) for drawn in times]
    )


def bounded(found: Figure, values: Floats) -> Figure:
    """Put bounds and caution on a figure, or say why there are none: over 5 % of resamples do not vary."""
    kept = np.sort(values[~np.isnan(values)])
    counted = replace(found, resamples=len(values), dropped=len(values) - len(kept))
    if counted.dropped * 20 > counted.resamples:
        return replace(counted, interval_because=_too_few(counted))
    rank = (len(kept) + 1) // 40
    low, high = float(kept[rank - 1]), float(kept[len(kept) - rank])
    return replace(counted, low=low, high=high, interval_because="", caution=_caution(counted))


def _too_few(found: Figure) -> str:
    share = f"{found.dropped:,} of {found.resamples:,} resamples had no variation"
    return f"No interval: too few incidents with this category ({share})."


def _no_interval_because(found: Figure) -> str:
    if found.value is None:
        return "No interval: the figure itself is not defined."
    if found.events is not None and found.events < LEAST_EVENTS:
        return f"No interval: {_number(found.events, 'event')}, and at least {LEAST_EVENTS} are needed."
    return ""


def _caution(found: Figure) -> str:
    low = []
    if found.events is not None and found.events < FEW_EVENTS:
        low.append(f"{_number(found.events, 'event')} (fewer than {FEW_EVENTS})")
    if found.uses is not None and found.uses < FEW_USES:
        low.append(f"{_number(found.uses, 'use')} (fewer than {FEW_USES})")
    return f"This interval is likely too narrow: it rests on {' and '.join(low)}." if low else ""


def _number(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
