"""Bring retired parts of a scale back, and undo what was done to parts of a scale: exactly, or not at all.

Here retirements, merges, splits and wordings are taken back; `scale_undo_moves` has the other ways.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from coding.codes import scale_undo_moves
from coding.codes.checks import NotLiving
from coding.codes.models import Category, Layer, Mapping, Scale, ScaleCategory
from coding.codes.scale_edits import Part, given, refresh, refuse_taken, scale_of, wording_of
from coding.codes.scale_regroup import RETIRE
from coding.codes.scale_standing import acts_on, category_of, held, is_used, layer_of, refuse_unless, uid_in
from coding.codes.standing import iso
from coding.codes.undo import AlreadyUndone, NothingToUndo, Said, Ways, undo, undoable
from coding.lib.refusals import BadInput
from coding.people.models import Event, Project, User
from coding.people.rules import lock_project_stream, record

BRING_BACK = {Layer: "bring_back_layer", ScaleCategory: "bring_back_scalecategory"}


@transaction.atomic
def bring_back(by: User, part: Part, reason: str) -> int:
    """Put a retired or merged part into use again; give how many mappings have their place again.

    A layer brings the categories along that retired with it. What was mapped elsewhere meanwhile stays there, and so
    does what a merge took over. Raises BadInput, NotLiving, NameTaken.
    """
    scale = scale_of(part)
    lock_project_stream(scale.project)
    refresh(part)
    reason = given(reason)
    if part.retired_at is None:
        raise NotLiving(f"“{part}” is in use already.")
    if isinstance(part, ScaleCategory) and part.layer.retired_at:
        raise NotLiving(f"Its layer “{part.layer}” is retired. Bring that back first.")
    taken_along, lost = kept_by(part)
    before = {"parts": [scale_undo_moves.stood(one) for one in (part, *taken_along)]}
    stand_again(scale, [part, *taken_along])
    found = [one for one in lost if put_back(scale, one)]
    record(scale.project, by, BRING_BACK[type(part)], part, before=before, reason=reason,
           after={"name": part.name, "mappings": found})  # fmt: skip
    return len(found)


def kept_by(part: Part) -> tuple[list[ScaleCategory], list[Said]]:
    """Find what a part's last retirement took along: categories of a layer, and mappings."""
    if isinstance(part, ScaleCategory) and part.merged_into_id:
        return [], []
    refs = [part.ref(), part.layer.ref()] if isinstance(part, ScaleCategory) else [part.ref()]
    for event in done_to(scale_of(part).project, refs).filter(verb__in=RETIRE.values()):
        before: Said = json.loads(event.before)
        if isinstance(part, Layer):
            along = ScaleCategory.objects.filter(layer=part, uid__in=before["categories"])
            return list(along), before["mappings"]
        if str(part.uid) in before["categories"]:
            return [], [one for one in before["mappings"] if one["scale_category"] == str(part.uid)]
    return [], []


def stand_again(scale: Scale, parts: Sequence[Part]) -> None:
    """Put parts into use, where none of their names is taken by now. Raises NameTaken."""
    for one in parts:
        refuse_taken(scale, one, one.name)
        one.retired_at = None
        if isinstance(one, ScaleCategory):
            one.merged_into = None
        one.save()


def put_back(scale: Scale, kept: Said) -> bool:
    """Write a mapping again as it was; False where its category is gone, or has another place by now."""
    category = Category.objects.filter(project=scale.project_id, uid=kept["category"]).first()
    if category is None or Mapping.objects.filter(category=category, scale=scale).exists():
        return False
    place = ScaleCategory.objects.get(layer__scale=scale, uid=kept["scale_category"])
    Mapping.objects.create(
        uid=kept["uid"], category=category, scale=scale, scale_category=place, rationale=kept["rationale"]
    )
    return True


def unretire_category(project: Project, uid: UUID, before: Said, after: Said) -> str:
    part = category_of(project, uid)
    refuse_unless(iso(part.retired_at) == after["retired_at"] and not part.merged_into_id, part)
    refuse_unless(not part.layer.retired_at, part)
    return unretire(part, [part], before)


def unretire_layer(project: Project, uid: UUID, before: Said, after: Said) -> str:
    layer = layer_of(project, uid)
    refuse_unless(iso(layer.retired_at) == after["retired_at"], layer)
    along = ScaleCategory.objects.filter(layer=layer, uid__in=before["categories"])
    return unretire(layer, [layer, *along], before)


def unretire(part: Part, parts: Sequence[Part], before: Said) -> str:
    """Put parts into use with every mapping that they had, or refuse."""
    scale = scale_of(part)
    stand_again(scale, parts)
    for one in before["mappings"]:
        refuse_unless(put_back(scale, one), part)
    return part.name


def unmerge(project: Project, uid: UUID, before: Said, after: Said) -> str:
    """Let the source stand again with what was mapped to it."""
    source, target = category_of(project, uid), category_of(project, uid_in(after["into"]))
    refuse_unless(iso(source.retired_at) == after["retired_at"] and source.merged_into_id == target.pk, source)
    refuse_unless(not target.retired_at, target)
    refuse_unless(not source.layer.retired_at, source)
    stand_again(source.layer.scale, [source])
    held(before["mappings"], target).update(scale_category=source)
    return source.name


def unsplit(project: Project, uid: UUID, before: Said, after: Said) -> str:
    """Bring the wording and the mappings back; the new category is gone, unless anything else stands on it by now."""
    source, made = category_of(project, uid), category_of(project, uid_in(after["into"]))
    refuse_unless(not source.retired_at and wording_of(source) == after["kept"], source)
    refuse_unless(not made.retired_at and wording_of(made) == after["wording"], made)
    held(before["mappings"], made).update(scale_category=source)
    refuse_unless(not is_used(made) and not acts_on(made), made)
    made.delete()
    return word(source, before["wording"])


def unword_category(project: Project, uid: UUID, before: Said, after: Said) -> str:
    return unword(category_of(project, uid), before, after)


def unword_layer(project: Project, uid: UUID, before: Said, after: Said) -> str:
    return unword(layer_of(project, uid), before, after)


def unword(part: Part, before: Said, after: Said) -> str:
    refuse_unless(not part.retired_at and wording_of(part) == after, part)
    return word(part, before)


def word(part: Part, wording: dict[str, str]) -> str:
    """Give a part its former words, where nobody else bears the name by now."""
    refuse_taken(scale_of(part), part, wording["name"])
    for field, text in wording.items():
        setattr(part, field, text)
    part.save(update_fields=list(wording))
    return part.name


WAYS: Ways = {
    "retire_scalecategory": unretire_category, "retire_layer": unretire_layer, "merge_scalecategory": unmerge,
    "split_scalecategory": unsplit, "reword_scalecategory": unword_category, "reword_layer": unword_layer,
    **scale_undo_moves.WAYS,
}  # fmt: skip


def names_in(scale: Scale) -> dict[str, str]:
    """Give the names of all parts of a scale, by how events name them."""
    parts: list[Part] = [*Layer.objects.filter(scale=scale), *ScaleCategory.objects.filter(layer__scale=scale)]
    return {part.ref(): part.name for part in parts}


def done_to(project: Project, refs: Iterable[str]) -> QuerySet[Event]:
    """What was done to parts of a scale and can be undone, the latest first."""
    return undoable(project, WAYS).filter(target__in=list(refs))


def undo_of_scale(by: User, scale: Scale, event: Event, reason: str) -> Event:
    """Undo one act on a part of this scale. Raises BadInput, AlreadyUndone, MovedOn, NameTaken."""
    if event.target not in names_in(scale):
        if Event.objects.filter(project=scale.project_id, undoes=event).exists():
            raise AlreadyUndone  # of an addition: the part is gone
        raise BadInput("This was not done to this scale. Choose something from the list of what was done.")
    return undo(by, scale.project, event, given(reason), WAYS)


def undo_last_of(by: User, part: Part, reason: str) -> Event:
    """Undo what was last done to a layer or category. Raises NothingToUndo, and whatever `undo_of_scale` raises."""
    event = undoable(scale_of(part).project, WAYS).filter(target=part.ref()).first()
    if event is None:
        raise NothingToUndo(f"Nothing was done to “{part}” that can be undone.")
    return undo_of_scale(by, scale_of(part), event, reason)
