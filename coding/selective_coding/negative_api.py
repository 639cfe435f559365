"""Negative cases, what became of them, and chain breaks at the second door."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from coding.codes.models import Scale
from coding.lib.api import Text, Uid
from coding.people.api import ProjectRoutes, once, one_of, page_of, person, taken, uid_asked
from coding.people.models import Project
from coding.selective_coding.chain_breaks import WORDS, chain_breaks
from coding.selective_coding.models import CaseNote
from coding.selective_coding.negative_queries import negative_cases
from coding.selective_coding.negative_rules import note_case
from coding.selective_coding.negative_views import case_in


class CaseNoteRow(serializers.Serializer[CaseNote]):
    """What was changed because of a case, or (without segment) that one was sought and none found."""

    uid = serializers.UUIDField(read_only=True)
    category = serializers.UUIDField(source="category.uid", read_only=True)
    changed = serializers.ChoiceField(CaseNote.Changed.choices, read_only=True)
    why = serializers.CharField(read_only=True)
    by = serializers.UUIDField(source="by.uid", read_only=True)
    at = serializers.DateTimeField(read_only=True)


class CaseRow(serializers.Serializer[Any]):
    """A segment that speaks against a category, or against a relation around it; its notes, latest first."""

    segment = serializers.UUIDField(source="segment.uid", read_only=True)
    incident = serializers.UUIDField(source="segment.assignment.incident.uid", read_only=True)
    quote = serializers.CharField(source="words", read_only=True)
    category = serializers.UUIDField(source="category.uid", read_only=True)
    relation = serializers.UUIDField(source="relation.uid", read_only=True, default=None, allow_null=True)
    notes = CaseNoteRow(many=True, read_only=True)


class NewCaseNote(serializers.Serializer[Any]):
    """A note; without segment it says that a case against the category was sought and none found."""

    category = Uid()
    segment = Uid(required=False)
    relation = Uid(required=False)
    changed = serializers.ChoiceField(CaseNote.Changed.choices)
    why = Text()


class BreakRow(serializers.Serializer[Any]):
    """An incident whose consensus rating contradicts the places of its codes."""

    incident_number = serializers.IntegerField(source="one.number", read_only=True)
    kind = serializers.ChoiceField(list(WORDS.items()), read_only=True)
    says = serializers.CharField(source="words", read_only=True)
    rated_without_code = serializers.SerializerMethodField()
    coded_without_rating = serializers.SerializerMethodField()

    def get_rated_without_code(self, one: Any) -> list[UUID]:
        return [place.uid for place in one.without_code]

    def get_coded_without_rating(self, one: Any) -> list[UUID]:
        return [place.uid for place, _ in one.unrated]


class NegativeCases(ProjectRoutes):
    """What speaks against, as far as you may read it; those without a note first."""

    access = "read: lead coder observer; write: lead; shared"
    shared = True
    queryset = CaseNote.objects.none()

    @extend_schema(responses=CaseRow(many=True))
    def list(self, request: Request, project: UUID) -> Response:
        return page_of(self, negative_cases(person(request), self.project).shown, CaseRow)  # type: ignore[arg-type]  # a list pages too

    @extend_schema(request=NewCaseNote, responses={201: CaseNoteRow})
    def create(self, request: Request, project: UUID) -> Response:
        """Note what was changed because of a case."""
        asked = taken(NewCaseNote, request)
        category, segment, relation = case_in(person(request), self.project, asked)

        def act() -> tuple[Project, Any]:
            note = note_case(person(request), category, asked["changed"], asked["why"], segment, relation)
            return self.project, CaseNoteRow(note).data

        return once(request, act, status=201)


class ChainBreaks(ProjectRoutes):
    """Chain breaks of a scale, the plainest contradictions first."""

    access = "read: lead coder observer; shared"
    shared = True
    queryset = CaseNote.objects.none()

    @extend_schema(
        parameters=[OpenApiParameter("scale", UUID, description="The first scale if not said.")],
        responses=BreakRow(many=True),
    )
    def list(self, request: Request, project: UUID) -> Response:
        held = Scale.objects.visible_to(person(request)).filter(project=self.project).order_by("pk")
        uid = uid_asked(request, "scale")
        scale = one_of(held, uid) if uid else held.first()
        found = chain_breaks(person(request), self.project, scale).found if scale else []
        return page_of(self, found, BreakRow)  # type: ignore[arg-type]  # a list pages too
