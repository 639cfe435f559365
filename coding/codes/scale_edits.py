"""Verbs that change a living scale: reword, add and move its layers and categories (`scale_regroup` has the rest).

Ratings and editions stay as they are: rounds read their edition, and a category keeps the number it was given, so
that a number means the same in every edition.
"""

from __future__ import annotations

from collections.abc import Sequence

from django.core.exceptions import ObjectDoesNotExist
from django.db import transaction
from django.db.models import Max

from coding.codes.checks import MovedOn, NameTaken, NotLiving, named, taken_back, worded
from coding.codes.models import Layer, Scale, ScaleCategory
from coding.lib.canonical import canonical, sha256
from coding.lib.refusals import BadInput
from coding.lib.text import name_key
from coding.people.models import User
from coding.people.rules import lock_project_stream, record

Part = Layer | ScaleCategory
FIELDS = {Layer: ("name", "definition"), ScaleCategory: ("name", "definition", "use_when", "avoid_when")}
MOST_CATEGORIES = 200
PARKED = 0  # positions count from 1, so nothing stands here


class PartRetired(NotLiving):
    sentence = "This part of the scale is retired. Choose one in use."


def wording_of(part: Part) -> dict[str, str]:
    """Give the texts of a layer or category."""
    return {field: getattr(part, field) for field in FIELDS[type(part)]}


def version_of(part: Part) -> str:
    """Name the wording as it stands, so that a page can say which one it changed."""
    return sha256(canonical(wording_of(part)))[:16]


def scale_of(part: Part) -> Scale:
    return part.scale if isinstance(part, Layer) else part.layer.scale


@transaction.atomic
def reword(by: User, part: Part, wording: dict[str, str], reason: str, version: str | None = None) -> bool:
    """Change the words of a layer or category; says whether anything changed.

    Raises BadInput, NameTaken, and MovedOn where `version` is not what stands.
    """
    lock_project_stream(scale_of(part).project)
    part = in_use(part)
    refuse_stale(part, version)
    before, after = wording_of(part), taken(part, wording)
    if before == after:
        return False
    refuse_taken(scale_of(part), part, after["name"])
    for field, text in after.items():
        setattr(part, field, text)
    part.save(update_fields=list(after))
    record(scale_of(part).project, by, f"reword_{part._meta.model_name}", part, before=before, after=after,
           reason=given(reason))  # fmt: skip
    return True


@transaction.atomic
def add_category(by: User, layer: Layer, wording: dict[str, str], reason: str) -> ScaleCategory:
    """Add a category at the end of a layer; its number is one that no category of the scale has had."""
    lock_project_stream(layer.scale.project)
    in_use(layer)
    added = place_last(layer, wording)
    record(layer.scale.project, by, "add_scalecategory", added, reason=given(reason),
           after=wording_of(added) | {"number": added.number, "layer": layer.name})  # fmt: skip
    return added


def place_last(layer: Layer, wording: dict[str, str]) -> ScaleCategory:
    """Write a new category at the end of a layer. Raises BadInput, NameTaken."""
    added = ScaleCategory(layer=layer)
    said = taken(added, wording)
    refuse_taken(layer.scale, added, said["name"])
    rows = ScaleCategory.objects.filter(layer__scale=layer.scale)
    if rows.living().count() >= MOST_CATEGORIES:
        raise BadInput(f"A scale holds at most {MOST_CATEGORIES} categories. Nobody can keep more of them apart.")
    for field, text in said.items():
        setattr(added, field, text)
    added.number = (rows.aggregate(last=Max("number"))["last"] or 0) + 1
    added.position = after_last(layer)
    added.save()
    return added


def after_last(layer: Layer) -> int:
    """Give the position behind all categories of a layer, retired ones too."""
    return (ScaleCategory.objects.filter(layer=layer).aggregate(last=Max("position"))["last"] or 0) + 1


@transaction.atomic
def add_layer(by: User, scale: Scale, wording: dict[str, str], reason: str) -> Layer:
    """Add a layer at the end of a scale."""
    lock_project_stream(scale.project)
    last = scale.layers.aggregate(last=Max("position"))["last"] or 0
    added = Layer(scale=scale, position=last + 1)
    after = taken(added, wording)
    refuse_taken(scale, added, after["name"])
    added.name, added.definition = after["name"], after["definition"]
    added.save()
    record(scale.project, by, "add_layer", added, after=after, reason=given(reason))
    return added


@transaction.atomic
def move(by: User, part: Part, step: int) -> None:
    """Let a layer, or a category within its layer, change places with its neighbour; numbers stay. Raises BadInput."""
    lock_project_stream(scale_of(part).project)
    part = in_use(part)
    beside = neighbour(part, step)
    if beside is None:
        raise BadInput(f"“{part}” is the {'first' if step < 0 else 'last'} already.")
    here, there = part.position, beside.position
    change_places(part, beside)
    record(scale_of(part).project, by, f"move_{part._meta.model_name}", part, before={"position": here},
           after={"position": there, "name": part.name, "beside": beside.ref(), "in": around(part).ref()})  # fmt: skip


def change_places(part: Part, beside: Part) -> None:
    here, there = part.position, beside.position
    for moved, position in ((beside, PARKED), (part, there), (beside, here)):
        moved.position = position
        moved.save(update_fields=["position"])


def around(part: Part) -> Scale | Layer:
    """Give what a part stands in: the scale of a layer, the layer of a category."""
    return part.scale if isinstance(part, Layer) else part.layer


def neighbour(part: Part, step: int) -> Part | None:
    """Give the one in use before (-1) or after (+1), in the order of positions."""
    if isinstance(part, Layer):
        rows = list(Layer.objects.filter(scale=part.scale_id).living().order_by("position"))
        return beside_in(rows, part, step)
    places = list(ScaleCategory.objects.filter(layer=part.layer_id).living().order_by("position"))
    return beside_in(places, part, step)


def beside_in(rows: Sequence[Part], part: Part, step: int) -> Part | None:
    at = [row.pk for row in rows].index(part.pk) + step
    return rows[at] if 0 <= at < len(rows) else None


def taken(part: Part, wording: dict[str, str]) -> dict[str, str]:
    """Take the texts of a layer or category; what is not said stays. Raises BadInput."""
    said = wording_of(part) | {field: wording[field] for field in FIELDS[type(part)] if field in wording}
    name = named(said.pop("name"))
    return {"name": name, **worded(said)}


def given(reason: str) -> str:
    """Take the reason, which every change of a scale's words needs."""
    reason = worded({"reason": reason})["reason"]
    if not reason:
        raise BadInput("Say why the scale changes: whoever reads its history asks for that first.")
    return reason


def in_use(part: Part) -> Part:
    """Read a layer or category anew under the lock, and refuse a retired one."""
    refresh(part)
    if isinstance(part, ScaleCategory) and part.merged_into:
        raise PartRetired(f"“{part}” was merged into “{part.merged_into}”. Take that one, or undo the merge.")
    if part.retired_at:
        raise PartRetired(f"“{part}” was retired. Bring it back first, or choose another.")
    return part


def refresh(part: Part) -> None:
    """Read a layer or category anew under the lock. Raises NotLiving."""
    try:
        part.refresh_from_db()
    except ObjectDoesNotExist as gone:
        raise taken_back(part) from gone


def refuse_stale(part: Part, version: str | None) -> None:
    if version is not None and version != version_of(part):
        raise MovedOn(f"“{part}” was reworded since you opened it. Read what stands now, then change it again.")


def refuse_taken(scale: Scale, part: Part, name: str) -> None:
    """Refuse a name that another layer, or another category of the scale, bears; a retired one lets go of its name."""
    layers = Layer.objects.filter(scale=scale).living()
    places = ScaleCategory.objects.filter(layer__scale=scale).living()
    rows: Sequence[Part] = list(layers) if isinstance(part, Layer) else list(places)
    if name_key(name) in {name_key(row.name) for row in rows if row.pk != part.pk}:
        kind = "layer" if isinstance(part, Layer) else "category"
        raise NameTaken(f"This scale has a {kind} “{name}” already. Choose another name.")
