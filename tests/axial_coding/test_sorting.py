"""Verbs of the card sort: alone, whole, under the assignment's lock."""

import json
import uuid

import pytest

from coding.axial_coding import sorting
from coding.axial_coding.card_sort import card_sort
from coding.axial_coding.models import ConsensusPlacement
from coding.axial_coding.sorting import NotEmpty, SortIncomplete
from coding.codes.models import Category, Code
from coding.codes.rules import MovedOn, NameTaken, merge_codes, retire, reword
from coding.codes.undo import undo
from coding.lib.refusals import BadInput, Forbidden
from coding.people.models import Event, Membership
from coding.people.rules import Key, KeyReused
from coding.reconciliation.rules import release_round
from coding.rounds.rules import NothingToCode, RoundNotOpen, reopen
from coding.rounds.writing import AssignmentSubmitted, NotYours
from tests import factory
from tests.axial_coding.sorts import said, sort, sort_round, uid_of, uids
from tests.kept import kept


@kept
def opened(project, ada, bo):
    return sort_round(project, [ada, bo])


@kept
def held(opened, ada):
    return factory.assignment(opened, ada)


def test_codes_go_into_a_given_category_an_own_one_and_back(ada, held):
    sorting.put(ada, held, uids("alpha beta"), uid_of("Trust"))
    sorting.put(ada, held, uids("beta gamma"), new=" Waiting ")
    assert said(held) == {"alpha": "Trust", "beta": "Waiting", "gamma": "Waiting"}
    done = sorting.put(ada, held, uids("alpha"), None)
    assert (done.category, done.left, said(held)) == (
        None, (uid_of("Trust"),), {"beta": "Waiting", "gamma": "Waiting"}
    )  # fmt: skip
    held.refresh_from_db()
    assert held.state == "in_progress"


def test_an_own_category_is_private_and_comes_again_by_its_name(ada, bo, opened, held):
    sorting.put(ada, held, uids("alpha"), new="Waiting")
    sorting.put(ada, held, uids("beta"), new="waiting")
    sorting.put(bo, factory.assignment(opened, bo), uids("beta"), new="Waiting")
    own = Category.objects.filter(name="Waiting")
    assert sorted(own.values_list("coined_by__name", "released_at")) == [("Ada", None), ("Bo", None)]
    assert not own.visible_to(factory.lead_of(opened.project)).exists()


def test_a_move_tells_who_put_what_where_and_is_private(ada, held):
    sorting.put(ada, held, uids("alpha"), uid_of("Trust"))
    sorting.put(ada, held, uids("alpha beta"), uid_of("Repair"))
    event = Event.objects.filter(stream=held.stream).order_by("position").last()
    [alpha, beta] = [str(uid) for uid in uids("alpha beta")]
    assert (event.actor, event.verb, event.released_at) == (ada, "sort_codes", None)
    assert json.loads(event.before)["codes"] == {alpha: str(uid_of("Trust")), beta: None}
    assert json.loads(event.after)["category"] == str(uid_of("Repair"))


def test_all_codes_go_or_none(ada, bo, opened, held):
    sorting.put(bo, factory.assignment(opened, bo), uids("alpha"), new="Bo's")
    for codes, into, new in [
        ([*uids("alpha"), uuid.uuid4()], uid_of("Trust"), ""), ([], uid_of("Trust"), ""),
        (uids("alpha"), uuid.uuid4(), ""), (uids("alpha"), uid_of("Bo's"), ""), (uids("alpha"), None, "a\x00b"),
        ([uuid.uuid4() for _ in range(501)], uid_of("Trust"), ""),
    ]:  # fmt: skip
        with pytest.raises(BadInput):
            sorting.put(ada, held, codes, into, new=new)
    assert said(held) == {}
    assert not Event.objects.filter(stream=held.stream).exists()


def test_an_own_category_can_not_bear_a_given_name(ada, held):
    with pytest.raises(NameTaken, match="among the given"):
        sorting.put(ada, held, uids("alpha"), new="TRUST")


def test_a_card_that_another_tab_moved_is_refused(ada, held):
    [alpha] = uids("alpha")
    sorting.put(ada, held, [alpha], uid_of("Trust"), was={alpha: None})
    with pytest.raises(MovedOn):
        sorting.put(ada, held, [alpha], uid_of("Repair"), was={alpha: None})
    assert said(held) == {"alpha": "Trust"}


def test_a_retry_has_one_effect_and_the_same_answer(ada, held):
    key = Key("k", "body")
    first = sorting.put(ada, held, uids("alpha"), uid_of("Trust"), key=key)
    sorting.put(ada, held, uids("alpha"), uid_of("Repair"))
    assert sorting.put(ada, held, uids("alpha"), uid_of("Trust"), key=key) == first
    assert said(held) == {"alpha": "Repair"}
    with pytest.raises(KeyReused):
        sorting.put(ada, held, uids("alpha"), None, key=Key("k", "other"))


def test_only_its_coder_sorts_and_only_while_it_is_open(project, lead, ada, bo, opened, held):
    with pytest.raises(NotYours):
        sorting.put(bo, held, uids("alpha"), uid_of("Trust"))
    sorting.put(ada, held, uids("alpha"), uid_of("Trust"))
    sorting.submit(ada, held, leave_rest=True)
    with pytest.raises(AssignmentSubmitted):
        sorting.put(ada, held, uids("beta"), uid_of("Trust"))
    reopen(lead, held, "A slip.")
    sorting.put(ada, held, uids("beta"), uid_of("Trust"))
    Membership.objects.filter(user=ada).update(role="observer")
    with pytest.raises(Forbidden):
        sorting.put(ada, held, uids("alpha"), None)
    Membership.objects.filter(user=ada).update(role="coder")
    release_round(lead, opened, "For the test.")
    with pytest.raises(RoundNotOpen):
        sorting.put(ada, held, uids("alpha"), None)


def test_a_sort_is_handed_in_only_when_what_is_left_aside_is_said(ada, held):
    with pytest.raises(SortIncomplete, match="No code is sorted"):
        sorting.submit(ada, held, leave_rest=True)
    sorting.put(ada, held, uids("alpha beta gamma"), uid_of("Trust"))
    with pytest.raises(SortIncomplete, match="1 code is not sorted"):
        sorting.submit(ada, held)
    assert sorting.submit(ada, held, leave_rest=True).state == "submitted"


def test_an_own_category_is_renamed_and_removed_when_empty(ada, bo, opened, held):
    sorting.put(ada, held, uids("alpha"), new="Waiting")
    own = uid_of("Waiting")
    assert sorting.rename_own(ada, held, own, "Delay").name == "Delay"
    with pytest.raises(NameTaken):
        sorting.rename_own(ada, held, own, "trust")
    with pytest.raises(NotEmpty):
        sorting.remove_own(ada, held, own)
    with pytest.raises(BadInput):
        sorting.rename_own(bo, factory.assignment(opened, bo), own, "Mine")
    with pytest.raises(BadInput):
        sorting.remove_own(ada, held, uid_of("Trust"))
    sorting.put(ada, held, uids("alpha"), None)
    assert sorting.remove_own(ada, held, own) == "Delay"
    assert not Category.objects.filter(coined_by=ada).exists()


def test_what_the_lead_does_to_codes_and_categories_meanwhile_changes_nothing_here(project, lead, ada, held):
    alpha, beta = (Code.objects.get(name=name) for name in ("alpha", "beta"))
    reword(lead, alpha, alpha.version, name="alpha of later")
    merge_codes(lead, beta, alpha)
    retire(lead, Category.objects.get(name="Trust"), "Too broad.")
    sorting.put(ada, held, [alpha.uid, beta.uid], uid_of("Trust"))
    assert held.placements.count() == 2


def test_a_round_without_codes_to_sort_does_not_open(project, lead, ada):
    with pytest.raises(NothingToCode, match="Adopt codes"):
        sort_round(project, [ada], codes=("alone",))


def test_what_all_put_into_one_given_category_stands_at_release(project, lead, ada, bo, opened):
    sort(opened, ada, {"Trust": "alpha beta", "Waiting": "gamma"})
    sort(opened, bo, {"Trust": "alpha", "Repair": "beta", "Waiting": "gamma"})
    done = release_round(lead, opened)
    assert (done.unanimous, done.figures > 0) == (1, True)
    [stands] = ConsensusPlacement.objects.all()
    assert (stands.code.name, stands.category.name, stands.settled_by) == ("alpha", "Trust", "unanimity")


def test_release_opens_the_own_categories_of_this_sort_alone(project, lead, ada, bo, opened):
    later = factory.round_of(project, [ada, bo], "axial", incidents=[])
    sort(opened, ada, {"Waiting": "alpha"})
    sorting.put(ada, factory.assignment(later, ada), uids("alpha"), new="Of the other sort")
    release_round(lead, opened, "For the test.")
    state = {one.name: one.released_at is not None for one in Category.objects.filter(coined_by=ada)}
    assert state == {"Waiting": True, "Of the other sort": False}


@pytest.mark.parametrize("undone", [False, True])
def test_a_released_own_category_keeps_its_name_in_a_sort_that_is_still_private(project, lead, ada, opened, undone):
    later = factory.round_of(project, [ada], "axial", incidents=[])
    there = factory.assignment(later, ada)
    sort(opened, ada, {"Waiting": "alpha"})
    sorting.put(ada, there, uids("alpha"), new="Waiting")
    release_round(lead, opened, "For the test.")
    for name in ("Delay", "Delayed help"):
        waiting = Category.objects.get(coined_by=ada)
        reword(lead, waiting, waiting.version, "It says more.", name=name)
    if undone:
        undo(lead, project, Event.objects.filter(verb="reword_category").latest("position"), "Too much.")
    assert [pile.name for pile in card_sort(there).piles if pile.is_own] == ["Waiting"]
    sorting.put(ada, there, uids("beta"), Category.objects.get(coined_by=ada).uid)
    event = Event.objects.filter(stream=there.stream).latest("position")
    assert json.loads(event.after)["name"] == "Waiting"
    release_round(lead, later, "For the test.")
    there.refresh_from_db()
    [own] = [pile.name for pile in card_sort(there).piles if pile.is_own]
    assert own == ("Delay" if undone else "Delayed help")
