"""The living scale by program: the same verbs and refusals as on its pages, and a retry that changes nothing."""

from uuid import uuid4

import pytest

from coding.codes.models import Layer, Mapping, ScaleCategory
from coding.codes.rules import add_scale, create_category, map_category
from coding.codes.scale_regroup import retire
from coding.codes.scales import shipped
from coding.people.models import Event
from coding.reconciliation.rules import release_round
from coding.rounds.models import Round
from tests import factory
from tests.door import Door, is_problem
from tests.kept import kept
from tests.selective_coding.factory import categories, rate

WHY = {"reason": "Coders could not tell them apart."}


@kept
def scale(project):
    return project.scales.get()


@kept
def held(project):
    return categories(project)


@pytest.fixture
def door(lead):
    return Door(lead)


def at(scale, part=None, verb=""):
    whole = f"projects/{scale.project.uid}/scales/{scale.uid}/"
    return f"{whole}parts/{part.uid}/{verb}" if part else whole


def test_a_scale_is_read_with_what_is_in_use_and_what_is_not(door, scale, held, lead, ada):
    retire(lead, held[6], "Not used.")
    said = Door(ada).get(at(scale)).json()
    assert [row["number"] for layer in said["layers"] for row in layer["categories"]] == [1, 2, 3, 4, 5, *range(7, 13)]
    [gone] = said["retired"]
    assert (gone["number"], gone["kind"], bool(gone["retired_at"]), gone["merged_into"]) == (6, "category", True, None)
    listed = door.get(f"projects/{scale.project.uid}/scales/").json()["results"][0]["layers"]
    assert listed == said["layers"]


def test_effects_name_the_mappings_and_count_released_ratings_alone(door, scale, held, project, lead, ada, bo):
    factory.incidents(project, 2)
    rated = factory.round_of(project, [ada, bo], Round.Stage.RATING)
    for one in rated.assignments.all():
        rate(one, 7)
    word = create_category(lead, project, "Made up")
    map_category(lead, word, scale, held[7], "So it is.")
    said = door.get(at(scale, held[7], "effects/")).json()
    row = {"category": str(word.uid), "scale_category": str(held[7].uid), "rationale": "So it is."}
    reads = {"open_rounds": [{"uid": str(rated.uid), "name": rated.name}], "editions": 1, "leaves": None}
    assert said == {"mappings": [row], "ratings": 0, "rounds": 0, **reads}
    release_round(lead, rated)
    reads["open_rounds"] = []
    said = door.get(at(scale, held[7].layer, "effects/")).json()
    assert said == {"mappings": [row], "ratings": 4, "rounds": 1, **reads}
    retire(lead, held[11], "Not used.")
    assert door.get(at(scale, held[12], "effects/")).json()["leaves"] == str(held[12].layer.uid)


def test_every_verb_does_what_its_page_does(door, scale, held, project, lead):
    word = create_category(lead, project, "Made up")
    map_category(lead, word, scale, held[7], "So it is.")
    layer = door.post(f"{at(scale)}parts/", {"name": "Environment", **WHY})
    assert (layer.status_code, layer.json()["kind"]) == (201, "layer")
    added = door.post(f"{at(scale)}parts/", {"name": "Waste", "layer": layer.json()["uid"], **WHY}).json()
    assert (added["number"], added["layer"]) == (13, layer.json()["uid"])
    said = door.patch(at(scale, held[7]), {"name": "Slips", "version": version(door, scale, held[7]), **WHY}).json()
    assert (said["name"], bool(said["definition"])) == ("Slips", True)
    assert door.post(at(scale, held[7], "move/"), {"to": "up"}).json()["position"] == 2
    assert door.post(at(scale, held[7], "retire/"), WHY).json()["retired_at"]
    assert not Mapping.objects.exists()
    assert door.post(at(scale, held[7], "bring-back/"), WHY).json()["retired_at"] is None
    body = {"kept": {"name": "Slips"}, "made": {"name": "Lies"}, "going": [str(word.uid)], **WHY}
    new = door.post(at(scale, held[7], "split/"), body)
    assert (new.status_code, new.json()["number"], new.json()["name"]) == (201, 14, "Lies")
    assert str(Mapping.objects.get().scale_category.uid) == new.json()["uid"]
    assert door.post(at(scale, held[7], "undo/"), WHY).json()["name"] == "Slips"
    assert Mapping.objects.get().scale_category == held[7]
    moved = door.post(at(scale, held[7], "move-to-layer/"), {"layer": str(held[12].layer.uid), **WHY}).json()
    assert (moved["layer"], moved["position"], moved["number"]) == (str(held[12].layer.uid), 3, 7)
    assert Mapping.objects.get().scale_category == held[7]
    assert door.post(at(scale, held[7], "undo/"), WHY).json()["layer"] == str(held[7].layer.uid)
    stays = door.post(at(scale, held[7], "merge/"), {"into": str(held[6].uid), **WHY}).json()
    assert (stays["number"], Mapping.objects.get().scale_category) == (6, held[6])
    assert door.post(at(scale, held[7], "undo/"), WHY).json()["merged_into"] is None
    assert Mapping.objects.get().scale_category == held[7]


def test_what_was_added_is_taken_back_and_the_answer_says_that_it_is_gone(door, scale, held):
    added = door.post(f"{at(scale)}parts/", {"name": "Waste", "layer": str(held[7].layer.uid), **WHY}).json()
    assert added["is_gone"] is False
    address = f"{at(scale)}parts/{added['uid']}/undo/"
    first, again = (door.post(address, WHY, key="once") for _ in range(2))
    assert (first.status_code, first.json()) == (200, {**added, "is_gone": True})
    assert again.json() == first.json()
    assert is_problem(door.post(address, WHY), 404)
    assert ScaleCategory.objects.filter(layer__scale=scale).count() == 12


def test_the_last_of_a_layer_moves_when_its_layer_may_retire(door, scale, held, lead):
    retire(lead, held[11], "Not used.")
    body = {"layer": str(held[7].layer.uid), **WHY}
    assert is_problem(door.post(at(scale, held[12], "move-to-layer/"), body), 409)
    assert door.post(at(scale, held[12], "move-to-layer/"), {**body, "retiring": True}).json()["position"] == 7
    assert scale.layers.living().count() == 2


def version(door, scale, part):
    return door.patch(at(scale, part), {"reason": "None, nothing changes."}).json()["version"]


def test_a_retried_split_splits_once(door, scale, held):
    body = {"kept": {"name": "Slips"}, "made": {"name": "Lies"}, **WHY}
    first, second = (door.post(at(scale, held[7], "split/"), body, key="once") for _ in range(2))
    assert (first.status_code, second.status_code, second.json()) == (201, 201, first.json())
    assert ScaleCategory.objects.filter(layer__scale=scale).count() == 13


def test_what_can_not_be_done_is_a_sentence_and_changes_nothing(door, scale, held, project, lead):
    other = add_scale(lead, project, shipped("schwartz"))
    foreign = ScaleCategory.objects.filter(layer__scale=other).first()
    retire(lead, held[5], "Not used.")
    count, two = Event.objects.count(), {"kept": {"name": "a"}, "made": {"name": "b"}}
    layer = held[7].layer
    for status, part, verb, body in (
        (409, held[7], "merge/", {"into": str(held[7].uid), **WHY}),
        (409, held[7], "merge/", {"into": str(held[5].uid), **WHY}),
        (409, held[5], "merge/", {"into": str(held[7].uid), **WHY}),
        (400, held[7], "merge/", {"into": str(foreign.uid), **WHY}),
        (400, held[7], "merge/", {"into": str(uuid4()), **WHY}),
        (400, held[7], "merge/", {"into": str(held[6].uid), "reason": " "}),
        (400, layer, "merge/", {"into": str(held[7].uid), **WHY}),
        (400, held[7], "retire/", {}),
        (409, held[5], "retire/", WHY),
        (400, held[7], "move-to-layer/", {"layer": str(layer.uid), **WHY}),
        (400, held[7], "move-to-layer/", {"layer": str(foreign.layer.uid), **WHY}),
        (400, held[7], "move-to-layer/", {"layer": str(uuid4()), **WHY}),
        (400, held[7], "move-to-layer/", WHY),
        (400, held[7], "move-to-layer/", {"layer": str(held[1].layer.uid)}),
        (400, layer, "move-to-layer/", {"layer": str(held[1].layer.uid), **WHY}),
        (409, held[5], "move-to-layer/", {"layer": str(held[1].layer.uid), **WHY}),
        (409, held[8], "bring-back/", WHY),
        (409, held[7], "bring-back/", WHY),
        (400, layer, "split/", {**two, **WHY}),
        (400, held[7], "split/", {**two, "going": [str(uuid4())], **WHY}),
        (409, held[7], "split/", {**two, "version": "old", **WHY}),
        (409, held[7], "split/", {"kept": {"name": "a"}, "made": {"name": "A"}, **WHY}),
        (409, held[7], "split/", {"kept": {"name": held[6].name}, "made": {"name": "b"}, **WHY}),
        (409, held[8], "undo/", WHY),
        (400, held[7], "move/", {"to": "sideways"}),
        (409, held[5], "move/", {"to": "up"}),
        (404, foreign, "retire/", WHY),
    ):
        assert is_problem(door.post(at(scale, part, verb), body), status), (part, verb, body)
    assert is_problem(door.patch(at(scale, held[5]), {"name": "x", **WHY}), 409)
    assert is_problem(door.patch(at(scale, held[7]), {"name": "x", "version": "old", **WHY}), 409)
    assert is_problem(door.post(f"{at(scale)}parts/", {"name": "x", "layer": str(held[7].uid), **WHY}), 400)
    assert Event.objects.count() == count


@pytest.mark.parametrize("role", ["coder", "observer"])
def test_others_read_and_do_not_write_and_strangers_find_nothing(project, scale, held, stranger, role):
    other = Door(factory.member(project, "kim", role))
    assert other.get(at(scale)).status_code == 200
    assert is_problem(other.post(at(scale, held[7], "retire/"), WHY), 403)
    body = {"layer": str(held[1].layer.uid), **WHY}
    assert is_problem(other.post(at(scale, held[7], "move-to-layer/"), body), 403)
    assert is_problem(Door(stranger).post(at(scale, held[7], "move-to-layer/"), body), 404)
    assert is_problem(Door(stranger).get(at(scale)), 404)


def test_the_cost_of_reading_a_scale_does_not_grow_with_it(door, scale, held, lead, django_assert_num_queries):
    door.get(at(scale))
    with django_assert_num_queries(8) as few:
        door.get(at(scale))
    for one in Layer.objects.filter(scale=scale)[:2]:
        retire(lead, one, "Not used.")
    with django_assert_num_queries(len(few)):
        door.get(at(scale))
