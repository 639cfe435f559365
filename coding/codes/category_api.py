"""The categories of a project, their wording, and which of them is the core, at the second door."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from coding.codes import rules
from coding.codes.api import NewCode, NewWording, Reason
from coding.codes.models import Category
from coding.lib.collation import in_order
from coding.people.api import ProjectRoutes, once, one_of, page_of, person, taken
from coding.people.models import Project


class CategoryRow(serializers.Serializer[Category]):
    """A category under which codes are grouped; at most one of a project is the core."""

    uid = serializers.UUIDField(read_only=True)
    name = serializers.CharField(read_only=True)
    definition = serializers.CharField(read_only=True)
    use_when = serializers.CharField(read_only=True)
    avoid_when = serializers.CharField(read_only=True)
    in_vivo_label = serializers.CharField(read_only=True)
    is_core = serializers.BooleanField(source="stands_as_core", read_only=True)
    retired_at = serializers.DateTimeField(read_only=True, allow_null=True)
    version = serializers.IntegerField(read_only=True, help_text="Of its wording; a change names it.")


class NewColumn(NewCode):
    """A category for everybody."""


class Categories(ProjectRoutes):
    """The categories in use, by name; the core category is chosen among them."""

    access = "read: lead coder observer; write: lead; shared"
    shared = True
    queryset = Category.objects.none()

    def rows(self) -> QuerySet[Category]:
        """Those that may be chosen: also a released one that a coder made, which is adopted by its use."""
        found = Category.objects.visible_to(person(self.request)).filter(project=self.project).released()
        return found.select_related("project").order_by(in_order("name_key"), "uid")

    @extend_schema(responses=CategoryRow(many=True))
    def list(self, request: Request, project: UUID) -> Response:
        adopted: Any = self.rows()
        return page_of(self, adopted.adopted(), CategoryRow)

    @extend_schema(request=NewColumn, responses={201: CategoryRow})
    def create(self, request: Request, project: UUID) -> Response:
        """Create a category for everybody, which is a new column of the board."""
        asked = taken(NewColumn, request)

        def act() -> tuple[Project, Any]:
            return self.project, CategoryRow(rules.create_category(person(request), self.project, **asked)).data

        return once(request, act, status=201)

    @extend_schema(responses=CategoryRow)
    def retrieve(self, request: Request, project: UUID, category: UUID) -> Response:
        return Response(CategoryRow(one_of(self.rows(), category)).data)

    @extend_schema(request=NewWording, responses=CategoryRow)
    def partial_update(self, request: Request, project: UUID, category: UUID) -> Response:
        """Reword a category; the former wording is kept."""
        found, wording = one_of(self.rows(), category), taken(NewWording, request)
        version, reason = wording.pop("version"), wording.pop("reason", "")

        def act() -> tuple[Project, Any]:
            rules.reword(person(request), found, version, reason, **wording)
            return self.project, CategoryRow(one_of(self.rows(), category)).data

        return once(request, act)

    @extend_schema(request=Reason, responses=CategoryRow)
    def retire(self, request: Request, project: UUID, category: UUID) -> Response:
        """Take a category out of use, and out of the list; what was coded under it stays."""
        found, reason = one_of(self.rows(), category), taken(Reason, request)["reason"]

        def act() -> tuple[Project, Any]:
            rules.retire(person(request), found, reason)
            return self.project, CategoryRow(one_of(self.rows(), category)).data

        return once(request, act)

    @extend_schema(request=None, responses=CategoryRow)
    def choose(self, request: Request, project: UUID, category: UUID) -> Response:
        """Declare this category the core; whichever was it before no longer is."""
        found = one_of(self.rows(), category)

        def act() -> tuple[Project, Any]:
            rules.choose_core(person(request), found)
            return self.project, CategoryRow(one_of(self.rows(), category)).data

        return once(request, act)

    @extend_schema(responses={204: None})
    def take_back(self, request: Request, project: UUID, category: UUID) -> Response:
        """Take the choice of this category as the core back; no other takes its place."""
        found = one_of(self.rows(), category)

        def act() -> tuple[Project, Any]:
            rules.unchoose_core(person(request), found)
            return self.project, None

        return once(request, act, status=204)
