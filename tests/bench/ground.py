"""Where a run's servers stand: homes are made once, and each part serves a copy."""

import contextlib
import json
import shutil
import subprocess
import sys
import time
import urllib.request
from functools import cached_property
from pathlib import Path

from tests.bench.machine import busy
from tests.browser.server import ROOT, Server

SLOW_START = 30  # seconds after which a server that does not answer counts as broken


class Served(Server):
    """A Loam of a home of its own, served by a command of choice."""

    def __init__(self, home):
        super().__init__(home, f"sqlite:///{home}/loam.sqlite3")
        self.home = Path(home)

    @property
    def demo(self):
        """What a newcomer starts, as it is."""
        return ["manage.py", "demo", "--port", str(self.port)]

    def start(self, command=None):
        """Start a server and give the seconds until its first page is there."""
        begun = time.perf_counter()
        with self.log.open("a") as log:
            self.process = subprocess.Popen(
                [sys.executable, *(command or self.demo)], cwd=ROOT, env=self.env, stdout=log, stderr=log,
                stdin=subprocess.DEVNULL,
            )  # fmt: skip
        while time.perf_counter() - begun < SLOW_START:
            with contextlib.suppress(OSError), urllib.request.urlopen(f"{self.url}/sign-in/", timeout=10):
                return time.perf_counter() - begun
            time.sleep(0.02)
        self.stop()
        raise AssertionError(f"The server did not start:\n{self.log.read_text()}")

    def busy(self):
        return busy(self.process.pid)

    def make(self, *words):
        """Make more data through the verbs (see worlds.py) and give what it says about it."""
        done = subprocess.run(
            [sys.executable, "-m", "tests.bench.worlds", *map(str, words)],
            cwd=ROOT, env=self.env, capture_output=True, text=True, timeout=600, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)


class Ground:
    """One folder for all of a run."""

    def __init__(self, folder):
        self.folder = Path(folder)
        self.homes = 0

    def new_home(self):
        self.homes += 1
        return self.folder / f"home-{self.homes}"

    @cached_property
    def demonstration(self):
        """A home with the demonstration, as `manage.py demo` makes it."""
        return self.prepared()

    @cached_property
    def empty(self):
        return self.prepared("--empty")

    def prepared(self, *options):
        home = self.new_home()
        home.mkdir()
        Served(home).manage("demo", "--no-serve", *options)
        return home

    def copied(self, home):
        copy = self.new_home()
        shutil.copytree(home, copy)
        return Served(copy)

    @contextlib.contextmanager
    def serving(self, served, command=None):
        """Let a home be served, by `demo` or by another command, for as long as this lasts."""
        served.start(command)
        try:
            yield served
        finally:
            served.stop()
