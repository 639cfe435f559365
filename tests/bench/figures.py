"""The pages of agreement in a project with 2,000 incidents that three coders rated. Target 150 ms for a round's page."""

from coding.desk.demonstration import PASSWORD
from tests.bench.client import Browser
from tests.bench.pages import time_page
from tests.bench.report import ms, say, table, verdict

INCIDENTS, TARGET = 2_000, 150


def measure(ground):
    served = ground.copied(ground.empty)
    made = served.make("rated", INCIDENTS)
    room = f"/p/{made['slug']}/agreement/"
    paths = {
        "all rounds": room, "the round": f"{room}{made['round']}/",
        "the round, sorted": f"{room}{made['round']}/?sort=alpha",
        "behind the primary category": f"{room}{made['round']}/{made['primary']}/",
        "all measurements as JSON": f"{room}{made['round']}/measurements.json",
        "the picture as PNG": f"{room}{made['round']}/picture/figures.png",
    }  # fmt: skip
    with ground.serving(served):
        browser = Browser(served.port).sign_in("lead@bench.example", PASSWORD)
        found = {name: time_page(served, browser, path) for name, path in paths.items()}
    table(
        [f"{INCIDENTS:,} incidents rated by 3", "p50 ms", "p95 ms", "CPU ms", "KB sent"],
        [(name, ms(one.half), ms(one.most), ms(one.cpu), f"{one.kb:.1f}") for name, one in found.items()],
    )
    say(f"\nRating and releasing them took {made['seconds']:.0f} s; measuring alone {made['measuring']:.1f} s.")
    verdict("Agreement page of a round", found["the round"].half * 1000, TARGET, "ms")
