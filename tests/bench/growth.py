"""Pages whose time grows with the number of incidents: 10 against 1,000, coded and rated by two, released.

That the number of queries stays the same is asserted by the tests of each room.
"""

from coding.desk.demonstration import PASSWORD
from tests.bench.client import Browser
from tests.bench.pages import time_page, walk
from tests.bench.report import ms, say, table

FEW, MANY = 10, 1_000
TIMES_MORE, LEAST = 1.5, 0.005  # what counts as growing: a ratio, and seconds


def times_at(ground, count):
    """Give the median of each kind of page in a project of so many incidents."""
    served = ground.copied(ground.empty)
    slug = served.make("growth", count)["slug"]
    with ground.serving(served):
        browser = Browser(served.port).sign_in("lead@bench.example", PASSWORD)
        found = {}
        for kind, path in list(walk(browser, (f"/p/{slug}/",), each=1)):
            found[kind] = time_page(served, browser, path)
        return found


def has_grown(few, many):
    """Judge by what the server computes, which another's load changes less."""
    return many.cpu > few.cpu * TIMES_MORE and many.cpu - few.cpu > LEAST


def measure(ground):
    few, many = times_at(ground, FEW), times_at(ground, MANY)
    both = sorted(few.keys() & many.keys(), key=lambda kind: -many[kind].cpu)
    grown = [kind for kind in both if has_grown(few[kind], many[kind])]
    table(
        ["page", f"{FEW}: CPU ms", f"{MANY}: CPU ms", "ratio", f"{MANY}: p50 ms", f"{FEW}: KB", f"{MANY}: KB"],
        [
            (kind, ms(few[kind].cpu), ms(many[kind].cpu), f"{many[kind].cpu / few[kind].cpu:.1f}",
             ms(many[kind].half), f"{few[kind].kb:.0f}", f"{many[kind].kb:.0f}")
            for kind in grown
        ],
    )  # fmt: skip
    say(f"\n{len(both) - len(grown)} of {len(both)} kinds of page take the same time.")
