"""Two states compared: what was added, removed, merged, reworded, moved."""

import copy

import pytest

from coding.codebook.changes import difference, history, property_text, text_of

BARE = {"definition": "", "use_when": "", "avoid_when": ""}
LAYER = {
    "uid": "l1", "position": 1, "name": "Layer", "definition": "",
    "categories": [{"uid": "s1", "number": 1, "name": "Place", "definition": "", "use_when": "", "avoid_when": ""}],
}  # fmt: skip
STATE = {
    "codes": [
        {"uid": "c1", "name": "one", **BARE, "category": "k1", "merged_from": []},
        {"uid": "c2", "name": "two", **BARE, "category": None, "merged_from": []},
    ],
    "categories": [
        {"uid": "k1", "name": "Kind", "definition": "", "use_when": "", "avoid_when": "", "properties": [],
         "is_core": False, "is_exclusive": False},
    ],
    "relations": [],
    "scales": [{"uid": "x1", "name": "Scale", "source": "", "rating_kind": "presence", "layers": [LAYER]}],
    "mappings": [{"category": "k1", "scale": "x1", "scale_category": None, "rationale": "No place."}],
    "storyline": "",
}  # fmt: skip


@pytest.fixture
def new():
    return copy.deepcopy(STATE)


def said(new):
    return [(row["kind"], row["change"], row["name"], row["part"], row["before"], row["after"])
            for row in difference(STATE, new)]  # fmt: skip


def test_equal_states_differ_in_nothing(new):
    assert said(new) == []


def test_a_reworded_code_shows_both_wordings(new):
    new["codes"][0]["definition"] = "Said as fact."
    assert said(new) == [("code", "changed", "one", "definition", "", "Said as fact.")]


def test_an_in_vivo_label_comes_changes_and_goes(new):
    new["categories"][0]["in_vivo_label"] = "as it seems"
    assert said(new) == [("category", "changed", "Kind", "in_vivo_label", "", "as it seems")]
    (gone,) = difference(new, STATE)
    assert (gone["part"], gone["before"], gone["after"]) == ("in_vivo_label", "as it seems", "")


def test_a_new_and_a_lost_code_are_named(new):
    new["codes"][1] = {**new["codes"][1], "uid": "c3", "name": "three"}
    assert said(new) == [("code", "added", "three", "", "", ""), ("code", "removed", "two", "", "", "")]


def test_a_merged_code_says_into_which(new):
    new["codes"] = [{**new["codes"][0], "merged_from": ["c2"]}]
    assert said(new) == [("code", "merged", "two", "", "", "one")]


def test_a_code_put_elsewhere_moves(new):
    new["codes"][1]["category"] = "k1"
    assert said(new) == [("code", "changed", "two", "category", "", "Kind")]


def test_renaming_a_category_does_not_move_its_codes(new):
    new["categories"][0]["name"] = "Sort"
    assert said(new) == [("category", "changed", "Sort", "name", "Kind", "Sort")]


def test_a_category_that_finds_its_place_says_where_it_was(new):
    new["mappings"][0] = {**new["mappings"][0], "scale_category": "s1", "rationale": "It fits."}
    assert said(new) == [
        ("mapping", "changed", "Kind in Scale", "place", "does not fit", "1 Place"),
        ("mapping", "changed", "Kind in Scale", "rationale", "No place.", "It fits."),
    ]


def test_the_scale_and_the_storyline_are_compared(new):
    new["scales"][0]["layers"][0]["categories"][0]["definition"] = "Now defined."
    new["storyline"] = "It begins."
    assert said(new) == [
        ("scale category", "changed", "Place", "definition", "", "Now defined."),
        ("storyline", "changed", "Storyline", "text", "", "It begins."),
    ]


def test_a_relation_is_told_in_words(new):
    new["relations"] = [{"uid": "r1", "phenomenon": "k1", "role": "context", "filler": "code:c1", "rationale": ""}]
    assert said(new) == [("relation", "added", "one: context of Kind", "", "", "")]


def test_history_compares_neighbours(new):
    new["storyline"] = "It begins."
    steps = history([(1, STATE), (2, new), (None, new)])
    assert [(step["from"], step["to"], len(step["entries"])) for step in steps] == [(1, 2, 1), (2, None, 0)]


def test_a_property_is_written_with_its_range():
    assert (
        property_text({"name": "stake", "from": "amusement", "to": "life savings"})
        == "stake: amusement to life savings"
    )
    assert text_of([{"name": "stake", "note": ["a", "b"]}, True, None]) == "stake; note: a\nb\nyes\n"
