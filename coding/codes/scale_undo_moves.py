"""Take back that a part of a scale was moved, added or brought back: exactly, or not at all."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from coding.codes.models import Layer, Mapping, ScaleCategory
from coding.codes.scale_edits import Part, around, change_places, scale_of
from coding.codes.scale_regroup import plain
from coding.codes.scale_standing import acts_on, category_of, is_used, layer_of, refuse_unless, uid_in
from coding.codes.standing import iso
from coding.codes.undo import Said, Ways, when
from coding.people.models import Project


def unmove_category(project: Project, uid: UUID, before: Said, after: Said) -> str:
    return unmove(category_of(project, uid), category_of(project, uid_in(after["beside"])), before, after)


def unmove_layer(project: Project, uid: UUID, before: Said, after: Said) -> str:
    return unmove(layer_of(project, uid), layer_of(project, uid_in(after["beside"])), before, after)


def unmove(part: Part, beside: Part, before: Said, after: Said) -> str:
    """Let the two change places again, where both stand as the move left them."""
    refuse_unless(not part.retired_at and {around(one).ref() for one in (part, beside)} == {after["in"]}, part)
    refuse_unless((part.position, beside.position) == (after["position"], before["position"]), part)
    change_places(part, beside)
    return part.name


def unplace(project: Project, uid: UUID, before: Said, after: Said) -> str:
    """Put a category back into the layer that it left, at its position there, if that is still free.

    No layer is left empty that was not empty when the category came.
    """
    part, left = category_of(project, uid), layer_of(project, before["layer_uid"])
    stands = (str(part.layer.uid), part.position) == (after["layer_uid"], after["position"])
    refuse_unless(stands and not part.retired_at, part)
    refuse_unless(not left.retired_at, left)
    others = ScaleCategory.objects.filter(layer=part.layer).living().exclude(pk=part.pk)
    refuse_unless(after["is_first"] or others.exists(), part.layer)
    refuse_unless(not ScaleCategory.objects.filter(layer=left, position=before["position"]).exists(), part)
    part.layer, part.position = left, before["position"]
    part.save(update_fields=["layer", "position"])
    return part.name


def unadd_category(project: Project, uid: UUID, before: Said, after: Said) -> str:
    return unadd(category_of(project, uid))


def unadd_layer(project: Project, uid: UUID, before: Said, after: Said) -> str:
    return unadd(layer_of(project, uid))


def unadd(part: Part) -> str:
    """Remove a part that was added, unless anything was done to it or stands on it by now."""
    refuse_unless(acts_on(part) == 1 and not is_used(part), part)
    part.delete()
    return part.name


def stood(part: Part) -> Said:
    """Say how a part is out of use, so that an undo of its return can put it there again."""
    if isinstance(part, Layer):
        return {"uid": str(part.uid), "retired_at": iso(part.retired_at)}
    into = part.merged_into
    return {
        "uid": str(part.uid), "retired_at": iso(part.retired_at), "into": str(into.uid) if into else None,
        "into_retired_at": iso(into.retired_at) if into else None, "merged_from": merged_into(part),
    }  # fmt: skip


def merged_into(part: ScaleCategory) -> list[str]:
    return sorted(str(uid) for uid in part.merged_from.values_list("uid", flat=True))


def unbring_category(project: Project, uid: UUID, before: Said, after: Said) -> str:
    part = category_of(project, uid)
    retire_again(part, {part: before["parts"][0]}, after["mappings"])
    return part.name


def unbring_layer(project: Project, uid: UUID, before: Said, after: Said) -> str:
    """Retire the layer again with the categories that came along, unless it holds others in use by now."""
    layer, (own, *along) = layer_of(project, uid), before["parts"]
    places = {category_of(project, one["uid"]): one for one in along}
    inside = ScaleCategory.objects.filter(layer=layer).living()
    refuse_unless(not layer.retired_at and set(inside) == places.keys(), layer)
    retire_again(layer, places, after["mappings"])
    layer.retired_at = when(own["retired_at"])
    layer.save(update_fields=["retired_at"])
    return layer.name


def retire_again(part: Part, places: dict[ScaleCategory, Said], back: list[Said]) -> None:
    """Put categories out of use as they were, where exactly the mappings stand there that came `back` with them."""
    stands = Mapping.objects.filter(scale_category__in=places).select_related("category", "scale_category")
    refuse_unless(by_uid(map(plain, stands)) == by_uid(back), part)
    living = ScaleCategory.objects.filter(layer__scale=scale_of(part)).living()
    refuse_unless(not places or living.exclude(pk__in=[one.pk for one in places]).exists(), part)
    stands.delete()
    for place, was in places.items():
        into = category_of(scale_of(part).project, was["into"]) if was["into"] else None
        refuse_unless(not place.retired_at and merged_into(place) == was["merged_from"], place)
        refuse_unless(into is None or iso(into.retired_at) == was["into_retired_at"], place)
        place.retired_at, place.merged_into = when(was["retired_at"]), into
        place.save(update_fields=["retired_at", "merged_into"])


def by_uid(mappings: Iterable[Said]) -> list[Said]:
    return sorted(mappings, key=lambda one: str(one["uid"]))


WAYS: Ways = {
    "move_scalecategory": unmove_category, "move_layer": unmove_layer, "place_scalecategory": unplace,
    "add_scalecategory": unadd_category, "add_layer": unadd_layer,
    "bring_back_scalecategory": unbring_category, "bring_back_layer": unbring_layer,
}  # fmt: skip
