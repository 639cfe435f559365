"""Agreement alone: alpha with 1,000 resamples on large tables, on many codes, on sets and on spans."""

import random
import subprocess
import sys
import time

import krippendorff
import numpy as np

from coding.agreement.alpha import Coded, presences
from coding.agreement.bootstrap import with_interval, with_intervals
from coding.agreement.continua import Continuum, Span
from coding.agreement.distances import masi, nominal
from coding.agreement.unitizing import OverEvents, bar_u_alphas
from tests.bench.report import p50, say, table, verdict
from tests.browser.server import ROOT

RUNS, SEED = 5, 7
FASTER, MEMORY = 100, 400
TARGETS = {
    "nominal, 10,000 units x 20 coders": 0.25, "nominal, 100,000 units x 20 coders": 2.5,
    "150 codes, 10,000 incidents x 3 coders": 2.0, "MASI, 10,000 units x 5 coders": 1.5,
    "spans of 60 codes (u-alpha of each), 500 incidents of 400 words x 3 coders": 4.0,
}  # fmt: skip
LARGEST = """
import resource
import django
django.setup()
from tests.bench.agreement import judged, nominal, with_interval
peak = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
before = peak()  # and so the table that is drawn, which takes more than alpha
with_interval(judged(100_000, 20), nominal, [None] * 100_000, seed=7)
print(peak() - before)
"""


def judged(units, coders, values=5, agree=0.7):
    """Draw a table in which coders mostly see the same, a tenth is missing, and nothing is otherwise alike."""
    chance = np.random.default_rng(SEED)
    truth = chance.integers(0, values, size=(units, 1))
    own = chance.integers(0, values, size=(units, coders))
    codes = np.where(chance.random((units, coders)) < agree, truth, own)
    codes[chance.random((units, coders)) < 0.1] = -1
    return Coded(range(values), codes.astype(np.int64))


def sets(units, coders, labels, most):
    """Draw sets of labels: each coder holds most of what a unit holds, and now and then another."""
    chance = random.Random(SEED)
    rows = []
    for _ in range(units):
        truth = frozenset(chance.sample(labels, chance.randint(0, most)))
        rows.append([truth if chance.random() < 0.7 else truth ^ {chance.choice(labels)} for _ in range(coders)])
    return rows


def texts(incidents, length, coders, codes, spans):
    """Draw spans of codes on texts; coders begin and end within a few characters of each other."""
    chance, found = random.Random(SEED), []
    for _ in range(incidents):
        placed = []
        for _ in range(spans):
            start, code = chance.randrange(length - 80), f"code {chance.randrange(codes)}"
            for coder in range(coders):
                if chance.random() < 0.8:
                    first = start + chance.randrange(10)
                    placed.append(Span(coder, first, first + 20 + chance.randrange(50), code))
        found.append(Continuum(length, range(coders), placed))
    return found


def timed(work, runs=RUNS):
    times = []
    for _ in range(runs):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return p50(times)


def measure(ground):
    small, large = judged(10_000, 20), judged(100_000, 20)
    labels = [f"code {number}" for number in range(150)]
    held = sets(10_000, 3, labels, 6)
    readings = sets(10_000, 5, labels[:12], 3)
    continua = texts(500, 2400, 3, 60, 40)
    works = dict(zip(TARGETS, (
        lambda: with_interval(small, nominal, [None] * 10_000, seed=SEED),
        lambda: with_interval(large, nominal, [None] * 100_000, seed=SEED),
        lambda: with_intervals(presences(held, labels), nominal, [None] * 10_000, seed=SEED),
        lambda: with_interval(readings, masi, [None] * 10_000, seed=SEED),
        lambda: bar_u_alphas(continua, interval=OverEvents([None] * 500, SEED)),
    ), strict=True))  # fmt: skip
    found = {name: timed(work) for name, work in works.items()}
    table(["with interval, median of 5", "seconds"], [[name, f"{seconds:.2f}"] for name, seconds in found.items()])
    say()
    for name, seconds in found.items():
        verdict(name, seconds, TARGETS[name], "s")
    compare(small, found["nominal, 10,000 units x 20 coders"])
    out = subprocess.run([sys.executable, "-c", LARGEST], cwd=ROOT, capture_output=True, text=True, check=True)
    verdict("memory for 100,000 x 20, above the loaded interpreter", float(out.stdout), MEMORY, "MB")


def compare(given, ours):
    """Call the package once per resample, ten times, and say how often ours would have been done by then."""
    chance = np.random.default_rng(SEED)
    data = np.where(given.codes < 0, np.nan, given.codes).T.astype(float)
    units = data.shape[1]
    one = timed(
        lambda: krippendorff.alpha(data[:, chance.integers(0, units, units)], level_of_measurement="nominal"), runs=10
    )
    times = 1000 * one / ours
    word = "met" if times >= FASTER else "MISSED"
    say(f"faster than `krippendorff` once per resample: {times:.0f} times, target {FASTER}: {word}.")
