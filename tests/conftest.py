"""What every test may ask for."""

import pytest
from django.conf import settings
from django.test import Client

from tests import factory


def pytest_collection_modifyitems(config, items):
    """On PostgreSQL leave out what no database changes: tests without one, and those that only look at pages."""
    if settings.DATABASES["default"]["ENGINE"].endswith("sqlite3"):
        return
    kept = [item for item in items if needs_a_database(item)]
    config.hook.pytest_deselected(items=[item for item in items if item not in kept])
    items[:] = kept


def needs_a_database(item):
    held = {"db", "transactional_db", "django_db_setup", "live_server"} & set(getattr(item, "fixturenames", ()))
    asked = item.get_closest_marker("django_db") or item.get_closest_marker("browser") or "durability" in item.nodeid
    return item.get_closest_marker("alike") is None and bool(held or asked)


@pytest.fixture
def lead(db):
    return factory.user("lead")


@pytest.fixture
def project(lead):
    return factory.project(lead)


@pytest.fixture
def ada(project):
    return factory.member(project, "ada")


@pytest.fixture
def bo(project):
    return factory.member(project, "bo")


@pytest.fixture
def stranger(db):
    return factory.user("stranger")


@pytest.fixture
def sign_in():
    """Give a browser in which this person is signed in."""

    def make(user):
        client = Client()
        client.force_login(user)
        return client

    return make
