"""The sorts of a released round side by side by program, and a group settled by moving its codes on the board."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from coding.axial_coding import sorting
from coding.codes.models import Category, Code
from coding.people.models import Role
from coding.reconciliation.rules import release_round
from coding.rounds import rules as round_rules
from tests import factory
from tests.axial_coding.sorts import sort, sort_round, uid_of, uids
from tests.axial_coding.test_relation_api import at
from tests.door import Door, is_problem
from tests.kept import kept


@kept
def chidi(project):
    return factory.member(project, "chidi")


@kept
def sorted_round(project, lead, ada, bo, chidi):
    """Three sorts: alpha and beta together for most under Trust, gamma and delta under names of the coders' own."""
    of = sort_round(project, [ada, bo, chidi])
    sort(of, ada, {"Trust": "alpha beta", "Waiting": "gamma delta"})
    sort(of, bo, {"Trust": "alpha beta", "Delay": "gamma delta"})
    sort(of, chidi, {"Repair": "alpha gamma", "waiting": "delta"})
    release_round(lead, of)
    of.refresh_from_db()
    return of


def named(codes):
    return sorted(Code.objects.filter(uid__in=codes).values_list("name", flat=True))


def test_sorts_stand_side_by_side_with_the_groups_of_most(project, lead, sorted_round):
    said = Door(lead).get(at(project, "rounds", sorted_round.uid, "sorts")).json()
    assert said["has_opened"] is True
    assert [(one["name"], one["is_machine"]) for one in said["sorters"]] == [("Ada", False), ("Bo", False), ("Chidi", False)]  # fmt: skip
    lines = {line["name"]: [one and one["name"] for one in line["categories"]] for line in said["lines"]}
    assert lines == {
        "alpha": ["Trust", "Trust", "Repair"], "beta": ["Trust", "Trust", None],
        "delta": ["Waiting", "Delay", "waiting"], "gamma": ["Waiting", "Delay", "Repair"],
    }  # fmt: skip
    groups = [(named(one["codes"]), one["category"]["name"], named(one["to_move"])) for one in said["groups"]]
    assert groups == [(["alpha", "beta"], "Trust", ["alpha", "beta"]), (["delta", "gamma"], "Waiting", ["delta", "gamma"])]  # fmt: skip
    assert [round(one["share"], 2) for one in said["groups"]] == [1.0, 0.67]


def test_a_group_is_settled_into_the_category_that_coders_made(project, lead, ada, sorted_round):
    door, where = Door(lead), at(project, "rounds", sorted_round.uid, "sorts")
    group = door.get(where).json()["groups"][1]
    waiting = Category.objects.get(uid=group["category"]["uid"])
    assert waiting.adopted_at is None
    asked = {"codes": group["to_move"], "category": group["category"]["uid"]}
    assert door.post(at(project, "board-moves"), asked).json() == {"category": group["category"]["uid"]}
    assert {code.category for code in Code.objects.filter(uid__in=uids("gamma delta"))} == {waiting}
    assert Category.objects.get(pk=waiting.pk).adopted_at is not None
    assert door.get(where).json()["groups"][1]["to_move"] == []


def test_a_category_that_a_coder_keeps_private_takes_no_code(project, lead, ada, sorted_round):
    private = Category.objects.create(project=project, coined_by=ada, name="Mine", name_key="mine")
    asked = {"codes": [str(uids("alpha")[0])], "category": str(private.uid)}
    assert is_problem(Door(lead).post(at(project, "board-moves"), asked), 404)


def test_who_has_not_opened_the_readings_reads_the_own_sort_alone(project, ada, sorted_round):
    door, where = Door(ada), at(project, "rounds", sorted_round.uid, "sorts")
    said = door.get(where).json()
    assert (said["has_opened"], said["groups"]) == (False, [])
    assert [one["name"] for one in said["sorters"]] == ["Ada"]
    assert str(uid_of("Delay")) not in door.get(where).content.decode()
    round_rules.open_readings(ada, sorted_round)
    assert len(door.get(where).json()["groups"]) == 2


def test_a_coder_of_an_open_blind_round_reads_no_sorts(project, ada, bo, sorted_round):
    factory.round_of(project, [ada, bo], "axial", incidents=[])
    assert is_problem(Door(ada).get(at(project, "rounds", sorted_round.uid, "sorts")), 403)


@pytest.mark.parametrize("stage", ["axial", "open"])
def test_only_a_released_round_of_sorting_has_them(project, lead, ada, sorted_round, stage):
    factory.incidents(project, 1)
    other = factory.round_of(project, [ada], stage)
    assert is_problem(Door(lead).get(at(project, "rounds", other.uid, "sorts")), 404)


def test_strangers_find_nothing_and_observers_read(project, stranger, sorted_round):
    where = at(project, "rounds", sorted_round.uid, "sorts")
    assert is_problem(Door(stranger).get(where), 404)
    olga = factory.member(project, "olga", Role.OBSERVER)
    assert Door(olga).get(where).json()["sorters"] == []


def test_the_cost_does_not_grow_with_the_codes(project, lead, ada, bo):
    counts = []
    for size in (4, 40):
        codes = [f"{size} code {n}" for n in range(size)]
        of = sort_round(project, [ada, bo], codes=codes, given=[f"{size} C {n}" for n in range(size // 4)])
        for coder in (ada, bo):
            held = factory.assignment(of, coder)
            sort_all(held, coder, size)
        release_round(lead, of)
        door, where = Door(lead), at(project, "rounds", of.uid, "sorts")
        door.get(where)
        with CaptureQueriesContext(connection) as asked:
            assert len(door.get(where).json()["lines"]) >= size
        counts.append(len(asked))
    assert counts[0] == counts[1]


def sort_all(held, coder, size):
    for n in range(size // 4):
        into = uid_of(f"{size} C {n}")
        sorting.put(coder, held, [Code.objects.get(name=f"{size} code {4 * n + k}").uid for k in range(4)], into)
    sorting.submit(coder, held, leave_rest=True)
