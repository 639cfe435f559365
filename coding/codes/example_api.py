"""Anchor examples of scale categories at the second door."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from coding.codes.examples import choose_example, drop_example, examples_in
from coding.codes.models import Example, ScaleCategory
from coding.incidents.models import Incident
from coding.lib.api import Text, Uid
from coding.people.api import ProjectRoutes, once, one_of, page_of, person, taken
from coding.people.models import Project


class ExampleRow(serializers.Serializer[Example]):
    """Words of an incident, in code points of its text, that show what a scale category means."""

    uid = serializers.UUIDField(read_only=True)
    scale_category = serializers.UUIDField(source="scale_category.uid", read_only=True)
    incident = serializers.UUIDField(source="incident.uid", read_only=True)
    start = serializers.IntegerField(read_only=True)
    end = serializers.IntegerField(read_only=True)
    quote = serializers.CharField(read_only=True)
    kind = serializers.ChoiceField(Example.Kind.choices, read_only=True)


class NewExample(serializers.Serializer[Any]):
    """Words as they stand in the incident's text; the first place where they stand is taken."""

    scale_category = Uid()
    incident = Uid()
    quote = Text()
    kind = serializers.ChoiceField(Example.Kind.choices, default=Example.Kind.TYPICAL)
    reason = Text()


class Dropped(serializers.Serializer[Any]):
    """Why an example is taken back."""

    reason = Text()


class Examples(ProjectRoutes):
    """The anchor examples of a project's scales as they stand now; a rating round reads its edition's."""

    access = "read: lead coder observer; write: lead; shared"
    shared = True
    queryset = Example.objects.none()
    lookup_field = "uid"
    lookup_value_converter = "uuid"

    @extend_schema(responses=ExampleRow(many=True))
    def list(self, request: Request, project: UUID) -> Response:
        return page_of(self, examples_in(self.project), ExampleRow)

    @extend_schema(request=NewExample, responses={201: ExampleRow})
    def create(self, request: Request, project: UUID) -> Response:
        """Choose an example."""
        asked = taken(NewExample, request)
        places = ScaleCategory.objects.filter(layer__scale__project=self.project)
        place = one_of(places.select_related("layer__scale__project"), asked["scale_category"])
        incident = one_of(Incident.objects.filter(project=self.project), asked["incident"])

        def act() -> tuple[Project, Any]:
            made = choose_example(person(request), place, incident, asked["quote"], asked["kind"], asked["reason"])
            return self.project, ExampleRow(examples_in(self.project).get(pk=made.pk)).data

        return once(request, act, status=201)

    @extend_schema(request=Dropped, responses={204: None})
    @action(detail=True, methods=["post"], url_path="take-back")
    def take_back(self, request: Request, project: UUID, uid: UUID) -> Response:
        """Take an example back; editions that hold it keep it."""
        example, asked = one_of(examples_in(self.project), uid), taken(Dropped, request)

        def act() -> tuple[Project, Any]:
            drop_example(person(request), example, asked["reason"])
            return self.project, None

        return once(request, act, status=204)
