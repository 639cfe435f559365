"""The sorts of a released axial round side by side, with the groups that most coders put together, at the second door.

A group is settled as on the page: by moving its codes on the board (`board-moves`).
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from coding.axial_coding.models import Placement
from coding.axial_coding.relation_api import OnBoard
from coding.axial_coding.side_by_side import Group, Line, Sorts, side_by_side
from coding.people.api import one_of, person
from coding.rounds.models import Assignment, Round
from coding.rounds.rules import has_opened


class SorterRow(serializers.Serializer[Assignment]):
    """Whose sort it is."""

    coder = serializers.UUIDField(source="coder.uid", read_only=True)
    name = serializers.CharField(source="coder.name", read_only=True)
    is_machine = serializers.BooleanField(source="coder.is_machine", read_only=True)


class SortedIntoRow(serializers.Serializer[Any]):
    """A category that a coder sorted into, or a group is proposed for."""

    uid = serializers.UUIDField(read_only=True)
    name = serializers.CharField(read_only=True)
    is_retired = serializers.SerializerMethodField()

    def get_is_retired(self, category: Any) -> bool:
        return category.retired_at is not None


class SortLineRow(serializers.Serializer[Line]):
    """A code as the edition names it, and each coder's category in the order of `sorters`; null was left aside."""

    code = serializers.UUIDField(source="uid", read_only=True)
    name = serializers.CharField(read_only=True)
    categories = serializers.SerializerMethodField()
    agrees = serializers.BooleanField(read_only=True, help_text="Everybody shown put it into the very same category.")

    @extend_schema_field(serializers.ListField(child=SortedIntoRow(allow_null=True)))
    def get_categories(self, line: Line) -> list[Any]:
        return [SortedIntoRow(one).data if one else None for one in line.said]


class SortGroupRow(serializers.Serializer[Group]):
    """Codes that most coders put together, and the category of most of these placements.

    `to_move` are those that stand elsewhere on the board; the others are there, or out of use.
    """

    codes = serializers.SerializerMethodField()
    share = serializers.FloatField(read_only=True, help_text="Mean share of coders who put a pair together, 0 to 1.")
    category = SortedIntoRow(read_only=True)
    to_move = serializers.SerializerMethodField()

    def get_codes(self, group: Group) -> list[UUID]:
        return [UUID(line.uid) for line in group.lines]

    def get_to_move(self, group: Group) -> list[UUID]:
        return [code.uid for code in group.codes]


class SortsRow(serializers.Serializer[Any]):
    """The sorts that you may read: before you have opened the round's readings your own alone, and no groups."""

    has_opened = serializers.BooleanField(read_only=True)
    sorters = SorterRow(many=True, read_only=True)
    lines = SortLineRow(many=True, read_only=True)
    groups = SortGroupRow(many=True, read_only=True)


class SortsSideBySide(OnBoard):
    """The submitted sorts of a released axial round; machines are marked, and take no part in the groups."""

    access = "read: lead coder observer; shared"
    queryset, pagination_class = Placement.objects.none(), None

    @extend_schema(responses=SortsRow)
    def retrieve(self, request: Request, project: UUID, round: UUID) -> Response:
        """All codes with what each coder said, and the proposed groups, the largest first."""
        rounds = Round.objects.visible_to(person(request)).filter(project=self.project, stage=Round.Stage.AXIAL)
        of = one_of(rounds.released().select_related("edition", "project"), round)
        found, opened = side_by_side(person(request), of), has_opened(person(request), of)
        return Response(SortsRow(said(found, opened)).data)


def said(found: Sorts, opened: bool) -> dict[str, Any]:
    groups = found.groups if opened else []
    return {"has_opened": opened, "sorters": found.sorters, "lines": found.lines, "groups": groups}
