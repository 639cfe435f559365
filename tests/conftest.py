"""What every test may ask for."""

import pytest
from django.test import Client

from tests import factory


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
