"""A living scale is reworded, added to and reordered; what was frozen or rated stays as it was."""

import json

import pytest

from coding.codes import scale_edits
from coding.codes.checks import MovedOn, NameTaken, NotLiving
from coding.codes.models import Layer, ScaleCategory
from coding.codes.rules import freeze
from coding.codes.scale_undo import bring_back, undo_last_of
from coding.lib.refusals import BadInput
from coding.people.models import Event
from tests.kept import kept


@kept
def scale(project):
    return project.scales.get()


@kept
def seventh(scale):
    return ScaleCategory.objects.get(layer__scale=scale, number=7)


def order(scale):
    rows = ScaleCategory.objects.filter(layer__scale=scale).order_by("layer__position", "position")
    return list(rows.values_list("number", flat=True))


def test_a_category_is_reworded_with_its_reason(lead, seventh):
    assert scale_edits.reword(lead, seventh, {"name": "Falsehoods", "use_when": "It is wrong."}, "Shorter.")
    seventh.refresh_from_db()
    assert (seventh.name, seventh.use_when, bool(seventh.definition)) == ("Falsehoods", "It is wrong.", True)
    event = Event.objects.get(verb="reword_scalecategory")
    assert (event.actor, event.reason, json.loads(event.after)["name"]) == (lead, "Shorter.", "Falsehoods")
    assert json.loads(event.before)["name"] == "Misinformation and Factual Hallucinations"


def test_an_edition_keeps_the_words_it_froze_and_the_next_has_the_new(lead, project, seventh):
    old = freeze(lead, project, "")
    sealed = old.content
    scale_edits.reword(lead, seventh, {"name": "Falsehoods"}, "Shorter.")
    scale_edits.move(lead, seventh, -1)
    new = freeze(lead, project, "")
    old.refresh_from_db()
    assert (old.content, "Falsehoods" in old.content) == (sealed, False)
    rows = {row["number"]: row["name"] for layer in json.loads(new.content)["scales"][0]["layers"]
            for row in layer["categories"]}  # fmt: skip
    assert (rows[7], list(rows)[4:7]) == ("Falsehoods", [5, 7, 6])


def test_the_same_words_again_leave_no_event(lead, seventh):
    assert not scale_edits.reword(lead, seventh, {"name": seventh.name}, "")
    assert not Event.objects.filter(verb="reword_scalecategory").exists()


@pytest.mark.parametrize("verb", [scale_edits.move, scale_edits.reword, scale_edits.add_category, bring_back])
def test_a_part_that_was_taken_back_while_a_lead_waited_is_refused(lead, scale, verb):
    added = scale_edits.add_layer(lead, scale, {"name": "Fresh"}, "One is missing.")
    undo_last_of(lead, Layer.objects.get(pk=added.pk), "Not after all.")
    more = {"move": [-1], "bring_back": ["Why not."]}.get(verb.__name__, [{"name": "Fresher"}, "Clearer."])
    with pytest.raises(NotLiving, match="was taken back meanwhile"):
        verb(lead, added, *more)


def test_a_page_that_is_stale_is_refused(lead, seventh):
    seen = scale_edits.version_of(seventh)
    scale_edits.reword(lead, seventh, {"name": "Falsehoods"}, "Shorter.")
    with pytest.raises(MovedOn):
        scale_edits.reword(lead, seventh, {"name": "Untruths"}, "Older.", seen)
    seventh.refresh_from_db()
    assert seventh.name == "Falsehoods"


@pytest.mark.parametrize("name", ["life SAFETY and physical harm", "Life  Safety and Physical Harm"])
def test_a_name_of_another_category_is_refused(lead, seventh, name):
    with pytest.raises(NameTaken):
        scale_edits.reword(lead, seventh, {"name": name}, "Why not.")


@pytest.mark.parametrize(("wording", "reason"), [
    ({"name": ""}, "x"), ({"name": "x" * 201}, "x"), ({"name": "a\x00b"}, "x"), ({"definition": "x" * 20_001}, "x"),
    ({"name": "Falsehoods"}, ""), ({"name": "Falsehoods"}, "  "),
])  # fmt: skip
def test_words_that_can_not_stand_are_refused(lead, seventh, wording, reason):
    with pytest.raises(BadInput):
        scale_edits.reword(lead, seventh, wording, reason)
    seventh.refresh_from_db()
    assert seventh.name == "Misinformation and Factual Hallucinations"


def test_a_category_that_is_added_has_a_number_of_its_own(lead, scale, seventh):
    added = scale_edits.add_category(lead, seventh.layer, {"name": "Waste"}, "Energy came up.")
    assert (added.number, added.position) == (13, 7)
    assert order(scale) == [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 13, 11, 12]


def test_a_layer_is_added_at_the_end_and_takes_categories(lead, scale):
    layer = scale_edits.add_layer(lead, scale, {"name": "Environment", "definition": "What it costs."}, "Came up.")
    assert layer.position == 4
    assert scale_edits.add_category(lead, layer, {"name": "Waste"}, "Came up.").number == 13
    with pytest.raises(NameTaken):
        scale_edits.add_layer(lead, scale, {"name": "environment"}, "Again.")


def test_a_full_scale_takes_no_more(lead, scale, seventh, monkeypatch):
    monkeypatch.setattr(scale_edits, "MOST_CATEGORIES", 13)
    scale_edits.add_category(lead, seventh.layer, {"name": "One more"}, "x")
    with pytest.raises(BadInput, match="at most 13"):
        scale_edits.add_category(lead, seventh.layer, {"name": "Too many"}, "x")


def test_moving_changes_places_with_the_neighbour_and_back(lead, scale, seventh):
    scale_edits.move(lead, seventh, 1)
    assert order(scale) == [1, 2, 3, 4, 5, 6, 8, 7, 9, 10, 11, 12]
    scale_edits.move(lead, seventh, -1)
    assert order(scale) == list(range(1, 13))


def test_a_layer_takes_its_categories_along(lead, scale):
    scale_edits.move(lead, scale.layers.get(position=1), 1)
    assert order(scale) == [5, 6, 7, 8, 9, 10, 1, 2, 3, 4, 11, 12]


@pytest.mark.parametrize(("number", "step"), [(5, -1), (10, 1)])
def test_the_ends_of_a_layer_are_ends(lead, scale, number, step):
    with pytest.raises(BadInput, match="already"):
        scale_edits.move(lead, ScaleCategory.objects.get(layer__scale=scale, number=number), step)
    assert order(scale) == list(range(1, 13))
