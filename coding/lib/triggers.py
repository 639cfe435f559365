"""Rows that never change, and pointers that must not be: triggers that refuse a write, in both dialects."""

from collections.abc import Sequence
from typing import Any

from django.db.migrations import RunPython

SQLITE = """CREATE TRIGGER {table}_never_changes BEFORE UPDATE OF {columns} ON {table}
BEGIN SELECT RAISE(ABORT, '{table} rows never change'); END"""
POSTGRESQL = """CREATE FUNCTION {table}_never_changes() RETURNS trigger AS $$
BEGIN
  RAISE EXCEPTION '{table} rows never change' USING ERRCODE = 'integrity_constraint_violation';
END; $$ LANGUAGE plpgsql;
CREATE TRIGGER {table}_never_changes BEFORE UPDATE OF {columns} ON {table}
FOR EACH ROW EXECUTE FUNCTION {table}_never_changes()"""


def never_changes(table: str, columns: Sequence[str]) -> RunPython:
    """Refuse updates of these columns of the table (one migration operation, reversible)."""

    def add(apps: Any, editor: Any) -> None:
        dialect = POSTGRESQL if editor.connection.vendor == "postgresql" else SQLITE
        quoted = ", ".join(f'"{column}"' for column in columns)
        editor.execute(dialect.format(table=table, columns=quoted))

    def drop(apps: Any, editor: Any) -> None:
        if editor.connection.vendor == "postgresql":
            editor.execute(f"DROP FUNCTION {table}_never_changes() CASCADE")
        else:
            editor.execute(f"DROP TRIGGER {table}_never_changes")

    return RunPython(add, drop)


POINTS_SQLITE = """CREATE TRIGGER {name} BEFORE {event} ON {table} WHEN {when}
BEGIN SELECT RAISE(ABORT, '{name}'); END"""
POINTS_POSTGRESQL = """CREATE FUNCTION {name}() RETURNS trigger AS $$
BEGIN
  IF {when} THEN RAISE EXCEPTION '{name}' USING ERRCODE = 'integrity_constraint_violation'; END IF;
  RETURN NEW;
END; $$ LANGUAGE plpgsql;
CREATE TRIGGER {name} BEFORE {event} ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()"""


def refuses(name: str, table: str, event: str, when: str) -> RunPython:
    """Refuse a write of a row (`event`, such as "UPDATE OF column") where a condition on NEW holds; reversible.

    SQLite loses a table's triggers, and refuses to rename it while others' name it: a later migration that makes one
    of the tables anew drops the trigger before and adds it after.
    """

    def add(apps: Any, editor: Any) -> None:
        dialect = POINTS_POSTGRESQL if editor.connection.vendor == "postgresql" else POINTS_SQLITE
        editor.execute(dialect.format(name=name, table=table, event=event, when=when))

    def drop(apps: Any, editor: Any) -> None:
        if editor.connection.vendor == "postgresql":
            editor.execute(f"DROP FUNCTION {name}() CASCADE")
        else:
            editor.execute(f"DROP TRIGGER {name}")

    return RunPython(add, drop)
