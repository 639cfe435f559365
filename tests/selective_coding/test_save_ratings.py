"""A rating is written whole, by its coder, while its round is open; a retry has one effect."""

import threading
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction

from coding.codes.models import ScaleCategory
from coding.codes.rules import MovedOn, add_scale
from coding.codes.scales import shipped
from coding.lib.refusals import BadInput
from coding.people.models import Event
from coding.people.rules import Key, KeyReused
from coding.rounds.models import Assignment, Round
from coding.rounds.rules import RoundNotOpen, reopen
from coding.rounds.writing import AssignmentSubmitted, NotYours
from coding.selective_coding import rules
from coding.selective_coding.models import Rating
from coding.selective_coding.rules import Choice, Reading, reading_of
from tests import factory
from tests.kept import kept
from tests.selective_coding.factory import categories, save, uid

# 2 of them the savepoint, one for the evidence of what stood; deleting rows takes their evidence along; where rows are locked, the round is read after the wait
SAVE_COST = 12 + connection.features.has_select_for_update


@kept
def rated(project, ada, bo):
    factory.incidents(project, 2)
    return factory.round_of(project, [ada, bo], Round.Stage.RATING)


@kept
def work(rated, ada):
    return factory.assignment(rated, ada)


def stored(work):
    rows = work.ratings.order_by("scale_category__number")
    return [(row.scale_category.number, row.is_primary) for row in rows]


def test_a_rating_is_written_whole(work):
    save(work, 7, 6, confidence="high", note="Both.")
    assert stored(work) == [(6, False), (7, True)]
    assert set(work.ratings.values_list("confidence", "note")) == {("high", "Both.")}
    work.refresh_from_db()
    assert work.state == Assignment.State.IN_PROGRESS


def test_a_later_save_replaces_an_earlier_one(work):
    save(work, 7, 6)
    save(work, 6, 1, confidence="low")
    assert stored(work) == [(1, False), (6, True)]


def test_a_rating_in_progress_may_be_incomplete(work):
    save(work, 7, 6, primary=0)
    assert stored(work) == [(6, False), (7, False)]


def test_none_applies_is_a_judgement_without_rows(work):
    save(work, 7)
    save(work, none=True)
    work.refresh_from_db()
    assert work.none_applies
    assert stored(work) == []


def test_confidence_and_note_stand_also_where_none_applies(work):
    save(work, none=True, confidence="low", note="Close to 9.")
    work.refresh_from_db()
    assert reading_of(work) == Reading(none_applies=True, confidence="low", note="Close to 9.")


def test_a_category_named_twice_counts_once(work):
    save(work, 7, 7)
    assert stored(work) == [(7, True)]


def test_line_ends_of_a_note_are_line_feeds(work):
    save(work, 7, note="one\r\ntwo")
    assert reading_of(work).note == "one\ntwo"


def test_a_save_is_one_private_event_with_both_states(work):
    save(work, 7)
    save(work, 6)
    event = Event.objects.stream(work.stream).last()
    assert (event.verb, event.released_at) == ("rate", None)
    assert str(uid(work.round.project, 7)) in event.before
    assert str(uid(work.round.project, 6)) in event.after


def test_a_save_without_change_leaves_no_event(work):
    save(work, 7)
    save(work, 7)
    assert Event.objects.stream(work.stream).count() == 1


def test_a_retry_with_the_same_key_has_one_effect(work):
    key = Key("k1", "a" * 64)
    first = save(work, 7, key=key)
    save(work, 6)
    again = save(work, 7, key=key)
    assert again == first
    assert stored(work) == [(6, True)]
    assert Event.objects.stream(work.stream).count() == 2


def test_the_same_key_with_another_body_is_refused(work):
    save(work, 7, key=Key("k1", "a" * 64))
    with pytest.raises(KeyReused):
        save(work, 6, key=Key("k1", "b" * 64))


def test_a_stale_page_does_not_overwrite_what_another_tab_saved(work):
    seen = reading_of(work).version
    save(work, 7, version=seen)
    with pytest.raises(MovedOn):
        save(work, 6, version=seen)
    assert stored(work) == [(7, True)]


def test_the_version_depends_on_what_stands_not_on_how_it_came(work):
    one = save(work, 7, 6)
    save(work, 6)
    assert save(work, 6, 7, primary=7).version == one.version


def test_others_work_is_refused(work, bo):
    with pytest.raises(NotYours):
        save(work, 7, coder=bo)


def test_another_stage_is_refused(project, ada):
    factory.incidents(project, 1)
    opened = factory.round_of(project, [ada], Round.Stage.OPEN)
    with pytest.raises(BadInput, match="another stage"):
        save(factory.assignment(opened, ada), 7)


def test_submitted_work_is_refused(work):
    save(work, 7)
    rules.submit(work.coder, work)
    with pytest.raises(AssignmentSubmitted):
        save(work, 6)


def test_reopened_work_can_change(work, lead):
    save(work, 7)
    rules.submit(work.coder, work)
    reopen(lead, work, "A slip.")
    save(work, 6)
    assert stored(work) == [(6, True)]


def test_a_closed_round_is_refused(work, rated):
    Round.objects.filter(pk=rated.pk).update(state=Round.State.RELEASED, released_at=rated.opened_at)
    with pytest.raises(RoundNotOpen):
        save(work, 7)


def test_an_unknown_category_is_refused(work):
    with pytest.raises(BadInput, match="no such category"):
        rules.save_ratings(work.coder, work, [Choice(uuid4())], None, False)


def test_a_category_of_another_scale_is_refused(work, project, lead):
    other = add_scale(lead, project, {**shipped("gvs"), "name": "A second scale"})
    row = ScaleCategory.objects.filter(layer__scale=other).first()
    with pytest.raises(BadInput, match="no such category"):
        rules.save_ratings(work.coder, work, [Choice(row.uid)], None, False)


def test_a_category_that_is_not_in_the_rounds_edition_is_refused(work, project):
    layer = project.scales.get().layers.last()
    late = ScaleCategory.objects.create(layer=layer, position=9, number=13, name="Added later")
    with pytest.raises(BadInput, match="no such category"):
        rules.save_ratings(work.coder, work, [Choice(late.uid)], None, False)


def test_none_beside_a_category_is_refused(work):
    with pytest.raises(BadInput, match="None applies"):
        save(work, 7, none=True)
    assert stored(work) == []


def test_a_primary_that_is_not_chosen_is_refused(work):
    with pytest.raises(BadInput, match="primary category"):
        save(work, 7, primary=6)


def test_a_stance_is_refused_on_a_presence_scale(work, project):
    with pytest.raises(BadInput, match="stance"):
        rules.save_ratings(work.coder, work, [Choice(uid(project, 7), 1)], None, False)


def test_an_unknown_confidence_is_refused(work):
    with pytest.raises(BadInput, match="Confidence"):
        save(work, 7, confidence="certain")


@pytest.mark.parametrize(("note", "why"), [("x" * 20_001, "longer"), ("a\x00b", "NUL"), ("a\x0cb", "form feed")])
def test_a_note_that_no_text_may_hold_is_refused(work, note, why):
    with pytest.raises(BadInput, match=why):
        save(work, 7, note=note)
    assert stored(work) == []


def test_a_note_at_the_limit_is_taken(work):
    save(work, 7, note="x" * 20_000)
    assert len(reading_of(work).note) == 20_000


def test_the_database_holds_one_primary_at_most(work):
    save(work, 7, 6)
    with pytest.raises(IntegrityError), transaction.atomic():
        Rating.objects.filter(assignment=work).update(is_primary=True)


def test_the_cost_of_a_save_does_not_grow_with_the_choice(work, project, django_assert_num_queries):
    choices = [Choice(row.uid) for row in categories(project).values()]
    rules.save_ratings(work.coder, work, choices[:1], None, False)
    with django_assert_num_queries(SAVE_COST):
        rules.save_ratings(work.coder, work, choices[1:3], choices[1].scale_category, False)
    with django_assert_num_queries(SAVE_COST):
        rules.save_ratings(work.coder, work, choices[3:], choices[3].scale_category, False)


@transaction.atomic
def committed_work():
    project = factory.project()
    ada = factory.member(project, "ada")
    factory.incidents(project, 1)
    return factory.assignment(factory.round_of(project, [ada], Round.Stage.RATING), ada)


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer at a time; needs PostgreSQL.")
@pytest.mark.django_db(transaction=True)
def test_a_save_that_waited_for_a_submission_is_refused():
    work = committed_work()
    save(work, 7)
    refused = []

    def late():
        try:
            save(work, 6)
        except AssignmentSubmitted:
            refused.append(True)
        finally:
            connection.close()

    with transaction.atomic():
        rules.submit(work.coder, work)
        thread = threading.Thread(target=late)
        thread.start()
        thread.join(0.5)
        assert thread.is_alive()  # it waits for the row
    thread.join(10)
    assert refused == [True]
    assert stored(work) == [(7, True)]


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer at a time; needs PostgreSQL.")
@pytest.mark.django_db(transaction=True)
def test_a_retry_at_the_same_moment_has_one_effect():
    work = committed_work()
    faults = []

    def once():
        try:
            save(work, 7, key=Key("k1", "a" * 64))
        except Exception as fault:  # noqa: BLE001  whatever happens in the thread is the test's finding
            faults.append(fault)
        finally:
            connection.close()

    threads = [threading.Thread(target=once) for _ in range(2)]
    with transaction.atomic():
        Assignment.objects.select_for_update().get(pk=work.pk)  # both come while it is held
        [thread.start() for thread in threads]
        threads[0].join(0.7)
    [thread.join(10) for thread in threads]
    assert faults == []
    assert Event.objects.stream(work.stream).count() == 1
