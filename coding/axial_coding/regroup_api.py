"""Near duplicates, and splits and merges of codes and categories, at the second door."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from coding.axial_coding import queries
from coding.axial_coding.duplicates import near_duplicates
from coding.axial_coding.relation_api import OnBoard, WhoseWords
from coding.axial_coding.splitting import AT_ONCE, NOT_THERE, split_code, to_go_through
from coding.codes.api import Reason
from coding.codes.models import NAME_LENGTH, Category, Code
from coding.codes.regroup import merge_categories, split_category
from coding.lib.api import Text, Uid
from coding.lib.refusals import BadInput
from coding.people.api import once, one_of, page_of, person, taken
from coding.people.models import Project


class NearRow(serializers.Serializer[Any]):
    """Two codes that may be one; each measure is null where it does not say so."""

    codes = serializers.SerializerMethodField()
    names = serializers.FloatField(allow_null=True, help_text="Likeness of the names, 0 to 100.")
    words = serializers.FloatField(allow_null=True, help_text="Share of the words that both stand on, 0 to 1.")

    def get_codes(self, near: Any) -> list[UUID]:
        return [near.one.code.uid, near.two.code.uid]


class GoingRow(WhoseWords):
    """A segment that stands under the code, from readings that are open to you."""

    quote = serializers.SerializerMethodField()

    def get_quote(self, segment: Any) -> str:
        return str(segment.assignment.incident.text[segment.start : segment.end])


class Worded(serializers.Serializer[Any]):
    definition = Text(required=False, allow_blank=True, max_length=20_000)
    use_when = Text(required=False, allow_blank=True, max_length=20_000)
    avoid_when = Text(required=False, allow_blank=True, max_length=20_000)


class NewHalf(Worded):
    """The code that comes out."""

    name = Text(max_length=NAME_LENGTH)


class CodeSplit(Reason):
    """The wording of both codes, and the segments that stand under the new one; all others stay.

    What `kept` leaves out of the former code's wording stays as it is.
    """

    new = NewHalf()
    kept = Worded(required=False)
    segments = serializers.ListField(child=Uid(), min_length=1, max_length=AT_ONCE)


class CategoryMerge(Reason):
    into = Uid()


class CategorySplit(Reason):
    """The new category, and the codes that go into it."""

    name = Text(max_length=NAME_LENGTH)
    definition = Text(required=False, allow_blank=True, max_length=20_000)
    codes = serializers.ListField(child=Uid(), min_length=1, max_length=AT_ONCE)


class MadeOfIt(serializers.Serializer[Any]):
    """The code or category that stands after it."""

    uid = serializers.UUIDField()
    name = serializers.CharField()


class NearDuplicates(OnBoard):
    """Pairs of codes that may be one, the nearest first; at most a hundred."""

    queryset, pagination_class = Code.objects.none(), None

    @extend_schema(responses=NearRow(many=True))
    def list(self, request: Request, project: UUID) -> Response:
        return Response(NearRow(near_duplicates(person(request), self.project).pairs, many=True).data)


class CodeSplits(OnBoard):
    """The segments of a code, and its split in one step; it is undone among the acts of the project."""

    queryset = Code.objects.none()
    access = "read: lead; write: lead; shared"
    read = "lead"

    def code(self, uid: UUID) -> Code:
        return one_of(queries.board_codes(person(self.request), self.project), uid)

    def segments(self, code: Code) -> QuerySet[Any]:
        rows: QuerySet[Any] = to_go_through(person(self.request), code)
        return rows.select_related("assignment__incident", "assignment__coder")

    @extend_schema(responses=GoingRow(many=True))
    def list(self, request: Request, project: UUID, code: UUID) -> Response:
        return page_of(self, self.segments(self.code(code)), GoingRow)

    @extend_schema(request=CodeSplit, responses={201: MadeOfIt})
    def create(self, request: Request, project: UUID, code: UUID) -> Response:
        """Let these segments stand under a new code, by consensus; the coders' own rows stay."""
        held, asked = self.code(code), taken(CodeSplit, request)
        wanted = set(asked["segments"])

        def act() -> tuple[Project, Any]:
            goes = to_go_through(person(request), held).filter(uid__in=wanted)
            if goes.count() != len(wanted):
                raise BadInput(NOT_THERE.format(held))
            made = split_code(person(request), held, asked["new"], asked.get("kept", {}), goes, asked["reason"])
            return self.project, MadeOfIt(made).data

        return once(request, act, status=201)


class CategoryChanges(OnBoard):
    """A merge of one category into another, and a split."""

    queryset = Category.objects.none()

    @extend_schema(request=CategoryMerge, responses=MadeOfIt)
    def merge(self, request: Request, project: UUID, category: UUID) -> Response:
        """Let codes, relations and places of a category go over to another."""
        asked = taken(CategoryMerge, request)
        source, target = self.category(category), self.category(asked["into"])

        def act() -> tuple[Project, Any]:
            return self.project, MadeOfIt(merge_categories(person(request), source, target, asked["reason"])).data

        return once(request, act)

    @extend_schema(request=CategorySplit, responses={201: MadeOfIt})
    def split(self, request: Request, project: UUID, category: UUID) -> Response:
        """Let some codes of a category go into a new one."""
        held, asked = self.category(category), taken(CategorySplit, request)
        wanted = set(asked["codes"])
        codes = list(queries.board_codes(person(request), self.project).filter(uid__in=wanted))
        if len(codes) != len(wanted):
            raise BadInput("One of the codes is not on the board. Ask for the codes again and choose from those.")

        def act() -> tuple[Project, Any]:
            more = {"definition": asked.get("definition", "")}
            made = split_category(person(request), held, asked["name"], codes, asked["reason"], **more)
            return self.project, MadeOfIt(made).data

        return once(request, act, status=201)
