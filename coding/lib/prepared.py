"""Queries and insertions that Django builds once for each connection; later only their values change.

Building a query costs ten times what SQLite needs to answer it, and a save asks a dozen and writes three rows while
all other writers wait. What is asked stays a queryset, so access and blindness stay where they are; only its text is
kept.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from operator import itemgetter
from typing import Any, cast

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import BigIntegerField, Expression, Field, Model, QuerySet, TextField, UUIDField
from django.db.models.query import (
    FlatValuesListIterable,
    ModelIterable,
    ValuesIterable,
    ValuesListIterable,
    get_related_populators,
)
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
    """One queryset, compiled for one connection and so for one thread; what turns its rows into objects as well."""

    def __init__(self, rows: QuerySet[Any]) -> None:
        compiler: Any = rows.query.get_compiler(rows.db)
        self.compiler, self.connection = compiler, compiler.connection
        self.locks = rows.query.select_for_update and self.connection.features.has_select_for_update
        self.sql, params = compiler.as_sql()
        self.params = [(one, isinstance(one, Slot)) for one in params]
        self.converters = compiler.get_converters([row[0] for row in compiler.select])
        self.made = maker(rows, compiler)

    def ask(self, values: dict[str, Any]) -> list[Any]:
        if self.locks and self.connection.get_autocommit():
            raise TransactionManagementError("A query that locks rows belongs into a transaction.")
        given = [one.given(values, self.connection) if is_slot else one for one, is_slot in self.params]
        with self.connection.cursor() as cursor:
            cursor.execute(self.sql, given)
            found = cursor.fetchall()
        if self.converters:
            found = self.compiler.apply_converters(found, self.converters)
        return [self.made(row) for row in found]


def maker(rows: Any, compiler: Any) -> Callable[[Any], Any]:
    """Give what makes of a row what the queryset would: an object, a tuple, a mapping or one value."""
    way = rows._iterable_class
    if way is FlatValuesListIterable:
        return itemgetter(0)
    if way is ValuesListIterable:
        return tuple
    if way is ValuesIterable:
        names = list(rows.query.selected or (*rows.query.values_select, *rows.query.annotation_select))
        return lambda row: dict(zip(names, row, strict=True))
    if way is ModelIterable and not rows._known_related_objects:
        return object_maker(compiler)
    raise TypeError(f"A prepared query can't give {way.__name__}.")


def object_maker(compiler: Any) -> Callable[[Any], Any]:
    """Make an object with what is read along with it, by the columns that Django chose for the query."""
    info, alias = compiler.klass_info, compiler.using
    first, last = info["select_fields"][0], info["select_fields"][-1] + 1
    names = [one[0].target.attname for one in compiler.select[first:last]]
    along = get_related_populators(info, compiler.select, alias)  # type: ignore[call-arg]  # the stubs are of Django 6
    annotated = list(compiler.annotation_col_map.items())

    def make(row: Any) -> Any:
        made = info["model"].from_db(alias, names, row[first:last])
        for one in along:
            one.populate(row, made)
        for name, column in annotated:
            setattr(made, name, row[column])
        return made

    return make


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
