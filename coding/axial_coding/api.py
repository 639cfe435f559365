"""The card sort at the second door: the cards and piles of an assignment, moves, own categories, submit."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from coding.axial_coding import sorting
from coding.axial_coding.card_sort import card_sort
from coding.axial_coding.models import Placement
from coding.axial_coding.queries import UNSORTED
from coding.codes.checks import MOST_CODES
from coding.codes.models import NAME_LENGTH
from coding.lib.api import Text, Uid, YesNo
from coding.people.api import key_of, once, person, retried, taken
from coding.people.models import Project
from coding.rounds.api import Submitted, assignment_for, submit
from coding.rounds.models import Assignment, Round


class CardRow(serializers.Serializer[Any]):
    """One code to sort, as the round's edition words it, and the category that this coder put it into."""

    code = serializers.UUIDField(read_only=True)
    name = serializers.CharField(read_only=True)
    definition = serializers.CharField(read_only=True)
    category = serializers.UUIDField(read_only=True, allow_null=True)


class PileRow(serializers.Serializer[Any]):
    """A category to sort into: given, or the coder's own."""

    uid = serializers.UUIDField(read_only=True)
    name = serializers.CharField(read_only=True)
    definition = serializers.CharField(read_only=True)
    is_own = serializers.BooleanField(read_only=True)


class SortRow(serializers.Serializer[Any]):
    """One coder's whole sort."""

    codes = CardRow(many=True, read_only=True)
    categories = PileRow(many=True, read_only=True)


class Move(serializers.Serializer[Any]):
    """Codes, and where they go: a `category`, an own one by its name (`new`), or null: back among the unsorted.

    With `was`, a single code that stands elsewhere by now is refused (409).
    """

    codes = serializers.ListField(child=Uid(), min_length=1, max_length=sorting.MOST_AT_ONCE)
    category = Uid(required=False, allow_null=True)
    new = Text(max_length=NAME_LENGTH, required=False, default="")
    was = Uid(required=False, allow_null=True)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if ("category" in attrs) == bool(attrs["new"].strip()):
            raise serializers.ValidationError("Give either a category, or the name of a new one.")
        if "was" in attrs and len(attrs["codes"]) != 1:
            raise serializers.ValidationError({"was": ["It goes with a single code."]})
        return attrs


class Moved(serializers.Serializer[Any]):
    """Where the codes are now."""

    category = serializers.UUIDField(allow_null=True)
    name = serializers.CharField()
    saved_at = serializers.DateTimeField(source="at")


class OwnName(serializers.Serializer[Any]):
    """Another name of an own category."""

    name = Text(max_length=NAME_LENGTH)


class SortDone(serializers.Serializer[Any]):
    """A submission; codes that are left aside need `leave_rest`."""

    leave_rest = YesNo(default=False)


class Placements(GenericViewSet[Any]):
    """The card sort of an assignment of an axial round; only its coder writes."""

    access = "signed in; read: what the person may open; write: its coder"
    queryset = Placement.objects.none()
    pagination_class = None
    assignment: Assignment

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        self.assignment = assignment_for(request, kwargs["assignment"], Round.Stage.AXIAL)

    @extend_schema(responses=SortRow)
    def retrieve(self, request: Request, assignment: UUID) -> Response:
        """All codes with their categories, and the categories: what the page of the sort shows."""
        found = card_sort(self.assignment, quoted=(), shown=MOST_CODES)
        codes = [
            {"code": card.uid, "name": card.name, "definition": card.definition,
             "category": None if pile.key == UNSORTED else pile.key}
            for pile in found.piles for card in pile.cards
        ]  # fmt: skip
        piles = [
            {"uid": one.key, "name": one.name, "definition": one.definition, "is_own": one.is_own}
            for one in found.choices
        ]
        return Response(SortRow({"codes": codes, "categories": piles}).data)

    @extend_schema(request=Move, responses=Moved)
    def create(self, request: Request, assignment: UUID) -> Response:
        """Put codes into a category, a new own one, or back among the unsorted; all or none."""
        asked, key = taken(Move, request), key_of(request)
        was = {asked["codes"][0]: asked["was"]} if "was" in asked else None

        def act() -> Response:
            moved = sorting.put(person(request), self.assignment, asked["codes"], asked.get("category"),
                                new=asked["new"], was=was, key=key)  # fmt: skip
            return Response(Moved(moved).data)

        return retried(request, key, act)

    @extend_schema(request=OwnName, responses=PileRow)
    def partial_update(self, request: Request, assignment: UUID, category: UUID) -> Response:
        """Rename an own category, while it is private."""
        name = taken(OwnName, request)["name"]

        def act() -> tuple[Project, Any]:
            own = sorting.rename_own(person(request), self.assignment, category, name)
            row = {"uid": own.uid, "name": own.name, "definition": own.definition, "is_own": True}
            return self.assignment.round.project, PileRow(row).data

        return once(request, act)

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, assignment: UUID, category: UUID) -> Response:
        """Remove an own category that holds no code."""

        def act() -> tuple[Project, Any]:
            sorting.remove_own(person(request), self.assignment, category)
            return self.assignment.round.project, None

        return once(request, act, status=204)

    @extend_schema(request=SortDone, responses=Submitted)
    @action(detail=False, methods=["post"])
    def submit(self, request: Request, assignment: UUID) -> Response:
        """Declare the codes sorted; the lead can reopen it until release."""
        rest = taken(SortDone, request)["leave_rest"]

        def verb(*args: Any, **more: Any) -> Assignment:
            return sorting.submit(*args, leave_rest=rest, **more)

        return submit(request, self.assignment, verb)
