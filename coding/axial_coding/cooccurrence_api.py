"""Co-occurrence at the second door: the counts of all pairs, and the segments behind one of them."""

from __future__ import annotations

from uuid import UUID

from django.http import Http404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import exceptions, serializers
from rest_framework.request import Request
from rest_framework.response import Response

from coding.axial_coding import cooccurrence_queries as queries
from coding.axial_coding.cooccurrence import OVERLAP
from coding.axial_coding.cooccurrence_queries import Couple, Setting
from coding.axial_coding.relation_api import OnBoard, WhoseWords
from coding.codes.models import Code
from coding.open_coding.models import Segment
from coding.people.api import choice_asked, page_of, person, uid_asked

WAY = OpenApiParameter(
    "way", str, enum=list(queries.WAYS),
    description="On the same segment, on overlapping segments (if not said), or in the same incident.",
)  # fmt: skip


class CoupleRow(serializers.Serializer[Couple]):
    """Two codes or categories that stand together; what one counts is a segment, or with `way=incident` an incident."""

    one = serializers.UUIDField(source="one.uid")
    other = serializers.UUIDField(source="other.uid")
    count = serializers.IntegerField(help_text="Units in which the two stand together.")
    either = serializers.IntegerField(help_text="Units that bear one of them or both.")
    jaccard = serializers.FloatField(help_text="The count divided by `either`.")


class BehindRow(WhoseWords):
    """A segment behind a pair; `codes` are those given by its coder, whatever they were merged into since."""

    codes = serializers.SerializerMethodField()

    def get_codes(self, segment: Segment) -> list[UUID]:
        return [coding.code.uid for coding in segment.codings.all()]


class CoOccurrences(OnBoard):
    """How codes or categories of the board stand together in released readings, counted for each request."""

    access = "read: lead coder observer; shared"
    queryset = Code.objects.none()

    @extend_schema(
        parameters=[
            OpenApiParameter("of", str, enum=list(queries.KINDS), description="Codes if not said."),
            WAY,
            OpenApiParameter("order", str, enum=list(queries.ORDERS), description="Largest first; count if not said."),
            OpenApiParameter("about", UUID, description="Only pairs with this code or category."),
        ],
        responses=CoupleRow(many=True),
    )
    def list(self, request: Request, project: UUID) -> Response:
        """Give all pairs that stand together."""
        asked = Setting(
            choice_asked(request, "of", list(queries.KINDS)) or queries.CODES, way_asked(request),
            choice_asked(request, "order", list(queries.ORDERS)) or queries.COUNT, uid_asked(request, "about"),
        )  # fmt: skip
        found = queries.cooccurrence(person(request), self.project, asked)
        if asked.about and found.about is None:
            raise Http404
        return page_of(self, found.pairs, CoupleRow)  # type: ignore[arg-type]  # pages are cut from a list as well

    @extend_schema(
        parameters=[
            OpenApiParameter("one", UUID, required=True, description="A code or category."),
            OpenApiParameter("other", UUID, required=True, description="Another of the same kind."),
            WAY,
        ],
        responses=BehindRow(many=True),
    )
    def segments(self, request: Request, project: UUID) -> Response:
        """Give the segments behind a pair, as far as you have opened the readings that they are from."""
        one, other = uid_asked(request, "one"), uid_asked(request, "other")
        if one is None or other is None:
            raise exceptions.ValidationError({"one" if one is None else "other": ["Name two codes or two categories."]})
        pair = queries.pair_of(person(request), self.project, one, other)
        if pair is None:
            raise Http404
        found = queries.behind_pair(person(request), self.project, *pair)[way_asked(request)]
        page = self.paginate_queryset(found.readable)
        rows = Segment.objects.select_related("assignment__coder", "assignment__incident").with_codes()
        held = rows.defer("assignment__incident__text", "assignment__incident__search_text").in_bulk(page or [])
        return self.get_paginated_response([BehindRow(held[pk]).data for pk in page or []])


def way_asked(request: Request) -> str:
    return choice_asked(request, "way", list(queries.WAYS)) or OVERLAP
