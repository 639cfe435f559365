"""What an undo of an act on a scale asks first: is what it left still there, and does nothing stand on it by now?"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet

from coding.codes.checks import MovedOn
from coding.codes.models import Edition, Layer, Mapping, ScaleCategory
from coding.codes.scale_edits import Part, scale_of
from coding.people.models import Event, Project

GONE = "A {kind} of this act is gone by now, so it can't be undone. Undo what came later first."


def category_of(project: Project, uid: UUID | str) -> ScaleCategory:
    """Find a category; the project's lock is held, and every verb over scales takes it first."""
    found = ScaleCategory.objects.filter(layer__scale__project=project, uid=uid).select_related("layer__scale").first()
    if found is None:
        raise MovedOn(GONE.format(kind="category"))
    return found


def layer_of(project: Project, uid: UUID | str) -> Layer:
    found = Layer.objects.filter(scale__project=project, uid=uid).select_related("scale").first()
    if found is None:
        raise MovedOn(GONE.format(kind="layer"))
    return found


def uid_in(ref: str) -> str:
    return ref.partition(":")[2]


def held(uids: list[str], there: ScaleCategory) -> QuerySet[Mapping]:
    """Give these mappings, all of which must still stand under this category."""
    found = Mapping.objects.filter(uid__in=uids, scale_category=there)
    refuse_unless(found.count() == len(uids), there)
    return found


def is_used(made: Part) -> bool:
    """Does anything hold a part: a mapping, a rating, an example, an edition; or a category, for a layer?"""
    fields: Any = made._meta.get_fields(include_hidden=True)
    relations = [one for one in fields if one.auto_created and not one.concrete]
    if any(one.related_model._base_manager.filter(**{one.field.name: made}).exists() for one in relations):
        return True
    return Edition.objects.filter(project=scale_of(made).project_id, content__contains=str(made.uid)).exists()


def acts_on(part: Part) -> int:
    """Count what was done to a part and is not undone."""
    undone = Event.objects.filter(undoes=OuterRef("pk"))
    acts = Event.objects.filter(
        project=scale_of(part).project_id, target=part.ref(), verb__endswith=f"_{part._meta.model_name}", undoes=None
    )
    return acts.exclude(Exists(undone)).count()


def refuse_unless(stands: bool, part: Part) -> None:
    if not stands:
        raise MovedOn(f"“{part}” moved on since, so this can't be undone. Undo what came later first.")
