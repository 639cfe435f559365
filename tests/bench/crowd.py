"""Eight coders save at once for 15 seconds, segments and ratings in turn: which server, by p95 and worst save.

A server is named with its workers x the threads of each."""

import importlib.util

from tests.bench import wire
from tests.bench.machine import load
from tests.bench.report import ms, p50, p95, say, table
from tests.bench.saves import Coder

SECONDS = 15
GUNICORN = ["-m", "gunicorn", "coding.wsgi", "--log-level", "warning", "--bind"]
GRANIAN = ["-m", "granian", "coding.wsgi:application", "--interface", "wsgi", "--no-ws", "--log-level", "warning",
           "--host", "127.0.0.1", "--port"]  # fmt: skip
SHAPES = ((1, 4), (2, 4), (2, 2), (2, 1))  # workers, threads of each


def servers(port):
    """Give the servers to choose from that are installed, by name."""
    if importlib.util.find_spec("gunicorn"):
        yield from gunicorns(port)
    for workers, threads in SHAPES:
        yield f"granian wsgi, {workers} x {threads}", [
            *GRANIAN, str(port), "--workers", str(workers), "--blocking-threads", str(threads)
        ]  # fmt: skip


def gunicorns(port):
    for workers, threads in SHAPES:
        yield f"gunicorn gthread, {workers} x {threads}", [
            *GUNICORN, f"127.0.0.1:{port}", "--worker-class", "gthread",
            "--workers", str(workers), "--threads", str(threads),
        ]  # fmt: skip
    yield "gunicorn sync, 2", [*GUNICORN, f"127.0.0.1:{port}", "--worker-class", "sync", "--workers", "2"]


def measure_one(ground, home, world, command_of):
    served = ground.copied(home)
    with ground.serving(served, command_of(served.port)):
        coders = [Coder(served.port, known, world["categories"]) for known in world["coders"]]
        before = load()
        times, seconds = wire.race([coder.line() for coder in coders], SECONDS)
    keys = [key for coder in coders for key in coder.keys]
    refused = sum(len(coder.refused) for coder in coders)
    return (f"{len(times) / seconds:.1f}", ms(p50(times)), ms(p95(times)), ms(max(times)), len(keys), refused,
            ground.lost(served, keys), before)  # fmt: skip


def measure(ground):
    made = ground.copied(ground.demonstration)
    world = made.make("saving")
    rows = []
    for name in [name for name, _ in servers(0)]:
        rows.append((name, *measure_one(ground, made.home, world, lambda port, name=name: dict(servers(port))[name])))
    table(["server", "saves/s", "p50 ms", "p95 ms", "worst ms", "confirmed", "refused", "lost", "load"], rows)
    say("\n“Lost” are confirmed saves of which the database knows nothing afterwards; it must be 0.")
