"""A prepared query asks exactly what its queryset asks, with the values of the call."""

import gc
import threading
import weakref
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, connections, transaction
from django.db.models import DateTimeField

from coding.lib import clock, ids
from coding.lib.prepared import FEW, Prepared, Slot, insert, number, public_id, text
from coding.open_coding.models import Segment
from coding.people.models import Event, Membership, User
from coding.rounds.models import Assignment, Round
from coding.rounds.rules import locking
from tests import factory


@pytest.fixture
def work(project, ada, bo):
    factory.incidents(project, 2)
    rated = factory.round_of(project, [ada, bo], Round.Stage.OPEN)
    return factory.assignment(rated, ada)


def test_each_call_has_its_own_values(ada, bo):
    asked = Prepared(lambda: User.objects.filter(pk=number("pk")))
    assert [asked(pk=person.pk) for person in (ada, bo, ada)] == [[ada], [bo], [ada]]
    assert asked(pk=0) == []


def test_public_ids_texts_and_times_are_given_as_the_database_takes_them(ada):
    by_uid = Prepared(lambda: User.objects.filter(uid=public_id("uid")).values_list("uid", flat=True))
    assert by_uid(uid=ada.uid) == by_uid(uid=str(ada.uid)) == [ada.uid]
    assert by_uid(uid=ids.new_uid()) == []
    by_email = Prepared(lambda: User.objects.filter(email=text("email")))
    assert by_email(email=ada.email) == [ada]
    assert by_email(email="' OR 1=1 --%s") == []
    since = Prepared(lambda: Event.objects.filter(at__gt=Slot("at", DateTimeField())).values_list("pk", flat=True))
    now = clock.now()
    assert set(since(at=now - timedelta(days=1))) == set(Event.objects.values_list("pk", flat=True))
    assert since(at=now + timedelta(days=1)) == []


def test_what_a_queryset_refuses_stays_refused(project, work, bo):
    own = Prepared(lambda: Assignment.objects.own_of(number("user")).filter(uid=public_id("uid")))
    assert own(user=work.coder.pk, uid=work.uid) == [work]
    assert own(user=bo.pk, uid=work.uid) == []
    Membership.objects.filter(user=work.coder).delete()
    assert own(user=work.coder.pk, uid=work.uid) == []


def test_what_is_read_along_needs_no_other_query(work, django_assert_num_queries):
    with transaction.atomic():
        found = locking("round__edition", "incident")(pk=work.pk)[0]
    with django_assert_num_queries(0):
        assert found.round.edition.number == 1
        assert found.incident.title == "Report 1"
        assert found.round.project.slug
    assert found.coder_may_code is True


def test_rows_are_read_anew_each_time(ada):
    asked = Prepared(lambda: User.objects.filter(pk=number("pk")))
    first = asked(pk=ada.pk)[0]
    User.objects.filter(pk=ada.pk).update(name="Augusta")
    assert (first.name, asked(pk=ada.pk)[0].name) == ("Ada", "Augusta")


@pytest.mark.django_db(transaction=True)
def test_two_threads_do_not_mix_their_values():
    asked = Prepared(lambda: User.objects.filter(pk=number("pk")).values_list("pk", flat=True))
    wrong, held, people = [], [], [factory.user(f"p{number}").pk for number in range(2)]

    def ask(pk):
        wrong.extend(found for found in (asked(pk=pk) for _ in range(200)) if found != [pk])
        held.append(weakref.ref(connections["default"].prepared[asked]))
        connection.close()

    threads = [threading.Thread(target=ask, args=[pk]) for pk in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
    gc.collect()
    assert [kept() for kept in held] == [None, None]  # their connections are gone, and so are their texts


@pytest.mark.skipif(
    not connection.features.has_select_for_update, reason="SQLite locks the whole file; needs PostgreSQL."
)
@pytest.mark.django_db(transaction=True)
def test_a_prepared_lock_outside_a_transaction_is_refused_each_time():
    with transaction.atomic():
        assert locking("round__scale")(pk=0) == []
    for _ in range(2):
        with pytest.raises(transaction.TransactionManagementError):
            locking("round__scale")(pk=0)


@pytest.mark.parametrize("count", [0, 1, FEW, FEW + 1])
def test_what_is_inserted_is_what_the_rows_say(work, count):
    rows = [Segment(assignment=work, start=at, end=at + 5, is_uncertain=at == 1) for at in range(count)]
    insert(rows)
    assert [row.pk for row in Segment.objects.order_by("start")] == [row.pk for row in rows]
    said = Segment.objects.order_by("start").values_list("uid", "assignment", "start", "end", "is_uncertain")
    assert list(said) == [(row.uid, work.pk, row.start, row.end, row.is_uncertain) for row in rows]
    for row in rows:
        row.end += 1
        row.save(update_fields=["end"])  # an update: the row knows that it is stored


def test_an_inserted_row_bears_its_own_values_only(work):
    for start in (3, 9):
        insert([Segment(assignment=work, start=start, end=start + 2)])
    assert list(Segment.objects.order_by("start").values_list("start", "end")) == [(3, 5), (9, 11)]


def test_an_insertion_that_the_database_refuses_leaves_nothing(work):
    with pytest.raises(IntegrityError), transaction.atomic():
        insert([Segment(assignment=work, start=1, end=5), Segment(assignment=work, start=5, end=5)])
    assert not Segment.objects.exists()
