"""Where a run's servers stand: homes are made once, and each part serves a copy."""

import contextlib
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import time
import urllib.request
from functools import cached_property
from pathlib import Path

from tests.bench.machine import busy
from tests.browser.server import ROOT, Server

SLOW_START = 30  # seconds after which a server that does not answer counts as broken


class Databases:
    """Where the homes' databases stand: a file in each, or one for each on a PostgreSQL server that is there for that."""

    def __init__(self, postgres=""):
        self.postgres, self.made = postgres, []

    def url(self, home):
        return (
            f"{self.postgres.rpartition('/')[0]}/{self.name(home)}"
            if self.postgres
            else f"sqlite:///{home}/loam.sqlite3"
        )

    def name(self, home):
        return f"loam_bench_{os.getpid()}_{Path(home).name.replace('-', '_')}"

    def make(self, home, like=None):
        """Make a home's database on the server, empty or as another home's is."""
        if self.postgres:
            self.made.append(self.name(home))
            self.say(f'CREATE DATABASE "{self.name(home)}"' + (f' TEMPLATE "{self.name(like)}"' if like else ""))

    def say(self, sql):
        import psycopg

        with psycopg.connect(self.postgres, autocommit=True) as admin:
            admin.execute(sql)

    def keys(self, home):
        """Read the keys of all saves of which a home's database knows."""
        asked = "SELECT key FROM people_event WHERE key IS NOT NULL"
        if not self.postgres:
            with sqlite3.connect(f"file:{home}/loam.sqlite3?mode=ro", uri=True) as database:
                return {row[0] for row in database.execute(asked)}
        import psycopg

        with psycopg.connect(self.url(home)) as database:
            return {row[0] for row in database.execute(asked).fetchall()}

    def remove(self):
        for name in self.made:
            self.say(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


class Served(Server):
    """A Loam of a home of its own, served by a command of choice."""

    def __init__(self, home, databases):
        super().__init__(home, databases.url(home))
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

    def __init__(self, folder, postgres=""):
        self.folder, self.databases = Path(folder), Databases(postgres)
        self.homes = 0

    def new_home(self):
        self.homes += 1
        return self.folder / f"home-{self.homes}"

    def served(self, home):
        return Served(home, self.databases)

    def lost(self, served, keys):
        """Count the confirmed saves of which the database knows nothing."""
        return len(set(keys) - self.databases.keys(served.home))

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
        self.databases.make(home)
        self.served(home).manage("demo", "--no-serve", *options)
        return home

    def copied(self, home):
        copy = self.new_home()
        shutil.copytree(home, copy)
        self.databases.make(copy, like=home)
        return self.served(copy)

    @contextlib.contextmanager
    def serving(self, served, command=None):
        """Let a home be served, by `demo` or by another command, for as long as this lasts."""
        served.start(command)
        try:
            yield served
        finally:
            served.stop()
