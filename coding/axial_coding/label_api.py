"""The in-vivo label of a category at the second door, with the words that it may be."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from coding.axial_coding import labels
from coding.axial_coding.relation_api import OnBoard
from coding.codes.models import NAME_LENGTH, Category
from coding.lib.api import Text
from coding.people.api import once, person, taken
from coding.people.models import Project


class OfferedWords(serializers.Serializer[Any]):
    """Words that may be the label, and the number of an incident in which they stand."""

    words = serializers.CharField(read_only=True)
    incident = serializers.IntegerField(read_only=True)


class LabelRow(serializers.Serializer[Any]):
    """The label, empty where a category has none, and short quotes under it from readings that you have opened."""

    in_vivo_label = serializers.CharField(read_only=True)
    offered = OfferedWords(many=True, read_only=True)


class NewLabel(serializers.Serializer[Any]):
    """Words of a quote under the category, or none; `was` is the label that they replace: another one is refused."""

    in_vivo_label = Text(max_length=NAME_LENGTH, allow_blank=True)
    was = Text(max_length=NAME_LENGTH, allow_blank=True, required=False)
    reason = Text(max_length=2_000, allow_blank=True, required=False)


class InVivoLabels(OnBoard):
    """The words of a report that name a category."""

    pagination_class, queryset = None, Category.objects.none()

    def said(self, category: UUID) -> Any:
        found = self.category(category)
        offered = [
            {"words": words, "incident": number} for words, number in labels.offered(person(self.request), found)
        ]
        return LabelRow({"in_vivo_label": found.in_vivo_label, "offered": offered}).data

    @extend_schema(responses=LabelRow)
    def retrieve(self, request: Request, project: UUID, category: UUID) -> Response:
        return Response(self.said(category))

    @extend_schema(request=NewLabel, responses=LabelRow)
    def update(self, request: Request, project: UUID, category: UUID) -> Response:
        """Let words that stand under the category label it, or (empty) take its label away."""
        held, asked = self.category(category), taken(NewLabel, request)
        words, reason, was = asked["in_vivo_label"], asked.get("reason", ""), asked.get("was")

        def act() -> tuple[Project, Any]:
            labels.label_category(person(request), held, words, reason, was=was)
            return self.project, self.said(category)

        return once(request, act)
