"""Saturation at the second door: the figure with its settings, and the lead's judgements."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import exceptions, serializers
from rest_framework.request import Request
from rest_framework.response import Response

from coding.codes.models import Category, Scale
from coding.lib.api import Text, Uid, YesNo
from coding.people.api import ProjectRoutes, once, one_of, page_of, person, taken, uid_asked
from coding.people.models import Project
from coding.selective_coding.models import SaturationJudgement
from coding.selective_coding.saturation import Saturation, band_words, sentence, verdict
from coding.selective_coding.saturation_forms import setting_form
from coding.selective_coding.saturation_queries import report
from coding.selective_coding.saturation_rules import judge_saturation


class RunRow(serializers.Serializer[Any]):
    """Incidents `first` to `last`, by their places in coding order, and what they brought."""

    first = serializers.IntegerField()
    last = serializers.IntegerField()
    new = serializers.IntegerField(help_text="New codes.")
    share = serializers.FloatField(allow_null=True, help_text="Of the codes in the base.")
    low = serializers.FloatField(allow_null=True, help_text="Of 95 % of random orders.")
    high = serializers.FloatField(allow_null=True)
    says = serializers.CharField()


class PlaceRow(serializers.Serializer[Any]):
    """One scale category, over the incidents that hold a code that leads there."""

    scale_category = serializers.UUIDField()
    incidents = serializers.IntegerField()
    codes = serializers.IntegerField()
    stop = serializers.IntegerField(allow_null=True, help_text="The last of its incidents in the stopping run.")
    undefined_because = serializers.CharField()


class SaturationRow(serializers.Serializer[Any]):
    """Code saturation as counted just now; `stop` is the last incident of the stopping run."""

    base = serializers.IntegerField()
    run = serializers.IntegerField()
    threshold = serializers.IntegerField()
    incidents = serializers.IntegerField()
    settled = serializers.IntegerField(help_text="Incidents that count by their consensus.")
    codes = serializers.IntegerField()
    in_base = serializers.IntegerField()
    stop = serializers.IntegerField(allow_null=True)
    says = serializers.CharField()
    basis = serializers.CharField()
    band = serializers.CharField(help_text="How random orders would have gone, or why there is no band.")
    seed = serializers.IntegerField(allow_null=True)
    runs = RunRow(many=True)
    scale_categories = PlaceRow(many=True)


class JudgementRow(serializers.Serializer[SaturationJudgement]):
    """One judgement of theoretical saturation; the latest of a category stands."""

    uid = serializers.UUIDField(read_only=True)
    category = serializers.UUIDField(source="category.uid", read_only=True)
    reached = serializers.BooleanField(read_only=True)
    rationale = serializers.CharField(read_only=True)
    by = serializers.UUIDField(source="by.uid", read_only=True)
    at = serializers.DateTimeField(read_only=True)


class NewJudgement(serializers.Serializer[Any]):
    """Whether a category is theoretically saturated, and why."""

    category = Uid()
    reached = YesNo()
    rationale = Text()


class Saturations(ProjectRoutes):
    """Code saturation of a project, counted for each request."""

    access = "read: lead coder observer; shared"
    shared = True
    queryset = SaturationJudgement.objects.none()
    pagination_class = None

    @extend_schema(
        parameters=[
            OpenApiParameter("base", int, description="Incidents in the base; 4 if not said."),
            OpenApiParameter("run", int, description="Incidents in a run; 2 if not said."),
            OpenApiParameter("threshold", int, description="The share in per cent at which one stops; 5 if not said."),
            OpenApiParameter(
                "scale", UUID, description="The scale whose categories are counted; the first if not said."
            ),
        ],
        responses=SaturationRow,
    )
    def retrieve(self, request: Request, project: UUID) -> Response:
        form = setting_form(request.query_params)
        if not form.is_valid():
            raise exceptions.ValidationError(
                {name: [str(one) for one in faults] for name, faults in form.errors.items()}
            )
        held = Scale.objects.visible_to(person(request)).filter(project=self.project).order_by("pk")
        uid = uid_asked(request, "scale")
        scale = one_of(held, uid) if uid else held.first()
        counted = report(self.project, scale, form.setting())
        rows = [
            {"scale_category": one.place.uid, "incidents": one.found.incidents, "codes": one.found.found,
             "stop": one.found.stop and one.found.stop.last, "undefined_because": one.found.undefined_because}
            for _, places in counted.layers for one in places
        ]  # fmt: skip
        said = plain(counted.found) | {"settled": counted.settled, "basis": counted.basis, "scale_categories": rows}
        return Response(SaturationRow(said).data)


def plain(found: Saturation) -> dict[str, Any]:
    """Give a saturation as plain data."""
    runs = [
        {"first": run.first, "last": run.last, "new": len(run.new), "share": run.share, "low": run.low,
         "high": run.high, "says": sentence(run, found.in_base)}
        for run in found.runs
    ]  # fmt: skip
    return {
        "base": found.setting.base, "run": found.setting.run, "threshold": found.setting.threshold,
        "incidents": found.incidents, "codes": found.found, "in_base": found.in_base, "runs": runs,
        "stop": found.stop and found.stop.last, "says": verdict(found), "band": band_words(found),
        "seed": found.band and found.band.seed,
    }  # fmt: skip


class Judgements(ProjectRoutes):
    """The lead's judgements of theoretical saturation, latest first; none is ever changed."""

    access = "read: lead coder observer; write: lead; shared"
    shared = True
    queryset = SaturationJudgement.objects.none()

    def rows(self) -> QuerySet[SaturationJudgement]:
        found = SaturationJudgement.objects.filter(category__project=self.project).select_related("category", "by")
        return found.order_by("-at", "-pk")

    @extend_schema(responses=JudgementRow(many=True))
    def list(self, request: Request, project: UUID) -> Response:
        return page_of(self, self.rows(), JudgementRow)

    @extend_schema(request=NewJudgement, responses={201: JudgementRow})
    def create(self, request: Request, project: UUID) -> Response:
        """Record a judgement."""
        asked = taken(NewJudgement, request)
        rows = Category.objects.visible_to(person(request)).released().select_related("project")
        category = one_of(rows.filter(project=self.project), asked["category"])

        def act() -> tuple[Project, Any]:
            judged = judge_saturation(person(request), category, asked["reached"], asked["rationale"])
            return self.project, JudgementRow(judged).data

        return once(request, act, status=201)
