"""Agreement at the second door: the measurements of a released round, and measuring it again."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from coding.agreement import queries, rules
from coding.agreement.models import Measurement
from coding.agreement.views import TOO_FEW
from coding.lib.refusals import Forbidden
from coding.people.api import ProjectRoutes, choice_asked, once, one_of, page_of, person
from coding.people.models import Project
from coding.rounds.models import Round

WHICH = ["latest", "all"]


class MeasurementRow(serializers.Serializer[Measurement]):
    """One figure. `value` is null exactly where `undefined_because` is a sentence.

    `beside` holds what explains it: other coefficients, pairs of coders by their places in `method.coders`, machines,
    groups; who said what beside what only once you have opened the round's readings.
    """

    uid = serializers.UUIDField(read_only=True)
    coefficient = serializers.CharField(read_only=True)
    level = serializers.CharField(read_only=True)
    about = serializers.CharField(read_only=True)
    value = serializers.FloatField(read_only=True, allow_null=True)
    undefined_because = serializers.CharField(read_only=True)
    low = serializers.FloatField(read_only=True, allow_null=True)
    high = serializers.FloatField(read_only=True, allow_null=True)
    interval_because = serializers.CharField(read_only=True)
    caution = serializers.CharField(read_only=True)
    percent = serializers.FloatField(read_only=True, allow_null=True)
    uses = serializers.IntegerField(read_only=True)
    units = serializers.IntegerField(read_only=True)
    coders = serializers.IntegerField(read_only=True)
    pairable = serializers.IntegerField(read_only=True)
    left_out = serializers.DictField(read_only=True)
    beside = serializers.SerializerMethodField()
    method = serializers.DictField(read_only=True)
    seed = serializers.IntegerField(read_only=True)
    input_sha256 = serializers.CharField(read_only=True)
    batch = serializers.IntegerField(read_only=True)
    at = serializers.DateTimeField(read_only=True)

    def get_beside(self, one: Measurement) -> dict[str, Any]:
        opened = self.context.get("opened", False)
        return {key: value for key, value in one.beside.items() if opened or key != "confusion"}


class Measured(serializers.Serializer[Any]):
    """What a measurement stored."""

    batch = serializers.IntegerField(read_only=True)
    figures = serializers.IntegerField(read_only=True)


class Measurements(ProjectRoutes):
    """The figures of a released round."""

    access = "read: lead coder observer; write: lead; shared"
    shared = True
    queryset = Measurement.objects.none()
    opened = False

    def round_of(self, request: Request, uid: UUID) -> Round:
        found = one_of(queries.readable(person(request), self.project), uid)
        if queries.is_closed(found):
            raise Forbidden(TOO_FEW)
        return found

    def get_serializer_context(self) -> dict[str, Any]:
        return {**super().get_serializer_context(), "opened": self.opened}

    @extend_schema(
        parameters=[OpenApiParameter("batch", str, enum=WHICH, description="The latest figures, or earlier ones too.")],
        responses=MeasurementRow(many=True),
    )
    def list(self, request: Request, project: UUID, round: UUID) -> Response:
        """The round's figures, in the order in which its page shows them."""
        measured = self.round_of(request, round)
        self.opened = queries.reads_all(person(request), measured)
        rows: QuerySet[Measurement] = Measurement.objects.filter(round=measured)
        if choice_asked(request, "batch", WHICH) != "all":
            rows = queries.latest(Measurement.objects.filter(round=measured))
        return page_of(self, rows.order_by("batch", "pk"), MeasurementRow)

    @extend_schema(request=None, responses={201: Measured})
    def create(self, request: Request, project: UUID, round: UUID) -> Response:
        """Measure the round again, with codes placed by the latest edition; earlier figures stay."""

        def act() -> tuple[Project, Any]:
            rows = rules.measure_again(person(request), self.round_of(request, round))
            return self.project, {"batch": rows[0].batch, "figures": len(rows)}

        return once(request, act, status=201)
