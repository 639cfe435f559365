"""Rows that never change: triggers that refuse an UPDATE, in both dialects."""

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
