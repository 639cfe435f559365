"""How often the interval of alpha holds the truth: `python -m tests.bench.coverage`. Takes minutes; fails if it lies.

A unit has the category with probability `prevalence`. Each of 3 coders misses a category that is there in 1 of 5 units
and sees one that is not there in 1 of 50, all independently. The truth is alpha of 2,000,000 units of this generator;
a study is a table of few units, measured as the product does: present/absent, nominal, percentile bootstrap over units,
1,000 resamples. Chance has a fixed seed, and a study's own does not depend on how many processes share the work.
"""

import sys
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass

import numpy as np

from coding.agreement.alpha import Coded, alpha
from coding.agreement.bootstrap import with_interval
from coding.agreement.distances import nominal
from tests.bench.report import say, table

SEED, CODERS, MISSED, MADE_UP = 2024, 3, 0.2, 0.02
UNITS, PREVALENCES = (36, 100, 500), (0.3, 0.06)
STUDIES, RESAMPLES, UNITS_OF_TRUTH = 2_000, 1_000, 2_000_000
LEAST, MOST = 92.0, 97.0  # percent, of the cells that are held to it
AT_ONCE = 100
HELD, BELOW, ABOVE = "held", "truth below", "truth above"
HEAD = (
    "prevalence, units", "alpha", "held", "truth below / above", "mean width", "called too narrow",
    "no interval: no variation", "too few resamples vary",
)  # fmt: skip


@dataclass(frozen=True)
class Cell:
    """What many studies of one size and prevalence came to: how often each thing happened, and the widths summed."""

    prevalence: float
    units: int
    truth: float
    found: Counter
    width: float

    @property
    def with_interval(self):
        return self.found[HELD] + self.found[BELOW] + self.found[ABOVE]

    @property
    def held(self):
        """Percent of the studies that have an interval."""
        return 100 * self.found[HELD] / self.with_interval

    @property
    def is_bound(self):
        return self.prevalence == 0.3 and self.units >= 100

    def row(self):
        return (
            f"{self.prevalence:.2f}, {self.units}", f"{self.truth:.3f}",
            f"{self.held:.1f} % of {self.with_interval:,}", f"{self.found[BELOW]} / {self.found[ABOVE]}",
            f"{self.width / self.with_interval:.2f}", f"{self.found['called too narrow']:,}",
            self.found["no variation"], self.found["few vary"],
        )  # fmt: skip


def judged(units, prevalence, *seeds):
    """Draw a present/absent table."""
    chance = np.random.Generator(np.random.PCG64([SEED, round(prevalence * 100), *seeds]))
    truth = chance.random((units, 1)) < prevalence
    erred = chance.random((units, CODERS)) < np.where(truth, MISSED, MADE_UP)
    return Coded((False, True), (truth ^ erred).astype(np.int64))


def measured(prevalence, units, truth, studies):
    """Measure some studies: what happened how often, and the sum of the intervals' widths."""
    found, width = Counter(), 0.0
    for study in studies:
        one = with_interval(
            judged(units, prevalence, units, study), nominal, [None] * units, seed=study, resamples=RESAMPLES
        )
        found[outcome(one, truth)] += 1
        if one.low is not None:
            width += one.high - one.low
            found["called too narrow"] += bool(one.caution)
    return found, width


def outcome(one, truth):
    if one.value is None:
        return "no variation"
    if one.low is None:
        return "few vary"
    return BELOW if truth < one.low else ABOVE if truth > one.high else HELD


def cell(pool, prevalence, units, truth):
    parts = [range(first, first + AT_ONCE) for first in range(0, STUDIES, AT_ONCE)]
    asked = [pool.submit(measured, prevalence, units, truth, part) for part in parts]
    found, widths = zip(*(one.result() for one in asked), strict=True)
    return Cell(prevalence, units, truth, sum(found, Counter()), sum(widths))


def main():
    """Print the table; return whether the cells that are held to a coverage have it."""
    start, cells = time.perf_counter(), []
    with ProcessPoolExecutor(2) as pool:
        for prevalence in PREVALENCES:
            truth = alpha(judged(UNITS_OF_TRUTH, prevalence)).value
            cells += [cell(pool, prevalence, units, truth) for units in UNITS]
    say(f"{STUDIES:,} studies a row, {CODERS} coders, {RESAMPLES:,} resamples, seed {SEED}.\n")
    table(HEAD, [one.row() for one in cells])
    outside = [one for one in cells if one.is_bound and not LEAST <= one.held <= MOST]
    word = "MISSED" if outside else "met"
    say(f"\nTarget {LEAST:.0f} to {MOST:.0f} % at prevalence .30 from 100 units on: {word}.")
    say(f"{time.perf_counter() - start:.0f} s in two processes.")
    return not outside


if __name__ == "__main__":
    sys.exit(not main())
