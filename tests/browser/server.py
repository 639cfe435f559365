"""The real server as a subprocess, on a database of its own."""

import contextlib
import os
import secrets
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
def database_url(folder):
    """Give the address of an empty database of the kind that this run tests, and take it away afterwards."""
    default = settings.DATABASES["default"]
    if default["ENGINE"].endswith("sqlite3"):
        yield f"sqlite:///{folder}/loam.sqlite3"
        return
    import psycopg

    name = f"loam_browser_{secrets.token_hex(4)}"
    where = {
        "host": default["HOST"],
        "port": default["PORT"] or 5432,
        "user": default["USER"],
        "password": default["PASSWORD"],
    }
    admin = psycopg.connect(**where, dbname="postgres", autocommit=True)
    admin.execute(f'CREATE DATABASE "{name}"')
    try:
        yield "postgres://{user}:{password}@{host}:{port}/".format(**where) + name
    finally:
        admin.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
        admin.close()


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
            "DJANGO_SETTINGS_MODULE": "coding.settings",
        }
        self.log = Path(folder) / "server.log"
        self.process = None

    def manage(self, *args, **env):
        done = subprocess.run(
            [sys.executable, "manage.py", *args],
            cwd=ROOT,
            env={**self.env, **env},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def start(self):
        command = server_command(self.port)
        with self.log.open("a") as log:
            self.process = subprocess.Popen(
                command, cwd=ROOT, env=self.env, stdout=log, stderr=log, start_new_session=True
            )
        for _ in range(100):
            with contextlib.suppress(OSError), urllib.request.urlopen(f"{self.url}/health/", timeout=10):
                return
            time.sleep(0.1)
        raise AssertionError(f"The server did not start:\n{self.log.read_text()}")

    def stop(self):
        if self.process is not None:
            self.process.terminate()
            self.process.wait(timeout=20)

    def kill(self):
        """End the server and its workers as a power cut would: at once, in the middle of whatever they do."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(timeout=20)


@contextlib.contextmanager
def running(*prepare):
    """A Loam that answers on 127.0.0.1, made ready by a command: empty, or with the demonstration."""
    with tempfile.TemporaryDirectory(prefix="loam-browser-") as folder, database_url(folder) as database:
        server = Server(folder, database)
        server.manage("demo", "--no-serve", *prepare)
        server.start()
        try:
            yield server
        finally:
            server.stop()
