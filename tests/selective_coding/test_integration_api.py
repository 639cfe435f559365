"""The living mapping and the core category by program: the same verbs, refusals and access as on the pages."""

import pytest

from coding.codes.models import Category, Mapping
from coding.codes.rules import choose_core, create_category, map_category, retire
from coding.codes.scale_regroup import retire as retire_part
from coding.codes.undo import undo_last
from coding.people.models import Event, Role
from tests import factory
from tests.door import Door, is_problem
from tests.kept import kept
from tests.selective_coding.factory import categories

UNKNOWN = "8f14e45f-ceea-467f-a8d6-0000000000aa"


@kept
def scale(project):
    return project.scales.get()


@kept
def held(project):
    return categories(project)


@kept
def borrowed(project, lead):
    return create_category(lead, project, "Borrowed authority", definition="It says who said it.")


@kept
def made_up(project, lead):
    return create_category(lead, project, "Fabricated content")


@pytest.fixture
def door(lead):
    return Door(lead)


def at(scale, category=None):
    whole = f"projects/{scale.project.uid}/scales/{scale.uid}/mappings/"
    return f"{whole}{category.uid}/" if category else whole


def named(project, category=None, more=""):
    whole = f"projects/{project.uid}/categories/"
    return f"{whole}{category.uid}/{more}" if category else whole


def of(category, **more):
    return {
        "category": str(category.uid), "name": category.name, "definition": category.definition, "is_core": False,
        "codes": 0, "scale_category": None, "does_not_fit": False, "rationale": "", **more,
    }  # fmt: skip


# The mapping


def test_categories_without_a_place_come_first(door, scale, held, lead, borrowed, made_up):
    map_category(lead, borrowed, scale, held[6], "As it says.")
    said = door.get(at(scale)).json()["results"]
    assert said == [of(made_up), of(borrowed, scale_category=str(held[6].uid), rationale="As it says.")]


def test_a_place_is_given_changed_and_taken_back(door, scale, held, borrowed):
    asked = {"scale_category": str(held[6].uid), "rationale": "As it says."}
    assert door.put(at(scale, borrowed), asked).json() == of(borrowed, **asked)
    unfit = {"does_not_fit": True, "rationale": "It cuts across."}
    assert door.put(at(scale, borrowed), unfit).json() == of(borrowed, **unfit)
    mapping = Mapping.objects.get()
    assert (mapping.category, mapping.scale_category, mapping.rationale) == (borrowed, None, "It cuts across.")
    assert door.delete(at(scale, borrowed)).status_code == 204
    assert door.delete(at(scale, borrowed)).status_code == 204
    assert not Mapping.objects.exists()
    verbs = list(Event.objects.filter(target=borrowed.ref()).order_by("position").values_list("verb", flat=True))
    assert verbs[1:] == ["map_category", "map_category", "unmap"]


def test_many_categories_stand_under_one(door, scale, held, borrowed, made_up):
    for one in (borrowed, made_up):
        assert door.put(at(scale, one), {"scale_category": str(held[7].uid)}).status_code == 200
    assert Mapping.objects.filter(scale_category=held[7]).count() == 2


def test_the_same_key_again_changes_nothing(door, scale, held, borrowed):
    asked = {"scale_category": str(held[6].uid)}
    first = door.put(at(scale, borrowed), asked, key="a")
    assert door.put(at(scale, borrowed), asked, key="a").json() == first.json()
    assert Event.objects.filter(verb="map_category").count() == 1
    assert is_problem(door.put(at(scale, borrowed), {"scale_category": str(held[7].uid)}, key="a"), 422)


@pytest.mark.parametrize(
    "wrong",
    [
        {}, {"scale_category": None}, {"does_not_fit": False}, {"does_not_fit": True}, {"does_not_fit": True, "rationale": "  "},
        {"scale_category": UNKNOWN}, {"scale_category": "6"}, {"scale_category": "own", "does_not_fit": True, "rationale": "x"},
        {"scale_category": "own", "rationale": "x" * 20_001}, {"scale_category": "own", "rationale": "a\u202eb\x00"}, {"does_not_fit": "yes", "rationale": "x"},
    ],
)  # fmt: skip
def test_what_is_no_place_is_refused(door, scale, held, borrowed, wrong):
    asked = {name: str(held[6].uid) if value == "own" else value for name, value in wrong.items()}
    assert is_problem(door.put(at(scale, borrowed), asked), 400)
    assert not Mapping.objects.exists()


def test_a_scale_category_of_another_scale_is_none_here(door, scale, lead, borrowed):
    other = factory.project(lead, "Elsewhere")
    asked = {"scale_category": str(categories(other)[6].uid)}
    assert is_problem(door.put(at(scale, borrowed), asked), 400)
    assert is_problem(door.put(at(other.scales.get(), borrowed), asked), 404)


def test_what_is_out_of_use_is_refused(door, scale, held, lead, borrowed, made_up):
    retire_part(lead, held[6], "Not used.")
    answer = door.put(at(scale, borrowed), {"scale_category": str(held[6].uid)})
    assert is_problem(answer, 409)
    assert "was retired" in answer.json()["detail"]
    retire(lead, made_up, "Not used.")
    assert is_problem(door.put(at(scale, made_up), {"scale_category": str(held[7].uid)}), 409)
    assert [row["name"] for row in door.get(at(scale)).json()["results"]] == ["Borrowed authority"]
    assert not Mapping.objects.exists()


def test_a_category_that_a_coder_made_is_adopted_by_its_place(door, scale, held, ada, borrowed):
    Category.objects.filter(pk=borrowed.pk).update(adopted_at=None, coined_by=ada)
    assert door.get(at(scale)).json()["results"] == []
    assert door.put(at(scale, borrowed), {"scale_category": str(held[6].uid)}).status_code == 200
    assert len(door.get(at(scale)).json()["results"]) == 1


def test_a_private_category_is_not_there(door, scale, held, project, ada, borrowed):
    Category.objects.filter(pk=borrowed.pk).update(released_at=None, adopted_at=None, coined_by=ada)
    assert is_problem(door.put(at(scale, borrowed), {"scale_category": str(held[6].uid)}), 404)
    assert is_problem(door.put(named(project, borrowed, "core/")), 404)


@pytest.mark.parametrize(
    ("who", "read", "write"), [("coder", 200, 403), ("observer", 200, 403), ("stranger", 404, 404)]
)
def test_only_leads_write_and_members_read(project, ada, stranger, scale, held, borrowed, who, read, write):
    olga = factory.member(project, "olga", Role.OBSERVER)
    door = Door({"coder": ada, "observer": olga, "stranger": stranger}[who])
    for where in (at(scale), named(project)):
        assert door.get(where).status_code == read
    asked = {"scale_category": str(held[6].uid)}
    writes = [door.put(at(scale, borrowed), asked), door.delete(at(scale, borrowed)), door.post(named(project), {"name": "x"}),
              door.put(named(project, borrowed, "core/")), door.delete(named(project, borrowed, "core/"))]  # fmt: skip
    assert all(is_problem(answer, write) for answer in writes)
    assert not Mapping.objects.exists()


def test_a_coder_of_a_blind_mapping_round_reads_neither(project, ada, bo, scale, borrowed):
    factory.round_of(project, [ada, bo], "mapping", scale=scale)
    for where in (at(scale), named(project)):
        assert is_problem(Door(ada).get(where), 403)


@pytest.mark.parametrize("size", [1, 30])
def test_the_list_costs_the_same(door, project, lead, scale, held, size, django_assert_num_queries):
    for number in range(size):
        map_category(lead, create_category(lead, project, f"Category {number}"), scale, held[number % 12 + 1], "x")
    with django_assert_num_queries(11):
        assert door.get(at(scale)).json()["count"] == size


# The core category


def test_the_core_is_chosen_among_the_categories_and_taken_back(door, project, borrowed, made_up):
    def cores():
        return [row["name"] for row in door.get(named(project)).json()["results"] if row["is_core"]]

    assert door.put(named(project, borrowed, "core/")).json()["is_core"] is True
    assert door.put(named(project, made_up, "core/")).status_code == 200
    assert cores() == ["Fabricated content"]
    assert door.delete(named(project, made_up, "core/")).status_code == 204
    assert cores() == []


def test_a_retired_category_is_no_core(door, project, lead, borrowed, made_up):
    choose_core(lead, borrowed)
    retire(lead, made_up, "Not used.")
    assert is_problem(door.put(named(project, made_up, "core/")), 409)
    assert Category.objects.get(is_core=True) == borrowed


def test_the_row_of_a_retired_category_says_that_it_is_no_core(door, project, lead, borrowed):
    choose_core(lead, borrowed)
    assert door.post(named(project, borrowed, "retire/"), {"reason": "Not used."}).json()["is_core"] is False
    assert door.get(named(project, borrowed)).json()["is_core"] is False
    undo_last(lead, borrowed)
    assert door.get(named(project, borrowed)).json()["is_core"] is True


def test_a_category_is_created_once(door, project):
    made = door.post(named(project), {"name": "Trust", "definition": "To rely on it."})
    assert made.status_code == 201
    assert door.get(named(project)).json()["results"] == [made.json()]
    assert is_problem(door.post(named(project), {"name": "trust"}), 409)
    assert is_problem(door.post(named(project), {"name": " "}), 400)


def test_a_category_is_reworded_at_its_version_and_the_reason_is_kept(door, project, borrowed, made_up):
    change = {"definition": "Words lent by somebody with power.", "version": 1, "reason": "Said more exactly."}
    said = door.patch(named(project, borrowed), change).json()
    assert (said["name"], said["definition"], said["version"]) == (borrowed.name, change["definition"], 2)
    assert door.get(named(project, borrowed)).json() == said
    assert Event.objects.filter(verb="reword_category", target=borrowed.ref()).get().reason == "Said more exactly."
    assert is_problem(door.patch(named(project, borrowed), change), 409)
    assert is_problem(door.patch(named(project, borrowed), {"version": 2, "name": made_up.name}), 409)
    assert is_problem(door.patch(named(project, borrowed), {"version": 2}), 400)


def test_a_category_is_retired_with_a_reason(door, project, borrowed):
    assert is_problem(door.post(named(project, borrowed, "retire/"), {"reason": " "}), 400)
    said = door.post(named(project, borrowed, "retire/"), {"reason": "Not used."}).json()
    assert said["retired_at"]
    assert door.get(named(project)).json()["results"] == []
    assert door.get(named(project, borrowed)).json() == said
    assert is_problem(door.post(named(project, borrowed, "retire/"), {"reason": "Not used."}), 409)
    assert Event.objects.filter(verb="retire_category", target=borrowed.ref()).get().reason == "Not used."


# The storyline


def story(project):
    return f"projects/{project.uid}/storyline/"


def test_the_storyline_is_told_at_its_version_and_says_what_leads_nowhere(door, project, lead, borrowed):
    empty = {"text": "", "version": 0, "unknown": [], "core": None, "names_core": False}
    assert door.get(story(project)).json() == empty
    choose_core(lead, borrowed)
    text = f"All of it is @[{borrowed.name}], as @incident 999 shows. <script>alert(1)</script>"
    said = door.put(story(project), {"text": text, "version": 0}).json()
    assert said == {
        "text": text, "version": said["version"], "unknown": ["@incident 999"], "core": str(borrowed.uid), "names_core": True,
    }  # fmt: skip
    assert door.get(story(project)).json() == said
    assert is_problem(door.put(story(project), {"text": "Another.", "version": 0}), 409)
    assert door.get(story(project)).json() == said


@pytest.mark.parametrize("asked", [
    {"text": "x"}, {"version": 0}, {"text": "x" * 1_000_001, "version": 0}, {"text": "a\x00b", "version": 0},
    {"text": "\ud800", "version": 0}, {"text": "x", "version": -1}, {"text": ["x"], "version": 0},
])  # fmt: skip
def test_what_is_no_storyline_is_refused(door, project, asked):
    assert is_problem(door.put(story(project), asked), 400)
    assert door.get(story(project)).json()["version"] == 0


def test_others_read_the_storyline_strangers_find_none_and_blind_coders_wait(project, lead, ada, bo, stranger):
    asked = {"text": "x", "version": 0}
    assert is_problem(Door(ada).put(story(project), asked), 403)
    assert Door(ada).get(story(project)).status_code == 200
    assert is_problem(Door(stranger).get(story(project)), 404)
    factory.incidents(project)
    factory.round_of(project, [ada])
    assert is_problem(Door(ada).get(story(project)), 403)
    assert Door(bo).get(story(project)).status_code == 200
