"""Splits and merges of codes and categories in any order, with undo: no segment lost, none doubled, all told."""

import json
from collections import Counter

from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from coding.axial_coding.labels import label_category
from coding.axial_coding.splitting import segments_of, split_code, ways
from coding.codes.models import Category, Code, Relation
from coding.codes.regroup import merge_categories, split_category
from coding.codes.rules import adopt, create_category, merge_codes, place, relate
from coding.codes.undo import undo
from coding.lib.refusals import Refusal
from coding.open_coding.models import Coding, ConsensusCoding, Segment
from coding.people.models import Event
from coding.rounds.models import Assignment, Round
from tests import factory
from tests.axial_coding.factory import coded

QUOTES = ("late fee", "The guest", "the chat", "week")
WHY = "To tell them apart."
DONE = Counter()  # so that a machine whose acts are all refused is seen
VERBS = ("split_code", "merge_codes", "merge_categories", "split_category", "place_code", "label_category")


def state():
    """All that an undo has to bring back; by public ids, since rows that come back have new keys."""
    return [
        list(rows.order_by("uid").values_list("uid", *fields))
        for rows, fields in (
            (Code.objects, ("name", "definition", "category__uid", "merged_into__uid", "retired_at", "adopted_at")),
            (Category.objects, ("name", "in_vivo_label", "is_core", "retired_at")),
            (Relation.objects, ("phenomenon__uid", "filler_category__uid", "filler_code__uid", "role")),
            (ConsensusCoding.objects, ("round", "incident", "start", "end", "code__uid", "settled_by")),
            (Round.objects, ("name", "state")),
        )
    ]


def coders_rows():
    codings = Coding.objects.order_by("pk").values_list("pk", "segment", "code")
    return list(codings), list(Segment.objects.order_by("pk").values_list("pk", "start", "end"))


class Words(RuleBasedStateMachine):
    """Whatever is done, coders' rows stay, each place has its consensus once, and undo goes back step by step."""

    def __init__(self):
        super().__init__()
        self.world = transaction.atomic()
        self.world.__enter__()
        self.lead = factory.user("lead")
        self.project = factory.project(self.lead)
        coders = [factory.member(self.project, name) for name in ("ada", "bo")]
        released = coded(self.project, coders, {quote: [f"code {at % 2}"] * 2 for at, quote in enumerate(QUOTES)})
        Assignment.objects.filter(round=released).update(state="submitted", submitted_at=released.released_at)
        homes = [create_category(self.lead, self.project, f"home {at}") for at in range(2)]
        for code, home in zip(Code.objects.filter(coined_by=coders[0]).order_by("pk"), homes, strict=True):
            place(self.lead, adopt(self.lead, code), home)
        relate(self.lead, homes[0], "context", homes[1])
        for one in Coding.objects.filter(segment__assignment__coder=coders[0]).select_related("segment__assignment"):
            stretch = {"start": one.segment.start, "end": one.segment.end, "code": one.code, "settled_by": "unanimity"}
            ConsensusCoding.objects.create(round=released, incident=one.segment.assignment.incident, **stretch)
        self.rows, self.made, self.states = coders_rows(), 0, []

    def pick(self, rows, at):
        found = list(rows.order_by("pk"))  # public ids are drawn anew in each run, and would choose otherwise
        return found[at % len(found)]

    def act(self, verb, *args, **more):
        before, count = state(), Event.objects.count()
        last = Event.objects.order_by("pk").last().pk
        try:
            with transaction.atomic():
                verb(self.lead, *args, **more)
        except Refusal:
            assert (state(), Event.objects.count()) == (before, count)
            return
        # A merge may also place its target: two events, undone from the last.
        fresh = list(Event.objects.filter(verb__in=VERBS, pk__gt=last).order_by("-pk"))
        self.states.append((fresh, before, state()))
        DONE[verb.__name__] += 1

    @rule(at=st.integers(0, 9), take=st.integers(1, 255))
    def split(self, at, take):
        code = self.pick(Code.objects.living(), at)
        goes = [one for bit, one in enumerate(segments_of(code)) if take >> bit & 1]
        self.made += 1
        self.act(split_code, code, {"name": f"new {self.made}"}, {"definition": "Less."}, goes, WHY)

    @rule(one=st.integers(0, 9), two=st.integers(0, 9))
    def merge(self, one, two):
        self.act(merge_codes, self.pick(Code.objects.living(), one), self.pick(Code.objects.living(), two), WHY)

    @rule(one=st.integers(0, 5), two=st.integers(0, 5))
    def merge_homes(self, one, two):
        homes = Category.objects.living()
        self.act(merge_categories, self.pick(homes, one), self.pick(homes, two), WHY)

    @rule(at=st.integers(0, 5))
    def split_home(self, at):
        home = self.pick(Category.objects.living(), at)
        self.made += 1
        self.act(
            split_category,
            home,
            f"home new {self.made}",
            list(Code.objects.living().filter(category=home).order_by("pk")[:1]),
            WHY,
        )

    @rule(at=st.integers(0, 5), words=st.sampled_from(("", *QUOTES)))
    def label(self, at, words):
        self.act(label_category, self.pick(Category.objects.living(), at), words)

    @precondition(lambda self: self.states)
    @rule()
    def undo(self):
        self.go_back()

    def go_back(self):
        events, before, after = self.states.pop()
        assert state() == after
        for event in events:
            undo(self.lead, self.project, event, "Not after all.", ways(self.lead))
            DONE[f"undo {event.verb}"] += 1
        assert state() == before

    def teardown(self):
        try:
            while self.states:
                self.go_back()
        finally:
            transaction.set_rollback(True)
            self.world.__exit__(None, None, None)

    @invariant()
    def the_coders_rows_stay(self):
        assert coders_rows() == self.rows

    @invariant()
    def no_consensus_stands_twice(self):
        places = list(ConsensusCoding.objects.values_list("round", "incident", "start", "end", "code"))
        assert len(places) == len(set(places))

    @invariant()
    def history_tells_who_and_why_and_where_each_segment_went(self):
        for event in Event.objects.filter(verb="split_code"):
            said = json.loads(event.after)
            assert (event.actor_id, event.reason) == (self.lead.pk, WHY)
            assert said["went"]
            assert said["stayed"]
            assert not set(said["went"]) & set(said["stayed"])


def test_no_segment_is_lost_or_doubled_and_undo_restores_exactly_whatever_is_split_and_merged(db):
    tries = settings(
        max_examples=20,
        stateful_step_count=8,
        derandomize=True,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        database=None,
    )
    run_state_machine_as_test(Words, settings=tries)
    acts = ("split_code", "merge_codes", "merge_categories", "split_category", "label_category")
    assert min(DONE[name] for act in acts for name in (act, f"undo {act}")) > 0, DONE
