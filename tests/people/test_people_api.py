"""Projects and members at the second door; tokens, sessions, keys."""

import threading
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client

from coding.lib import clock
from coding.people.models import Event, Membership, Project, Token
from coding.people.rules import issue_token, revoke_token
from tests import factory
from tests.door import Door, is_problem


def test_a_member_reads_their_projects_and_role(project, ada):
    rows = Door(ada).get("projects/").json()["results"]
    assert [(row["uid"], row["slug"], row["role"]) for row in rows] == [(str(project.uid), project.slug, "coder")]
    assert Door(ada).get(f"projects/{project.uid}/").json() == rows[0]


def test_no_sequential_id_leaves_the_server(project, ada):
    assert "id" not in Door(ada).get(f"projects/{project.uid}/").json()


def test_nobody_gets_in_without_token_or_session(project):
    answer = Door().get("projects/")
    assert is_problem(answer, 401)
    assert answer["WWW-Authenticate"] == "Bearer"
    assert is_problem(Door().get(f"projects/{project.uid}/"), 401)
    assert is_problem(Door().get(f"projects/{uuid4()}/"), 401)


def test_a_stranger_gets_404_as_for_what_does_not_exist(project, stranger):
    there, nowhere = Door(stranger).get(f"projects/{project.uid}/"), Door(stranger).get(f"projects/{uuid4()}/")
    assert is_problem(there, 404)
    assert there.content == nowhere.content
    assert Door(stranger).get("projects/").json()["count"] == 0


def test_a_lead_changes_the_description(project, lead):
    answer = Door(lead).patch(f"projects/{project.uid}/", {"question": "Why?"})
    assert (answer.status_code, answer.json()["question"]) == (200, "Why?")
    project.refresh_from_db()
    assert project.question == "Why?"


@pytest.mark.parametrize("role", ["coder", "observer"])
def test_a_member_without_the_right_gets_403(project, role):
    member = factory.member(project, "kim", role)
    assert is_problem(Door(member).patch(f"projects/{project.uid}/", {"question": "Why?"}), 403)
    assert is_problem(Door(member).get(f"projects/{project.uid}/members/"), 403)


@pytest.mark.parametrize(
    "body", [{}, {"name": "  "}, {"name": 5}, {"name": None}, {"name": "x" * 201}, [], "x", {"name": ["a"]}]
)
def test_a_description_that_can_not_be_kept_is_refused(project, lead, body):
    assert is_problem(Door(lead).patch(f"projects/{project.uid}/", body), 400)
    project.refresh_from_db()
    assert project.name == "Reports"


def test_a_lead_reads_the_members_by_public_id(project, lead, ada):
    rows = Door(lead).get(f"projects/{project.uid}/members/").json()["results"]
    assert {(row["uid"], row["role"]) for row in rows} == {(str(lead.uid), "lead"), (str(ada.uid), "coder")}
    assert all("email" not in row for row in rows)


def test_a_method_that_is_not_there_gets_405(project, lead):
    assert is_problem(Door(lead).delete(f"projects/{project.uid}/"), 405)
    assert is_problem(Door(lead).put(f"projects/{project.uid}/", {}), 405)
    assert is_problem(Door(lead).send("options", "projects/"), 405)


# Tokens


def test_a_token_opens_what_its_user_may_open(project, ada):
    assert Door(ada, scope="read").get(f"projects/{project.uid}/").status_code == 200


def test_a_reading_token_can_not_write(project, lead):
    answer = Door(lead, scope="read").patch(f"projects/{project.uid}/", {"question": "Why?"})
    assert is_problem(answer, 403)
    assert Door(lead, scope="write").patch(f"projects/{project.uid}/", {"question": "Why?"}).status_code == 200


def test_a_token_of_one_project_knows_no_other(project, lead):
    other = factory.project(lead, "Another")
    door = Door(lead, project=project)
    assert [row["uid"] for row in door.get("projects/").json()["results"]] == [str(project.uid)]
    for path in ("", "incidents/", "codes/", "rounds/", "scales/", "members/"):
        assert door.get(f"projects/{project.uid}/{path}").status_code == 200
        assert is_problem(door.get(f"projects/{other.uid}/{path}"), 404)


@pytest.mark.parametrize("header", ["Bearer", "Bearer x y", "Bearer nothing", "Bearer \xff\xfe", "bearer loam_x"])
def test_a_token_that_is_none_gets_401(project, header):
    answer = Client().get("/api/v1/projects/", headers={"Authorization": header})
    assert is_problem(answer, 401)
    assert answer["WWW-Authenticate"] == "Bearer"


def test_a_token_ends_with_revocation_expiry_and_its_user(project, ada):
    token, text = issue_token(ada, "t", Token.Scope.READ)
    ask = lambda: Client().get("/api/v1/projects/", headers={"Authorization": f"Bearer {text}"}).status_code  # noqa: E731
    assert ask() == 200
    Token.objects.filter(pk=token.pk).update(expires_at=clock.now() - timedelta(seconds=1))
    assert ask() == 401
    Token.objects.filter(pk=token.pk).update(expires_at=None)
    revoke_token(token)
    assert ask() == 401
    Token.objects.filter(pk=token.pk).update(revoked_at=None)
    ada.is_active = False
    ada.save()
    assert ask() == 401


def test_a_token_that_failed_does_not_fall_back_to_the_session(project, ada):
    client = Client()
    client.force_login(ada)
    assert client.get("/api/v1/projects/", headers={"Authorization": "Bearer nothing"}).status_code == 401


def test_membership_is_read_at_each_request(project, ada):
    door = Door(ada, scope="read")
    assert door.get(f"projects/{project.uid}/").status_code == 200
    Membership.objects.filter(user=ada).delete()
    assert door.get(f"projects/{project.uid}/").status_code == 404


def test_a_session_needs_its_csrf_token_and_a_bearer_none(project, lead):
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(lead)
    path, body = f"/api/v1/projects/{project.uid}/", {"question": "Why?"}
    assert is_problem(browser.patch(path, body, content_type="application/json"), 403)
    token = issue_token(lead, "t", Token.Scope.WRITE)[1]
    bearer = Client(enforce_csrf_checks=True)
    answer = bearer.patch(path, body, content_type="application/json", headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code == 200


def test_answers_are_stored_nowhere(project, ada):
    for door in (Door(ada), Door(ada, scope="read")):
        assert "no-store" in door.get("projects/")["Cache-Control"]


# Idempotency keys


def test_a_retry_with_the_same_key_has_one_effect_and_the_same_answer(project, lead):
    door, path = Door(lead), f"projects/{project.uid}/codes/"
    first, again = (door.post(path, {"name": "late"}, key="k1") for _ in range(2))
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.content == again.content
    assert door.get(path).json()["count"] == 1


@pytest.mark.parametrize("other", [{"name": "later"}, {"name": "late", "definition": ""}])
def test_the_same_key_with_another_body_is_refused(project, lead, other):
    door, path = Door(lead), f"projects/{project.uid}/codes/"
    door.post(path, {"name": "late"}, key="k1")
    assert is_problem(door.post(path, other, key="k1"), 422)
    assert door.get(path).json()["count"] == 1


def test_the_same_key_at_another_address_is_refused(project, lead):
    Door(lead).post(f"projects/{project.uid}/codes/", {"name": "late"}, key="k1")
    other = factory.project(lead, "Another")
    assert is_problem(Door(lead).post(f"projects/{other.uid}/codes/", {"name": "late"}, key="k1"), 422)


def test_keys_of_two_people_do_not_meet(project, lead):
    second = factory.member(project, "eve", "lead")
    path = f"projects/{project.uid}/codes/"
    assert Door(lead).post(path, {"name": "late"}, key="k1").status_code == 201
    assert Door(second).post(path, {"name": "early"}, key="k1").status_code == 201


def test_a_request_that_was_refused_leaves_its_key_free(project, lead):
    door, path = Door(lead), f"projects/{project.uid}/codes/"
    assert door.post(path, {"name": " "}, key="k1").status_code == 400
    assert door.post(path, {"name": "late"}, key="k1").status_code == 201


@pytest.mark.parametrize(("key", "status"), [("k" * 80, 201), ("k" * 81, 400), ("", 400), ("  ", 400)])
def test_a_key_has_1_to_80_characters(project, lead, key, status):
    assert Door(lead).post(f"projects/{project.uid}/codes/", {"name": "late"}, key=key).status_code == status


def test_what_a_key_stores_is_seen_by_its_actor_alone(project, lead):
    second = factory.member(project, "eve", "lead")
    Door(lead).post(f"projects/{project.uid}/codes/", {"name": "late"}, key="k1")
    event = Event.objects.get(key="k1")
    assert event.released_at is None
    assert not Event.objects.visible_to(second).filter(pk=event.pk).exists()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("body", [{"name": "late"}, {"name": "late", "definition": "Too late."}])
def test_the_same_key_from_four_threads_has_one_effect_and_one_answer(body):
    project = factory.project()
    door, path = Door(factory.lead_of(project)), f"projects/{project.uid}/codes/"
    answers, together = [], threading.Barrier(4)

    def ask():
        together.wait()
        answers.append(door.post(path, body, key="k1"))
        connection.close()

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {(answer.status_code, answer.content) for answer in answers} == {(201, answers[0].content)}
    assert Event.objects.filter(verb="create_code").count() == 1


def test_the_number_of_queries_stays_with_more_projects(lead, django_assert_num_queries):
    door = Door(lead)
    for count in (1, 12):
        for _ in range(count):
            factory.project(lead, "One more")
        held = Project.objects.count()
        with django_assert_num_queries(4):
            assert door.get("projects/").json()["count"] == held
