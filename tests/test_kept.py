"""What a file's tests begin with stands for each of them as it was made, whatever the others did."""

import pytest
from django.db import connection

from coding.people.models import User
from tests import factory
from tests.kept import Levels, kept

pytestmark = pytest.mark.django_db
MADE = []


@kept
def ann():
    MADE.append("ann")
    return factory.user("ann")


@kept
def renamed(ann):
    ann.name = "Anna"
    ann.save()
    return ann


@pytest.mark.parametrize("time", range(3))
def test_each_test_finds_it_as_it_was_made_once(ann, time):
    assert (ann.name, User.objects.get().name, MADE) == ("Ann", "Ann", ["ann"])
    ann.name = "changed"
    ann.save()


def test_one_upon_another_changes_neither_its_row_nor_its_object_for_others(renamed):
    assert (renamed.name, User.objects.get().name, MADE) == ("Anna", "Anna", ["ann"])


def test_it_is_taken_back_before_it_is_given_without_the_other(ann):
    assert (ann.name, User.objects.get().name, MADE) == ("Ann", "Ann", ["ann"])


def test_two_that_are_one_are_one_object(ann, renamed):
    assert ann is renamed


def test_who_asks_for_nothing_finds_nothing():
    assert not User.objects.exists()
    assert Levels.levels == []


@pytest.mark.django_db(transaction=True)
def test_who_commits_makes_it_anew(ann):
    assert not connection.in_atomic_block
    assert (User.objects.get().name, MADE) == ("Ann", ["ann", "ann"])
