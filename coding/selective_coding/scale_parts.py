"""The layers and categories of a living scale, and what a change of one would touch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Count, Q
from django.http import Http404

from coding.codes.models import Category, Edition, Layer, Mapping, Scale, ScaleCategory
from coding.codes.scale_edits import Part, scale_of
from coding.lib.refusals import BadInput
from coding.rounds.models import Assignment, Round
from coding.selective_coding.models import Rating

STEPS = {"up": -1, "down": 1}


@dataclass(frozen=True)
class Effects:
    """What refers to a layer's categories, or to one: its mappings, and how many released ratings name it.

    Ratings of rounds that are not released count nowhere, so that nothing shows of them. So many `editions` hold
    the part, and the `open_rounds` of its scale read one of them: what they hold of it stays as it is.
    """

    places: list[ScaleCategory]
    mappings: list[Mapping]
    ratings: int
    rounds: int
    open_rounds: list[Round]
    editions: int
    leaves: Layer | None = None

    @property
    def mapped(self) -> list[Category]:
        return [one.category for one in self.mappings]


def effects_of(part: Part) -> Effects:
    """Collect what refers to a part, in six queries at most. A stance of 0 does not name its value."""
    layers = ScaleCategory.objects.filter(layer=part.pk).living().order_by("position")
    places = list(layers) if isinstance(part, Layer) else [part]
    mappings = Mapping.objects.filter(scale_category__in=places).select_related("category", "scale_category")
    ratings = Rating.objects.filter(
        Q(stance=None) | ~Q(stance=0), scale_category__in=places, assignment__round__state__in=Round.RELEASED,
        assignment__state=Assignment.State.SUBMITTED,
    )  # fmt: skip
    counted = ratings.aggregate(ratings=Count("pk"), rounds=Count("assignment__round", distinct=True))
    editions = Edition.objects.filter(project=scale_of(part).project_id, content__contains=str(part.uid))
    rounds = Round.objects.filter(scale=scale_of(part), state=Round.State.OPEN, edition__in=editions)
    return Effects(
        places, list(mappings.order_by("category__name_key", "pk")), **counted,
        open_rounds=list(rounds.order_by("name", "pk")), editions=editions.count(), leaves=layer_emptied(part),
    )  # fmt: skip


def layer_emptied(part: Part) -> Layer | None:
    """Give the layer of which this is the only category in use, and which retires if it moves to another."""
    if isinstance(part, Layer) or part.layer.categories.living().exclude(pk=part.pk).exists():
        return None
    return part.layer


def part_of(scale: Scale, uid: UUID | None) -> Part:
    """Find a layer or category of a scale. Raises BadInput, Http404."""
    if uid is None:
        raise BadInput("There is no such layer or category in this scale. Choose one from the list.")
    layer = Layer.objects.filter(scale=scale, uid=uid).select_related("scale__project").first()
    if layer:
        return layer
    rows = ScaleCategory.objects.filter(layer__scale=scale, uid=uid)
    found = rows.select_related("layer__scale__project", "merged_into").first()
    if found is None:
        raise Http404("There is no such layer or category in this scale.")
    return found


def layer_of(scale: Scale, uid: UUID | None) -> Layer:
    """Find a layer of a scale. Raises BadInput, Http404."""
    found = part_of(scale, uid)
    if not isinstance(found, Layer):
        raise BadInput("A category is added to a layer. Choose one.")
    return found


def layer_in(scale: Scale, uid: UUID | None) -> Layer:
    """Find a layer of any scale of the project, so that a verb can say why another scale's will not do."""
    rows = Layer.objects.filter(scale__project=scale.project_id).select_related("scale__project")
    found = rows.filter(uid=uid).first() if uid else None
    if found is None:
        raise BadInput("There is no such layer in this scale. Choose one from the list.")
    return found


def category_of(scale: Scale, uid: UUID | None) -> ScaleCategory:
    """Find a category of any scale of the project, so that a verb can say why another scale's will not do."""
    rows = ScaleCategory.objects.filter(layer__scale__project=scale.project_id)
    whole = rows.select_related("layer__scale__project", "merged_into")
    found = whole.filter(uid=uid).first() if uid else None
    if found is None:
        raise BadInput("There is no such category in this scale. Choose one from the list.")
    return found


def only_category(found: Part) -> ScaleCategory:
    if isinstance(found, Layer):
        raise BadInput("Only categories are merged, split or moved to another layer. Reword the layer, or retire it.")
    return found


def categories_in(scale: Scale, uids: Sequence[UUID | None]) -> list[Category]:
    """Find the analytical categories that are to move. Raises BadInput where one is not there."""
    wanted = {uid for uid in uids if uid is not None}
    found = list(Category.objects.filter(project=scale.project_id, uid__in=wanted))
    if None in uids or len(found) != len(wanted):
        raise BadInput("One of the categories to move is not there. Choose them from the list.")
    return found
