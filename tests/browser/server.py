"""The real server as a subprocess, on a database of its own."""

import contextlib
import fcntl
import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

from django.conf import settings

from coding.desk.management.commands.demo import server_command

ROOT = Path(settings.BASE_DIR)
PASSWORD = "a long way to walk"


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextlib.contextmanager
def database_url(folder, model=""):
    """Give the address of a database of the kind that this run tests, empty or like its model, for as long as it is used."""
    if IS_SQLITE:
        yield f"sqlite:///{folder}/loam.sqlite3"
        return
    name = f"loam_browser_{secrets.token_hex(4)}"
    create(name, model)
    try:
        yield address_of(name)
    finally:
        drop(name)


IS_SQLITE = settings.DATABASES["default"]["ENGINE"].endswith("sqlite")


def postgres():
    import psycopg

    default = settings.DATABASES["default"]
    where = {"host": default["HOST"], "port": default["PORT"] or 5432}
    return psycopg.connect(
        **where, user=default["USER"], password=default["PASSWORD"], dbname="postgres", autocommit=True
    )


def address_of(name):
    return "postgres://{USER}:{PASSWORD}@{HOST}:{PORT}/".format(**settings.DATABASES["default"]) + name


def create(name, model=""):
    with postgres() as admin:
        admin.execute(f'CREATE DATABASE "{name}"' + (f' TEMPLATE "{model}"' if model else ""))


def drop(name):
    with postgres() as admin:
        admin.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


class Models:
    """What servers of this run start from: made once for all of its processes, then copied.

    The run's name comes from `tests/conftest.py`, whose process also takes the models away at the end.
    """

    folder = Path(tempfile.gettempdir()) / f"loam-models-{os.environ.get('LOAM_TEST_RUN', os.getpid())}"
    kinds = {"empty": ("", ["--empty"]), "demonstration": ("empty", [])}  # what each is made from, and how

    @classmethod
    def database(cls, kind):
        return "" if IS_SQLITE or not kind else cls.folder.name.replace("-", "_") + f"_{kind}"

    @classmethod
    def made(cls, kind):
        """Give the folder of this kind's home, making it where no process has yet."""
        home, done = cls.folder / kind, cls.folder / f"{kind}.done"
        cls.folder.mkdir(exist_ok=True)
        with (cls.folder / f"{kind}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not done.exists():
                cls.make(home, *cls.kinds[kind])
                done.touch()
        return home

    @classmethod
    def make(cls, home, model, how):
        if model:
            shutil.copytree(cls.made(model), home)
        else:
            home.mkdir()
        url = f"sqlite:///{home}/loam.sqlite3"
        if not IS_SQLITE:
            name = cls.database(home.name)
            create(name, cls.database(model))
            url = address_of(name)
        Server(home, url).manage("demo", "--no-serve", *how)

    @classmethod
    def remove(cls):
        for kind in reversed(cls.kinds):
            if (cls.folder / kind).exists() and not IS_SQLITE:
                drop(cls.database(kind))
        shutil.rmtree(cls.folder, ignore_errors=True)


class Server:
    """One running server: its address, and its manage.py."""

    def __init__(self, folder, database):
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.env = {
            **os.environ,
            "LOAM_HOME": str(folder),
            "LOAM_SECRET_KEY": "browser-" + "y" * 50,
            "LOAM_PLAIN_HTTP": "1",
            "DATABASE_URL": database,
            "DJANGO_SETTINGS_MODULE": "tests.browser.settings",
        }
        self.log = Path(folder) / "server.log"
        self.process = self.within = None
        self.sessions = {}  # the cookies of those who have signed in, by their e-mail addresses

    def manage(self, *args, **env):
        done = subprocess.run(
            [sys.executable, "manage.py", *args],
            cwd=ROOT,
            env={**self.env, **env},
            capture_output=True,
            text=True,
            timeout=600,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def ask(self, code):
        """Run code with Django on this server's database, and give the JSON that it prints last."""
        if self.within is None:
            command = [sys.executable, "-m", "tests.browser.inside"]
            self.within = subprocess.Popen(
                command, cwd=ROOT, env=self.env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
            )
        self.within.stdin.write(json.dumps(code) + "\n")
        self.within.stdin.flush()
        said, fault = json.loads(self.within.stdout.readline())
        assert not fault, fault
        return json.loads(said.splitlines()[-1]) if said else None

    def start(self, workers=None):
        command = server_command(self.port)
        if workers:
            command[command.index("--workers") + 1] = str(workers)
        with self.log.open("a") as log:
            self.process = subprocess.Popen(
                command, cwd=ROOT, env=self.env, stdout=log, stderr=log, start_new_session=True
            )
        for _ in range(600):
            with contextlib.suppress(OSError), urllib.request.urlopen(f"{self.url}/health/", timeout=10):
                return
            time.sleep(0.1)
        raise AssertionError(f"The server did not start:\n{self.log.read_text()}")

    def stop(self):
        if self.within is not None:
            self.within.communicate(timeout=60)
        if self.process is not None:
            self.process.terminate()
            self.process.wait(timeout=60)

    def kill(self):
        """End the server and its workers as a power cut would: at once, in the middle of whatever they do."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(timeout=20)


@contextlib.contextmanager
def copied(kind):
    """A server that does not run yet, on a copy of a model of its own."""
    model = Models.made(kind)
    with (
        tempfile.TemporaryDirectory(prefix="loam-browser-") as folder,
        database_url(folder, Models.database(kind)) as database,
    ):
        shutil.copytree(model, folder, dirs_exist_ok=True)
        yield Server(folder, database)


@contextlib.contextmanager
def running(kind="demonstration", workers=1):
    """A Loam that answers on 127.0.0.1: a copy of the demonstration of its own, or an empty one.

    One worker is enough for one person at a time, and comes up in half the time of two.
    """
    with copied(kind) as server:
        server.start(workers)
        try:
            yield server
        finally:
            server.stop()
