"""Queries and insertions that Django builds once for each connection; later only their values change.

Building a query costs ten times what SQLite needs to answer it, and a save asks a dozen and writes three rows while
all other writers wait. What is asked stays a queryset, so access and blindness stay where they are; only its text is
kept.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, cast

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import BigIntegerField, Expression, Field, Model, QuerySet, TextField, UUIDField
from django.db.models.sql import InsertQuery
from django.db.transaction import TransactionManagementError


class Slot(Expression):
    """A value that comes when the query is asked; it may stand wherever a queryset compares with a value."""

    def __init__(self, name: str, field: Field[Any, Any]) -> None:
        super().__init__(output_field=field)
        self.name = name

    def as_sql(self, compiler: Any, connection: Any) -> Any:
        return "%s", [self]

    def given(self, values: dict[str, Any], connection: BaseDatabaseWrapper) -> Any:
        """Give the value as the database's driver takes it."""
        return self.output_field.get_db_prep_value(values[self.name], connection)


def number(name: str) -> Slot:
    return Slot(name, BigIntegerField())


def text(name: str) -> Slot:
    return Slot(name, TextField())


def public_id(name: str) -> Slot:
    return Slot(name, UUIDField())


class Prepared:
    """A queryset with slots; call it with their values to get its rows, objects or tuples as the queryset says."""

    def __init__(self, build: Callable[[], QuerySet[Any]]) -> None:
        self.build = build

    def __call__(self, **values: Any) -> list[Any]:
        kept = kept_on(connections[DEFAULT_DB_ALIAS])
        built = kept.get(self)
        if built is None:
            built = kept[self] = Built(self.build())
        return cast(Built, built).ask(values)


class Built:
    """One queryset, compiled for one connection and so for one thread."""

    def __init__(self, rows: QuerySet[Any]) -> None:
        self.rows: Any = rows
        self.values: dict[str, Any] = {}
        self.compiler: Any = rows.query.get_compiler(rows.db)
        self.locks = rows.query.select_for_update and self.compiler.connection.features.has_select_for_update
        self.sql, self.params = self.compiler.as_sql()
        converters = self.compiler.get_converters([row[0] for row in self.compiler.select])
        # The queryset's own iteration does the rest; it asks its query for a compiler, and the compiler for its text.
        rows.query.get_compiler = lambda *_, **__: self.compiler  # type: ignore[method-assign]  # this query's alone
        self.compiler.as_sql = lambda *_, **__: (self.sql, self.given())
        self.compiler.get_converters = lambda _: converters

    def given(self) -> tuple[Any, ...]:
        there = self.compiler.connection
        return tuple(one.given(self.values, there) if isinstance(one, Slot) else one for one in self.params)

    def ask(self, values: dict[str, Any]) -> list[Any]:
        if self.locks and self.compiler.connection.get_autocommit():
            raise TransactionManagementError("A query that locks rows belongs into a transaction.")
        self.values = values
        found: list[Any] = list(self.rows._iterable_class(self.rows))
        return found


def kept_on(connection: BaseDatabaseWrapper) -> dict[Any, Any]:
    """What was built for a connection stands on it, so that it goes when the connection's thread does."""
    kept: dict[Any, Any] = vars(connection).setdefault("prepared", {})
    return kept


FEW = 3


def insert(rows: Sequence[Model]) -> None:
    """Insert new rows of one table: a few by a statement that Django wrote before, more than that in bulk."""
    connection = connections[DEFAULT_DB_ALIAS]
    if len(rows) > FEW:
        type(rows[0])._default_manager.bulk_create(rows)
        return
    for row in rows:
        if connection.features.can_return_columns_from_insert:
            _insert(row, connection)
        else:  # SQLite before 3.35
            row.save(force_insert=True)


def _insert(row: Model, connection: BaseDatabaseWrapper) -> None:
    kept = kept_on(connection)
    fields, sql = kept.get(type(row)) or kept.setdefault(type(row), _insertion(row, connection))
    values = [field.get_db_prep_save(field.pre_save(row, add=True), connection) for field in fields]
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        row.pk = cursor.fetchone()[0]
    row._state.adding, row._state.db = False, connection.alias


def _insertion(row: Model, connection: BaseDatabaseWrapper) -> tuple[list[Any], str]:
    """Let Django write the statement that inserts such a row and gives its key."""
    meta = row._meta
    fields = [field for field in meta.concrete_fields if field is not meta.pk]
    query = InsertQuery(type(row))
    query.insert_values(fields, [row])
    compiler: Any = query.get_compiler(connection.alias)
    compiler.returning_fields = [meta.pk]
    [(sql, _)] = compiler.as_sql()
    return fields, sql
