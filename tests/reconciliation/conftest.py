"""A released round that most tests of this room read: built once for a file that asks for it, each test's changes rolled back."""

import copy
from types import SimpleNamespace

import pytest
from django.db import transaction

from tests import factory
from tests.reconciliation.factory import released_round


@pytest.fixture(scope="module")
def built(django_db_setup, django_db_blocker):
    """Build the round in a transaction around all tests of the file; theirs are savepoints within it."""
    with django_db_blocker.unblock(), transaction.atomic():
        lead = factory.user("lead")
        project = factory.project(lead)
        ada, bo = factory.member(project, "ada"), factory.member(project, "bo")
        yield SimpleNamespace(lead=lead, project=project, ada=ada, bo=bo, of=released_round(project, [ada, bo]))
        transaction.set_rollback(True)


@pytest.fixture
def whole(built, db):
    """Rows in memory belong to one test only."""
    return copy.deepcopy(built)


@pytest.fixture
def of(whole):
    return whole.of
