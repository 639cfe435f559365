"""Texts stand in the same order on SQLite and PostgreSQL: by code point."""

from coding.lib.collation import ByCodePoint, in_order
from coding.people.models import User
from tests import factory

NAMES = [
    "a",
    "B",
    "b",
    "A",
    "ä",
    "z",
    "Z",
    "_",
    "-",
    "10",
    "9",
    "é",
    "ß",
    "я",
    "Я",
    "中",
    "😀",
    "\ufb33",
    "a b",
    "ab",
    "a-b",
    " a",
]


def people():
    for number, name in enumerate(NAMES):
        person = factory.user(f"p{number}")
        User.objects.filter(pk=person.pk).update(name=name)
    return User.objects.all()


def test_names_stand_by_code_point(db):
    assert list(people().order_by(in_order("name")).values_list("name", flat=True)) == sorted(NAMES)


def test_and_backwards(db):
    assert list(people().order_by(in_order("name").desc()).values_list("name", flat=True)) == sorted(
        NAMES, reverse=True
    )


def test_across_a_relation(project, ada, bo):
    User.objects.filter(pk=ada.pk).update(name="a")
    User.objects.filter(pk=bo.pk).update(name="B")
    names = project.memberships.order_by(in_order("user__name")).values_list("user__name", flat=True)
    assert list(names) == ["B", "Lead", "a"]


def test_in_a_comparison(db):
    people()
    assert User.objects.annotate(by=ByCodePoint("name")).filter(by__gt="z").count() == sum(name > "z" for name in NAMES)
