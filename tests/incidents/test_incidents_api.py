"""Incidents at the second door."""

from uuid import uuid4

import pytest

from coding.incidents.models import Incident
from tests import factory
from tests.door import Door, is_problem


def path(project, uid=""):
    return f"projects/{project.uid}/incidents/{f'{uid}/' if uid else ''}"


def report(**more):
    return {"title": "A refund", "text": "It paid back.", **more}


def test_incidents_are_listed_by_number_without_their_texts(project, ada):
    factory.incidents(project, 3)
    rows = Door(ada).get(path(project)).json()["results"]
    assert [row["number"] for row in rows] == [1, 2, 3]
    assert all("text" not in row and "id" not in row for row in rows)


def test_one_incident_comes_with_the_text_that_offsets_count_in(project, ada):
    incident = factory.incidents(project, 1)[0]
    assert Door(ada).get(path(project, incident.uid)).json()["text"] == incident.text


def test_a_search_finds_words(project, ada):
    factory.incidents(project, 12)
    assert Door(ada).get(path(project) + "?q=report 12").json()["count"] == 1


@pytest.mark.parametrize("q", ["%00", "%ED%A0%80", "x" * 501])
def test_a_search_that_can_not_be_is_no_fault_of_the_server(project, ada, q):
    assert Door(ada).get(path(project) + f"?q={q}").status_code in {200, 400}


def test_a_stranger_gets_404(project, stranger):
    incident = factory.incidents(project, 1)[0]
    for answer in (Door(stranger).get(path(project)), Door(stranger).get(path(project, incident.uid)),
                   Door(stranger).post(path(project), {"incidents": [report()]})):  # fmt: skip
        assert is_problem(answer, 404)


def test_an_incident_of_another_project_is_not_there(project, lead):
    other = factory.project(lead, "Another")
    incident = factory.incidents(other, 1)[0]
    assert is_problem(Door(lead).get(path(project, incident.uid)), 404)
    assert is_problem(Door(lead).get(path(project, uuid4())), 404)


def test_a_lead_brings_reports_in(project, lead):
    sent = report(
        occurred_on="2024-02-29", external_id="R-1", source_url="https://example.org/a", attributes={"Sector": "bank"}
    )
    answer = Door(lead).post(path(project), {"incidents": [sent, report(title="Another")]})
    assert (answer.status_code, answer.json()["added"]) == (200, 2)
    first = Incident.objects.get(number=1)
    assert (str(first.occurred_on), first.attributes, first.text) == ("2024-02-29", {"Sector": "bank"}, "It paid back.")


def test_the_same_reports_again_change_nothing(project, lead):
    door, body = Door(lead), {"incidents": [report(external_id="R-1")]}
    door.post(path(project), body)
    assert door.post(path(project), body).json()["unchanged"] == 1
    assert Incident.objects.count() == 1


@pytest.mark.parametrize("role", ["coder", "observer"])
def test_others_do_not_bring_reports_in(project, role):
    member = factory.member(project, "kim", role)
    assert is_problem(Door(member).post(path(project), {"incidents": [report()]}), 403)
    assert not Incident.objects.exists()


@pytest.mark.parametrize(
    "wrong",
    [
        {"title": " "}, {"text": ""}, {"text": None}, {"text": 5}, {"title": ["a"]}, {"title": "x" * 501},
        {"occurred_on": "2024-02-30"}, {"occurred_on": "soon"}, {"occurred_on": 20240229}, {"source_url": "javascript:x"},
        {"external_id": "R-0"}, {"external_id": "x" * 201}, {"attributes": {"title": "x"}}, {"attributes": {"a": 1}},
        {"attributes": []}, {"attributes": {str(n): "x" for n in range(201)}}, {"modality": "x" * 61},
    ],
    ids=str,
)  # fmt: skip
def test_one_faulty_report_refuses_all(project, lead, wrong):
    body = {"incidents": [report(external_id="R-0"), {**report(title="Second", external_id="R-2"), **wrong}]}
    answer = Door(lead).post(path(project), body)
    assert is_problem(answer, 400)
    assert "incidents" in answer.json()["errors"]
    assert not Incident.objects.exists()


@pytest.mark.parametrize(
    "body", [{}, {"incidents": []}, {"incidents": {}}, {"incidents": [5]}, [], {"incidents": None}]
)
def test_a_body_of_another_shape_is_refused(project, lead, body):
    assert is_problem(Door(lead).post(path(project), body), 400)


@pytest.mark.parametrize(("length", "status"), [(2_000_000, 200), (2_000_001, 400)])
def test_a_text_has_at_most_2_000_000_code_points(project, lead, length, status):
    answer = Door(lead).post(path(project), {"incidents": [report(text="x" * length)]})
    assert answer.status_code == status


def test_a_retry_answers_with_what_the_first_did(project, lead):
    door, body = Door(lead), {"incidents": [report()]}
    first, again = (door.post(path(project), body, key="k") for _ in range(2))
    assert first.content == again.content
    assert first.json()["added"] == 1


def test_wrong_methods_get_405(project, lead):
    incident = factory.incidents(project, 1)[0]
    for method in ("put", "patch", "delete"):
        assert is_problem(Door(lead).send(method, path(project, incident.uid), {} if method != "delete" else None), 405)


def test_the_number_of_queries_stays_with_more_incidents(project, ada, django_assert_num_queries):
    door = Door(ada)
    for count in (3, 60):
        factory.incidents(project, count)
        with django_assert_num_queries(5):
            assert door.get(path(project)).json()["count"] == count
