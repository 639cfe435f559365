"""Starting a project, codes and scales at the second door."""

from uuid import UUID, uuid4

import pytest

from coding.axial_coding.splitting import segments_of, split_code
from coding.codes.models import Code
from coding.codes.rules import create_category, create_code, merge_codes, place, reword
from coding.lib import clock
from coding.people.models import Project
from tests import factory
from tests.axial_coding.factory import code_named, coded
from tests.door import Door, is_problem
from tests.kept import kept


def path(project, uid=""):
    return f"projects/{project.uid}/codes/{f'{uid}/' if uid else ''}"


@kept
def code(project, lead):
    return create_code(lead, project, "inventing a rule", definition="A rule that is none.")


@kept
def blind(project, ada, bo):
    """A blind round is open, and both coders have coined."""
    factory.incidents(project, 1)
    opened = factory.round_of(project, [ada, bo])
    factory.code(factory.assignment(opened, ada), "late fee", "ada's own")
    factory.code(factory.assignment(opened, bo), "late fee", "bo's own")
    return opened


def names(door, project):
    return [row["name"] for row in door.get(path(project)).json()["results"]]


def test_who_starts_a_project_leads_it(stranger):
    answer = Door(stranger).post("projects/", {"name": "Mine", "scale": "gvs"})
    assert (answer.status_code, answer.json()["role"]) == (201, "lead")
    assert Project.objects.get(uid=answer.json()["uid"]).scales.count() == 1


def test_starting_a_project_again_with_its_key_starts_no_other(stranger):
    first, again = (Door(stranger).post("projects/", {"name": "Mine"}, key="k") for _ in range(2))
    assert first.content == again.content
    assert Project.objects.count() == 1


@pytest.mark.parametrize(
    "body", [{}, {"name": ""}, {"name": "x", "scale": "none"}, {"name": "x" * 201}, {"name": "x", "scale": []}]
)
def test_a_project_that_can_not_start(stranger, body):
    assert is_problem(Door(stranger).post("projects/", body), 400)


def test_a_token_of_one_project_starts_no_other(project, lead):
    assert is_problem(Door(lead, project=project).post("projects/", {"name": "Mine"}), 403)


def test_a_lead_creates_a_code_for_everybody(project, lead, ada):
    answer = Door(lead).post(path(project), {"name": " late ", "definition": "Too late."})
    assert (answer.status_code, answer.json()["name"], answer.json()["version"]) == (201, "late", 1)
    assert names(Door(ada), project) == ["late"]


def test_a_name_that_is_taken_is_refused(project, lead, code):
    assert is_problem(Door(lead).post(path(project), {"name": "Inventing a Rule"}), 409)


@pytest.mark.parametrize("role", ["coder", "observer"])
def test_others_neither_create_nor_reword(project, code, role):
    door = Door(factory.member(project, "kim", role))
    assert is_problem(door.post(path(project), {"name": "late"}), 403)
    assert is_problem(door.patch(path(project, code.uid), {"version": 1, "name": "x"}), 403)


def test_a_stranger_gets_404(project, code, stranger):
    door = Door(stranger)
    for answer in (door.get(path(project)), door.get(path(project, code.uid)), door.post(path(project), {"name": "x"}),
                   door.patch(path(project, code.uid), {"version": 1, "name": "x"})):  # fmt: skip
        assert is_problem(answer, 404)


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": ""},
        {"name": "x" * 201},
        {"name": 5},
        {"name": ["x"]},
        {"name": "\u200b"},
        {"definition": "x" * 20_001},
        {"definition": 1.5},
    ],
    ids=lambda wrong: str(wrong)[:40],
)
def test_wording_that_can_not_be_kept_is_refused(project, lead, code, wrong):
    assert is_problem(Door(lead).post(path(project), {"name": "late", **wrong}), 400)
    assert is_problem(Door(lead).patch(path(project, code.uid), {"version": 1, **wrong}), 400)
    assert Code.objects.count() == 1


def test_wording_at_its_limits_is_taken(project, lead):
    assert Door(lead).post(path(project), {"name": "x" * 200, "definition": "y" * 20_000}).status_code == 201


def test_rewording_asks_for_the_version_that_was_read(project, lead, code):
    door = Door(lead)
    answer = door.patch(path(project, code.uid), {"version": 1, "definition": "Clearer."})
    assert (answer.status_code, answer.json()["version"]) == (200, 2)
    assert is_problem(door.patch(path(project, code.uid), {"version": 1, "definition": "Stale."}), 409)
    code.refresh_from_db()
    assert code.definition == "Clearer."


@pytest.mark.parametrize("version", [None, 0, -1, 1.0, "1", True, 10**30, 2**31, []])
def test_a_version_is_a_whole_number(project, lead, code, version):
    assert is_problem(Door(lead).patch(path(project, code.uid), {"version": version, "name": "x"}), 400)


def test_a_change_of_nothing_is_refused(project, lead, code):
    assert is_problem(Door(lead).patch(path(project, code.uid), {"version": 1}), 400)


def test_a_retried_rewording_is_answered_as_the_first(project, lead, code):
    first, again = (Door(lead).patch(path(project, code.uid), {"version": 1, "name": "x"}, key="k") for _ in range(2))
    assert (again.status_code, again.content) == (200, first.content)


def test_a_coder_reads_own_private_codes_and_nobody_else_s(project, ada, bo, lead, blind):
    assert names(Door(ada), project) == ["ada's own"]
    assert names(Door(bo), project) == ["bo's own"]
    assert names(Door(lead), project) == []


def test_another_s_private_code_is_answered_as_one_that_is_not_there(project, ada, bo, blind):
    private = Code.objects.get(coined_by=bo)
    there, nowhere = Door(ada).get(path(project, private.uid)), Door(ada).get(path(project, uuid4()))
    assert is_problem(there, 404)
    assert there.content == nowhere.content


def test_a_shielded_coder_reads_nothing_that_a_lead_changes_meanwhile(project, ada, lead, blind, code):
    """Even their own earlier, released code: renaming or merging it would show."""
    own = create_code(lead, project, "of ada once")
    Code.objects.filter(pk=own.pk).update(coined_by=ada)
    before = Door(ada).get(path(project)).content
    reword(lead, own, 1, name="renamed")
    merge_codes(lead, own, code)
    assert Door(ada).get(path(project)).content == before
    assert is_problem(Door(ada).get(path(project, own.uid)), 404)


def test_the_limit_of_5_000_codes(project, lead):
    now, door = clock.now(), Door(lead)
    many = [
        Code(project=project, coined_by=lead, released_at=now, adopted_at=now, name=f"c{n}", name_key=f"c{n}")
        for n in range(4_999)
    ]
    Code.objects.bulk_create(many)
    assert door.post(path(project), {"name": "the last"}).status_code == 201
    assert is_problem(door.post(path(project), {"name": "one more"}), 409)


def test_scales_are_read_with_their_categories(project, ada):
    scale = Door(ada).get(f"projects/{project.uid}/scales/").json()["results"][0]
    numbers = [row["number"] for layer in scale["layers"] for row in layer["categories"]]
    assert numbers == list(range(1, 13))
    assert UUID(scale["layers"][0]["categories"][0]["uid"])


def test_scales_as_they_stand_are_closed_to_a_blind_coder(project, ada, blind):
    assert is_problem(Door(ada).get(f"projects/{project.uid}/scales/"), 403)


def test_the_number_of_queries_stays_with_more_codes(project, lead, django_assert_num_queries):
    door = Door(lead)
    for count in (2, 30):
        for number in range(count):
            create_code(lead, project, f"code {count} {number}")
        with django_assert_num_queries(5):
            door.get(path(project) + "?page_size=200")


def undo(door, project, code):
    return door.post(f"{path(project, code.uid)}undo/", {"reason": "Not after all."})


def test_an_undo_goes_back_step_by_step_until_the_making(project, lead, code):
    door = Door(lead)
    reword(lead, code, 1, name="bending a rule")
    place(lead, code, create_category(lead, project, "Rules"))
    assert [undo(door, project, code).json().get("name") for _ in range(2)] == ["bending a rule", "inventing a rule"]
    refused = undo(door, project, code)
    assert is_problem(refused, 409)
    assert "can't be undone here" in refused.json()["detail"]


def test_an_undo_does_not_reach_past_a_split(project, lead, ada):
    coded(project, [ada], {"late fee": ["false promise"], "The guest": ["false promise"]})
    code = place(lead, code_named("false promise"), create_category(lead, project, "Promises"))
    goes = segments_of(code).filter(assignment__incident__number=1)
    split_code(lead, code, {"name": "broken promise"}, {}, goes, "Two things.")
    refused = undo(Door(lead), project, code)
    assert is_problem(refused, 409)
    assert "A split is undone on the page" in refused.json()["detail"]
    code.refresh_from_db()
    assert code.category.name == "Promises"
