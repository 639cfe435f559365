"""Incidents at the second door: read them, and bring reports in."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import exceptions, serializers
from rest_framework.request import Request
from rest_framework.response import Response

from coding.incidents import rules
from coding.incidents.columns import LENGTHS
from coding.incidents.models import Incident, IncidentQuerySet
from coding.lib.api import Text
from coding.lib.text import fault
from coding.people.api import ProjectRoutes, once, one_of, page_of, person, taken
from coding.people.models import Project

MOST_REPORTS = 10_000
MOST_ATTRIBUTES = 200
MOST_ASKED = 500
SHOWN_FAULTS = 100


class IncidentLine(serializers.Serializer[Incident]):
    """One report in a list, without its text."""

    uid = serializers.UUIDField(read_only=True)
    number = serializers.IntegerField(read_only=True)
    title = serializers.CharField(read_only=True)
    occurrence = serializers.CharField(read_only=True)
    occurred_on = serializers.DateField(read_only=True)
    source_name = serializers.CharField(read_only=True)
    source_url = serializers.CharField(read_only=True)
    external_id = serializers.CharField(read_only=True)
    language = serializers.CharField(read_only=True)
    modality = serializers.CharField(read_only=True)
    lifecycle_stage = serializers.CharField(read_only=True)
    text_sha256 = serializers.CharField(read_only=True)


class IncidentRow(IncidentLine):
    """One report. Offsets everywhere are code points of this `text`."""

    text = serializers.CharField(read_only=True)
    attributes = serializers.DictField(read_only=True)
    withdrawn_because = serializers.CharField(read_only=True)


class Report(serializers.Serializer[Any]):
    """One report on its way in; the rules are those of a file's rows."""

    title = Text(max_length=None)
    text = Text(max_length=None)
    occurred_on = Text(max_length=100, allow_blank=True, required=False, help_text="YYYY-MM-DD.")
    source_name = Text(max_length=LENGTHS["source_name"], allow_blank=True, required=False)
    source_url = Text(max_length=LENGTHS["source_url"], allow_blank=True, required=False)
    external_id = Text(max_length=LENGTHS["external_id"], allow_blank=True, required=False)
    language = Text(max_length=LENGTHS["language"], allow_blank=True, required=False)
    modality = Text(max_length=LENGTHS["modality"], allow_blank=True, required=False)
    lifecycle_stage = Text(max_length=LENGTHS["lifecycle_stage"], allow_blank=True, required=False)
    occurrence = Text(max_length=LENGTHS["occurrence"], allow_blank=True, required=False)
    attributes = serializers.DictField(child=Text(allow_blank=True), required=False)

    def validate_attributes(self, attributes: dict[str, str]) -> dict[str, str]:
        if len(attributes) > MOST_ATTRIBUTES:
            raise serializers.ValidationError(f"A report has at most {MOST_ATTRIBUTES} attributes.")
        return attributes


class Reports(serializers.Serializer[Any]):
    """Reports to bring in: all or none."""

    incidents = serializers.ListField(child=Report(), min_length=1, max_length=MOST_REPORTS)


class ImportReport(serializers.Serializer[Any]):
    """What an import did."""

    added = serializers.IntegerField()
    updated = serializers.IntegerField()
    unchanged = serializers.IntegerField()
    text_differs = serializers.ListField(child=serializers.CharField())
    notes = serializers.ListField(child=serializers.CharField())
    sentence = serializers.CharField()


class Incidents(ProjectRoutes):
    """The incidents of a project, in the order of their numbers."""

    access = "read: lead coder observer; write: lead"
    queryset = Incident.objects.none()
    lookup_field, lookup_value_converter = "uid", "uuid"

    def rows(self) -> IncidentQuerySet:
        return Incident.objects.visible_to(person(self.request)).filter(project=self.project).order_by("number")

    @extend_schema(
        parameters=[OpenApiParameter("q", str, description="Words that all stand in title or text.")],
        responses=IncidentLine(many=True),
    )
    def list(self, request: Request, project: UUID) -> Response:
        words = request.query_params.get("q", "")
        if fault(words) or len(words) > MOST_ASKED:
            raise exceptions.ValidationError({"q": [f"Search for at most {MOST_ASKED} ordinary characters."]})
        return page_of(self, self.rows().in_use().matching(words).light(), IncidentLine)

    @extend_schema(responses=IncidentRow)
    def retrieve(self, request: Request, project: UUID, uid: UUID) -> Response:
        return Response(IncidentRow(one_of(self.rows(), uid)).data)

    @extend_schema(request=Reports, responses={200: ImportReport})
    def create(self, request: Request, project: UUID) -> Response:
        """Bring reports in; known ones (by `external_id`, or by title and text) are brought up to date."""
        reports = taken(Reports, request)["incidents"]

        def act() -> tuple[Project, Any]:
            try:
                return self.project, ImportReport(rules.add_incidents(person(request), self.project, reports)).data
            except rules.RowsFaulty as refused:
                rows = {str(one.number): list(one.sentences) for one in refused.faults[:SHOWN_FAULTS]}
                raise exceptions.ValidationError({"incidents": rows}) from refused

        return once(request, act)
