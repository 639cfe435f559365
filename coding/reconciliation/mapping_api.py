"""A released mapping round at the second door: its categories side by side, decisions, and taking over."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.http import Http404
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from coding.codes.models import ScaleCategory
from coding.lib.api import Text, Uid
from coding.lib.refusals import BadInput
from coding.people.api import ProjectRoutes, once, one_of, person, taken
from coding.people.models import Project
from coding.reconciliation import mapping_rules, mappings, rules
from coding.reconciliation.mapping_lines import Line, coders_of, lines_of
from coding.reconciliation.models import Decision, Disagreement
from coding.rounds.models import Assignment, Round
from coding.rounds.rules import has_opened
from coding.selective_coding.integration_api import NewLivingPlace

REASONS = [one for one in Decision.Reason.choices if one[0] != Decision.Reason.LEGITIMATELY_PLURAL]


class SaidPlaceRow(serializers.Serializer[Any]):
    """What one coder said of a category; without a place it does not fit."""

    coder = serializers.UUIDField(source="coder.uid")
    is_machine = serializers.BooleanField(source="coder.is_machine")
    scale_category = serializers.UUIDField(source="place.uid", default=None, allow_null=True)
    rationale = serializers.CharField()


class StandingPlaceRow(serializers.Serializer[Any]):
    """What stands for a category; without a place it does not fit."""

    scale_category = serializers.UUIDField(source="scale_category.uid", default=None, allow_null=True)


class PlaceDecisionRow(serializers.Serializer[Decision]):
    """A decision on a category's place, with who and why."""

    uid = serializers.UUIDField()
    by = serializers.UUIDField(source="by.uid")
    outcome = serializers.CharField()
    reason = serializers.CharField()
    rationale = serializers.CharField()
    at = serializers.DateTimeField()


class SideBySideRow(serializers.Serializer[Any]):
    """A category as the round's edition names it: what was said, what stands, and what was decided, latest first."""

    category = serializers.UUIDField(source="uid")
    name = serializers.CharField()
    state = serializers.CharField(help_text="open, settled, agreed, alone (one coder only) or missing.")
    said = serializers.SerializerMethodField()
    stands = serializers.SerializerMethodField()
    decisions = PlaceDecisionRow(many=True)

    @extend_schema_field(SaidPlaceRow(many=True))
    def get_said(self, line: Line) -> list[Any]:
        return [SaidPlaceRow(one).data for one in line.cells if one]

    @extend_schema_field(StandingPlaceRow(allow_null=True))
    def get_stands(self, line: Line) -> Any:
        return StandingPlaceRow(line.consensus).data if line.consensus else None


class NewPlaceDecision(NewLivingPlace):
    """Either the scale category that stands, or that none fits; with why it was mapped differently."""

    reason = serializers.ChoiceField(REASONS)
    rationale = Text(max_length=20_000)


class PlaceReopening(serializers.Serializer[Any]):
    """The decision that you read, and why it is reopened."""

    decision = Uid()
    reason = Text(max_length=2_000)


class TakenOverRow(serializers.Serializer[Any]):
    """What taking over did: categories mapped anew, those that stood so already, and names no longer in use."""

    mapped = serializers.IntegerField()
    stood = serializers.IntegerField()
    gone = serializers.ListField(child=serializers.CharField())


class MappedRounds(ProjectRoutes):
    """What coders of a released mapping round said, and what a lead decides of it."""

    access = "read: lead coder observer; write: lead; shared"
    shared = True
    queryset = Disagreement.objects.none()
    pagination_class = None

    def mapped(self, uid: UUID) -> Round:
        rounds = Round.objects.visible_to(person(self.request)).filter(project=self.project, stage=Round.Stage.MAPPING)
        return one_of(rounds.released().select_related("edition", "scale", "project"), uid)

    def lines(self, mapped: Round) -> list[Line]:
        """Give the categories side by side to who has opened the round and does not map blind just now."""
        if not has_opened(person(self.request), mapped):
            raise rules.ReadingsClosed("Open the round's readings first: they say what others mapped.")
        if Assignment.objects.filter(round=mapped).hidden_from(person(self.request)).exists():
            raise rules.CodesItBlind(rules.MAPS_BLIND)
        return lines_of(mapped, coders_of(mapped))

    @extend_schema(responses=SideBySideRow(many=True))
    def list(self, request: Request, project: UUID, round: UUID) -> Response:
        """All categories of the round, those that wait for a decision first."""
        return Response(SideBySideRow(self.lines(self.mapped(round)), many=True).data)

    def done(self, request: Request, round: UUID, category: UUID, verb: Callable[[Disagreement], object]) -> Response:
        """Call a verb on what was said differently of a category, and answer with the category as it is then."""
        mapped = self.mapped(round)
        known = Disagreement.objects.known_to(person(request)).filter(round=mapped)
        found = known.filter(unit=f"{mappings.UNIT}{category}").first()
        if found is None:
            raise Http404

        def act() -> tuple[Project, Any]:
            verb(found)
            line = next(one for one in self.lines(mapped) if one.uid == str(category))
            return self.project, SideBySideRow(line).data

        return once(request, act)

    @extend_schema(request=NewPlaceDecision, responses=SideBySideRow)
    def settle(self, request: Request, project: UUID, round: UUID, category: UUID) -> Response:
        """Decide the place that stands for a category that was mapped differently; the coders' rows stay."""
        asked = taken(NewPlaceDecision, request)
        uid = asked.get("scale_category")
        place = ScaleCategory.objects.filter(layer__scale__project=self.project, uid=uid).first() if uid else None
        if uid and place is None:
            raise BadInput("There is no such category in this round's scale. Choose one from the list.")
        said = asked["reason"], asked["rationale"]
        return self.done(
            request, round, category, lambda found: mapping_rules.settle_mapping(person(request), found, place, *said)
        )

    @extend_schema(request=PlaceReopening, responses=SideBySideRow)
    def reopen(self, request: Request, project: UUID, round: UUID, category: UUID) -> Response:
        """Put a decided category back; what was decided stands until it is decided anew."""
        asked = taken(PlaceReopening, request)

        def verb(found: Disagreement) -> object:
            seen = rules.decision_seen(found, str(asked["decision"]))
            return rules.reopen_decision(person(request), seen, asked["reason"])

        return self.done(request, round, category, verb)

    @extend_schema(request=None, responses=TakenOverRow)
    def take_over(self, request: Request, project: UUID, round: UUID) -> Response:
        """Take what stands over into the living mapping; what waits for its decision is left as it is."""
        mapped = self.mapped(round)

        def act() -> tuple[Project, Any]:
            return self.project, TakenOverRow(mapping_rules.take_over(person(request), mapped)).data

        return once(request, act)
