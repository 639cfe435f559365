"""The study that most tests of this room read. It is built once a module; each test's changes are rolled back."""

import copy
from types import SimpleNamespace

import pytest
from django.db import transaction

from tests import factory
from tests.codebook import factory as made


@pytest.fixture(scope="module")
def built(django_db_setup, django_db_blocker):
    """Build the study in a transaction around all tests of the module; theirs are savepoints within it."""
    with django_db_blocker.unblock(), transaction.atomic():
        lead = factory.user("lead")
        project = factory.project(lead)
        ada, bo = factory.member(project, "ada"), factory.member(project, "bo")
        yield SimpleNamespace(lead=lead, project=project, ada=ada, bo=bo, study=made.study(project, ada, bo))
        transaction.set_rollback(True)


@pytest.fixture
def whole(built, db):
    """Rows in memory belong to one test only."""
    return copy.deepcopy(built)


@pytest.fixture
def study(whole):
    return whole.study


@pytest.fixture
def lead(whole):
    return whole.lead


@pytest.fixture
def project(whole):
    return whole.project


@pytest.fixture
def ada(whole):
    return whole.ada


@pytest.fixture
def bo(whole):
    return whole.bo


@pytest.fixture
def bare(lead):
    """Another project of the same lead, with nothing in it but the scale."""
    return factory.project(lead, "Bare")


@pytest.fixture
def cleo(bare):
    return factory.member(bare, "cleo")


@pytest.fixture
def dan(bare):
    return factory.member(bare, "dan")
