"""What an edition freezes, and that it never changes."""

import uuid
from datetime import UTC, datetime, timedelta

import pytest
from django.db import DatabaseError, transaction

from coding.codes import rules
from coding.codes.content import Frozen, content_of, in_reading_order, reading_of
from coding.codes.models import Code, Edition
from coding.lib import clock, ids
from coding.lib.canonical import sha256
from coding.people.models import Event
from tests import factory
from tests.axial_coding.factory import many_codes

# The state that `worded` makes, frozen: the same on SQLite and PostgreSQL. It changes only with what an edition holds.
SHA256 = "ff2c57166fe09feba78274d0ec2a48bca263731a49b09d28e001cad55cf1bac1"


@pytest.fixture
def counted(monkeypatch):
    """Ids and times come in sequence, so that two databases make the same rows."""
    numbers = iter(range(1, 10_000))
    monkeypatch.setattr(ids, "source", lambda: uuid.UUID(int=next(numbers) << 64 | 4 << 76 | 2 << 62))
    start = datetime(2026, 3, 1, tzinfo=UTC)
    monkeypatch.setattr(clock, "source", lambda: start + timedelta(seconds=next(numbers)))


def worded(lead):
    """A small project whose names sort differently by locale: capitals, umlauts, signs, two scripts."""
    project = factory.project(lead, scale="empty")
    trust = rules.create_category(
        lead, project, "Trust", properties=[{"name": "ground", "from": "form", "to": "habit"}]
    )
    repair = rules.create_category(lead, project, "repair", definition="Afterwards.")
    codes = [
        rules.create_code(lead, project, name) for name in ("zebra", "Äpfel", "apple", "a-b", "ab", "Ωmega", "信頼")
    ]
    rules.place(lead, codes[0], trust)
    rules.merge_codes(lead, codes[3], codes[4])
    rules.relate(lead, trust, "consequence", repair, "It costs.")
    rules.relate(lead, trust, "context", codes[2])
    rules.choose_core(lead, trust)
    rules.tell(lead, project, "How it hangs together.", 0)
    return project


def test_one_state_has_one_hash_on_both_databases(lead, counted):
    edition = rules.freeze(lead, worded(lead))
    assert [row["name"] for row in Frozen.of(edition).content["codes"]] == [
        "ab",
        "apple",
        "zebra",
        "Äpfel",
        "Ωmega",
        "信頼",
    ]
    assert (edition.sha256, edition.sha256) == (SHA256, sha256(edition.content))


def test_an_unchanged_state_gives_the_same_edition(project, lead):
    rules.create_code(lead, project, "alpha")
    first = rules.freeze(lead, project, "First.")
    assert rules.freeze(lead, project, "Again.") == first
    assert rules.is_frozen(project)
    rules.create_code(lead, project, "beta")
    assert not rules.is_frozen(project)
    assert rules.freeze(lead, project).number == 2
    assert Event.objects.filter(verb="freeze_edition").count() == 2


@pytest.mark.parametrize("field", ["content", "sha256", "number", "note"])
def test_an_edition_never_changes(project, lead, field):
    edition = rules.freeze(lead, project)
    with pytest.raises(DatabaseError, match="never change"), transaction.atomic():
        Edition.objects.filter(pk=edition.pk).update(**{field: 7 if field == "number" else "other"})


def test_only_adopted_and_living_words_are_frozen(project, lead, ada):
    kept = rules.create_code(lead, project, "kept")
    rules.coin(project, ada, "private")
    many_codes(project, ada, 1)
    rules.retire(lead, rules.create_code(lead, project, "retired"), "Never used.")
    rules.merge_codes(lead, rules.create_code(lead, project, "merged"), kept)
    assert [row["name"] for row in content_of(project)["codes"]] == ["kept"]


def test_nothing_in_an_edition_points_outside_of_it(project, lead):
    """Retiring a word rests its relations and mappings; none is left dangling."""
    trust, repair = (rules.create_category(lead, project, name) for name in ("Trust", "Repair"))
    code = rules.create_code(lead, project, "alpha")
    rules.relate(lead, trust, "consequence", repair)
    rules.relate(lead, trust, "context", code)
    rules.map_category(lead, repair, project.scales.get(), None, "Nothing like it in the scale.")
    rules.place(lead, code, repair)
    rules.retire(lead, repair, "Two in one.")
    rules.retire(lead, code, "Never used.")
    content = content_of(project)
    assert (content["relations"], content["mappings"], content["codes"]) == ([], [], [])


def test_a_relation_adopts_the_code_that_fills_its_slot(project, lead, ada):
    trust = rules.create_category(lead, project, "Trust")
    (code,) = many_codes(project, ada, 1)
    rules.relate(lead, trust, "context", code)
    content = content_of(project)
    assert content["relations"][0]["filler"] == f"code:{content['codes'][0]['uid']}"


def test_a_reading_nests_layers_categories_and_codes(project, lead):
    trust = rules.create_category(lead, project, "Trust")
    scale = project.scales.get()
    seventh = scale.layers.get(position=2).categories.get(number=7)
    rules.map_category(lead, trust, scale, seventh, "They believe it.")
    rules.place(lead, rules.create_code(lead, project, "alpha"), trust)
    rules.create_code(lead, project, "beta")
    reading = reading_of(Frozen.of(rules.freeze(lead, project)))
    mapped = [row["mapped"] for layer in reading["scales"][0]["layers"] for row in layer["categories"]]
    assert [row["name"] for row in mapped[6]] == ["Trust"]
    assert [code["name"] for code in reading["categories"][0]["codes"]] == ["alpha"]
    assert [code["name"] for code in reading["unsorted"]] == ["beta"]


def test_mappings_and_relations_are_read_where_their_categories_stand():
    """By public id, as an edition keeps them, is the order of no reader; what a slot names may be retired since."""
    relations = [
        {"uid": "r1", "phenomenon": "k1", "role": "consequence", "filler": "category:k9"},
        {"uid": "r2", "phenomenon": "k1", "role": "consequence", "filler": "code:c0"},
        {"uid": "r3", "phenomenon": "k1", "role": "consequence", "filler": "code:gone"},
        {"uid": "r4", "phenomenon": "k9", "role": "action", "filler": "code:c0"},
        {"uid": "r5", "phenomenon": "k9", "role": "causal_condition", "filler": "category:k1"},
    ]
    read = in_reading_order({
        "categories": [{"uid": "k9"}, {"uid": "k1"}], "codes": [{"uid": "c0"}], "scales": [{"uid": "s2"}, {"uid": "s1"}],
        "mappings": [{"category": category, "scale": scale} for category in ("k1", "k9") for scale in ("s1", "s2")],
        "relations": relations,
    })  # fmt: skip
    assert [(row["category"], row["scale"]) for row in read["mappings"]] == [
        ("k9", "s2"), ("k9", "s1"), ("k1", "s2"), ("k1", "s1"),
    ]  # fmt: skip
    assert [row["uid"] for row in read["relations"]] == ["r5", "r4", "r1", "r2", "r3"]


def test_freezing_costs_the_same_for_few_and_many_codes(project, lead, django_assert_num_queries):
    many_codes(project, lead, 3, adopted_at=clock.now())
    with django_assert_num_queries(10) as few:
        content_of(project)
    rows = many_codes_more(project, lead)
    with django_assert_num_queries(len(few)):
        assert len(content_of(project)["codes"]) == 3 + len(rows)


def many_codes_more(project, lead):
    rows = [Code(project=project, coined_by=lead, released_at=clock.now(), adopted_at=clock.now()) for _ in range(60)]
    for number, row in enumerate(rows):
        row.call(f"more {number}")
    return Code.objects.bulk_create(rows)
