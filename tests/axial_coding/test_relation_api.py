"""Relations, evidence, properties and moves by program: the same verbs, the same access."""

import pytest

from coding.axial_coding.evidence import candidates
from coding.axial_coding.models import Evidence
from coding.axial_coding.properties import positions
from coding.codes.models import Code, Relation
from coding.codes.rules import place, relate
from coding.open_coding.models import Segment
from coding.people.models import Role
from tests import factory
from tests.axial_coding.factory import category, code_named, coded, release
from tests.door import Door
from tests.kept import kept

WORDS = {"the late fee": ["promise"], "The fee was paid back": ["repairing"]}


@kept
def words(project, lead, ada):
    """Trust and repair, each with a code, in a released round whose readings nobody has opened."""
    of = coded(project, [ada], WORDS, released=False)
    release(of, lead, opened=False)
    trust, repair = category(project, "Trust"), category(project, "Repair")
    place(lead, code_named("promise"), trust)
    place(lead, code_named("repairing"), repair)
    return of, trust, repair


def at(project, *more):
    return "/".join(["projects", str(project.uid), *map(str, more), ""])


def test_a_relation_is_made_read_and_taken_away(project, lead, words):
    _, trust, repair = words
    door = Door(lead)
    asked = {"phenomenon": str(trust.uid), "role": "consequence", "category": str(repair.uid), "rationale": "It costs."}
    made = door.post(at(project, "relations"), asked)
    assert made.status_code == 201
    uid = made.json()["uid"]
    assert made.json() == {**asked, "uid": uid, "code": None, "evidence": []}
    assert door.get(at(project, "relations")).json()["results"] == [made.json()]
    assert door.post(at(project, "relations"), asked).status_code == 409
    assert door.delete(at(project, "relations", uid)).status_code == 204
    assert not Relation.objects.exists()


@pytest.mark.parametrize("wrong", [{}, {"category": "own", "code": "own"}])
def test_a_relation_has_one_filler(project, lead, words, wrong):
    _, trust, repair = words
    filled = {kind: str(repair.uid) for kind in wrong}
    answer = Door(lead).post(at(project, "relations"), {"phenomenon": str(trust.uid), "role": "context", **filled})
    assert answer.status_code == 400


def test_evidence_opens_with_the_readings_that_it_is_from(project, lead, words):
    of, trust, repair = words
    relation = relate(lead, trust, "consequence", repair)
    segment, door = Segment.objects.order_by("pk").first(), Door(lead)
    asked = {"segment": str(segment.uid), "speaks": "for"}
    assert door.post(at(project, "relations", relation.uid, "evidence"), asked).status_code == 404
    release(of, lead)
    offered = door.get(at(project, "relations", relation.uid, "candidates")).json()
    assert [(one["segment"], one["gap"]) for one in offered] == [
        (str(one.segment.uid), one.gap) for one in candidates(lead, relation)
    ]
    assert str(segment.uid) in [one["segment"] for one in offered]
    made = door.post(at(project, "relations", relation.uid, "evidence"), asked)
    assert made.status_code == 201
    left = door.get(at(project, "relations", relation.uid, "candidates")).json()
    assert len(left) == len(offered) - 1
    assert [(one["segment"], one["speaks"]) for one in made.json()["evidence"]] == [(str(segment.uid), "for")]
    olga = factory.member(project, "olga", Role.OBSERVER)
    assert Door(olga).get(at(project, "relations", relation.uid, "candidates")).json() == []
    assert Door(olga).get(at(project, "relations", relation.uid)).json()["evidence"][0]["segment"] is None
    one = made.json()["evidence"][0]["uid"]
    assert door.delete(at(project, "relations", relation.uid, "evidence", one)).status_code == 204
    assert not Evidence.objects.exists()


def test_properties_and_places_are_those_of_the_page(project, lead, words):
    _, trust, _ = words
    door, where = Door(lead), at(project, "categories", trust.uid, "properties")
    said = {"name": "Stake", "from": "low", "to": "high"}
    [made] = door.post(where, said).json()
    assert made == {**said, "version": made["version"], "incidents": {}}
    steps = {"property": "stake", "incidents": [{"incident": 1, "step": 4}, {"incident": 2, "step": None}]}
    assert door.post(where + "incidents/", steps).json() == [{**made, "incidents": {"1": 4}}]
    assert door.post(where, {**said, "name": "Stakes", "was": "Stake"}).json()[0]["incidents"] == {"1": 4}
    steps["property"] = "Stakes"
    for wrong in (6, 0, "1", 1.5):
        steps["incidents"] = [{"incident": 1, "step": wrong}]
        assert door.post(where + "incidents/", steps).status_code == 400
    assert positions(trust) == {"stakes": {1: 4}}
    assert door.delete(where + "?name=gone").status_code == 409
    assert door.delete(where + "?name=Stakes").status_code == 204
    assert door.get(where).json() == []


def test_a_property_changed_since_it_was_read_is_not_changed(project, lead, words):
    _, trust, _ = words
    door, where = Door(lead), at(project, "categories", trust.uid, "properties")
    [made] = door.post(where, {"name": "Stake", "from": "low", "to": "high"}).json()
    change = {"name": "Stake", "was": "Stake", "from": "little", "to": "high", "version": made["version"]}
    [changed] = door.post(where, change).json()
    assert door.post(where, {**change, "to": "all"}).status_code == 409
    assert door.get(where).json() == [changed]
    assert door.post(where, {**change, "to": "all", "version": changed["version"]}).json()[0]["to"] == "all"
    assert door.delete(f"{where}?name=Stake&version={changed['version']}").status_code == 409
    latest = door.get(where).json()[0]["version"]
    assert door.delete(f"{where}?name=Stake&version={latest}").status_code == 204


def test_a_place_that_was_read_before_another_was_given_is_refused(project, lead, words):
    _, trust, _ = words
    door, where = Door(lead), at(project, "categories", trust.uid, "properties")
    door.post(where, {"name": "Stake"})
    places = {"property": "Stake", "incidents": [{"incident": 1, "step": 4, "was": None}]}
    assert door.post(where + "incidents/", places).status_code == 200
    places["incidents"] = [{"incident": 1, "step": 5, "was": None}, {"incident": 2, "step": 1, "was": None}]
    assert door.post(where + "incidents/", places).status_code == 409
    assert positions(trust) == {"stake": {1: 4}}
    places["incidents"][0]["step"] = None  # as it was read: it stays as it stands
    assert door.post(where + "incidents/", places).json()[0]["incidents"] == {"1": 4, "2": 1}


def test_codes_move_all_or_none(project, lead, words):
    _, trust, repair = words
    door, one, other = Door(lead), code_named("promise"), code_named("repairing")
    asked = {"codes": [str(one.uid), str(other.uid)], "category": str(repair.uid)}
    assert door.post(at(project, "board-moves"), asked).json() == {"category": str(repair.uid)}
    assert set(Code.objects.values_list("category", flat=True)) == {repair.pk}
    strange = {"codes": [str(one.uid), str(trust.uid)], "category": None}
    assert door.post(at(project, "board-moves"), strange).status_code == 404
    assert set(Code.objects.values_list("category", flat=True)) == {repair.pk}
    made = door.post(at(project, "board-moves"), {"codes": [str(one.uid)], "new": "Fees"}).json()
    assert Code.objects.get(pk=one.pk).category.name == "Fees"
    assert str(Code.objects.get(pk=one.pk).category.uid) == made["category"]


def test_observers_read_and_do_not_write(project, lead, words):
    _, trust, repair = words
    door = Door(factory.member(project, "olga", Role.OBSERVER))
    assert door.get(at(project, "relations")).status_code == 200
    assert door.get(at(project, "categories", trust.uid, "properties")).status_code == 200
    writes = [
        ("relations", {"phenomenon": str(trust.uid), "role": "context", "category": str(repair.uid)}),
        (f"categories/{trust.uid}/properties", {"name": "x"}),
        ("board-moves", {"codes": [str(code_named("promise").uid)], "category": None}),
    ]
    assert {door.post(at(project, where), body).status_code for where, body in writes} == {403}


@pytest.mark.parametrize("size", [1, 5])
def test_the_list_of_relations_costs_the_same(project, lead, ada, words, size, django_assert_num_queries):
    of, trust, repair = words
    release(of, lead)
    roles = list(Relation.Role.values)[:size]
    for role in roles:
        relation = relate(lead, trust, role, repair)
        for segment in Segment.objects.all()[:size]:
            Evidence.objects.create(relation=relation, segment=segment)
    door = Door(lead)
    with django_assert_num_queries(8):
        assert len(door.get(at(project, "relations")).json()["results"]) == size
