"""The study that most tests of this room read."""

from types import SimpleNamespace

from tests import factory
from tests.codebook import factory as made
from tests.kept import kept


@kept
def whole():
    lead = factory.user("lead")
    project = factory.project(lead)
    ada, bo = factory.member(project, "ada"), factory.member(project, "bo")
    return SimpleNamespace(lead=lead, project=project, ada=ada, bo=bo, study=made.study(project, ada, bo))


@kept
def study(whole):
    return whole.study


@kept
def lead(whole):
    return whole.lead


@kept
def project(whole):
    return whole.project


@kept
def ada(whole):
    return whole.ada


@kept
def bo(whole):
    return whole.bo


@kept
def bare(lead):
    """Another project of the same lead, with nothing in it but the scale."""
    return factory.project(lead, "Bare")


@kept
def cleo(bare):
    return factory.member(bare, "cleo")


@kept
def dan(bare):
    return factory.member(bare, "dan")
