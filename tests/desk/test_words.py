"""Events in words: every verb that is recorded has some, and what an event lacks reads as a dash."""

import ast
from pathlib import Path

import pytest
from django.conf import settings

from coding.desk.words import WORDS, in_words
from coding.people.models import Event


def recorded():
    """Every verb that a call of `record` names, as text or by a constant of its module."""
    for path in (Path(settings.BASE_DIR) / "coding").rglob("*.py"):
        tree = ast.parse(path.read_text())
        constants = {
            node.targets[0].id: node.value.value
            for node in tree.body
            if isinstance(node, ast.Assign)
            and isinstance(node.value, ast.Constant)
            and isinstance(node.targets[0], ast.Name)
        }
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "record":
                verb = node.args[2]
                if isinstance(verb, ast.Constant):
                    yield verb.value
                elif isinstance(verb, ast.Name) and verb.id in constants:
                    yield constants[verb.id]


def test_every_recorded_verb_has_words():
    assert {"import_incidents", "open_round", "rate"} <= set(recorded())
    assert sorted(set(recorded()) - set(WORDS)) == []


@pytest.mark.parametrize("verb", sorted(WORDS))
@pytest.mark.parametrize("after", ["", "{}", "[1]", "null", '"text"', "3"])
def test_no_event_breaks_the_page(verb, after):
    assert in_words(Event(verb=verb, after=after))


def test_words_come_from_after_and_else_from_before():
    assert (
        in_words(Event(verb="draft_round", after='{"name":"R1"}', before='{"name":"R0"}')) == "planned the round “R1”"
    )
    assert in_words(Event(verb="discard_draft", before='{"name":"R0"}')) == "discarded the draft “R0”"
    assert in_words(Event(verb="draft_round", after='{"name":"{x} {0} %s"}')) == "planned the round “{x} {0} %s”"
    assert in_words(Event(verb="draft_round")) == "planned the round “–”"
    assert in_words(Event(verb="place_code", after='{"category":null}')).endswith(" in no category")
    assert in_words(Event(verb="something_new")) == "something new"
