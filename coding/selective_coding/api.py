"""Rating at the second door: the scale of an assignment, the whole rating as one thing, submit."""

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
from coding.lib.api import Text, Uid, Whole, YesNo
from coding.people.api import key_of, person, retried, taken
from coding.rounds.api import Submitted, assignment_for, submit
from coding.rounds.models import Assignment, Round
from coding.selective_coding import rules, second_thoughts
from coding.selective_coding.models import Rating
from coding.selective_coding.rules import Choice

MOST_CHOICES = 200


class ChoiceField(serializers.Serializer[Any]):
    """A scale category that applies; `stance` is for stance scales.

    `evidence` names segments of the coder's own, in released rounds of open coding of the same incident.
    """

    scale_category = Uid()
    stance = Whole(min_value=-1, max_value=1, required=False, allow_null=True)
    evidence = serializers.ListField(child=Uid(), max_length=MOST_CHOICES, required=False)


class RatingWritten(serializers.Serializer[Any]):
    """The whole rating of an incident; it may be incomplete until submitted.

    With `version`, a rating that changed since is refused (409); without it, this one takes its place.
    """

    choices = serializers.ListField(child=ChoiceField(), max_length=MOST_CHOICES)
    primary = Uid(required=False, allow_null=True)
    none_applies = YesNo(default=False)
    confidence = serializers.ChoiceField(Rating.Confidence.choices, default="")
    note = Text(allow_blank=True, default="")
    version = Text(max_length=64, required=False)


class RatingRow(serializers.Serializer[Any]):
    """The whole rating of an incident as it stands."""

    choices = serializers.ListField(child=ChoiceField(), read_only=True)
    primary = serializers.UUIDField(read_only=True, allow_null=True)
    none_applies = serializers.BooleanField(read_only=True)
    confidence = serializers.ChoiceField(Rating.Confidence.choices, read_only=True)
    note = serializers.CharField(read_only=True)
    version = serializers.CharField(read_only=True)


class RatingSaved(serializers.Serializer[Any]):
    """The version that stands now, and when it was written."""

    version = serializers.CharField()
    saved_at = serializers.DateTimeField(source="at")


class LedRow(serializers.Serializer[Any]):
    """A scale category that the coder's own codes lead to."""

    scale_category = serializers.UUIDField(source="uid")
    number = serializers.IntegerField()
    name = serializers.CharField()
    codes = serializers.ListField(child=serializers.CharField())


class SuggestionRow(serializers.Serializer[Any]):
    """Where the coder's own codes lead in the round's edition: places, what fits nowhere, what has no place yet."""

    places = LedRow(many=True)
    unfit = serializers.ListField(child=serializers.CharField())
    unplaced = serializers.ListField(child=serializers.CharField())


class SecondThought(serializers.Serializer[Any]):
    """What the coder would see differently after Submit; the rating stays."""

    note = Text(allow_blank=True)


class ThoughtRow(serializers.Serializer[Any]):
    """A second thought as it was written."""

    note = serializers.CharField()
    at = serializers.DateTimeField()


class Ratings(GenericViewSet[Any]):
    """The rating of an assignment of a rating round, written whole; only its coder writes."""

    access = "signed in; read: what the person may open; write: its coder"
    queryset = Rating.objects.none()
    pagination_class = None
    assignment: Assignment

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        self.assignment = assignment_for(request, kwargs["assignment"], Round.Stage.RATING)

    @extend_schema(responses=RatingRow)
    def retrieve(self, request: Request, assignment: UUID) -> Response:
        reading = rules.reading_of(self.assignment)
        return Response({**reading.plain(), "version": reading.version})

    @extend_schema(request=RatingWritten, responses=RatingSaved)
    def update(self, request: Request, assignment: UUID) -> Response:
        """Write the whole rating."""
        asked, key = taken(RatingWritten, request), key_of(request)
        choices = [Choice(**one | {"evidence": frozenset(one.get("evidence", ()))}) for one in asked.pop("choices")]
        primary = asked.pop("primary", None)

        def act() -> Response:
            saved = rules.save_ratings(person(request), self.assignment, choices, primary, key=key, **asked)
            return Response(RatingSaved(saved).data)

        return retried(request, key, act)

    @extend_schema(responses=ScaleRow)
    @action(detail=False, methods=["get"])
    def scale(self, request: Request, assignment: UUID) -> Response:
        """The scale that this round rates on, as its edition words it."""
        return Response(ScaleRow(rules.scale_of(self.assignment.round)).data)

    @extend_schema(request=None, responses=Submitted)
    @action(detail=False, methods=["post"])
    def submit(self, request: Request, assignment: UUID) -> Response:
        """Declare the incident rated; the lead can reopen it until release."""
        return submit(request, self.assignment, rules.submit)

    @extend_schema(responses=SuggestionRow)
    @action(detail=False, methods=["get"])
    def suggestion(self, request: Request, assignment: UUID) -> Response:
        """Say where the coder's own codes lead; refused before submit, so that it leads no judgement."""
        return Response(SuggestionRow(second_thoughts.suggestion_for(self.assignment, person(request))).data)

    @extend_schema(request=SecondThought, responses={201: ThoughtRow})
    @action(detail=False, methods=["post"])
    def second_thought(self, request: Request, assignment: UUID) -> Response:
        """Write a note for reconciliation beside a submitted rating, which stays as it is."""
        asked, key = taken(SecondThought, request), key_of(request)

        def act() -> Response:
            event = second_thoughts.note_second_thought(person(request), self.assignment, asked["note"], key=key)
            return Response(ThoughtRow(second_thoughts.thought_in(event.after, event.at)).data, status=201)

        return retried(request, key, act)
