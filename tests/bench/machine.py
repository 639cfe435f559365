"""What a figure depends on beside the code."""

import os
import platform
import sqlite3
import statistics
import time
from datetime import UTC, datetime
from pathlib import Path


def facts(folder, postgres=""):
    """Name the machine in lines of (what, value)."""
    yield "date", datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC")
    yield "processor", f"{model()}, {len(os.sched_getaffinity(0))} cores"
    yield "system", platform.platform()
    yield "Python", platform.python_version()
    if postgres:
        import psycopg

        with psycopg.connect(postgres) as server:
            yield "PostgreSQL", server.execute("SHOW server_version").fetchone()[0]
    else:
        yield "SQLite", f"{sqlite3.sqlite_version}, WAL, synchronous=FULL"
    yield "speed", f"a loop of a million additions in Python takes {loop_seconds() * 1000:.0f} ms (median of 7)"
    yield "disk", f"one write with fsync takes {sync_seconds(folder) * 1000:.2f} ms (median of 50)"


def model():
    lines = Path("/proc/cpuinfo").read_text().splitlines() if Path("/proc/cpuinfo").exists() else []
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), platform.machine())


def sync_seconds(folder):
    """Time what every save waits for: 4 KB appended and flushed to the disk."""
    path, times = Path(folder) / "sync", []
    with path.open("wb") as file:
        for _ in range(50):
            start = time.perf_counter()
            file.write(b"x" * 4096)
            file.flush()
            os.fsync(file.fileno())
            times.append(time.perf_counter() - start)
    path.unlink()
    return statistics.median(times)


def loop_seconds():
    """Time what depends on nothing but the processor's present speed: figures of two days compare by it."""
    times = []
    for _ in range(7):
        start, total = time.perf_counter(), 0
        for number in range(1_000_000):
            total += number
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def load():
    """The load average of the last minute: above 1 before a part begins, others use the machine too."""
    return f"{os.getloadavg()[0]:.2f}"


def peak_of(pid):
    """The most memory that a running process has held, in MB."""
    status = Path(f"/proc/{pid}/status").read_text()
    line = next(line for line in status.splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) / 1024


def busy(pid):
    """The seconds that a server's workers have computed so far: what a save costs, whoever else uses the machine."""
    files = [one for child in children(pid) for one in Path(f"/proc/{child}/task").glob("*/schedstat")]
    return sum(int(one.read_text().split()[0]) for one in files) / 1e9


def children(pid):
    """The processes that this one has started, by number."""
    return [int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
