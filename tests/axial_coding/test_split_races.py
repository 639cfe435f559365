"""Two leads go through the segments of one split at once: no segment is lost or doubled, and the split is done once."""

import threading

import pytest
from django.db import connection, transaction

from coding.axial_coding.models import Split, SplitChoice
from coding.axial_coding.splitting import (
    SplitGone,
    begin_split,
    choose,
    drop_split,
    finish_split,
    split_code,
    take_choice_back,
    to_go_through,
    undo_act,
)
from coding.codes.checks import MovedOn, NotLiving
from coding.codes.models import Code
from coding.codes.rules import adopt, create_code, merge_codes
from coding.open_coding.models import ConsensusCoding
from coding.people.models import Event
from coding.rounds.models import Assignment, Round
from coding.rounds.rules import open_round
from tests.axial_coding.factory import code_named, coded
from tests.codes.test_rules import at_once, two_leads

NEW, KEPT, WHY = {"name": "broken promise"}, {"definition": "Said, though it was never true."}, "Two things."
QUOTES = ("A hotel", "the late fee", "It had not", "The guest", "nobody knew")


@pytest.fixture
def promise(project, lead, ada):
    """One code on five segments in each of two incidents."""
    with transaction.atomic():
        released = coded(project, [ada], {quote: ["false promise"] for quote in QUOTES})
    Assignment.objects.filter(round=released).update(state="submitted", submitted_at=released.released_at)
    return adopt(lead, code_named("false promise"))


def together(*acts):
    """Let each act run in a thread of its own, all from the same moment; give their errors."""
    errors, start = [], threading.Barrier(len(acts))

    def run(act):
        try:
            start.wait(10)
            act()
        except Exception as error:  # noqa: BLE001  handed to the test
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[act]) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert not any(thread.is_alive() for thread in threads)
    return errors


def chooses(lead, split, segments, goes):
    def act():
        for one in segments:
            choose(lead, Split.objects.get(pk=split.pk), one, goes(one))

    return act


@pytest.mark.django_db(transaction=True)
def test_who_go_from_both_ends_lose_and_double_no_segment(lead, promise):
    split, segments = begin_split(lead, promise, NEW, KEPT), list(to_go_through(lead, promise))
    assert len(segments) == 10
    goes = {one.pk: at % 2 == 0 for at, one in enumerate(segments)}
    errors = together(
        chooses(lead, split, segments, lambda one: goes[one.pk]),
        chooses(lead, split, segments[::-1], lambda one: goes[one.pk]),
    )
    assert errors == []
    assert sorted(split.picks.values_list("segment", "goes")) == sorted(goes.items())
    made = finish_split(lead, split, WHY)
    assert ConsensusCoding.objects.filter(code=made).count() == 5


@pytest.mark.django_db(transaction=True)
def test_who_choose_otherwise_for_one_segment_at_once_leave_one_choice(lead, promise):
    split, (one, *_) = begin_split(lead, promise, NEW, KEPT), to_go_through(lead, promise)
    errors = together(*(chooses(lead, split, [one], lambda _, goes=goes: goes) for goes in (True, False) * 3))
    assert errors == []
    assert split.picks.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_who_do_one_split_at_once_do_it_once(lead, promise):
    split = begin_split(lead, promise, NEW, KEPT)
    for at, one in enumerate(to_go_through(lead, promise)):
        choose(lead, split, one, at == 0)
    again = Split.objects.get()
    [error] = together(lambda: finish_split(lead, split, WHY), lambda: finish_split(lead, again, WHY))
    assert isinstance(error, SplitGone)
    assert Code.objects.filter(name="broken promise").count() == 1
    assert ConsensusCoding.objects.count() == 1
    assert not SplitChoice.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_two_who_take_choices_back_at_once_take_one_each(lead, promise):
    split, segments = begin_split(lead, promise, NEW, KEPT), list(to_go_through(lead, promise))
    for one in segments[:3]:
        choose(lead, split, one, True)
    assert together(lambda: take_choice_back(split), lambda: take_choice_back(split)) == []
    assert list(split.picks.values_list("segment", flat=True)) == [segments[0].pk]


def chosen_of(lead, promise):
    """A split with a choice for every segment, one of which goes."""
    split, segments = begin_split(lead, promise, NEW, KEPT), list(to_go_through(lead, promise))
    for one in segments:
        choose(lead, split, one, one == segments[0])
    return split, segments


@two_leads
@pytest.mark.django_db(transaction=True)
def test_a_choice_while_the_split_is_done_is_refused(lead, promise):
    split, segments = chosen_of(lead, promise)
    error = at_once(lambda: finish_split(lead, split, WHY), lambda: choose(lead, split, segments[1], True))
    assert isinstance(error, SplitGone)
    assert ConsensusCoding.objects.count() == 1


@two_leads
@pytest.mark.django_db(transaction=True)
def test_a_split_done_while_another_chooses_has_that_choice_too(lead, promise):
    split, segments = chosen_of(lead, promise)
    other = Split.objects.get()
    error = at_once(lambda: choose(lead, other, segments[1], True), lambda: finish_split(lead, split, WHY))
    assert error is None
    assert ConsensusCoding.objects.count() == 2


@two_leads
@pytest.mark.django_db(transaction=True)
def test_an_undo_waits_for_who_opens_the_proposed_round_and_is_refused(project, lead, promise):
    split, _ = chosen_of(lead, promise)
    finish_split(lead, split, WHY)
    drafted, done, errors = Round.objects.get(state="draft"), Event.objects.get(verb="split_code"), []

    def undoes():
        try:
            undo_act(lead, project, done, "One after all.")
        except MovedOn as refusal:
            errors.append(refusal)
        finally:
            connection.close()

    thread = threading.Thread(target=undoes)
    with transaction.atomic():
        Round.objects.select_for_update(no_key=True).get(pk=drafted.pk)  # as an opening does first
        thread.start()
        thread.join(0.5)
        assert thread.is_alive()
        open_round(lead, drafted)
    thread.join(10)
    assert [type(one) for one in errors] == [MovedOn]
    assert Round.objects.get(pk=drafted.pk).state == "open"


@two_leads
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("first", "refused"),
    [
        (lambda lead, split, going: drop_split(Split.objects.get()), SplitGone),
        (lambda lead, split, going: split_code(lead, split.code, {"name": "waived"}, {}, going, WHY), SplitGone),
        (lambda lead, split, going: merge_codes(lead, split.code, code_named("other code")), NotLiving),
    ],
    ids=["dropped", "split", "merged"],
)
def test_what_ends_a_split_a_second_before_refuses_the_choice_and_the_split(project, lead, promise, first, refused):
    create_code(lead, project, "other code")
    split, segments = chosen_of(lead, promise)
    error = at_once(lambda: first(lead, split, segments[:1]), lambda: choose(lead, split, segments[2], True))
    assert isinstance(error, refused)
    with pytest.raises(refused):
        finish_split(lead, split, WHY)
    assert not Code.objects.filter(name="broken promise").exists()
