"""The living mapping at the second door: each category's place in a scale, or that it does not fit."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from coding.codes.models import Category, Mapping, Scale
from coding.codes.rules import map_category, unmap
from coding.lib.api import Text, Uid, YesNo
from coding.people.api import ProjectRoutes, once, one_of, page_of, person, taken
from coding.people.models import Project
from coding.selective_coding.forms import NO_FIT, Place
from coding.selective_coding.queries import Placing, integration


class LivingPlaceRow(serializers.Serializer[Placing]):
    """A category beside a scale; neither a place nor "does not fit" means that it was not mapped yet."""

    category = serializers.UUIDField(source="category.uid", read_only=True)
    name = serializers.CharField(source="category.name", read_only=True)
    definition = serializers.CharField(source="category.definition", read_only=True)
    is_core = serializers.BooleanField(source="category.is_core", read_only=True)
    codes = serializers.IntegerField(source="category.code_count", read_only=True)
    scale_category = serializers.UUIDField(source="place", read_only=True, allow_null=True)
    does_not_fit = serializers.BooleanField(read_only=True)
    rationale = serializers.CharField(read_only=True)


class NewLivingPlace(serializers.Serializer[Any]):
    """Either a scale category, which many categories may share, or that none fits; the latter needs a rationale."""

    scale_category = Uid(required=False, allow_null=True)
    does_not_fit = YesNo(default=False)
    rationale = Text(allow_blank=True, default="")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if bool(attrs.get("scale_category")) == attrs["does_not_fit"]:
            raise serializers.ValidationError("Give either a scale category, or say that the category does not fit.")
        return attrs


class LivingMappings(ProjectRoutes):
    """The categories of a project with their places in a scale as they stand now, those without a place first."""

    access = "read: lead coder observer; write: lead; shared"
    shared = True
    queryset = Mapping.objects.none()

    def scale(self, uid: UUID) -> Scale:
        scales = Scale.objects.visible_to(person(self.request)).filter(project=self.project)
        return one_of(scales.select_related("project"), uid)

    def category(self, uid: UUID) -> Category:
        """Also a released one that a coder made: a place in the scale adopts it."""
        rows = Category.objects.visible_to(person(self.request)).filter(project=self.project)
        found: Category = one_of(rows.released(), uid)
        return found

    @extend_schema(responses=LivingPlaceRow(many=True))
    def list(self, request: Request, project: UUID, uid: UUID) -> Response:
        return page_of(self, integration(self.scale(uid)).placings, LivingPlaceRow)  # type: ignore[arg-type]  # pages cut lists too

    @extend_schema(request=NewLivingPlace, responses=LivingPlaceRow)
    def update(self, request: Request, project: UUID, uid: UUID, category: UUID) -> Response:
        """Give a category its place in the scale, or say that it does not fit; what was said before is replaced."""
        scale, found, asked = self.scale(uid), self.category(category), taken(NewLivingPlace, request)
        place = Place(NO_FIT if asked["does_not_fit"] else str(asked["scale_category"]), asked["rationale"])

        def act() -> tuple[Project, Any]:
            map_category(person(request), found, scale, place.find(scale), place.rationale)
            return self.project, LivingPlaceRow(integration(scale).placing(found)).data

        return once(request, act)

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, project: UUID, uid: UUID, category: UUID) -> Response:
        """Take a category's place in the scale back; the audit trail keeps what it said."""
        held = Mapping.objects.filter(scale=self.scale(uid), category=self.category(category))
        mapping = held.select_related("category__project", "scale_category").first()

        def act() -> tuple[Project, Any]:
            if mapping:
                unmap(person(request), mapping)
            return self.project, None

        return once(request, act, status=204)


class CoveredPlaceRow(serializers.Serializer[Any]):
    """A scale category: which categories have their place there, how many incidents, and how many people chose it."""

    scale_category = serializers.UUIDField()
    layer = serializers.UUIDField()
    categories = serializers.ListField(child=serializers.UUIDField())
    incidents = serializers.IntegerField()
    coders = serializers.IntegerField()


class CoverageRow(serializers.Serializer[Any]):
    """Both ways: the places of a scale with what stands there, and the categories without a place."""

    places = CoveredPlaceRow(many=True)
    unmapped = serializers.ListField(child=serializers.UUIDField(), help_text="Categories not mapped yet.")
    does_not_fit = serializers.ListField(child=serializers.UUIDField(), help_text="Categories that fit nowhere.")


class Coverages(LivingMappings):
    """What of a scale is used and what is not, and what has no place in it."""

    access = "read: lead coder observer; shared"
    pagination_class = None

    @extend_schema(responses=CoverageRow)
    def retrieve(self, request: Request, project: UUID, uid: UUID) -> Response:
        """A category stands under each of its places; incidents and coders are those of released rating rounds."""
        found = integration(self.scale(uid))
        places = [
            {"scale_category": place.uid, "layer": layer.uid, "categories": [one.uid for one in held],
             "incidents": use.incidents, "coders": use.coders}
            for layer, rows in found.coverage for place, held, use in rows
        ]  # fmt: skip
        missing = {"unmapped": [one.uid for one in found.unmapped], "does_not_fit": [one.uid for one in found.unfit]}
        return Response(CoverageRow({"places": places, **missing}).data)
