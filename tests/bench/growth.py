"""Pages whose time grows with the number of incidents: 10 against 1,000, coded and rated by two, released.

That the number of queries stays the same is asserted by the tests of each room.
"""

from coding.desk.demonstration import PASSWORD
from tests.bench.client import Browser
from tests.bench.pages import time_page, walk
from tests.bench.report import ms, p50, say, table

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
            times, size = time_page(browser, path)
            found[kind] = (p50(times), size)
        return found


def measure(ground):
    few, many = times_at(ground, FEW), times_at(ground, MANY)
    both = few.keys() & many.keys()
    grown = [
        (many[kind][0] / few[kind][0], kind)
        for kind in both
        if many[kind][0] > few[kind][0] * TIMES_MORE and many[kind][0] - few[kind][0] > LEAST
    ]
    rows = [
        (
            kind,
            ms(few[kind][0]),
            ms(many[kind][0]),
            f"{ratio:.1f}",
            f"{few[kind][1] / 1024:.0f}",
            f"{many[kind][1] / 1024:.0f}",
        )
        for ratio, kind in sorted(grown, reverse=True)
    ]
    table(["page", f"{FEW}: ms", f"{MANY}: ms", "ratio", f"{FEW}: KB", f"{MANY}: KB"], rows)
    say(f"\n{len(both) - len(grown)} of {len(both)} kinds of page take the same time.")
