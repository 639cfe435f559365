"""Undo of what becomes of words: exactly, or not at all; and the whole of it as a machine that tries everything."""

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from coding.codes.checks import MovedOn, NameTaken, NotLiving
from coding.codes.models import Category, Code, Relation
from coding.codes.regroup import merge_categories, split_category
from coding.codes.regroup_undo import WAYS as OF_CATEGORIES
from coding.codes.rules import (
    adopt,
    choose_core,
    create_category,
    create_code,
    merge_codes,
    place,
    relate,
    retire,
    reword,
    unchoose_core,
    unrelate,
)
from coding.codes.undo import WAYS, AlreadyUndone, undo
from coding.lib.refusals import BadInput, Refusal
from coding.open_coding.models import Coding
from coding.people.models import Event
from coding.people.rules import describe_project
from tests import factory
from tests.codes.test_rules import at_once, two_leads
from tests.kept import kept


def last(verb):
    return Event.objects.filter(verb=verb).order_by("-pk").first()


def state():
    """All that an undo has to bring back."""
    codes = Code.objects.order_by("pk").values_list(
        "pk", "name", "name_key", "definition", "category", "adopted_at", "merged_into", "retired_at"
    )
    relations = Relation.objects.order_by("pk").values_list("pk", "phenomenon", "role", "filler_code")
    return list(codes), list(relations), list(Category.objects.order_by("pk").values_list("pk", "name", "retired_at"))


@kept
def words(project, lead):
    trust = create_category(lead, project, "Trust")
    codes = [create_code(lead, project, name) for name in ("alpha", "beta", "gamma")]
    place(lead, codes[0], trust)
    relate(lead, trust, "context", codes[0])
    return trust, *codes


def test_a_merge_is_undone_exactly_with_followers_relations_and_the_target(project, lead, words):
    _, alpha, beta, gamma = words
    merge_codes(lead, gamma, alpha, "Same.")
    before = state()
    merge_codes(lead, alpha, beta, "They mean the same.")
    assert beta.pk == Code.objects.get(pk=gamma.pk).merged_into_id
    event = undo(lead, project, last("merge_codes"), "They do not.")
    assert state() == before
    assert (event.verb, event.reason, event.undoes.reason) == (
        "undo_merge_codes",
        "They do not.",
        "They mean the same.",
    )


def test_what_was_undone_is_not_undone_again(project, lead, words):
    merge_codes(lead, words[1], words[2])
    event = last("merge_codes")
    undo(lead, project, event)
    with pytest.raises(AlreadyUndone):
        undo(lead, project, event)


def test_places_retirements_and_wordings_are_undone(project, lead, words):
    trust, alpha, beta, _ = words
    before = state()
    place(lead, beta, trust)
    undo(lead, project, last("place_code"))
    retire(lead, beta, "Never used.")
    undo(lead, project, last("retire_code"))
    retire(lead, trust, "Too broad.")
    undo(lead, project, last("retire_category"))
    reword(lead, alpha, 1, name="alpha two", definition="Said otherwise.")
    undo(lead, project, last("reword_code"))
    assert state() == before


def test_an_undo_is_refused_where_its_target_moved_on(project, lead, words):
    _, alpha, beta, gamma = words
    merge_codes(lead, alpha, beta)
    merged = last("merge_codes")
    place(lead, beta, create_category(lead, project, "Repair"))
    before = state()
    with pytest.raises(MovedOn, match="beta"):
        undo(lead, project, merged)
    retire(lead, gamma, "Never used.")
    create_code(lead, project, "gamma")
    with pytest.raises(NameTaken):
        undo(lead, project, last("retire_code"))
    merge_codes(lead, beta, Code.objects.get(name="gamma", retired_at=None))
    with pytest.raises((MovedOn, NotLiving)):
        undo(lead, project, merged)
    assert before[2] == state()[2]


MERGE_AND_RETIRE = [
    lambda lead, trust, alpha, beta: merge_codes(lead, alpha, beta, "Same."),
    lambda lead, trust, alpha, beta: retire(lead, trust, "Too broad."),
]


@pytest.mark.parametrize("undone", [("merge_codes", "retire_category"), ("retire_category", "merge_codes")])
@pytest.mark.parametrize("acts", [MERGE_AND_RETIRE, MERGE_AND_RETIRE[::-1]], ids=["merge first", "retire first"])
def test_a_merge_within_a_category_and_its_retirement_are_undone_in_either_order(project, lead, words, acts, undone):
    trust, alpha, beta, _ = words
    place(lead, beta, trust)
    before = state()
    for act in acts:
        act(lead, trust, alpha, beta)
    for verb in undone:
        undo(lead, project, last(verb))
    assert state() == before


def test_a_merge_that_placed_its_target_waits_for_the_undo_of_the_retirement(project, lead, words):
    trust, alpha, beta, _ = words
    before = state()
    merge_codes(lead, alpha, beta, "Same.")
    retire(lead, trust, "Too broad.")
    with pytest.raises(MovedOn, match="beta"):
        undo(lead, project, last("merge_codes"))
    for verb in ("retire_category", "merge_codes"):
        undo(lead, project, last(verb))
    assert state() == before


def test_a_merge_that_adopted_its_target_waits_for_the_undo_of_a_later_place(project, lead, words):
    *_, beta, gamma = words
    Code.objects.filter(pk=gamma.pk).update(adopted_at=None)
    before = state()
    merge_codes(lead, beta, gamma, "Same.")
    place(lead, gamma, words[0])
    with pytest.raises(MovedOn, match="gamma"):
        undo(lead, project, last("merge_codes"))
    for verb in ("place_code", "merge_codes"):
        undo(lead, project, last(verb))
    assert state() == before


def test_a_core_category_comes_back_as_the_core_although_another_was_chosen_meanwhile(project, lead, words):
    trust, repair = words[0], create_category(lead, project, "Repair")
    choose_core(lead, trust)
    retire(lead, trust, "Too broad.")
    choose_core(lead, repair)
    with pytest.raises(MovedOn, match="Trust"):
        undo(lead, project, last("retire_category"))
    unchoose_core(lead, repair)
    undo(lead, project, last("retire_category"))
    assert list(Category.objects.filter(is_core=True)) == [trust]


def test_a_merge_is_not_undone_where_a_relation_that_rested_says_the_same_by_now(project, lead, words):
    trust, alpha, beta, _ = words
    repair = create_category(lead, project, "Repair")
    double = relate(lead, trust, "context", beta)
    relate(lead, repair, "context", alpha)
    merge_codes(lead, alpha, beta, "Same.")  # alpha's own in Trust rests; that in Repair goes over
    unrelate(lead, double)
    merge_categories(lead, repair, trust, "Same.")
    before = state()
    with pytest.raises(MovedOn, match="alpha"):
        undo(lead, project, last("merge_codes"))
    assert state() == before


GONE = {
    "reword_category": lambda lead, made, _: [reword(lead, made, 1, name="Old"), reword(lead, made, 2, name="New")],
    "place_code": lambda lead, made, code: [place(lead, code, made), place(lead, code, None)],
}


@pytest.mark.parametrize("verb", GONE)
def test_what_was_done_to_a_word_that_an_undone_split_took_along_is_refused(project, lead, words, verb):
    trust, alpha, beta, gamma = words
    place(lead, beta, trust)
    made = split_category(lead, trust, "New", [alpha], "Two things.")
    GONE[verb](lead, made, gamma)
    undo(lead, project, last("split_category"), ways=OF_CATEGORIES)
    before = state()
    with pytest.raises(MovedOn, match="gone by now"):
        undo(lead, project, last(verb))
    assert state() == before


@pytest.mark.parametrize("verb", ["adopt_code", "reword_code", "retire_code", "place_code", "merge_codes"])
def test_an_act_on_a_code_that_is_gone_is_refused(project, lead, words, verb):
    trust, *_, beta, gamma = words
    Code.objects.filter(pk=gamma.pk).update(adopted_at=None)
    {
        "adopt_code": lambda: adopt(lead, gamma), "reword_code": lambda: reword(lead, gamma, 1, name="delta"),
        "retire_code": lambda: retire(lead, gamma), "place_code": lambda: place(lead, gamma, trust),
        "merge_codes": lambda: merge_codes(lead, gamma, beta),
    }[verb]()  # fmt: skip
    Code.objects.filter(pk=gamma.pk).delete()
    with pytest.raises(MovedOn, match="gone by now"):
        undo(lead, project, last(verb))


@two_leads
@pytest.mark.django_db(transaction=True)
def test_a_category_whose_split_another_lead_undid_a_second_ago_takes_no_code(project, lead, words):
    trust, alpha, beta, gamma = words
    place(lead, beta, trust)
    made = split_category(lead, trust, "New", [alpha], "Two things.")
    event = last("split_category")
    error = at_once(lambda: undo(lead, project, event, ways=OF_CATEGORIES), lambda: place(lead, gamma, made))
    assert isinstance(error, NotLiving)


@two_leads
@pytest.mark.django_db(transaction=True)
def test_two_leads_who_undo_what_hangs_together_get_one_refusal(project, lead, words):
    trust, alpha, beta, _ = words
    place(lead, beta, trust)
    made = split_category(lead, trust, "New", [alpha], "Two things.")
    GONE["reword_category"](lead, made, None)
    split, worded = last("split_category"), last("reword_category")
    error = at_once(lambda: undo(lead, project, split, ways=OF_CATEGORIES), lambda: undo(lead, project, worded))
    assert isinstance(error, MovedOn)


def test_only_what_was_done_to_words_of_this_project_is_undone(project, lead, words):
    describe_project(lead, project, question="Why?")
    other = factory.project(lead, "Another")
    merge_codes(lead, create_code(lead, other, "x"), create_code(lead, other, "y"))
    for event in (last("describe_project"), last("merge_codes")):
        with pytest.raises(BadInput):
            undo(lead, project, event)


class Words(RuleBasedStateMachine):
    """Merge, place, retire, reword and undo in any order: every coding stands under one living code, or a retired one."""

    def __init__(self):
        super().__init__()
        self.world = transaction.atomic()
        self.world.__enter__()
        self.lead = factory.user("lead")
        self.project = factory.project(self.lead)
        [incident] = factory.incidents(self.project, 1)
        held = factory.assignment(factory.round_of(self.project, [self.lead], incidents=[incident]), self.lead)
        self.codes = [create_code(self.lead, self.project, f"code {at}") for at in range(4)]
        self.homes = [create_category(self.lead, self.project, f"home {at}") for at in range(2)]
        for code, quote in zip(self.codes, ("late fee", "The guest", "the chat", "week"), strict=True):
            coded = factory.code(held, quote, "own")
            Coding.objects.filter(segment__uid=coded.segment).update(code=code)
        self.codings = list(Coding.objects.order_by("pk").values_list("segment", "code"))
        self.states = []  # (event, the state before it)

    def act(self, verb, *args, **more):
        before = state()
        try:
            verb(self.lead, *args, **more)
        except Refusal:
            assert state() == before
        else:
            made = Event.objects.filter(verb__in=WAYS).order_by("-pk").first()
            if state() != before and made:
                self.states.append((made, before, state()))

    @rule(one=st.integers(0, 3), two=st.integers(0, 3))
    def merge(self, one, two):
        before = state()
        try:
            merge_codes(self.lead, self.codes[one], self.codes[two], "Same.")
        except Refusal:
            assert state() == before
        else:
            self.states.append((last("merge_codes"), before, state()))

    @rule(code=st.integers(0, 3), home=st.sampled_from([0, 1, None]))
    def place(self, code, home):
        self.act(place, self.codes[code], None if home is None else self.homes[home])

    @rule(code=st.integers(0, 3))
    def retire(self, code):
        self.act(retire, self.codes[code], "Never used.")

    @rule(code=st.integers(0, 3), name=st.sampled_from(["code 1", "another", "third"]))
    def rename(self, code, name):
        fresh = Code.objects.get(pk=self.codes[code].pk)
        self.act(reword, fresh, fresh.version, name=name)

    @precondition(lambda self: self.states)
    @rule()
    def undo(self):
        event, before, after = self.states.pop()
        assert state() == after
        undo(self.lead, self.project, event, "Not after all.")
        assert state() == before
        self.codes = list(Code.objects.filter(pk__in=[code.pk for code in self.codes]).order_by("pk"))

    def teardown(self):
        transaction.set_rollback(True)
        self.world.__exit__(None, None, None)

    @invariant()
    def no_coding_is_lost_or_doubled(self):
        assert list(Coding.objects.order_by("pk").values_list("segment", "code")) == self.codings
        codes = {code.pk: code for code in Code.objects.all()}
        for code in codes.values():
            stands = codes[code.merged_into_id] if code.merged_into_id else code
            assert stands.merged_into_id is None

    @invariant()
    def history_tells_who_and_why(self):
        events = Event.objects.filter(verb="merge_codes")
        assert all((event.actor_id, event.reason) == (self.lead.pk, "Same.") for event in events)


def test_no_coding_is_lost_and_undo_restores_exactly_whatever_is_done(db):
    tries = settings(
        max_examples=6, stateful_step_count=10, deadline=None, suppress_health_check=list(HealthCheck), database=None
    )
    run_state_machine_as_test(Words, settings=tries)
