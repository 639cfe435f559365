"""Release at the second door."""

from uuid import uuid4

import pytest

from tests import factory
from tests.door import Door, is_problem
from tests.kept import kept


@kept
def opened(project, ada):
    factory.incidents(project, 1)
    return factory.round_of(project, [ada])


def path(project, uid):
    return f"projects/{project.uid}/rounds/{uid}/release/"


def test_a_lead_releases_a_round_once(project, lead, ada, opened):
    factory.hand_in(factory.assignment(opened, ada))
    first, again = (Door(lead).post(path(project, opened.uid), {}, key="k") for _ in range(2))
    assert (first.status_code, again.content) == (200, first.content)
    assert first.json()["round"]["state"] == "released"
    assert is_problem(Door(lead).post(path(project, opened.uid), {}), 409)


def test_releasing_before_all_have_submitted_needs_a_reason(project, lead, opened):
    assert is_problem(Door(lead).post(path(project, opened.uid), {}), 400)
    assert Door(lead).post(path(project, opened.uid), {"reason": "Time is up."}).status_code == 200


def test_only_a_lead_releases(project, ada, stranger, opened):
    assert is_problem(Door(ada).post(path(project, opened.uid), {}), 403)
    assert is_problem(Door(stranger).post(path(project, opened.uid), {}), 404)
    assert is_problem(Door(factory.lead_of(project)).post(path(project, uuid4()), {}), 404)


@pytest.mark.parametrize("reason", [5, None, ["x"], "x" * 2_001])
def test_a_reason_is_a_text(project, lead, opened, reason):
    assert is_problem(Door(lead).post(path(project, opened.uid), {"reason": reason}), 400)
