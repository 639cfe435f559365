"""Django's SQLite, whose writers look every half millisecond whether it is their turn, and which reads a text once.

SQLite itself sleeps longer and longer, up to a tenth of a second, while another process writes; with two processes that
write, each stood still for a third of its time.
"""

import time
from collections.abc import Sequence
from functools import lru_cache

from django.db import OperationalError
from django.db.backends.sqlite3 import base

PAUSE = 0.0005  # seconds


class Cursor(base.SQLiteCursorWrapper):
    """Django's cursor. It turns the marks of a statement (%s) into SQLite's (?) at each asking: a tenth of a save."""

    def convert_query(self, query: str, *, param_names: Sequence[str] | None = None) -> str:
        return (
            in_marks_of_sqlite(query) if param_names is None else super().convert_query(query, param_names=param_names)
        )


@lru_cache(maxsize=512)
def in_marks_of_sqlite(query: str) -> str:
    return base.FORMAT_QMARK_REGEX.sub("?", query).replace("%%", "%")


class DatabaseWrapper(base.DatabaseWrapper):
    """A connection that waits its turn and keeps what it has read; all else is Django's."""

    def create_cursor(self, name: str | None = None) -> Cursor:
        made: Cursor = self.connection.cursor(factory=Cursor)
        return made

    def _start_transaction_under_autocommit(self) -> None:
        """Begin as soon as nobody else writes; raises OperationalError after the connection's timeout."""
        patience = self.settings_dict["OPTIONS"]["timeout"]
        until = time.monotonic() + patience
        self.connection.execute("PRAGMA busy_timeout = 0")
        try:
            while True:
                try:
                    super()._start_transaction_under_autocommit()  # type: ignore[misc]  # the stubs leave it out
                except OperationalError as wrong:
                    if "locked" not in str(wrong) or time.monotonic() >= until:
                        raise
                    time.sleep(PAUSE)
                else:
                    return
        finally:
            self.connection.execute(f"PRAGMA busy_timeout = {int(patience * 1000)}")
