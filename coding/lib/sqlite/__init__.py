"""What SQLite must be set to so that nothing saved is lost; asserted on every new connection."""

from typing import Any

from django.core.checks import CheckMessage, Warning, register
from django.db import connection
from django.db.backends.signals import connection_created

FAULTY_BEFORE = (3, 51, 3)  # a rare WAL-reset fault, sqlite.org/wal.html
WANTED = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}


class NotDurable(RuntimeError):
    """SQLite would not run as safely as Loam needs; nothing is served like this."""


def assert_durable(connection: Any, **kwargs: Any) -> None:
    """Check WAL, full synchronisation and foreign keys on a new SQLite connection. Raises NotDurable."""
    if connection.vendor != "sqlite":
        return
    with connection.cursor() as cursor:
        for pragma, wanted in WANTED.items():
            found = cursor.execute(f"PRAGMA {pragma}").fetchone()[0]
            if found != wanted:
                raise NotDurable(f"SQLite runs with {pragma} = {found}; Loam needs {wanted} so that nothing is lost.")


def watch() -> None:
    """Assert durability on each connection that Django opens (Django's signal, not one of ours)."""
    connection_created.connect(assert_durable, dispatch_uid="loam.durable")


@register("database")
def check_version(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Warn of the SQLite versions with the WAL-reset fault, and name the way out."""
    if connection.vendor != "sqlite":
        return []
    import sqlite3

    if sqlite3.sqlite_version_info >= FAULTY_BEFORE:
        return []
    return [Warning(
        f"SQLite {sqlite3.sqlite_version} has a rare fault in WAL mode (fixed in 3.51.3).",
        hint="Use a newer SQLite, or set DATABASE_URL to a PostgreSQL database; back up regularly until then.",
        id="loam.W001",
    )]  # fmt: skip
