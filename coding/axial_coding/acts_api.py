"""What was done to codes and categories, and its undo, at the second door."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from coding.axial_coding.acts import acts_in_words
from coding.axial_coding.relation_api import OnBoard
from coding.axial_coding.splitting import undo_act, ways
from coding.codes.api import Reason
from coding.codes.undo import undoable
from coding.people.api import once, one_of, person, taken
from coding.people.models import Event, Project


class ActRow(serializers.Serializer[Event]):
    """What was done to a code or category (`target`: `code:` or `category:` and its uid), with who and why."""

    uid = serializers.UUIDField()
    verb = serializers.CharField()
    target = serializers.CharField()
    says = serializers.SerializerMethodField(help_text="The act in words.")
    reason = serializers.CharField()
    by = serializers.UUIDField(source="actor.uid")
    at = serializers.DateTimeField()

    def get_says(self, event: Event) -> str:
        said: str = self.context["words"][event.pk]
        return said


class UndoneRow(serializers.Serializer[Event]):
    """The undo, and the act that it undid."""

    uid = serializers.UUIDField()
    undoes = serializers.UUIDField(source="undoes.uid")
    reason = serializers.CharField()


class Acts(OnBoard):
    """Merges, splits, places, adoptions, retirements, labels and wordings of codes and categories."""

    queryset = Event.objects.none()
    lookup_field, lookup_value_converter = "uid", "uuid"

    @extend_schema(responses=ActRow(many=True))
    def list(self, request: Request, project: UUID) -> Response:
        """What stands and can be undone, the latest first."""
        found = undoable(self.project, ways(person(request)))
        page: Any = self.paginate_queryset(found.visible_to(person(request)))
        words = {event.pk: said for event, said in acts_in_words(self.project, page)}
        return self.get_paginated_response(ActRow(page, many=True, context={"words": words}).data)

    @extend_schema(request=Reason, responses=UndoneRow)
    @action(detail=True, methods=["post"])
    def undo(self, request: Request, project: UUID, uid: UUID) -> Response:
        """Bring back exactly what was there before this act; 409 where something came later: undo that first."""
        event = one_of(Event.objects.visible_to(person(request)).filter(project=self.project), uid)
        reason = taken(Reason, request)["reason"]

        def act() -> tuple[Project, Any]:
            return self.project, UndoneRow(undo_act(person(request), self.project, event, reason)).data

        return once(request, act)
