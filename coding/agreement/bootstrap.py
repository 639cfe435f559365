"""A percentile interval for alpha, by drawing events with replacement.

All units of a drawn event come together, because reports of one event are not independent. Each resample is a vector
of multiplicities over the distinct events, times the sums of each event (its uses of each value and its own
disagreement): many resamples are one matrix product. The distance matrix is that of the whole table throughout; only
a `Placed` distance is made anew for each resample, whose sums then hold the coincidences of each pair of values.

Interval (Efron & Tibshirani 1993, An Introduction to the Bootstrap, section 13.3, and p. 160 for the choice of rank):
of the B resamples that vary, sorted, the bounds are the k-th smallest and the k-th largest, k = floor((B + 1) / 40),
which is 2.5 % on each side. No interpolation: 1,000 resamples give the 25th and the 976th.

Chance: raw 64-bit words of PCG64 (O'Neill 2014), one per drawn event, in order; word w draws event
floor(w * events / 2**64) (multiply-shift; Lemire 2019, ACM TOMACS 29(1)). No event is favoured by more than one part
in 2**64 / events. Events stand in an order made from their contents alone, equal ones side by side: how often each kind
was drawn is read off the running sum of draws over positions. Tables with as many events share their draws.
"""

from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass, replace
from sys import byteorder

import numpy as np
from numpy.typing import NDArray

from coding.agreement.alpha import (
    Coded,
    Figure,
    Ints,
    Profile,
    Table,
    Tally,
    alphas,
    coincidences,
    figure_of,
    placed_alphas,
    profile,
    tally,
)
from coding.agreement.distances import Distance, Floats, Placed, V

LEAST_EVENTS = 10
FEW_EVENTS = 30
FEW_USES = 10
LEAST_RESAMPLES = 100
DRAWS_AT_ONCE = 2**20
WORDS_AT_ONCE = 2**14  # 128 KiB: larger arrays come from the system page by page, each time anew
DENSE_CELLS = 2**22
HALF, LOW_HALF = np.uint64(32), np.uint64(2**32 - 1)
LOW_FIRST = 0 if byteorder == "little" else 1


@dataclass(frozen=True)
class Events:
    """Hold the events of a table, in the order of their contents.

    `kinds`: the distinct events, each as the sorted kinds of its pairable units. `kind_of_event`: for each event
    its position in `kinds`, ascending. Events without a pairable unit are not here.
    """

    kinds: list[tuple[int, ...]]
    kind_of_event: Ints


@dataclass(frozen=True)
class Resampling:
    """Hold what one table needs to be drawn from: its events, and two functions for many resamples at once.

    `add`: from multiplicities (resamples x distinct events) to totals. `alphas`: from totals to alpha of each.
    """

    events: Events
    add: Callable[[Floats], Floats]
    alphas: Callable[[Floats], Floats]


def with_interval(
    table: Table[V] | Coded,
    distance: Distance[V] | Placed[V],
    events: Sequence[Hashable],
    *,
    seed: int,
    resamples: int = 1000,
) -> Figure:
    """Return alpha of a table (units x coders, None = not judged) with a 95 % percentile interval over events.

    `events`: one hashable per unit; None makes a unit its own event. `resamples`: at least 100. `seed`: 0 or more.
    The same table, events (under any names and in any order) and seed give the same bounds.
    Raise ValueError for a wrong number of events, too few resamples, a negative seed, and whatever `alpha` refuses.
    """
    return with_intervals([table], distance, events, seed=seed, resamples=resamples)[0]


def with_intervals(
    tables: Sequence[Table[V] | Coded],
    distance: Distance[V] | Placed[V],
    events: Sequence[Hashable],
    *,
    seed: int,
    resamples: int = 1000,
) -> list[Figure]:
    """Return what `with_interval` does for each of several tables of the same units; cheaper, as they share draws."""
    if any(len(events) != len(table) for table in tables):
        units = next(len(table) for table in tables if len(table) != len(events))
        raise ValueError(f"There are {units} units but {len(events)} events: give one event per unit.")
    if resamples < LEAST_RESAMPLES:
        raise ValueError(f"{resamples} resamples are too few for an interval: draw {LEAST_RESAMPLES} or more.")
    figures: list[Figure] = []
    asked: dict[int, Resampling] = {}
    numbers = numbered(events)
    for at, table in enumerate(tables):
        counted = tally(table)
        delta, grouped = counted.distance_matrix(distance), group_events(numbers, counted)
        found = replace(figure_of(counted, delta), events=len(grouped.kind_of_event), seed=seed)
        because = no_interval_because(found)
        figures.append(replace(found, interval_because=because))
        if not because:
            asked[at] = resampling(counted, distance if isinstance(distance, Placed) else delta, grouped)
    for at, values in zip(asked, drawn_alphas(list(asked.values()), resamples, seed), strict=True):
        figures[at] = bounded(figures[at], values)
    return figures


def numbered(events: Sequence[Hashable]) -> Ints:
    """Return a number for each unit's event, the same for the same event; None is an event of its own each time."""
    number: dict[Hashable, int] = {}
    return np.array(
        [at if event is None else number.setdefault(event, at) for at, event in enumerate(events)], dtype=np.int64
    )


def group_events(events: Sequence[Hashable] | Ints, counted: Tally) -> Events:
    """Put the pairable units of a tally into their events (named, or `numbered`), and equal events together."""
    numbers = events if isinstance(events, np.ndarray) else numbered(events)
    paired = counted.kind_of_unit >= 0
    event, kind = numbers[paired], counted.kind_of_unit[paired]
    if len(event) == 0 or np.bincount(event).max() == 1:
        return Events([(one,) for one in range(len(counted.rows))], np.sort(kind))
    order = np.lexsort((kind, event))
    starts = np.flatnonzero(np.diff(event[order], prepend=-1))
    contents = sorted(tuple(kinds.tolist()) for kinds in np.split(kind[order], starts[1:]))
    place = {kinds: at for at, kinds in enumerate(dict.fromkeys(contents))}
    return Events(list(place), np.array([place[kinds] for kinds in contents], dtype=np.int64))


def resampled(counted: Tally, delta: Floats | Placed[V], events: Events, resamples: int, seed: int) -> Floats:
    """Return alpha of each resample, in the order drawn, NaN where it has no variation."""
    return drawn_alphas([resampling(counted, delta, events)], resamples, seed)[0]


def resampling(counted: Tally, delta: Floats | Placed[V], events: Events) -> Resampling:
    """Prepare a tally of at least one pairable unit for its resamples, under a distance matrix or a placed distance."""
    if isinstance(delta, Placed):
        sums, pairs = coincidences(counted)
        by_places = delta.places
        return Resampling(
            events,
            _adder(by_event(sums, events), len(events.kinds)),
            lambda totals: placed_alphas(totals, pairs, lambda uses: by_places(counted.values, uses)),
        )
    sums = profile(counted, delta)
    add = _adder(by_event(sums, events), len(events.kinds))
    return Resampling(events, add, lambda totals: alphas(totals, delta, sums.judges))


def drawn_alphas(asked: Sequence[Resampling], resamples: int, seed: int) -> list[Floats]:
    """Return for each table alpha of each resample; tables with as many events share their draws."""
    found: list[list[Floats]] = [[] for _ in asked]
    for size in {len(one.events.kind_of_event) for one in asked}:
        here = [at for at, one in enumerate(asked) if len(one.events.kind_of_event) == size]
        for block in shared_multiplicities([asked[at].events for at in here], resamples, seed):
            for at, times in zip(here, block, strict=True):
                found[at].append(asked[at].alphas(asked[at].add(times)))
    return [np.concatenate(blocks) for blocks in found]


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
    return (times for (times,) in shared_multiplicities([events], resamples, seed))


def shared_multiplicities(tables: Sequence[Events], resamples: int, seed: int) -> Iterator[list[Floats]]:
    """Yield such blocks for several tables that have as many events, from the same draws."""
    size, kinds = len(tables[0].kind_of_event), np.cumsum([len(events.kinds) for events in tables])
    read = _looking_up(tables[0]) if len(tables) == 1 else _reading_off(tables)
    generator = np.random.PCG64(seed)
    block = max(1, DRAWS_AT_ONCE // max(size, int(kinds[-1])))
    for start in range(0, resamples, block):
        times, at = np.empty((min(block, resamples - start), kinds[-1])), 0
        for drawn in _drawn(size, len(times), generator):
            times[at : at + len(drawn)] = read(drawn)
            at += len(drawn)
        yield np.split(times, kinds[:-1], axis=1)


def _looking_up(events: Events) -> Callable[[Ints], Ints]:
    """Return a function from positions drawn (resamples x size) to multiplicities: the kind of each is looked up."""
    return lambda drawn: _counts(events.kind_of_event.take(drawn), len(events.kinds))


def _reading_off(tables: Sequence[Events]) -> Callable[[Ints], Ints]:
    """Return the same for several tables side by side: what was drawn is summed up along positions, and read at ends.

    What was drawn before the first kind of a table is nothing, and not all that was drawn for the table before it.
    """
    size = len(tables[0].kind_of_event)
    ends = np.concatenate([np.cumsum(np.bincount(events.kind_of_event)) for events in tables])
    firsts = np.cumsum([len(events.kinds) for events in tables])[:-1]

    def read(drawn: Ints) -> Ints:
        up_to = np.cumsum(_counts(drawn, size), axis=1).take(ends - 1, axis=1)
        times: Ints = np.diff(up_to, axis=1, prepend=0)
        times[:, firsts] += size
        return times

    return read


def _drawn(size: int, resamples: int, generator: np.random.PCG64) -> Iterator[Ints]:
    """Yield the positions drawn (few resamples x size), in one array that is written anew each time."""
    step = max(1, WORDS_AT_ONCE // size)
    drawn = np.empty(step * size, dtype=np.int64)
    for start in range(0, resamples, step):
        here = drawn[: min(step, resamples - start) * size]
        for first in range(0, len(here), WORDS_AT_ONCE):
            words = generator.random_raw(min(WORDS_AT_ONCE, len(here) - first))
            here[first : first + len(words)] = positions(words, size)
        yield here.reshape(-1, size)


def _counts(drawn: Ints, width: int) -> Ints:
    """Return how often each row (resamples x draws) holds each number below `width`; writes over what it is given."""
    if len(drawn) > 1:
        drawn += np.arange(len(drawn))[:, np.newaxis] * width
    return np.bincount(drawn.ravel(), minlength=len(drawn) * width).reshape(-1, width)


def positions(words: NDArray[np.uint64], size: int) -> Ints:
    """Map 64-bit words to 0 .. size - 1 as floor(word * size / 2**64), for size below 2**32.

    The product of the low half of a word adds less than `size` to that of its high half, and so matters to few words.
    """
    factor = np.uint64(size)
    product = words >> HALF
    product *= factor
    rest, full = product.view(np.uint32)[LOW_FIRST::2], 2**32 - 1 - size
    if rest.max(initial=0) >= full:
        carried = np.flatnonzero(rest >= full)
        product[carried] += ((words[carried] & LOW_HALF) * factor) >> HALF
    product >>= HALF
    return product.view(np.int64)


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


def no_interval_because(found: Figure) -> str:
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
