"""Code saturation of 5,000 incidents with 10 of 400 codes each, and its band from 1,000 random orders. Target 1 s."""

import random
import time

from coding.selective_coding.saturation import band_words, verdict, with_band
from tests.bench.report import p50, say, table
from tests.bench.report import verdict as target

INCIDENTS, CODES, EACH, RUNS, SEED, TARGET = 5_000, 400, 10, 5, 7, 1_000


def coded(incidents, codes, each):
    """Draw incidents whose codes are used very unevenly, as codes are."""
    chance = random.Random(SEED)
    often = [1 / (rank + 1) for rank in range(codes)]
    return [frozenset(chance.choices(range(codes), often, k=each)) for _ in range(incidents)]


def measure(ground):
    rows, found = [], None
    for name, incidents in (("as codes are used", coded(INCIDENTS, CODES, EACH)),
                            ("one new code in each", [frozenset([number]) for number in range(INCIDENTS)])):  # fmt: skip
        times = []
        for _ in range(RUNS):
            start = time.perf_counter()
            counted = with_band(incidents, seed=SEED)
            times.append(time.perf_counter() - start)
        rows.append((name, f"{p50(times) * 1000:.0f}"))
        found = found or (counted, p50(times))
    table([f"{INCIDENTS:,} incidents", "p50 ms"], rows)
    say(f"\n{verdict(found[0])} {band_words(found[0])}")
    target("Saturation with its band", found[1] * 1000, TARGET, "ms")
