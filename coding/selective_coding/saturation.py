"""Code saturation: how much each further run of incidents still adds to what the first incidents had brought.

Guest, Namey & Chen (2020), PLoS ONE 15(5), e0232076: the new codes of a run, divided by the codes of the base (the
first incidents). Runs overlap: each begins one incident after the one before. The first run at or below the threshold
is where one would have stopped. Whatever an incident can bring counts alike: codes, properties, relations.

How much of this is the order in which incidents came? The same is counted in random orders of the same incidents.
Chance: raw 64-bit words of PCG64 (O'Neill 2014), one per incident and order, in that order; an order is that of its
words. Only whole numbers are compared, and shares are one division each: the same digits on any machine. The band holds
the middle 95 % of the shares of each run: of B orders, sorted, from the k-th smallest to the k-th largest,
k = floor((B + 1) / 40) (Efron & Tibshirani 1993, p. 160), without interpolation.
"""

from collections.abc import Collection, Hashable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

ORDERS = 1_000
LEAST_ORDERS = 100
ORDERS_AT_ONCE = 125
RUNS_AT_ONCE = 512
MOST_LEFT_OUT = 20  # one order in so many may have a base without anything


@dataclass(frozen=True)
class Setting:
    """How saturation is counted: incidents in the base and in a run, and the share (per cent) at which one stops."""

    base: int = 4
    run: int = 2
    threshold: int = 5


@dataclass(frozen=True)
class Run:
    """What incidents `first` to `last` (places in coding order, from 1) brought that none before them had.

    `share`: of the base, from 0; None where the base holds nothing. `low`, `high`: the band of random orders.
    """

    first: int
    last: int
    new: tuple[Hashable, ...]
    share: float | None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class Band:
    """What random orders say of the place where one would have stopped.

    `orders`: how many were counted; `left_out`: those whose base holds nothing. `low`, `middle`, `high`: the last
    incident of the stopping run, by rank, None where so many orders never stop. `never`: orders that do not stop.
    """

    orders: int
    left_out: int
    seed: int
    low: int | None
    middle: int | None
    high: int | None
    never: int


@dataclass(frozen=True)
class Saturation:
    """Code saturation of incidents in their order: how many there are, what they hold, run by run."""

    setting: Setting
    incidents: int
    found: int
    in_base: int
    runs: tuple[Run, ...]
    stop: Run | None
    last_new: int | None
    undefined_because: str = ""
    band: Band | None = None
    band_because: str = ""


def saturation(incidents: Sequence[Collection[Hashable]], setting: Setting | None = None) -> Saturation:
    """Count, for incidents in coding order with what each holds, what every run brought. Without band.

    Raise ValueError for a base or a run of no incident, and for a threshold that is no percentage.
    """
    asked = setting or Setting()
    if asked.base < 1 or asked.run < 1 or not 0 <= asked.threshold <= 100:
        raise ValueError("A base and a run have at least one incident, and a threshold lies between 0 and 100.")
    came = first_places(incidents)
    brought: list[list[Hashable]] = [[] for _ in incidents]
    for one, place in came.items():
        brought[place].append(one)
    in_base = sum(len(here) for here in brought[: asked.base])
    runs = tuple(run_of(brought, first, asked.run, in_base) for first in starts(len(incidents), asked))
    return Saturation(
        asked, len(incidents), len(came), in_base, runs, stop_of(runs, in_base, asked.threshold),
        max(came.values()) + 1 if came else None, undefined_because(len(incidents), in_base, asked),
    )  # fmt: skip


def first_places(incidents: Sequence[Collection[Hashable]]) -> dict[Hashable, int]:
    """Say at which place (from 0) each thing came first."""
    came: dict[Hashable, int] = {}
    for place, held in enumerate(incidents):
        for one in held:
            came.setdefault(one, place)
    return came


def starts(incidents: int, setting: Setting) -> range:
    """Say where runs begin (places from 0): each after the base, one incident apart."""
    return range(setting.base, incidents - setting.run + 1)


def run_of(brought: Sequence[Sequence[Hashable]], first: int, length: int, in_base: int) -> Run:
    new = tuple(one for here in brought[first : first + length] for one in here)
    return Run(first + 1, first + length, new, len(new) / in_base if in_base else None)


def stop_of(runs: Sequence[Run], in_base: int, threshold: int) -> Run | None:
    """Give the first run at or below the threshold, counted in whole numbers."""
    if not in_base:
        return None
    return next((run for run in runs if len(run.new) * 100 <= threshold * in_base), None)


def undefined_because(incidents: int, in_base: int, setting: Setting) -> str:
    needed = setting.base + setting.run
    if incidents < needed:
        return f"Not defined: {counted(incidents, 'incident')} coded, and a base and one run take {needed}."
    if not in_base:
        return "Not defined: the incidents of the base hold none."
    return ""


def with_band(
    incidents: Sequence[Collection[Hashable]], setting: Setting | None = None, *, seed: int, orders: int = ORDERS
) -> Saturation:
    """Count saturation, and how it would have gone in random orders of the same incidents.

    `orders`: at least 100. `seed`: 0 or more. Raise ValueError for others, and whatever `saturation` refuses.
    """
    if orders < LEAST_ORDERS:
        raise ValueError(f"{orders} orders are too few for a band: draw {LEAST_ORDERS} or more.")
    found = saturation(incidents, setting)
    if found.undefined_because:
        return replace(found, band_because=found.undefined_because)
    held = [sorted(here) for here in holders(incidents)]
    blocks = list(random_new(held, len(incidents), found.setting, orders, seed))
    new, in_base = np.concatenate([runs for runs, _ in blocks]), np.concatenate([base for _, base in blocks])
    kept, left_out = in_base > 0, int(np.count_nonzero(in_base == 0))
    if left_out * MOST_LEFT_OUT > orders:
        return replace(found, band_because=f"No band: the base of {left_out:,} of {orders:,} random orders holds none.")
    return banded(found, new[kept], in_base[kept], left_out, seed)


def holders(incidents: Sequence[Collection[Hashable]]) -> list[list[int]]:
    """Give for each thing the incidents (places from 0) that hold it."""
    held: dict[Hashable, list[int]] = {}
    for place, here in enumerate(incidents):
        for one in here:
            held.setdefault(one, []).append(place)
    return list(held.values())


def random_new(
    held: Sequence[Sequence[int]], incidents: int, setting: Setting, orders: int, seed: int
) -> Iterator[tuple[Ints, Ints]]:
    """Yield for some random orders at a time the new things of each run (orders x runs), and those of each base."""
    generator = np.random.PCG64(seed)
    for start in range(0, orders, ORDERS_AT_ONCE):
        block = min(ORDERS_AT_ONCE, orders - start)
        words = generator.random_raw(block * incidents).reshape(block, incidents)
        yield new_in_runs(places_in(words, held), incidents, setting)


def places_in(words: NDArray[np.uint64], held: Sequence[Sequence[int]]) -> Ints:
    """Say at which place (from 0) each thing comes first in each order (orders x things).

    A thing comes with the incident of its least word; that one's place is how many words of the order are less.
    """
    columns, ranked = np.ascontiguousarray(words.T), np.sort(words, axis=1)
    least = np.stack([columns[incidents].min(axis=0) for incidents in held], axis=1)
    return np.stack([line.searchsorted(firsts) for line, firsts in zip(ranked, least, strict=True)])


def new_in_runs(places: Ints, incidents: int, setting: Setting) -> tuple[Ints, Ints]:
    """Count the new things of each run, and those of the base, from the places at which they come (orders x things)."""
    apart = places + np.arange(len(places))[:, np.newaxis] * incidents
    came = np.bincount(apart.ravel(), minlength=len(places) * incidents).reshape(-1, incidents)
    so_far = np.cumsum(came, axis=1, dtype=np.int64)
    return so_far[:, setting.base + setting.run - 1 :] - so_far[:, setting.base - 1 : -setting.run], so_far[
        :, setting.base - 1
    ]


def banded(found: Saturation, new: Ints, in_base: Ints, left_out: int, seed: int) -> Saturation:
    """Put the band on a saturation: of every run, and of the place where one would have stopped."""
    low, high = share_band(new, in_base)
    runs = tuple(
        replace(run, low=float(least), high=float(most)) for run, least, most in zip(found.runs, low, high, strict=True)
    )
    stopped = new * 100 <= found.setting.threshold * in_base[:, np.newaxis]
    first = stopped.argmax(axis=1) + found.setting.base + found.setting.run
    never = np.logical_not(np.logical_or.reduce(stopped, axis=1))
    band = stop_band(first, never, left_out, seed)
    stop = next((run for run in runs if found.stop and run.first == found.stop.first), None)
    return replace(found, runs=runs, stop=stop, band=band)


def share_band(new: Ints, in_base: Ints) -> tuple[Floats, Floats]:
    """Give the lower and upper bound of the share of each run, over orders (orders x runs)."""
    rank = rank_of(len(new))
    ends = [rank, len(new) - 1 - rank]
    lows, highs = [], []
    for start in range(0, new.shape[1], RUNS_AT_ONCE):
        shares = np.ascontiguousarray((new[:, start : start + RUNS_AT_ONCE] / in_base[:, np.newaxis]).T)
        shares.partition(ends, axis=1)
        lows.append(shares[:, ends[0]])
        highs.append(shares[:, ends[1]])
    return np.concatenate(lows), np.concatenate(highs)


def stop_band(last: Ints, never: NDArray[np.bool_], left_out: int, seed: int) -> Band:
    """Rank the places where random orders stop; those that never do stand last."""
    places = np.sort(np.where(never, np.iinfo(np.int64).max, last))
    missing = int(np.count_nonzero(never))
    rank = rank_of(len(places))
    low, middle, high = (
        int(places[at]) if at < len(places) - missing else None
        for at in (rank, (len(places) - 1) // 2, len(places) - 1 - rank)
    )
    return Band(len(places), left_out, seed, low, middle, high, missing)


def rank_of(orders: int) -> int:
    """Say how many orders stand below the band, and as many above it."""
    return max(0, (orders + 1) // 40 - 1)


# In words


def sentence(run: Run, in_base: int, what: str = "code") -> str:
    """Say what a run brought: "Incidents 9 and 10 brought 1 new code: 1 of 31 (3 %)."."""
    new = len(run.new)
    share = f": {new} of {in_base:,} ({per_cent(run.share)})" if run.share is not None else ""
    return f"{incidents_of(run)} brought {counted(new, f'new {what}')}{share}."


def incidents_of(run: Run) -> str:
    if run.first == run.last:
        return f"Incident {run.first}"
    return f"Incidents {run.first} {'and' if run.last - run.first == 1 else 'to'} {run.last}"


def counted(count: int, noun: str) -> str:
    """Count a noun: no codes, 1 code, 2 codes."""
    plural = f"{noun[:-1]}ies" if noun.endswith("y") else f"{noun}s"
    return f"{count or 'no'} {noun}" if count == 1 else f"{f'{count:,}' if count else 'no'} {plural}"


def per_cent(share: float, places: int = 0) -> str:
    """Write a share as a percentage, never as 0 unless it is."""
    rounded = round(share * 100, places)
    if share == 0 or rounded:
        return f"{rounded:.{places}f} %" if share else "0 %"
    return f"< {10**-places:g} %"


def verdict(found: Saturation) -> str:
    """Say in one sentence whether the incidents reached the threshold, and where."""
    if found.undefined_because:
        return found.undefined_because
    if found.stop:
        return (
            f"By this rule one would have stopped after incident {found.stop.last}: "
            f"its run is the first at or below {found.setting.threshold} %."
        )
    return f"No run so far is at or below {found.setting.threshold} %: by this rule coding goes on."


def band_words(found: Saturation) -> str:
    """Say how much of the stopping place is order."""
    band = found.band
    if band is None:
        return found.band_because
    return f"In {band.orders:,} random orders of the same incidents {stopping(band)}{left_out_words(band)}."


def stopping(band: Band) -> str:
    if band.never == band.orders:
        return "none would have stopped"
    if band.low is None or band.middle is None:
        return f"{band.never:,} would not have stopped"
    never = f"; {band.never:,} would not have stopped" if band.never else ""
    if band.high is None:
        return f"half would have stopped by incident {band.middle}, the earliest 2.5 % by {band.low}{never}"
    return f"95 % would have stopped between incidents {band.low} and {band.high}, half by {band.middle}{never}"


def left_out_words(band: Band) -> str:
    return f" ({band.left_out:,} more have an empty base and are left out)" if band.left_out else ""
