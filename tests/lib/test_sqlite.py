"""SQLite runs durably, or not at all; who writes waits their turn."""

import sqlite3
import threading

import pytest
from django.db import OperationalError, connection, transaction

from coding.lib import sqlite
from coding.lib.sqlite import NotDurable, assert_durable, check_version

only_sqlite = pytest.mark.skipif(connection.vendor != "sqlite", reason="asks SQLite itself")


class Pretended:
    """A connection that answers each PRAGMA as told."""

    def __init__(self, vendor="sqlite", **found):
        self.vendor, self.found = vendor, {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, **found}

    def cursor(self):
        return self

    def __enter__(self):
        return self

    def __exit__(self, *_):
        return None

    def execute(self, statement):
        self.answer = self.found[statement.removeprefix("PRAGMA ")]
        return self

    def fetchone(self):
        return (self.answer,)


def test_a_durable_connection_is_served():
    assert_durable(Pretended())


@pytest.mark.parametrize(
    "found", [{"journal_mode": "delete"}, {"journal_mode": "memory"}, {"synchronous": 1}, {"foreign_keys": 0}]
)
def test_a_connection_that_is_not_is_refused(found):
    with pytest.raises(NotDurable, match=next(iter(found))):
        assert_durable(Pretended(**found))


def test_postgresql_is_left_alone():
    assert_durable(Pretended("postgresql", journal_mode="none"))


@only_sqlite
def test_every_new_connection_is_checked(db, monkeypatch):
    monkeypatch.setitem(sqlite.WANTED, "synchronous", 3)
    other = connection.copy()
    try:
        with pytest.raises(NotDurable):
            other.connect()
    finally:
        other.close()


@only_sqlite
def test_writers_queue_at_begin(db):
    assert connection.settings_dict["OPTIONS"]["transaction_mode"] == "IMMEDIATE"


@only_sqlite
@pytest.mark.parametrize(("version", "warned"), [((3, 51, 2), True), ((3, 51, 3), False), ((3, 52, 0), False)])
def test_a_version_with_the_wal_fault_is_warned_of(monkeypatch, version, warned):
    monkeypatch.setattr(sqlite3, "sqlite_version_info", version)
    found = check_version(None)
    assert [one.id for one in found] == (["loam.W001"] if warned else [])
    assert all("PostgreSQL" in one.hint for one in found)


@pytest.fixture
def writer(transactional_db):
    """Another process that writes: it holds the lock from the start."""
    other = sqlite3.connect(connection.settings_dict["NAME"], isolation_level=None, check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")
    yield other
    other.close()


def patience_of(of):
    return of.cursor().execute("PRAGMA busy_timeout").fetchone()[0]


@only_sqlite
def test_who_writes_waits_until_it_is_their_turn(writer):
    before = patience_of(connection)
    end = threading.Timer(0.2, lambda: writer.execute("COMMIT"))
    end.start()
    with transaction.atomic():
        assert not writer.in_transaction
    end.join()
    assert patience_of(connection) == before == 20_000


@only_sqlite
def test_who_waits_too_long_is_told_so_and_may_try_again(writer, monkeypatch):
    monkeypatch.setitem(connection.settings_dict["OPTIONS"], "timeout", 0.05)
    with pytest.raises(OperationalError, match="locked"), transaction.atomic():
        pass
    writer.execute("COMMIT")
    with transaction.atomic():
        assert patience_of(connection) == 50
