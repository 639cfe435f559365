"""What was done to codes and categories, in words: merged, placed, adopted, retired, reworded, with who and why."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from coding.codes.models import Category, Code
from coding.people.models import Event, Project

ACTS_SHOWN = 50
WORDS = {
    "merge_codes": "Merged “{word}” into “{name}”", "place_code": "Put “{word}” into {category}",
    "adopt_code": "Adopted “{word}”", "retire_code": "Retired the code “{word}”",
    "retire_category": "Retired the category “{word}”", "reword_code": "Reworded the code “{word}”",
    "reword_category": "Reworded the category “{word}”",
    "split_code": "Split “{word}”, and “{name}” came out of it",
    "label_category": "Labelled “{word}” in vivo: {says}",
    "merge_categories": "Merged the category “{word}” into “{name}”",
    "split_category": "Split the category “{word}”, and “{name}” came out of it",
}  # fmt: skip


def acts_in_words(project: Project, events: Iterable[Event]) -> list[tuple[Event, str]]:
    """Say each act in words, with the name that its code or category bears now."""
    held = list(events)
    uids = [event.target.partition(":")[2] for event in held]
    names: dict[str, str] = {}
    for model in (Code, Category):
        found: Any = model.objects.filter(project=project, uid__in=uids).values_list("uid", "name")
        names |= {f"{model._meta.model_name}:{uid}": name for uid, name in found}
    return [(event, in_words(event, names.get(event.target, "a word that is gone"))) for event in held]


def in_words(event: Event, word: str) -> str:
    said = json.loads(event.after or "{}")
    category = f"“{said['category']}”" if said.get("category") else "no category"
    return WORDS[event.verb].format(word=word, name=said.get("name", ""), category=category, says=said.get("says", ""))
