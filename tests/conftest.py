"""What every test may ask for."""

import gc
import os
import secrets

import pytest
from django.db import connection
from django.test import Client
from hypothesis import HealthCheck, settings

from tests import factory
from tests.browser.chromium import Kept
from tests.kept import Levels, kept

# A rule holds however loaded the machine is: how long one example takes says nothing of it. In CI the examples are the
# same in each run and on each database, so that more of them would find nothing the second time.
settings.register_profile(
    "loam",
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    max_examples=50 if os.environ.get("CI") else 100,
)
settings.load_profile("loam")

# Thousands of collected tests stay to the end: to look through them for garbage takes a fifteenth of a run.
gc.set_threshold(100_000, 50, 100)

if connection.vendor == "postgresql":
    truncated = connection.ops.sql_flush

    def sql_flush(style, tables, *, reset_sequences=False, allow_cascade=False):
        """Delete the few rows that a test has committed: for an empty table PostgreSQL makes new files, which takes longer."""
        if reset_sequences or allow_cascade:
            return truncated(style, tables, reset_sequences=reset_sequences, allow_cascade=allow_cascade)
        return [f"DELETE FROM {connection.ops.quote_name(table)}" for table in tables]

    connection.ops.sql_flush = sql_flush

os.environ.setdefault("LOAM_TEST_RUN", secrets.token_hex(4))  # the processes of one run inherit it


# The first needs no demonstration: the other process makes it meanwhile, and none waits for it.
LONG = ("/test_two_worlds.py", "/browser/", "/durability/", "/test_api.py")


def pytest_collection_modifyitems(items):
    """Begin with the files that take long, so that no process waits for another at the end."""
    items.sort(key=lambda item: next((at for at, part in enumerate(LONG) if part in str(item.path)), len(LONG)))


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item):
    """Leave no browser open beside a test that asks the database."""
    if "/browser/" not in str(item.path):
        Kept.close()


@pytest.hookimpl(wrapper=True)
def pytest_fixture_setup(fixturedef, request):
    """Make what a test begins with below the savepoint that pytest-django gives it, and upon what a file makes itself."""
    if fixturedef.argname == "_django_db_helper":
        Levels.fit(request)
    elif fixturedef.scope == "module" and "django_db_blocker" in fixturedef.argnames:
        Levels.end(request.config)
    return (yield)


def pytest_sessionfinish(session):
    Kept.close()


def pytest_unconfigure(config):
    """Take away what the run's processes shared, when the last of them has ended."""
    if not hasattr(config, "workerinput"):
        from tests.browser.server import Models

        Models.remove()


@kept
def lead():
    return factory.user("lead")


@kept
def project(lead):
    return factory.project(lead)


@kept
def ada(project):
    return factory.member(project, "ada")


@kept
def bo(project):
    return factory.member(project, "bo")


@kept
def stranger():
    return factory.user("stranger")


@pytest.fixture
def sign_in():
    """Give a browser in which this person is signed in."""

    def make(user):
        client = Client()
        client.force_login(user)
        return client

    return make
