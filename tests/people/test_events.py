"""Events: append-only, chained, and once for each key."""

import threading
from datetime import timedelta

import pytest
from django.db import DatabaseError, IntegrityError, connection, connections, transaction
from django.utils import timezone

from coding.lib.canonical import canonical, sha256
from coding.people.models import Event, Project
from coding.people.rules import Key, KeyReused, answered, create_project, describe_project, hashed, record
from tests import factory

CHANGED = {
    "id": 10_000, "uid": "6e5b7f64-32b3-4b5f-9d3e-6f9b0f3f8a11", "stream": "x", "position": 99, "verb": "x",
    "target": "x", "before": "x", "after": "x", "reason": "x", "at": timezone.now(), "key": "x", "body_sha256": "x",
    "answer": "x", "previous_hash": "x", "hash": "x",
}  # fmt: skip


@pytest.mark.parametrize("column", sorted(CHANGED))
def test_no_column_of_an_event_can_be_changed(project, column):
    with pytest.raises(DatabaseError, match="never change"), transaction.atomic():
        Event.objects.update(**{column: CHANGED[column]})


@pytest.mark.parametrize("column", ["project", "actor", "undoes"])
def test_no_relation_of_an_event_can_be_changed(project, stranger, column):
    other = {"project": create_project(stranger, "Other"), "actor": stranger, "undoes": Event.objects.last()}[column]
    with pytest.raises(DatabaseError, match="never change"), transaction.atomic():
        Event.objects.filter(project=project).update(**{column: other})


def test_every_column_but_the_release_is_covered():
    told = {field.name for field in Event._meta.concrete_fields}
    assert told == {*CHANGED, "project", "actor", "undoes", "released_at"}


def test_the_release_of_an_event_can_be_written(project):
    Event.objects.update(released_at=None)
    Event.objects.update(released_at=timezone.now())


def chain_holds(stream):
    previous = ""
    for position, event in enumerate(Event.objects.stream(stream).select_related("actor", "undoes"), 1):
        if (event.position, event.previous_hash) != (position, previous):
            return False
        if event.hash != sha256(canonical(hashed(event))):
            return False
        previous = event.hash
    return True


def test_events_of_a_stream_are_chained_from_the_first(project, lead):
    for name in ("A", "B", "C"):
        describe_project(lead, project, name=name)
    assert Event.objects.stream(project.ref()).count() >= 4
    assert chain_holds(project.ref())


def test_the_chain_holds_whatever_the_clocks_zone(project, lead):
    east = timezone.get_fixed_timezone(540)
    record(project, lead, "look", project, at=timezone.now().astimezone(east) + timedelta(seconds=1))
    assert chain_holds(project.ref())


def test_an_event_that_was_forged_breaks_the_chain(project, lead):
    describe_project(lead, project, name="A")
    last = Event.objects.stream(project.ref()).last()
    describe_project(lead, project, name="B")
    Event.objects.filter(pk=last.pk).delete()
    assert not chain_holds(project.ref())


def test_streams_do_not_know_of_each_other(project, lead):
    record(project, lead, "look", project, stream="assignment:1")
    record(project, lead, "look", project, stream="assignment:2")
    assert [(event.position, event.previous_hash) for event in Event.objects.filter(verb="look")] == [(1, "")] * 2


def test_a_failed_verb_writes_no_event(project, lead):
    with pytest.raises(IntegrityError):
        describe_project(lead, project, slug=None)
    assert not Event.objects.filter(verb="describe_project").exists()


def test_the_same_key_finds_what_was_answered(project, lead):
    key = Key("k1", sha256("body"))
    assert answered(lead, key) is None
    event = record(project, lead, "look", project, key=key, answer="{}")
    assert answered(lead, key) == event


def test_the_same_key_for_another_body_is_refused(project, lead):
    record(project, lead, "look", project, key=Key("k1", sha256("body")))
    with pytest.raises(KeyReused) as refused:
        answered(lead, Key("k1", sha256("other")))
    assert refused.value.status == 422


def test_keys_are_each_actors_own(project, lead, ada):
    record(project, lead, "look", project, key=Key("k1", sha256("body")))
    assert answered(ada, Key("k1", sha256("other"))) is None
    record(project, ada, "look", project, key=Key("k1", sha256("other")))


def test_the_database_takes_a_key_once(project, lead):
    record(project, lead, "look", project, key=Key("k1", ""))
    with pytest.raises(KeyReused), transaction.atomic():
        record(project, lead, "look", project, key=Key("k1", ""))
    assert Event.objects.filter(key="k1").count() == 1


def test_events_without_a_key_never_collide(project, lead):
    assert answered(lead, None) is None
    record(project, lead, "look", project)
    record(project, lead, "look", project)


def test_a_private_event_is_its_actors_alone(project, lead, ada, bo):
    record(project, ada, "look", project, private=True)
    seen = {person: Event.objects.visible_to(person).filter(verb="look").count() for person in (lead, ada, bo)}
    assert seen == {lead: 0, ada: 1, bo: 0}


def test_who_left_reads_no_event_not_even_their_own(project, lead, ada):
    record(project, ada, "look", project)
    project.memberships.filter(user=ada).delete()
    assert not Event.objects.visible_to(ada).exists()


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer at a time")
@pytest.mark.django_db(transaction=True)
def test_two_people_who_act_at_once_get_two_positions():
    lead = factory.user("lead")
    project = create_project(lead, "Reports")
    together, failed = threading.Barrier(2), []

    def act(name):
        try:
            together.wait()
            for number in range(10):
                with transaction.atomic():
                    record(Project.objects.get(pk=project.pk), lead, "look", f"{name}:{number}")
        except DatabaseError as fault:
            failed.append(fault)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=act, args=(name,)) for name in "ab"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    assert list(Event.objects.stream(project.ref()).values_list("position", flat=True)) == list(range(1, 22))
    assert chain_holds(project.ref())
