"""Rows that the tests of a file begin with: made once, and given to each test as its own copy.

A fixture under `kept` makes rows from nothing but other kept fixtures. Before a test, those that it asks for are made,
each within a savepoint upon the last; what the test before it has asked for in the same order stands already, and what
it has asked for beyond is taken back. The test's own changes are a savepoint above them all, as without this.
"""

import copy
import inspect
from itertools import takewhile

import pytest
from django.db import transaction
from pytest_django.plugin import blocking_manager_key


def kept(make):
    """Declare a fixture whose rows outlive a test. Its value is copied: no test sees what another did to it in memory."""
    wanted = inspect.signature(make).parameters

    def given(request, db, **values):
        if make not in request.node.stash.get(COPIES, {}):
            return make(**values)  # what a test commits is its own
        return request.node.stash[COPIES][make]

    asked = [inspect.Parameter(name, inspect.Parameter.POSITIONAL_OR_KEYWORD) for name in ("request", "db", *wanted)]
    given.__signature__ = inspect.Signature(asked)
    given.__name__, given.__doc__, given.makes = make.__name__, make.__doc__, make
    return pytest.fixture(given)


COPIES = pytest.StashKey()
COMMITS = {"transactional_db", "live_server", "django_db_reset_sequences", "django_db_serialized_rollback"}


class Level:
    """One kept fixture that stands: its savepoint, and the values of it and of all below it."""

    def __init__(self, make, below):
        self.make = make
        self.atomic = transaction.atomic()
        self.atomic._from_testcase = True  # verbs that insist on committing may run inside, as in any test
        self.atomic.__enter__()
        try:
            self.values = copy.deepcopy(below)
            wanted = inspect.signature(make).parameters
            names = {one.__name__: value for one, value in self.values.items()}
            self.values[make] = make(**{name: names[name] for name in wanted})
        except BaseException:
            self.take_back()
            raise

    def take_back(self):
        transaction.set_rollback(True)
        self.atomic.__exit__(None, None, None)


class Levels:
    """What stands at this moment, the lowest first."""

    levels: list[Level] = []

    @classmethod
    def fit(cls, request):
        """Let exactly that stand which the test asks for, and copy it for the test."""
        item = request.node
        makes = order(item)
        standing = [level.make for level in cls.levels]
        same = sum(1 for _ in takewhile(lambda pair: pair[0] is pair[1], zip(standing, makes, strict=False)))
        with request.config.stash[blocking_manager_key].unblock():
            cls.lower(same)
            if makes and not cls.levels:
                item.getparent(pytest.Module).addfinalizer(lambda: cls.end(request.config))
            for make in makes[same:]:
                cls.levels.append(Level(make, cls.levels[-1].values if cls.levels else {}))
        if makes:
            item.stash[COPIES] = copy.deepcopy(cls.levels[-1].values)

    @classmethod
    def lower(cls, height):
        while len(cls.levels) > height:
            cls.levels.pop().take_back()

    @classmethod
    def end(cls, config):
        with config.stash[blocking_manager_key].unblock():
            cls.lower(0)


def order(item):
    """Give what makes the kept fixtures of a test: as they stand in the files, those that others need before these."""
    marker = item.get_closest_marker("django_db")
    if COMMITS & set(item.fixturenames) or (marker and marker.kwargs.get("transaction")):
        return []
    found = {}
    for name, definitions in item._fixtureinfo.name2fixturedefs.items():
        if make := getattr(definitions[-1].func, "makes", None):
            found[name] = (len(definitions[-1].baseid), make.__code__.co_firstlineno, make)
    ordered = []

    def place(name):
        """Say whether this one can be kept: what is made from something that is not is made for each test."""
        if name not in found:
            return False
        make = found[name][2]
        if make not in ordered and all(place(needed) for needed in inspect.signature(make).parameters):
            ordered.append(make)
        return make in ordered

    for name in sorted(found, key=lambda name: found[name][:2]):
        place(name)
    return ordered
