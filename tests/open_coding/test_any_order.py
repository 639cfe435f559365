"""Whatever a coder does in whatever order: nothing dangles, undo then redo is the identity, the text stands once."""

import html
import re

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from coding.codes.models import Code
from coding.lib.canonical import canonical, sha256
from coding.lib.paragraphs import paragraphs
from coding.lib.refusals import Refusal
from coding.open_coding import history, judging, rules
from coding.open_coding.history import NothingToRedo, NothingToUndo
from coding.open_coding.models import Coding, Mark
from coding.open_coding.naming import Naming
from coding.open_coding.queries import Desk
from coding.people.models import Event
from coding.people.rules import hashed
from coding.rounds.writing import AssignmentSubmitted
from tests import factory

TEXT = "The 👩‍👧‍👦 family asked twice.\n\nनमस्ते دنیا, said the bot.\n\nNobody answered <b>them</b> & it &amp; stayed so."
PLACES, NAMES = st.integers(0, len(TEXT) + 4), st.sampled_from(["a", "b", "c"])
CHOICE, KINDS = st.integers(0, 50), st.sampled_from(["nothing_here", "left_out", ""])


class Coder(RuleBasedStateMachine):
    """One coder in one incident. Refusals are fine as long as they change nothing."""

    def __init__(self):
        super().__init__()
        self.around = transaction.atomic()
        self.around.__enter__()
        self.submitted = False

    @initialize()
    def sit_down(self):
        project = factory.project()
        ada = factory.member(project, "ada")
        factory.incidents(project, 1, TEXT)
        self.desk = factory.assignment(factory.round_of(project, [ada]), ada)
        self.text = self.desk.incident.text

    def teardown(self):
        transaction.set_rollback(True)
        self.around.__exit__(None, None, None)

    def state(self):
        segments = [
            (str(one.uid), one.start, one.end, one.is_uncertain, tuple(c.code.name for c in one.codings.order_by("pk")))
            for one in self.desk.segments.order_by("uid")
        ]
        return segments, sorted(self.desk.marks.values_list("uid", "start", "end", "kind"))

    def act(self, verb, *asked, **more):
        before = self.state()
        if self.submitted:
            with pytest.raises(AssignmentSubmitted):
                verb(self.desk.coder, self.desk, *asked, **more)
            assert self.state() == before
            return
        try:
            verb(self.desk.coder, self.desk, *asked, **more)
        except Refusal:
            assert self.state() == before

    def segment(self, choice):
        own = list(self.desk.segments.order_by("start", "end"))
        return own[choice % len(own)] if own else None

    @rule(start=PLACES, end=PLACES, names=st.lists(NAMES, min_size=1, max_size=3))
    def code(self, start, end, names):
        self.act(rules.code_segment, start, end, None, [Naming(name=name) for name in names])

    @rule(choice=CHOICE, start=PLACES, end=PLACES)
    def move(self, choice, start, end):
        if one := self.segment(choice):
            self.act(rules.move_ends, one.uid, start, end)

    @rule(choice=CHOICE, at=PLACES)
    def split(self, choice, at):
        if one := self.segment(choice):
            self.act(rules.split_segment, one.uid, at)

    @rule(choice=CHOICE, other=CHOICE)
    def join(self, choice, other):
        if (one := self.segment(choice)) and (two := self.segment(other)):
            self.act(rules.join_segments, one.uid, two.uid)

    @rule(choice=CHOICE)
    def delete(self, choice):
        if one := self.segment(choice):
            self.act(rules.delete_segment, one.uid)

    @rule(choice=CHOICE, name=NAMES)
    def recode(self, choice, name):
        if one := self.segment(choice):
            self.act(rules.change_code, one.uid, one.codings.first().code.uid, Naming(name=name))

    @rule(choice=CHOICE)
    def take_off(self, choice):
        if one := self.segment(choice):
            self.act(rules.remove_code, one.uid, one.codings.last().code.uid)

    @rule(choice=CHOICE, doubt=st.booleans())
    def doubt(self, choice, doubt):
        if one := self.segment(choice):
            self.act(judging.say_uncertain, one.uid, doubt)

    @rule(choice=CHOICE, kind=KINDS)
    def judge(self, choice, kind):
        parts = paragraphs(self.text)
        self.act(judging.mark_paragraphs, {parts[choice % len(parts)].start: kind})

    @rule(hits=st.lists(st.tuples(PLACES, PLACES, st.none()), max_size=3), name=NAMES)
    def many(self, hits, name):
        self.act(rules.code_hits, hits, Naming(name=name))

    @rule()
    def undo(self):
        self.act(history.undo)

    @rule()
    def redo(self):
        self.act(history.redo)

    @precondition(lambda self: not self.submitted)
    @rule()
    def there_and_back(self):
        """Undo then redo is the identity; so is redo then undo."""
        for one, other in ((history.undo, history.redo), (history.redo, history.undo)):
            before = self.state()
            try:
                one(self.desk.coder, self.desk)
            except (NothingToUndo, NothingToRedo):
                continue
            other(self.desk.coder, self.desk)
            assert self.state() == before

    @precondition(lambda self: not self.submitted)
    @rule()
    def all_the_way_back(self):
        """Undo reaches the empty incident, and redo comes back to where it began."""
        before, steps = self.state(), 0
        while history.to_undo(self.desk):
            history.undo(self.desk.coder, self.desk)
            steps += 1
        assert self.state() == ([], [])
        for _ in range(steps):
            history.redo(self.desk.coder, self.desk)
        assert self.state() == before

    @precondition(lambda self: not self.submitted)
    @rule(hand_in=st.integers(0, 9))
    def submit(self, hand_in):
        if hand_in == 0:
            judging.submit(self.desk.coder, self.desk, Mark.Kind.NOTHING_HERE)
            self.submitted = True

    @invariant()
    def nothing_dangles(self):
        if not hasattr(self, "desk"):
            return
        for one in self.desk.segments.all():
            assert one.codings.exists()
            assert 0 <= one.start < one.end <= len(self.text)
            words = self.text[one.start : one.end]
            assert words == words.strip()
        assert set(Coding.objects.values_list("code", flat=True)) <= set(Code.objects.values_list("pk", flat=True))
        spans = list(self.desk.segments.values_list("start", "end"))
        for start, end in self.desk.marks.values_list("start", "end"):
            assert not any(first < end and last > start for first, last in spans)

    @invariant()
    def the_text_stands_once(self):
        if not hasattr(self, "desk"):
            return
        desk = Desk(self.desk, self.desk.coder)
        shown = "".join(re.findall(r'<p class="words"[^>]*>(.*?)</p>', "".join(desk.rendered(desk.highlights())), re.S))
        words = "".join(self.text[part.start : part.end] for part in desk.parts)
        assert html.unescape(re.sub(r"<[^>]*>", "", shown)) == words

    @invariant()
    def the_chain_of_events_holds(self):
        if not hasattr(self, "desk"):
            return
        previous = ""
        for event in Event.objects.stream(self.desk.stream):
            assert event.previous_hash == previous
            assert event.hash == sha256(canonical(hashed(event)))
            previous = event.hash


@pytest.mark.django_db
def test_whatever_a_coder_does_in_whatever_order():
    run_state_machine_as_test(
        Coder,
        settings=settings(
            max_examples=12, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck),
            derandomize=True, phases=[Phase.explicit, Phase.generate],  # shrinking takes minutes; the steps are printed
        ),
    )  # fmt: skip
