"""Results at the second door: what stands after release and reconciliation, counted for each request."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from coding.codes.models import Scale
from coding.people.api import ProjectRoutes, choice_asked, one_of, person
from coding.selective_coding.results import DIVIDED, Results, cross, results


class ResultLine(serializers.Serializer[Any]):
    """A layer, a category, or "none applies", with how many incidents stand under it."""

    kind = serializers.CharField(help_text="layer, category or none.")
    uid = serializers.CharField()
    number = serializers.IntegerField(allow_null=True)
    name = serializers.CharField()
    incidents = serializers.IntegerField(source="count.any")
    occurrences = serializers.IntegerField(source="count.occurrences")
    primary = serializers.IntegerField(source="count.primary")
    plural = serializers.IntegerField(source="count.plural")
    interval = serializers.ListField(
        source="count.interval", child=serializers.FloatField(), allow_null=True,
        help_text="The 95 % score interval of its share (Wilson 1927), which holds for a random sample.",
    )  # fmt: skip
    cells = serializers.ListField(child=serializers.IntegerField(), help_text="Incidents in each column.")


class ResultRow(serializers.Serializer[Any]):
    """The table of one scale."""

    scale = serializers.UUIDField(source="scale.uid")
    by = serializers.CharField(help_text="By what the columns divide the incidents; empty for no columns.")
    columns = serializers.SerializerMethodField()
    incidents = serializers.IntegerField()
    occurrences = serializers.IntegerField()
    plural = serializers.IntegerField()
    is_random = serializers.BooleanField(help_text="Whether all incidents were drawn at random.")
    rounds = serializers.ListField(child=serializers.CharField())
    lines = ResultLine(many=True)

    def get_columns(self, found: Results) -> list[str]:
        return [name for name, _ in found.columns]


class CrossCell(serializers.Serializer[Any]):
    """Incidents under both, and the mean of their stances from -1 to +1; null where there are none."""

    value = serializers.UUIDField(source="uid")
    incidents = serializers.IntegerField(source="n")
    mean = serializers.FloatField(allow_null=True)


class CrossLine(serializers.Serializer[Any]):
    """One category of the presence scale against each value that is touched."""

    category = serializers.SerializerMethodField()
    cells = serializers.SerializerMethodField()

    def get_category(self, line: Any) -> UUID:
        uid: UUID = line[0].uid
        return uid

    @extend_schema_field(CrossCell(many=True))
    def get_cells(self, line: Any) -> list[Any]:
        return [CrossCell(one).data for one in line[1]]


class CrossRow(serializers.Serializer[Any]):
    """The categories of one scale against the values of another, over the incidents that stand on both."""

    presence = serializers.UUIDField(source="presence.uid")
    stance = serializers.UUIDField(source="stance.uid")
    incidents = serializers.IntegerField()
    lines = CrossLine(many=True)


class ResultTables(ProjectRoutes):
    """How many incidents and occurrences stand under each layer and category."""

    access = "read: lead coder observer; shared"
    shared = True
    queryset = Scale.objects.none()
    pagination_class = None

    @extend_schema(
        parameters=[OpenApiParameter("by", str, description=f"Divides incidents: {', '.join(DIVIDED)}.")],
        responses=ResultRow,
    )
    def retrieve(self, request: Request, project: UUID, uid: UUID) -> Response:
        scale = one_of(Scale.objects.visible_to(person(request)).filter(project=self.project), uid)
        by = choice_asked(request, "by", list(DIVIDED)) or ""
        return Response(ResultRow(results(scale, by)).data)

    @extend_schema(responses=CrossRow)
    def cross(self, request: Request, project: UUID, uid: UUID, stance: UUID) -> Response:
        """Cross a presence scale with a stance scale of the project."""
        mine = Scale.objects.visible_to(person(request)).filter(project=self.project)
        one = one_of(mine.filter(rating_kind=Scale.RatingKind.PRESENCE), uid)
        other = one_of(mine.filter(rating_kind=Scale.RatingKind.STANCE), stance)
        return Response(CrossRow(cross(one, other)).data)
