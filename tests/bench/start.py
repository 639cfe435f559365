"""`manage.py demo` until its first page is there: the first time, and afterwards. Target: 3 s afterwards."""

from tests.bench.report import p50, say, table, verdict

TARGET, AGAIN = 3, 3


def measure(ground):
    home = ground.new_home()
    home.mkdir()
    ground.databases.make(home)
    times = []
    for _ in range(1 + AGAIN):
        served = ground.served(home)
        times.append(served.start())
        served.stop()
    table(["start", "s"], [("first", f"{times[0]:.1f}"), *(("again", f"{one:.1f}") for one in times[1:])])
    say()
    verdict("again, median", p50(times[1:]), TARGET, "s")
