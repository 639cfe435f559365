"""The theoretical-sampling queue at the second door."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from coding.codes.models import Scale
from coding.people.api import ProjectRoutes, one_of, person, uid_asked
from coding.rounds.models import Round
from coding.selective_coding.sampling_queries import Proposed, sampling_queue


class ProposalRow(serializers.Serializer[Any]):
    """One incident and why it is proposed."""

    incident = serializers.UUIDField(source="incident.uid", read_only=True)
    number = serializers.IntegerField(source="incident.number", read_only=True)
    reasons = serializers.SerializerMethodField()

    def get_reasons(self, one: Proposed) -> list[str]:
        return [f"{gap.says}; {reason.says}" for gap, reason in one.proposal.reasons]


class QueueRow(serializers.Serializer[Any]):
    """The next incidents to code, and the gaps that none of those waiting seems to fill."""

    incidents = ProposalRow(source="shown", many=True, read_only=True)
    unfilled = serializers.SerializerMethodField()
    note = serializers.CharField(read_only=True, help_text="A reason for a round with these.")

    def get_unfilled(self, queue: Any) -> list[str]:
        return [gap.says for gap in queue.unfilled]


class Samplings(ProjectRoutes):
    """Proposals for theoretical sampling; for leads alone, since they tell what is planned and how it was rated."""

    access = "read: lead; shared"
    read, shared = "lead", True
    queryset = Round.objects.none()
    pagination_class = None

    @extend_schema(
        parameters=[OpenApiParameter("scale", UUID, description="The first scale if not said.")], responses=QueueRow
    )
    def retrieve(self, request: Request, project: UUID) -> Response:
        held = Scale.objects.visible_to(person(request)).filter(project=self.project).order_by("pk")
        uid = uid_asked(request, "scale")
        scale = one_of(held, uid) if uid else held.first()
        return Response(QueueRow(sampling_queue(person(request), self.project, scale)).data)
