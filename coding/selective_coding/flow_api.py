"""The map of the whole at the second door: every row by its name, nothing gathered."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from coding.codes.models import Mapping, Scale
from coding.people.api import ProjectRoutes, choice_asked, one_of, person, uid_asked
from coding.selective_coding.flow import Node
from coding.selective_coding.flow_queries import BY, Map, whole_map


class GroupRow(serializers.Serializer[Any]):
    """Some incidents, as the map divides them."""

    key = serializers.CharField()
    name = serializers.CharField()
    incidents = serializers.IntegerField()
    uses = serializers.IntegerField()


class CellRow(serializers.Serializer[Any]):
    """The uses of one group of incidents; those without any are left out."""

    group = serializers.CharField(help_text="The key of a group.")
    uses = serializers.IntegerField()


class FlowPartRow(serializers.Serializer[Any]):
    """A part of the map: a layer, a scale category, a category or a code, or where a way ends before the scale."""

    key = serializers.CharField(help_text="Its kind and public id, or: unsorted, unfit, unplaced.")
    kind = serializers.CharField(help_text="layer, place (a scale category), category or code.")
    name = serializers.CharField()
    under = serializers.CharField(help_text="The key of the part that it leads to; empty where the way ends.")
    uses = serializers.IntegerField(help_text="A code counts once for each incident that it stands for.")
    incidents = serializers.IntegerField(help_text="Different incidents.")
    cells = CellRow(many=True)


class FlowRow(serializers.Serializer[Any]):
    """The map of the whole, as it stands just now."""

    scale = serializers.UUIDField(allow_null=True)
    by = serializers.CharField(help_text="By what incidents are divided.")
    incidents = serializers.IntegerField()
    uses = serializers.IntegerField()
    closed = serializers.IntegerField(help_text="Incidents not told apart, their readings being closed to you.")
    groups = GroupRow(many=True)
    parts = FlowPartRow(many=True)


class Flows(ProjectRoutes):
    """From incidents to layers, counted for each request."""

    access = "read: lead coder observer; shared"
    shared = True
    queryset = Mapping.objects.none()
    pagination_class = None

    @extend_schema(
        parameters=[
            OpenApiParameter("scale", UUID, description="The first scale if not said."),
            OpenApiParameter("by", str, description=f"Divides incidents: {', '.join(BY)}."),
            OpenApiParameter("within", str, description="The key of a part that is looked at alone."),
        ],
        responses=FlowRow,
    )
    def retrieve(self, request: Request, project: UUID) -> Response:
        held = Scale.objects.visible_to(person(request)).filter(project=self.project).order_by("pk")
        uid = uid_asked(request, "scale")
        scale = one_of(held, uid) if uid else held.first()
        by = choice_asked(request, "by", list(BY)) or ""
        found = whole_map(
            person(request), self.project, scale, by, request.query_params.get("within", ""), whole=True
        )  # fmt: skip
        if found is None:
            raise Http404
        return Response(FlowRow(plain(found)).data)


def plain(found: Map) -> dict[str, Any]:
    """Give a map as plain data."""
    return {
        "scale": found.scale and found.scale.uid, "by": found.by, "incidents": found.flow.incidents,
        "uses": found.flow.uses, "closed": found.closed, "groups": found.flow.groups,
        "parts": [part(node) for node in found.flow.nodes],
    }  # fmt: skip


def part(node: Node) -> dict[str, Any]:
    return {
        "key": node.key, "kind": node.level, "name": node.name, "under": node.parent.key if node.parent else "",
        "uses": node.uses, "incidents": node.incidents,
        "cells": [{"group": key, "uses": uses} for key, uses in sorted(node.cells.items())],
    }  # fmt: skip
