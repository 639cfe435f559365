"""Rounds and assignments at the second door."""

from uuid import uuid4

import pytest

from coding.reconciliation.rules import release_round
from coding.rounds.models import Assignment, Round
from coding.rounds.rules import open_readings
from tests import factory
from tests.door import Door, is_problem
from tests.kept import kept

UNKNOWN = "8f14e45f-ceea-467f-a8d6-0000000000aa"  # an id that nobody has, the same in every process


def path(project, uid="", verb=""):
    return f"projects/{project.uid}/rounds/{f'{uid}/' if uid else ''}{f'{verb}/' if verb else ''}"


@kept
def reports(project):
    return factory.incidents(project, 3)


def plan(*coders, **more):
    return {"name": "First", "stage": "open", "coders": [str(coder.uid) for coder in coders], **more}


def test_a_lead_plans_and_opens_a_round(project, lead, ada, bo, reports):
    door = Door(lead)
    drafted = door.post(path(project), plan(ada, bo))
    assert (drafted.status_code, drafted.json()["state"]) == (201, "draft")
    opened = door.post(path(project, drafted.json()["uid"], "open"))
    assert (opened.status_code, opened.json()["state"]) == (200, "open")
    assert Assignment.objects.count() == 6


def test_a_rating_round_names_its_scale(project, lead, ada, reports):
    scale = str(project.scales.get().uid)
    answer = Door(lead).post(path(project), plan(ada, stage="rating", scale=scale))
    assert (answer.status_code, answer.json()["scale"]) == (201, scale)
    assert is_problem(Door(lead).post(path(project), plan(ada, name="Second", stage="rating")), 400)


def test_a_scale_of_another_project_is_answered_as_one_that_is_not_there(project, lead, ada, stranger, reports):
    other = factory.project(stranger, "Another").scales.get()
    answers = [
        Door(lead).post(path(project), plan(ada, stage="rating", scale=str(uid))) for uid in (other.uid, uuid4())
    ]
    assert all(is_problem(answer, 400) for answer in answers)
    said = [
        answer.content.replace(str(uid).encode(), b"")
        for answer, uid in zip(answers, (other.uid, uuid4()), strict=True)
    ]
    assert len(said[0]) == len(said[1]) or b"does not exist" in said[0]


@pytest.mark.parametrize(
    ("more", "numbers"),
    [
        ({"sampling": "filter", "words": "report 2"}, [2]),
        ({"sampling": "by_hand", "numbers": [3, 1], "sampling_note": "They differ most."}, [1, 3]),
        ({"sampling": "random", "size": 2, "seed": 5}, None),
    ],
    ids=["filter", "by hand", "random"],
)
def test_incidents_are_chosen_as_the_sampling_says(project, lead, ada, reports, more, numbers):
    Door(lead).post(path(project), plan(ada, **more))
    held = sorted(row.incident.number for row in Assignment.objects.select_related("incident"))
    assert held == numbers if numbers else len(held) == 2


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": ""}, {"name": "x" * 121}, {"name": 7}, {"stage": "mapping"}, {"stage": None}, {"purpose": "fun"}, {"coders": []},
        {"coders": "x"}, {"coders": ["x"]}, {"coders": [5]}, {"coders": [UNKNOWN]}, {"coders": [UNKNOWN] * 51},
        {"sampling": "theoretical"}, {"sampling": "filter"}, {"sampling": "random"}, {"sampling": "by_hand"},
        {"sampling": "by_hand", "numbers": [1]}, {"sampling": "by_hand", "numbers": ["1"], "sampling_note": "x"},
        {"sampling": "by_hand", "numbers": [99], "sampling_note": "x"}, {"sampling": "random", "size": 0}, {"sampling": "random", "size": True},
        {"seed": -1}, {"seed": 2**31}, {"seed": 10**30}, {"seed": 1.5}, {"coders_per_incident": 0}, {"coders_per_incident": "2"},
        {"is_blind": "no"}, {"is_blind": 0}, {"is_blind": None}, {"due_on": "soon"}, {"due_on": 5}, {"scale": 5}, {"scale": "x"},
        {"shows_earlier": "all"}, {"instructions": 5}, {"instructions": "x" * 20_001},
    ],
    ids=lambda wrong: str(wrong)[:50],
)  # fmt: skip
def test_a_plan_that_can_not_become_a_round_is_refused(project, lead, ada, reports, wrong):
    assert is_problem(Door(lead).post(path(project), {**plan(ada), **wrong}), 400)
    assert not Round.objects.exists()


def test_an_observer_can_not_be_named_as_coder(project, lead, reports):
    watcher = factory.member(project, "kim", "observer")
    assert is_problem(Door(lead).post(path(project), plan(watcher)), 400)


@pytest.mark.parametrize("role", ["coder", "observer"])
def test_others_do_not_run_rounds(project, ada, reports, role):
    door, drafted = Door(factory.member(project, "kim", role)), factory.round_of(project, [ada], opened=False)
    for answer in (door.post(path(project), plan(ada)), door.post(path(project, drafted.uid, "open")),
                   door.delete(path(project, drafted.uid)), door.get(path(project, drafted.uid, "states")),
                   door.post(path(project, drafted.uid, "reopen"), {"assignment": str(uuid4()), "reason": "x"}),
                   door.post(path(project, drafted.uid, "release"), {})):  # fmt: skip
        assert is_problem(answer, 403)


def test_a_stranger_gets_404(project, ada, stranger, reports):
    door, opened = Door(stranger), factory.round_of(project, [ada])
    held = factory.assignment(opened, ada)
    for answer in (door.get(path(project)), door.get(path(project, opened.uid)), door.post(path(project), plan(ada)),
                   door.post(path(project, opened.uid, "open")), door.get(path(project, opened.uid, "states")),
                   door.post(path(project, opened.uid, "open-readings")), door.get(f"assignments/{held.uid}/")):  # fmt: skip
        assert is_problem(answer, 404)
    assert door.get("assignments/").json()["count"] == 0


def test_a_draft_is_not_there_for_its_coders(project, ada, reports):
    drafted = factory.round_of(project, [ada], opened=False)
    assert is_problem(Door(ada).get(path(project, drafted.uid)), 404)
    assert Door(ada).get("assignments/").json()["count"] == 0


def test_an_open_round_neither_opens_again_nor_is_discarded(project, lead, ada, reports):
    opened = factory.round_of(project, [ada])
    assert is_problem(Door(lead).post(path(project, opened.uid, "open")), 409)
    assert is_problem(Door(lead).delete(path(project, opened.uid)), 409)


def test_a_draft_is_discarded_once(project, lead, ada, reports):
    drafted = factory.round_of(project, [ada], opened=False)
    first, again = (Door(lead).delete(path(project, drafted.uid), key="k") for _ in range(2))
    assert (first.status_code, again.status_code) == (204, 204)
    assert is_problem(Door(lead).delete(path(project, drafted.uid)), 404)


def test_opening_again_with_the_same_key_is_answered_as_the_first(project, lead, ada, reports):
    drafted = factory.round_of(project, [ada], opened=False)
    first, again = (Door(lead).post(path(project, drafted.uid, "open"), key="k") for _ in range(2))
    assert (again.status_code, again.content) == (200, first.content)


def test_a_lead_reads_states_and_no_codings(project, lead, ada, bo, reports):
    opened = factory.round_of(project, [ada, bo])
    factory.hand_in(factory.assignment(opened, ada))
    answer = Door(lead).get(path(project, opened.uid, "states") + "?state=submitted").json()
    assert [row["coder"] for row in answer["results"]] == [str(ada.uid)]
    assert is_problem(Door(lead).get(f"assignments/{factory.assignment(opened, ada).uid}/"), 404)
    assert is_problem(Door(lead).get(path(project, opened.uid, "states") + "?state=done"), 400)


def test_a_lead_reopens_what_was_submitted_and_says_why(project, lead, ada, reports):
    opened = factory.round_of(project, [ada])
    held = factory.assignment(opened, ada)
    factory.hand_in(held)
    door, body = Door(lead), {"assignment": str(held.uid), "reason": "A slip."}
    assert is_problem(door.post(path(project, opened.uid, "reopen"), {**body, "reason": " "}), 400)
    assert is_problem(door.post(path(project, opened.uid, "reopen"), {**body, "assignment": str(uuid4())}), 404)
    assert door.post(path(project, opened.uid, "reopen"), body).json()["state"] == "in_progress"


def test_a_coder_reads_own_assignments_alone(project, ada, bo, reports):
    opened = factory.round_of(project, [ada, bo])
    rows = Door(ada).get("assignments/").json()
    assert rows["count"] == 3
    assert {row["coder"] for row in rows["results"]} == {str(ada.uid)}
    theirs, nowhere = (
        Door(ada).get(f"assignments/{factory.assignment(opened, bo).uid}/"),
        Door(ada).get(f"assignments/{uuid4()}/"),
    )
    assert theirs.content == nowhere.content
    assert is_problem(theirs, 404)


def test_assignments_are_asked_for_by_project_round_state_and_stage(project, ada, reports):
    opened = factory.round_of(project, [ada])
    door = Door(ada)
    for query, count in ((f"project={project.uid}", 3), (f"round={opened.uid}", 3), ("state=to_do", 3), ("state=submitted", 0),
                         ("stage=rating", 0), (f"round={uuid4()}", 0)):  # fmt: skip
        assert door.get(f"assignments/?{query}").json()["count"] == count
    for query in ("project=x", "round=%00", "state=gone", "stage=", "round="):
        assert is_problem(door.get(f"assignments/?{query}"), 400)


def test_a_token_of_another_project_finds_no_assignment(project, ada, reports):
    opened = factory.round_of(project, [ada])
    other = factory.project(factory.user("eve"), "Another")
    door, held = Door(ada, project=other), factory.assignment(opened, ada)
    assert door.get("assignments/").json()["count"] == 0
    for more in ("", "segments/", "codes/"):
        assert is_problem(door.get(f"assignments/{held.uid}/{more}"), 404)


def test_others_work_opens_after_release_and_on_being_opened(project, lead, ada, bo, reports):
    opened = factory.round_of(project, [ada, bo])
    door, theirs = Door(ada), factory.assignment(opened, bo)
    assert is_problem(door.post(path(project, opened.uid, "open-readings")), 409)
    release_round(lead, opened, "Enough.")
    assert is_problem(door.get(f"assignments/{theirs.uid}/"), 404)
    assert door.post(path(project, opened.uid, "open-readings")).status_code == 200
    assert door.get(f"assignments/{theirs.uid}/").status_code == 200


def test_an_observer_reads_what_is_released(project, lead, ada, reports):
    opened = factory.round_of(project, [ada])
    watcher = factory.member(project, "kim", "observer")
    assert Door(watcher).get(path(project)).json()["count"] == 0
    release_round(lead, opened, "Enough.")
    open_readings(watcher, Round.objects.get())
    assert Door(watcher).get(path(project)).json()["count"] == 1
    assert Door(watcher).get("assignments/").json()["count"] == 3


def test_wrong_methods_get_405(project, lead, ada, reports):
    opened = factory.round_of(project, [ada])
    assert is_problem(Door(lead).put(path(project, opened.uid), {}), 405)
    assert is_problem(Door(lead).get(path(project, opened.uid, "open")), 405)
    assert is_problem(Door(ada).post("assignments/", {}), 405)


def test_the_number_of_queries_stays_with_more_work(project, lead, ada, django_assert_num_queries):
    door, leads = Door(ada), Door(lead)
    for count in (2, 30):
        factory.incidents(project, count)
        opened = factory.round_of(project, [ada])
        with django_assert_num_queries(4):
            door.get("assignments/")
        with django_assert_num_queries(6):
            leads.get(path(project, opened.uid, "states"))
        with django_assert_num_queries(5):
            leads.get(path(project))
