"""A fault of ours: a page for people, problem+json for programs, nothing of the fault for either."""

import pytest
from django.test import Client

from coding.desk import queries


@pytest.fixture
def broken(monkeypatch):
    def fail(*args, **kwargs):
        raise RuntimeError("secret detail")

    monkeypatch.setattr(queries, "next_assignment", fail)
    monkeypatch.setattr("coding.codes.api.Projects.list", fail)


def client_of(user):
    client = Client(raise_request_exception=False)
    client.force_login(user)
    return client


def test_a_page_that_breaks_says_so_in_words(lead, broken):
    answer = client_of(lead).get("/")
    assert answer.status_code == 500
    assert b"<h1>" in answer.content
    assert b"secret detail" not in answer.content


def test_an_api_address_that_breaks_answers_problem_json(lead, broken):
    answer = client_of(lead).get("/api/v1/projects/")
    assert answer.status_code == 500
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json()["title"] == "server_error"
    assert b"secret detail" not in answer.content


def test_a_fault_before_anybody_is_looked_up_has_its_page_too(db, monkeypatch):
    def fail(*args, **kwargs):
        raise RuntimeError("secret detail")

    monkeypatch.setattr("whitenoise.middleware.WhiteNoiseMiddleware.__call__", fail)
    answer = Client(raise_request_exception=False).get("/")
    assert answer.status_code == 500
    assert b"<h1>" in answer.content
    assert b"secret detail" not in answer.content
