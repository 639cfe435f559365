"""A released round that most tests of this room read."""

from types import SimpleNamespace

from tests import factory
from tests.kept import kept
from tests.reconciliation.factory import released_round


@kept
def whole():
    lead = factory.user("lead")
    project = factory.project(lead)
    ada, bo = factory.member(project, "ada"), factory.member(project, "bo")
    return SimpleNamespace(lead=lead, project=project, ada=ada, bo=bo, of=released_round(project, [ada, bo]))


@kept
def of(whole):
    return whole.of
