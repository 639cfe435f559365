"""Make Loam ready on this machine and serve it: database, static files, a demonstration, a production-grade server."""

import hashlib
import os
import socket
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from coding.desk import demonstration
from coding.people.models import User

WORKERS = min(2, os.cpu_count() or 1)  # SQLite: as many writing processes as cores at most


class Command(BaseCommand):
    help = "Prepare the embedded database with a demonstration and serve it on 127.0.0.1."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--port", type=int, default=8000)
        parser.add_argument("--no-serve", action="store_true", help="prepare everything, then stop")
        parser.add_argument("--empty", action="store_true", help="no demonstration project")
        parser.add_argument("--reset", action="store_true", help="throw the embedded database away first (asks)")

    def handle(self, *args: Any, **options: Any) -> None:
        if not options["no_serve"]:
            refuse_taken(options["port"])
        if options["reset"]:
            self.reset()
        self.prepare()
        if options["empty"]:
            self.first_administrator()
        elif not User.objects.exists():
            self.stdout.write("Loading the demonstration.")
            demonstration.load()
        self.sign_ins()
        if not options["no_serve"]:
            self.serve(options["port"])

    def reset(self) -> None:
        """Ask, then remove the embedded database; a PostgreSQL database is never removed from here."""
        if connection.vendor != "sqlite":
            raise CommandError(
                "--reset only removes the embedded database. Empty a PostgreSQL database by its own tools."
            )
        path = Path(settings.DATABASES["default"]["NAME"])
        answer = input(f"Throw away everything in {path}? Write yes to do it: ")
        if answer.strip().lower() != "yes":
            raise CommandError("Nothing was removed.")
        connection.close()
        for ending in ("", "-wal", "-shm"):
            Path(f"{path}{ending}").unlink(missing_ok=True)

    def prepare(self) -> None:
        executor = MigrationExecutor(connection)
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            call_command("migrate", verbosity=0)
        collect_static()

    def first_administrator(self) -> None:
        if User.objects.exists():
            return
        if sys.stdin.isatty():
            self.stdout.write("The first administrator:")
            call_command("createsuperuser")
        else:
            self.stdout.write("Make the first administrator with: python manage.py createsuperuser")

    def sign_ins(self) -> None:
        for email, name, role in demonstration.PEOPLE.values():
            if User.objects.filter(email=email).exists():
                self.stdout.write(f"  {email:22} password {demonstration.PASSWORD}   {name}, {role.label.lower()}")

    def serve(self, port: int) -> None:
        """Become the server; it ends when this process ends."""
        self.stdout.write(f"Loam answers on http://127.0.0.1:{port}/ (Ctrl+C ends it).")
        self.stdout.flush()
        connection.close()
        os.execv(sys.executable, server_command(port))  # noqa: S606  our own interpreter with fixed arguments


def refuse_taken(port: int) -> None:
    """Refuse a port on which something answers: two servers would share it, and --reset would take the data of one."""
    with socket.socket() as tried:
        tried.settimeout(1)
        if tried.connect_ex(("127.0.0.1", port)) == 0:
            raise CommandError(
                f"Something answers on port {port} already, perhaps Loam itself: open http://127.0.0.1:{port}/, "
                "or choose another port with --port."
            )


def server_command(port: int) -> list[str]:
    """Give the command that serves Loam on this machine.

    One thread for each worker: SQLite lets one writer in at a time and its waiters do not queue, so more threads
    starve one another. Chosen by the worst save of eight clients (tests/bench, part "crowd").
    """
    return [
        sys.executable, "-m", "granian", "--interface", "wsgi", "--no-ws", "--host", "127.0.0.1", "--port", str(port),
        "--workers", str(WORKERS), "--blocking-threads", "1", "--working-dir", str(settings.BASE_DIR),
        "--log-level", "warning", "coding.wsgi:application",
    ]  # fmt: skip


def collect_static() -> None:
    """Collect and compress the static files, when they have changed since the last time."""
    mark = Path(settings.STATIC_ROOT) / ".collected"
    found = fingerprint()
    if mark.exists() and mark.read_text() == found:
        return
    # Older files stay: a server that is still running serves pages that name them.
    call_command("collectstatic", interactive=False, verbosity=0)
    mark.write_text(found)


def fingerprint() -> str:
    """Tell one state of the static files from another by names, sizes and times."""
    said = hashlib.sha256()
    for path in sorted((settings.BASE_DIR / "static").rglob("*")):
        stat = path.stat()
        said.update(f"{path}{stat.st_size}{stat.st_mtime_ns}".encode())
    return said.hexdigest()
