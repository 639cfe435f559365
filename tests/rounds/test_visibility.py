"""Who sees which rounds and assignments, in each state."""

from datetime import UTC, datetime

import pytest

from coding.rounds import rules
from coding.rounds.models import Assignment, Opening, Round, blind_incidents
from tests import factory
from tests.kept import kept

STATES = ["draft", "open", "released", "settled"]


@kept
def cast(project, lead, ada, bo, stranger):
    """Everybody by name; Ada and Bo code the round, Cy does not."""
    return {
        "lead": lead, "ada": ada, "bo": bo, "cy": factory.member(project, "cy"),
        "olga": factory.member(project, "olga", "observer"), "stranger": stranger,
    }  # fmt: skip


@kept
def of(project, ada, bo, cast):
    factory.incidents(project, 2)
    return factory.round_of(project, [ada, bo], opened=False)


def put(of, state):
    """Bring a round into a state by the verb that opens, and by hand from there."""
    if state != "draft" and of.state == "draft":
        rules.open_round(factory.lead_of(of.project), of)
    if state in {"released", "settled"}:
        Round.objects.filter(pk=of.pk).update(state=state, released_at=datetime(2026, 5, 1, tzinfo=UTC))
        rules.shield(of.project)
    of.refresh_from_db()


ROUNDS = {
    "lead": STATES,
    "ada": ["open", "released", "settled"],
    "bo": ["open", "released", "settled"],
    "cy": ["released", "settled"],
    "olga": ["released", "settled"],
    "stranger": [],
}


@pytest.mark.parametrize("state", STATES)
def test_who_sees_a_round(cast, of, state):
    put(of, state)
    seen = {name for name, person in cast.items() if Round.objects.visible_to(person).exists()}
    assert seen == {name for name, states in ROUNDS.items() if state in states}


@pytest.mark.parametrize("state", STATES)
def test_the_pages_say_the_same(project, cast, of, sign_in, state):
    put(of, state)
    for name, person in cast.items():
        client, allowed = sign_in(person), state in ROUNDS[name]
        assert client.get(f"/p/{project.slug}/rounds/{of.uid}/").status_code == (200 if allowed else 404), name
        if name != "stranger":
            listed = of.name in client.get(f"/p/{project.slug}/rounds/").content.decode()
            assert listed == allowed, name


OWN = {"ada": {"Ada"}, "bo": {"Bo"}}


@pytest.mark.parametrize("state", STATES)
def test_assignments_are_their_coders_alone_until_others_open_them_after_release(cast, of, state):
    put(of, state)
    for name, person in cast.items():
        seen = set(Assignment.objects.visible_to(person).values_list("coder__name", flat=True))
        assert seen == (set() if state == "draft" else OWN.get(name, set())), name


@pytest.mark.parametrize("state", ["released", "settled"])
def test_after_release_who_opens_the_readings_sees_them_all(cast, of, state):
    put(of, state)
    for name, person in cast.items():
        Opening.objects.create(round=of, user=person, at=datetime(2026, 5, 2, tzinfo=UTC))
        seen = set(Assignment.objects.visible_to(person).values_list("coder__name", flat=True))
        assert seen == (set() if name == "stranger" else {"Ada", "Bo"}), name


def test_an_opening_of_another_round_opens_nothing(project, cast, of, ada, bo):
    put(of, "released")
    other = factory.round_of(project, [ada, bo], "rating")
    Opening.objects.create(round=other, user=cast["cy"], at=datetime(2026, 5, 2, tzinfo=UTC))
    assert not Assignment.objects.visible_to(cast["cy"]).exists()


def test_what_is_coded_together_is_seen_by_everybody_here(project, cast, ada, bo):
    factory.incidents(project, 2)
    factory.round_of(project, [ada, bo], is_blind=False)
    for name, person in cast.items():
        assert Assignment.objects.visible_to(person).count() == (0 if name == "stranger" else 4), name


def test_a_lead_who_codes_blind_reads_nobody_else_on_those_incidents(project, cast, lead, ada, bo):
    first, second = factory.incidents(project, 2)
    before = factory.round_of(project, [ada, bo], incidents=[first, second])
    put(before, "released")
    factory.round_of(project, [lead], incidents=[first])
    Opening.objects.create(round=before, user=lead, at=datetime(2026, 5, 2, tzinfo=UTC))
    others = Assignment.objects.visible_to(lead).exclude(coder=lead)
    assert set(others.values_list("incident__number", flat=True)) == {2}
    assert list(blind_incidents(lead)) == [first]


def test_a_shielded_coder_sees_no_other_released_round(project, cast, of, ada):
    put(of, "released")
    assert of in Round.objects.visible_to(cast["cy"])
    factory.round_of(project, [cast["cy"]], "rating")
    assert of not in Round.objects.visible_to(cast["cy"])
    assert of in Round.objects.visible_to(ada)


def test_who_judges_once_more_does_not_read_what_they_said_before(project, cast, ada, bo, lead, sign_in):
    first, second = factory.incidents(project, 2)
    before = factory.round_of(project, [ada, bo], incidents=[first, second], name="Before")
    held = factory.assignment(before, ada, first)
    put(before, "released")
    Opening.objects.create(round=before, user=lead, at=datetime(2026, 5, 2, tzinfo=UTC))
    again = factory.round_of(project, [ada], incidents=[first], purpose="stability", name="Again")
    client, page = sign_in(ada), f"/p/{project.slug}/rounds/{before.uid}/"
    assert read_by(ada) == {("Before", 2), ("Again", 1)}
    assert read_by(lead) == {("Before", 1), ("Before", 2)}  # for everybody else nothing is hidden
    refused = client.get(f"/code/{held.uid}/")
    assert (refused.status_code, "once more in a stability round" in refused.content.decode()) == (403, True)
    assert client.get(f"/api/v1/assignments/{held.uid}/segments/").status_code == 403
    assert sign_in(bo).get(f"/code/{held.uid}/").status_code == 404
    listed, other = client.get(page).content.decode(), factory.assignment(before, ada, second)
    assert (f"/code/{held.uid}/" in listed, f"/code/{other.uid}/" in listed) == (False, True)
    put(again, "released")
    assert read_by(ada) == {("Before", 1), ("Before", 2), ("Again", 1)}
    assert f"/code/{held.uid}/" in client.get(page).content.decode()


def test_judging_once_more_hides_no_other_stage_and_no_other_project(project, cast, lead, ada):
    [first] = factory.incidents(project, 1)
    for elsewhere, stage in [(project, "rating"), (factory.project(lead, "Elsewhere"), "open")]:
        factory.incidents(elsewhere, 1)
        elsewhere.memberships.get_or_create(user=ada, defaults={"role": "coder"})
        put(factory.round_of(elsewhere, [ada], stage, name=stage), "released")
    factory.round_of(project, [ada], incidents=[first], purpose="stability", name="Again")
    assert read_by(ada) == {("rating", 1), ("open", 1), ("Again", 1)}


def test_a_sort_is_hidden_as_a_whole_while_it_is_sorted_once_more(project, cast, ada):
    factory.incidents(project, 1)
    put(factory.round_of(project, [ada], name="Before"), "released")
    factory.round_of(project, [ada], purpose="stability", name="Again")
    Assignment.objects.update(incident=None)
    Round.objects.update(stage="axial")
    assert read_by(ada) == {("Again", None)}


def read_by(person):
    """The rounds and numbers of incidents of which a person reads Ada's work."""
    seen = Assignment.objects.visible_to(person).filter(coder__name="Ada")
    return set(seen.values_list("round__name", "incident__number"))


def test_own_work_is_written_by_its_coder_only(cast, of, lead, ada):
    put(of, "open")
    assert Assignment.objects.waiting_for(ada).count() == 2
    assert not Assignment.objects.waiting_for(lead).exists()


def test_who_left_sees_nothing(project, cast, of, ada):
    put(of, "open")
    project.memberships.filter(user=ada).delete()
    assert not Assignment.objects.visible_to(ada).exists()
    assert not Round.objects.visible_to(ada).exists()
