"""One order of texts for both databases: by code point, so that PostgreSQL and SQLite list alike."""

from typing import Any

from django.db.models import F, Func


class ByCodePoint(Func):
    """Order a text column by code points, whatever the database's locale is."""

    template = "%(expressions)s"

    def as_postgresql(self, compiler: Any, connection: Any, **extra: Any) -> Any:
        return self.as_sql(compiler, connection, template='(%(expressions)s) COLLATE "C"', **extra)


def in_order(column: str) -> ByCodePoint:
    """Order by the stored, folded column of that name (`name_key`, `sort_key`)."""
    return ByCodePoint(F(column))
