"""The triggers that keep records unchanged stand after all migrations, and come back after a reversal."""

import importlib

import pytest
from django.apps import apps
from django.db import DatabaseError, connection, transaction

from coding.lib.triggers import never_changes

KEPT = {"people_event": 18, "codes_edition": None, "codebook_publication": None}
REFUSING = {
    ("codes_mapping", "mapping_to_living_at_first"), ("codes_mapping", "mapping_to_living"),
    ("codes_scalecategory", "scale_category_retired_unmapped"),
}  # fmt: skip


def triggers():
    by_vendor = {
        "sqlite": "SELECT tbl_name, name FROM sqlite_master WHERE type = 'trigger'",
        "postgresql": "SELECT tgrelid::regclass::text, tgname FROM pg_trigger WHERE NOT tgisinternal",
    }
    with connection.cursor() as cursor:
        cursor.execute(by_vendor[connection.vendor])
        return set(cursor.fetchall())


def test_they_stand_after_migrate(db):
    """SQLite remakes a table to alter it, and drops its triggers: a later migration must not lose them."""
    assert triggers() == {(table, f"{table}_never_changes") for table in KEPT} | REFUSING


@pytest.mark.parametrize(("app", "model", "free"), [("people", "Event", {"released_at"}), ("codes", "Edition", set()),
                                                    ("codebook", "Publication", set())])  # fmt: skip
def test_they_name_every_column_but_those_that_may_change(db, app, model, free):
    columns = {field.column for field in apps.get_model(app, model)._meta.concrete_fields}
    named = set()
    for migration in ("0002_never_changes", "0001_initial", "0002_publication_never_changes"):
        try:
            module = importlib.import_module(f"coding.{app}.migrations.{migration}")
        except ModuleNotFoundError:
            continue
        for operation in module.Migration.operations:
            code = getattr(operation, "code", None)
            if code and code.__closure__:
                named |= set(
                    next(cell.cell_contents for cell in code.__closure__ if isinstance(cell.cell_contents, list))
                )
    assert named == columns - free


@pytest.fixture
def table(db):
    """A table with a record and a note, of which only the record is kept."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE kept (id integer PRIMARY KEY, record text, note text)")
        cursor.execute("INSERT INTO kept VALUES (1, 'a', 'b')")


def change(column):
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"UPDATE kept SET {column} = 'x'")


class Editor:
    """What a migration's operation asks of a schema editor."""

    connection = connection

    def execute(self, statement):
        with connection.cursor() as cursor:
            cursor.execute(statement)


def test_only_the_named_columns_are_kept_and_the_operation_reverses(table):
    operation = never_changes("kept", ["id", "record"])
    operation.code(None, Editor())
    change("note")
    with pytest.raises(DatabaseError, match="kept rows never change"):
        change("record")
    operation.reverse_code(None, Editor())
    change("record")
