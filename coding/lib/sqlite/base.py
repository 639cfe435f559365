"""Django's SQLite, whose writers look every half millisecond whether it is their turn.

SQLite itself sleeps longer and longer, up to a tenth of a second, while another process writes; with two processes that
write, each stood still for a third of its time.
"""

import time

from django.db import OperationalError
from django.db.backends.sqlite3 import base

PAUSE = 0.0005  # seconds


class DatabaseWrapper(base.DatabaseWrapper):
    """A connection that waits its turn; all else is Django's."""

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
