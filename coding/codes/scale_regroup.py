"""Verbs that regroup a living scale: retire, merge and split its categories, and move them between its layers.

Each event keeps what an undo needs.

What was rated or frozen stays: rounds read their edition, and a retired category keeps the number it was given.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction

from coding.codes.checks import MergeCycle, NameTaken
from coding.codes.models import Category, Layer, Mapping, ScaleCategory
from coding.codes.scale_edits import (
    Part,
    after_last,
    given,
    in_use,
    place_last,
    refuse_stale,
    refuse_taken,
    scale_of,
    taken,
    wording_of,
)
from coding.codes.standing import iso
from coding.lib import clock
from coding.lib.refusals import BadInput, Refusal
from coding.lib.text import name_key
from coding.people.models import User
from coding.people.rules import lock_project_stream, record

RETIRE = {Layer: "retire_layer", ScaleCategory: "retire_scalecategory"}


class LastCategory(Refusal):
    sentence = "A scale keeps at least one category in use. Add another first, or reword this one."


class LastOfLayer(Refusal):
    sentence = "This is the only category in use of its layer. Let the layer retire with the move."


@transaction.atomic
def retire(by: User, part: Part, reason: str, at: datetime | None = None) -> int:
    """Take a category, or a layer with all its categories, out of use; give how many mappings lost their place.

    What was mapped there has no place in the scale then; the event keeps these mappings, which come back with it.
    Raises BadInput, NotLiving, LastCategory.
    """
    scale, at = scale_of(part), at or clock.now()
    lock_project_stream(scale.project)
    part, reason = in_use(part), given(reason)
    going = list(ScaleCategory.objects.filter(layer=part).living()) if isinstance(part, Layer) else [part]
    pks = [one.pk for one in going]
    living = ScaleCategory.objects.filter(layer__scale=scale).living()
    if pks and not living.exclude(pk__in=pks).exists():
        raise LastCategory
    places = Mapping.objects.filter(scale_category__in=pks).select_related("category", "scale_category").order_by("pk")
    lost = [plain(one) for one in places]
    before = {"categories": [str(one.uid) for one in going], "mappings": lost}
    places.delete()
    living.filter(pk__in=pks).update(retired_at=at)
    part.retired_at = at
    part.save(update_fields=["retired_at"])
    record(scale.project, by, RETIRE[type(part)], part, before=before, reason=reason,
           after={"name": part.name, "retired_at": iso(at)})  # fmt: skip
    return len(lost)


def plain(mapping: Mapping) -> dict[str, Any]:
    """Say a mapping so that it can be written again."""
    return {
        "uid": str(mapping.uid), "category": str(mapping.category.uid), "rationale": mapping.rationale,
        "scale_category": str(mapping.scale_category.uid) if mapping.scale_category else None,
    }  # fmt: skip


@transaction.atomic
def move_to_layer(by: User, category: ScaleCategory, layer: Layer, reason: str, retiring: bool = False) -> bool:
    """Let a category stand last in another layer of its scale; its number, words, mappings and examples go along.

    The last one in use leaves only when its layer may retire with the move (`retiring`); says whether that happened.
    Raises BadInput, NotLiving, LastOfLayer.
    """
    scale = scale_of(category)
    lock_project_stream(scale.project)
    for one in (category, layer):
        in_use(one)
    left, here, reason = category.layer, category.position, given(reason)
    refuse_layer(category, layer)
    is_last, is_first = (not one.categories.living().exclude(pk=category.pk).exists() for one in (left, layer))
    if is_last and not retiring:
        raise LastOfLayer(f"“{category}” is the only category in use of “{left}”. "
                          "Let the layer retire with the move, or add another category to it first.")  # fmt: skip
    category.layer, category.position = layer, after_last(layer)
    category.save(update_fields=["layer", "position"])
    record(scale.project, by, "place_scalecategory", category, reason=reason,
           before={"layer": left.name, "layer_uid": str(left.uid), "position": here},
           after={"name": category.name, "layer": layer.name, "layer_uid": str(layer.uid),
                  "position": category.position, "is_first": is_first})  # fmt: skip
    if is_last:
        retire(by, left, reason)
    return is_last


def refuse_layer(category: ScaleCategory, layer: Layer) -> None:
    """Refuse a layer of another scale, and the one where the category stands."""
    if layer.scale_id != category.layer.scale_id:
        raise BadInput("This layer stands in another scale. Choose one of the same scale.")
    if layer.pk == category.layer_id:
        raise BadInput(f"“{category}” stands in “{layer}” already. Choose another layer.")


@transaction.atomic
def merge(
    by: User, source: ScaleCategory, target: ScaleCategory, reason: str, at: datetime | None = None
) -> ScaleCategory:
    """Let what is mapped to one category stand under another, and retire the first; the other keeps its wording.

    Raises MergeCycle, BadInput, NotLiving.
    """
    if source.pk == target.pk:
        raise MergeCycle("A category can't be merged into itself. Choose another.")
    scale, at = scale_of(source), at or clock.now()
    if scale.pk != target.layer.scale_id:
        raise BadInput("The two categories stand in different scales. Choose one of the same scale.")
    lock_project_stream(scale.project)
    for one in (source, target):
        in_use(one)
    reason, going = given(reason), Mapping.objects.filter(scale_category=source).order_by("pk")
    uids = [str(uid) for uid in going.values_list("uid", flat=True)]
    going.update(scale_category=target)
    source.retired_at, source.merged_into = at, target
    source.save(update_fields=["retired_at", "merged_into"])
    record(scale.project, by, "merge_scalecategory", source, before={"mappings": uids}, reason=reason,
           after={"into": target.ref(), "name": target.name, "retired_at": iso(at)})  # fmt: skip
    return target


@transaction.atomic
def split(
    by: User, source: ScaleCategory, kept: dict[str, str], made: dict[str, str], going: Sequence[Category], reason: str,
    version: str | None = None,
) -> ScaleCategory:  # fmt: skip
    """Split a category in two: it keeps its number under the wording `kept`, a new one stands last in its layer.

    The `going` categories are mapped to the new one, the others stay. Raises BadInput, NotLiving, NameTaken, MovedOn.
    """
    scale = scale_of(source)
    lock_project_stream(scale.project)
    in_use(source)
    refuse_stale(source, version)
    reason, before, words = given(reason), wording_of(source), taken(source, kept)
    if name_key(words["name"]) == name_key(made.get("name", "")):
        raise NameTaken("The two need different names, or nobody can tell them apart.")
    refuse_taken(scale, source, words["name"])
    for field, text in words.items():
        setattr(source, field, text)
    source.save(update_fields=list(words))
    new = place_last(source.layer, made)
    moving = Mapping.objects.filter(scale_category=source, category__in=[one.pk for one in going]).order_by("pk")
    uids = [str(uid) for uid in moving.values_list("uid", flat=True)]
    if len(uids) != len(set(going)):
        raise BadInput(
            f"One of the categories is not mapped to “{before['name']}” any more. Look at what stands there."
        )
    moving.update(scale_category=new)
    record(scale.project, by, "split_scalecategory", source, before={"wording": before, "mappings": uids},
           reason=reason, after={"into": new.ref(), "name": new.name, "number": new.number, "kept": words,
                                 "wording": wording_of(new)})  # fmt: skip
    return new
