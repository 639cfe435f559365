"""Texts with the value vectors that stand, at the second door."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from coding.incidents.models import Incident
from coding.people.api import ProjectRoutes
from coding.selective_coding.vectors import consensus_vectors


class VectorRow(serializers.Serializer[Incident]):
    """An incident with the stance that stands on each value of its latest round: -1, 0 or +1, by the value's name."""

    incident = serializers.IntegerField(source="number")
    external_id = serializers.CharField()
    text = serializers.CharField()
    vector = serializers.SerializerMethodField()
    round = serializers.SerializerMethodField()

    def get_vector(self, incident: Incident) -> dict[str, int]:
        vector: dict[str, int] = self.context["found"][incident.pk][1]
        return vector

    def get_round(self, incident: Incident) -> str:
        return str(self.context["found"][incident.pk][0].name)


class ValueVectors(ProjectRoutes):
    """The consensus of each incident's latest round on a stance scale; what is kept as plural is no vector."""

    access = "read: lead; shared"
    read = "lead"
    shared = True
    queryset = Incident.objects.none()

    @extend_schema(
        parameters=[OpenApiParameter("round", str, description="The name of one round."),
                    OpenApiParameter("scale", str, description="The name of one scale.")],
        responses=VectorRow(many=True),
    )  # fmt: skip
    def list(self, request: Request, project: UUID) -> Response:
        asked = request.query_params
        found = consensus_vectors(self.project, asked.get("round", ""), asked.get("scale", "")).found
        page: Any = self.paginate_queryset(Incident.objects.filter(pk__in=list(found)).order_by("number"))
        return self.get_paginated_response(VectorRow(page, many=True, context={"found": found}).data)
