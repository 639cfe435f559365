"""Release at the second door."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from coding.lib.api import Text
from coding.people.api import ProjectRoutes, once, one_of, person, taken
from coding.people.models import Project
from coding.reconciliation import rules
from coding.rounds.api import RoundRow
from coding.rounds.models import Round


class ReleaseReason(serializers.Serializer[Any]):
    """Why the round is released; needed where not all have submitted."""

    reason = Text(max_length=2_000, allow_blank=True, default="")


class ReleaseDone(serializers.Serializer[Any]):
    """What a release did: incidents by what their readings were."""

    round = RoundRow(read_only=True)
    unanimous = serializers.IntegerField(read_only=True)
    disagreements = serializers.IntegerField(read_only=True)
    alone = serializers.IntegerField(read_only=True, help_text="Only one person judged it.")
    unread = serializers.IntegerField(read_only=True, help_text="Nobody could judge it.")


class Releases(ProjectRoutes):
    """The release of a round: a lead's act, which ends its blindness."""

    access = "write: lead"
    queryset = Round.objects.none()

    @extend_schema(request=ReleaseReason, responses={200: ReleaseDone})
    def create(self, request: Request, project: UUID, round: UUID) -> Response:
        """Release a round: measure agreement, write what all agree on, open the disagreements."""
        reason = taken(ReleaseReason, request)["reason"]

        def act() -> tuple[Project, Any]:
            rated = one_of(Round.objects.visible_to(person(request)).filter(project=self.project), round)
            return self.project, ReleaseDone(rules.release_round(person(request), rated, reason)).data

        return once(request, act)
