"""The map of the whole of 2,000 incidents with 400 codes by two coders: its page, a part of it, and quotes behind it."""

import re
from html import unescape

from coding.desk.demonstration import PASSWORD
from tests.bench.client import Browser
from tests.bench.pages import time_page
from tests.bench.report import ms, say, table, verdict

INCIDENTS, TARGET = 2_000, 500  # milliseconds


def measure(ground):
    served = ground.copied(ground.empty)
    made = served.make("flow", INCIDENTS)
    room = f"/p/{made['slug']}/selective/flow/"
    with ground.serving(served):
        browser = Browser(served.port).sign_in("lead@bench.example", PASSWORD)
        text = browser.get(room).text
        paths = {
            "the whole map": room, "by year": f"{room}?by=year",
            "one layer": link(text, r'data-bar="layer"', before=True), "behind a band": link(text, 'class="bands"'),
        }  # fmt: skip
        found = {name: time_page(served, browser, path) for name, path in paths.items()}
    table(
        [f"{INCIDENTS:,} incidents, {made['codes']} codes", "p50 ms", "p95 ms", "CPU ms", "KB sent"],
        [(name, ms(one.half), ms(one.most), ms(one.cpu), f"{one.kb:.1f}") for name, one in found.items()],
    )
    say(f"\n{made['codings']:,} codings stand behind it; the picture has {text.count('data-column=')} bands.")
    verdict("The map, median", found["the whole map"].half * 1000, TARGET, "ms")


def link(text, mark, *, before=False):
    """Give the address nearest to a mark in a page."""
    at = re.search(mark, text).start()
    found = re.findall(r'href="([^"]+)"', text[:at]) if before else re.findall(r'href="([^"]+)"', text[at:])
    return unescape(found[-1 if before else 0])
