"""Rating at the second door."""

import pytest

from coding.people.models import Event
from coding.reconciliation.rules import release_round
from coding.rounds.rules import open_readings, reopen
from coding.selective_coding.models import Rating
from tests import factory
from tests.door import Door, is_problem
from tests.kept import kept

UNKNOWN = "8f14e45f-ceea-467f-a8d6-0000000000aa"  # an id that nobody has, the same in every process


@kept
def opened(project, ada, bo):
    factory.incidents(project, 2)
    return factory.round_of(project, [ada, bo], "rating")


@kept
def desk(opened, ada):
    return factory.assignment(opened, ada)


@pytest.fixture
def door(ada):
    return Door(ada)


@kept
def uids(project):
    scale = project.scales.get()
    return {str(row.number): str(row.uid) for layer in scale.layers.all() for row in layer.categories.all()}


def path(desk, more=""):
    return f"assignments/{desk.uid}/ratings/{more}"


def reading(*chosen, **more):
    return {"choices": [{"scale_category": uid} for uid in chosen], "primary": chosen[0] if chosen else None, **more}


def test_a_coder_writes_and_reads_the_whole_rating(desk, door, uids):
    saved = door.put(path(desk), reading(uids["7"], uids["6"], confidence="high", note="Plain."))
    assert saved.status_code == 200
    said = door.get(path(desk)).json()
    assert {choice["scale_category"] for choice in said["choices"]} == {uids["6"], uids["7"]}
    assert (said["primary"], said["confidence"], said["note"]) == (uids["7"], "high", "Plain.")
    assert said["version"] == saved.json()["version"]


def test_a_second_write_takes_the_place_of_the_first(desk, door, uids):
    door.put(path(desk), reading(uids["7"], uids["6"]))
    door.put(path(desk), reading(uids["1"]))
    assert [row.scale_category.number for row in Rating.objects.select_related("scale_category")] == [1]


def test_none_applies_is_said_and_not_left_out(desk, door):
    assert door.put(path(desk), reading(none_applies=True)).status_code == 200
    assert door.get(path(desk)).json()["none_applies"] is True
    assert door.post(path(desk, "submit/")).status_code == 200


def test_a_rating_that_changed_since_is_refused(desk, door, uids):
    version = door.get(path(desk)).json()["version"]
    door.put(path(desk), reading(uids["7"]))
    assert is_problem(door.put(path(desk), reading(uids["1"], version=version)), 409)
    assert door.get(path(desk)).json()["primary"] == uids["7"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"choices": None}, {"choices": {}}, {"choices": "x"}, {"choices": [5]}, {"choices": [{}]}, {"choices": [{"scale_category": 5}]},
        {"choices": [{"scale_category": UNKNOWN}]}, {"choices": [{"scale_category": UNKNOWN}] * 201}, {"primary": UNKNOWN},
        {"primary": 5}, {"primary": ["x"]}, {"none_applies": True}, {"none_applies": "yes"}, {"none_applies": None}, {"confidence": "sure"},
        {"confidence": 5}, {"note": 5}, {"note": "x" * 20_001}, {"version": 5}, {"version": "x" * 65},
    ],
    ids=lambda wrong: str(wrong)[:40],
)  # fmt: skip
def test_a_rating_that_the_scale_can_not_hold_is_refused(desk, door, uids, wrong):
    assert is_problem(door.put(path(desk), {**reading(uids["7"]), **wrong}), 400)
    assert not Rating.objects.exists()


@pytest.mark.parametrize("stance", [2, -2, 1, 0, 1.0, True, "1", 10**30, []], ids=str)
def test_a_stance_is_refused_where_the_scale_asks_for_none(desk, door, uids, stance):
    body = {"choices": [{"scale_category": uids["7"], "stance": stance}], "primary": uids["7"]}
    assert is_problem(door.put(path(desk), body), 400)


def test_an_incomplete_rating_is_kept_and_not_submitted(desk, door, uids):
    assert is_problem(door.post(path(desk, "submit/")), 409)
    assert door.put(path(desk), {"choices": [{"scale_category": uids["7"]}]}).status_code == 200
    assert is_problem(door.post(path(desk, "submit/")), 409)


def test_nothing_is_rated_after_submit_nor_submitted_twice(desk, door, uids):
    door.put(path(desk), reading(uids["7"]))
    assert door.post(path(desk, "submit/")).json()["state"] == "submitted"
    assert is_problem(door.put(path(desk), reading(uids["1"])), 409)
    assert is_problem(door.post(path(desk, "submit/")), 409)


def test_retries_have_one_effect_and_the_first_answer(desk, door, uids, lead):
    first, again = (door.put(path(desk), reading(uids["7"]), key="k1") for _ in range(2))
    assert (again.status_code, again.content) == (200, first.content)
    assert Event.objects.filter(verb="rate").count() == 1
    assert is_problem(door.put(path(desk), reading(uids["1"]), key="k1"), 422)
    sent = door.post(path(desk, "submit/"), key="k2")
    reopen(lead, desk, "A slip.")
    assert door.post(path(desk, "submit/"), key="k2").content == sent.content


def test_the_scale_is_read_as_the_round_s_edition_words_it(desk, door, project):
    row = project.scales.get().layers.first().categories.first()
    row.name = "Renamed later"
    row.save()
    layers = door.get(path(desk, "scale/")).json()["layers"]
    assert sum(len(layer["categories"]) for layer in layers) == 12
    assert "Renamed later" not in str(layers)


def test_nobody_else_reads_or_writes_an_open_rating(desk, bo, lead, stranger):
    for person in (bo, lead, stranger):
        other = Door(person)
        for answer in (other.get(path(desk)), other.put(path(desk), reading(none_applies=True)), other.post(path(desk, "submit/")),
                       other.get(path(desk, "scale/"))):  # fmt: skip
            assert is_problem(answer, 404)


def test_others_released_ratings_are_read_and_not_written(desk, door, bo, lead, opened, uids):
    door.put(path(desk), reading(uids["7"]))
    door.post(path(desk, "submit/"))
    release_round(lead, opened, "Enough.")
    open_readings(bo, opened.__class__.objects.get())
    assert Door(bo).get(path(desk)).json()["primary"] == uids["7"]
    assert is_problem(Door(bo).put(path(desk), reading(none_applies=True)), 403)


def test_an_open_coding_assignment_has_no_rating(project, ada, door):
    factory.incidents(project, 1)
    coding = factory.assignment(factory.round_of(project, [ada]), ada)
    assert is_problem(door.get(path(coding)), 404)


def test_wrong_methods_get_405(desk, door):
    for method in ("post", "patch", "delete"):
        assert is_problem(door.send(method, path(desk), {}), 405)


def test_the_number_of_queries_stays_with_more_categories_chosen(desk, door, uids, django_assert_num_queries):
    for count in (1, 12):
        door.put(path(desk), reading(*list(uids.values())[:count]))
        with django_assert_num_queries(5):
            door.get(path(desk))
