"""Mapping at the second door: the categories of an assignment with what its coder says of each, submit."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from coding.codes.api import ScaleRow
from coding.lib.api import Text, Uid, YesNo
from coding.people.api import key_of, person, retried, taken
from coding.rounds.api import Submitted, assignment_for, submit
from coding.rounds.models import Assignment, Round
from coding.selective_coding import mapping
from coding.selective_coding.api import RatingSaved
from coding.selective_coding.mapping import NOTHING, Said
from coding.selective_coding.models import MappingChoice


class MappedWritten(serializers.Serializer[Any]):
    """What the coder says of one category; neither a place nor "does not fit" takes it back.

    With `version`, a choice that changed since is refused (409); without it, this one takes its place.
    """

    scale_category = Uid(required=False, allow_null=True)
    does_not_fit = YesNo(default=False)
    rationale = Text(allow_blank=True, default="")
    version = Text(max_length=64, required=False)


class MappedRow(serializers.Serializer[Any]):
    """A category of the round's edition, with what the coder says of it."""

    category = serializers.UUIDField(read_only=True)
    name = serializers.CharField(read_only=True)
    definition = serializers.CharField(read_only=True)
    scale_category = serializers.UUIDField(read_only=True, allow_null=True)
    does_not_fit = serializers.BooleanField(read_only=True)
    rationale = serializers.CharField(read_only=True)
    version = serializers.CharField(read_only=True)


class MappedRows(serializers.Serializer[Any]):
    """All categories that the round maps, in the edition's order."""

    categories = MappedRow(many=True, read_only=True)


class Places(GenericViewSet[Any]):
    """The places that the coder of a mapping assignment gives the categories; only that coder writes."""

    access = "signed in; read: what the person may open; write: its coder"
    queryset = MappingChoice.objects.none()
    pagination_class = None
    assignment: Assignment

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        self.assignment = assignment_for(request, kwargs["assignment"], Round.Stage.MAPPING)

    @extend_schema(responses=MappedRows)
    def retrieve(self, request: Request, assignment: UUID) -> Response:
        said = mapping.said_by(self.assignment)
        rows = [
            {"category": uid, "name": row["name"], "definition": row["definition"],
             **(one := said.get(UUID(uid), NOTHING)).plain(), "version": one.version}
            for uid, row in mapping.categories_of(self.assignment.round).items()
        ]  # fmt: skip
        return Response({"categories": rows})

    @extend_schema(request=MappedWritten, responses=RatingSaved)
    def update(self, request: Request, assignment: UUID, category: UUID) -> Response:
        """Write what the coder says of one category."""
        asked, key = taken(MappedWritten, request), key_of(request)
        said = Said(asked.get("scale_category"), asked["does_not_fit"], asked["rationale"])

        def act() -> Response:
            saved = mapping.choose_place(
                person(request), self.assignment, category, said, version=asked.get("version"), key=key
            )
            return Response(RatingSaved(saved).data)

        return retried(request, key, act)

    @extend_schema(responses=ScaleRow)
    @action(detail=False, methods=["get"])
    def scale(self, request: Request, assignment: UUID) -> Response:
        """The scale that this round maps to, as its edition words it."""
        return Response(ScaleRow(mapping.scale_of(self.assignment.round)).data)

    @extend_schema(request=None, responses=Submitted)
    @action(detail=False, methods=["post"])
    def submit(self, request: Request, assignment: UUID) -> Response:
        """Declare all categories mapped; the lead can reopen it until release."""
        return submit(request, self.assignment, mapping.submit)
