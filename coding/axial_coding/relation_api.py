"""Relations with their evidence, properties of categories, and moves on the board, at the second door."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import Http404
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from coding.axial_coding import evidence, properties, queries, rules
from coding.axial_coding.models import Evidence
from coding.codes.models import NAME_LENGTH, Category, Code, Relation
from coding.codes.rules import relate, unrelate
from coding.lib.api import Text, Uid, Whole
from coding.lib.text import name_key
from coding.open_coding.models import Segment
from coding.people.api import ProjectRoutes, once, one_of, page_of, person, taken
from coding.people.models import Project

MOST_STEPS = 500


class EvidenceRow(serializers.Serializer[Evidence]):
    """What speaks for or against; `segment` is null until you have opened the readings that it is from."""

    uid = serializers.UUIDField(read_only=True)
    speaks = serializers.ChoiceField(Evidence.Speaks.choices, read_only=True)
    segment = serializers.SerializerMethodField()

    @extend_schema_field(serializers.UUIDField(allow_null=True))
    def get_segment(self, one: Evidence) -> str | None:
        readable: set[int] = self.context["readable"]
        return str(one.segment.uid) if one.segment_id in readable else None


class RelationRow(serializers.Serializer[Relation]):
    """One link of the paradigm model: what fills a slot of a phenomenon is a category or a code."""

    uid = serializers.UUIDField(read_only=True)
    phenomenon = serializers.UUIDField(source="phenomenon.uid", read_only=True)
    role = serializers.ChoiceField(Relation.Role.choices, read_only=True)
    category = serializers.UUIDField(source="filler_category.uid", read_only=True, default=None, allow_null=True)
    code = serializers.UUIDField(source="filler_code.uid", read_only=True, default=None, allow_null=True)
    rationale = serializers.CharField(read_only=True)
    evidence = EvidenceRow(many=True, read_only=True)


class NewRelation(serializers.Serializer[Any]):
    """A link; give either a `category` or a `code`."""

    phenomenon = Uid()
    role = serializers.ChoiceField(Relation.Role.choices)
    category = Uid(required=False)
    code = Uid(required=False)
    rationale = Text(allow_blank=True, default="")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if ("category" in attrs) == ("code" in attrs):
            raise serializers.ValidationError("Give either a category or a code.")
        return attrs


class NewEvidence(serializers.Serializer[Any]):
    """A segment of a released round whose readings you have opened."""

    segment = Uid()
    speaks = serializers.ChoiceField(Evidence.Speaks.choices)


class PropertyRow(serializers.Serializer[Any]):
    """A property with `from` and `to`, its two ends, and the step (1 to 5) of each incident by its number.

    `version` goes with a change of it.
    """

    name = serializers.CharField(read_only=True)
    version = serializers.CharField(read_only=True)
    incidents = serializers.DictField(child=serializers.IntegerField(), read_only=True)

    def get_fields(self) -> dict[str, Any]:
        ends = {end: serializers.CharField(read_only=True, allow_blank=True) for end in ("from", "to")}
        return {**super().get_fields(), **ends}


class NewProperty(serializers.Serializer[Any]):
    """A property with `from` and `to`, its two ends; `was` names the one that it replaces.

    A stale `version` of that one is refused (409).
    """

    name = Text(max_length=NAME_LENGTH)
    was = Text(max_length=NAME_LENGTH, allow_blank=True, default="")
    version = Text(max_length=64, required=False)

    def get_fields(self) -> dict[str, Any]:
        ends = {end: Text(max_length=NAME_LENGTH, allow_blank=True, default="") for end in ("from", "to")}
        return {**super().get_fields(), **ends}


class Step(serializers.Serializer[Any]):
    """Where an incident (by number) lies: 1 is the first end, 5 the other, null nowhere.

    With `was`, the step that you read, a place is refused (409) where another stands by now.
    """

    incident = Whole(min_value=1, max_value=2**31 - 1)
    step = Whole(min_value=1, max_value=5, allow_null=True)
    was = Whole(min_value=1, max_value=5, allow_null=True, required=False)


class Located(serializers.Serializer[Any]):
    """Places of incidents on one property."""

    property = Text(max_length=NAME_LENGTH)
    incidents = serializers.ListField(child=Step(), min_length=1, max_length=MOST_STEPS)


class BoardMove(serializers.Serializer[Any]):
    """Codes, and where they go: a `category`, a new one by its name (`new`), or null: back among the unsorted."""

    codes = serializers.ListField(child=Uid(), min_length=1, max_length=rules.MOST_MOVED)
    category = Uid(required=False, allow_null=True)
    new = Text(max_length=NAME_LENGTH, required=False, default="")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if ("category" in attrs) == bool(attrs["new"].strip()):
            raise serializers.ValidationError("Give either a category, or the name of a new one.")
        return attrs


class BoardMoved(serializers.Serializer[Any]):
    """The category in which the codes are now, or null."""

    category = serializers.UUIDField(allow_null=True)


class WhoseWords(serializers.Serializer[Segment]):
    """A segment: where it stands, and whose it is."""

    uid = serializers.UUIDField()
    incident = serializers.UUIDField(source="assignment.incident.uid")
    coder = serializers.UUIDField(source="assignment.coder.uid")
    start = serializers.IntegerField()
    end = serializers.IntegerField()


class CandidateRow(serializers.Serializer[Any]):
    """A segment under either end of a relation, with its words and codes.

    `gap` is how many code points lie between it and the other end's nearest segment of the same incident; null where
    that has none.
    """

    segment = serializers.UUIDField(source="segment.uid", read_only=True)
    words = serializers.CharField(read_only=True)
    incident = serializers.IntegerField(read_only=True)
    codes = serializers.CharField(read_only=True)
    gap = serializers.IntegerField(read_only=True, allow_null=True)


class OnBoard(ProjectRoutes):
    """Rows of the board: words that are released and in use."""

    access = "read: lead coder observer; write: lead; shared"
    shared = True

    def category(self, uid: UUID) -> Category:
        return one_of(queries.board_categories(person(self.request), self.project), uid)


class Relations(OnBoard):
    """The links of the paradigm model, by phenomenon."""

    queryset = Relation.objects.none()
    lookup_field, lookup_value_converter = "uid", "uuid"

    def rows(self) -> QuerySet[Relation]:
        held = Relation.objects.filter(phenomenon__in=queries.board_categories(person(self.request), self.project))
        rows = held.select_related("phenomenon__project", "filler_category", "filler_code")
        return rows.prefetch_related("evidence__segment").order_by("phenomenon__name_key", "role", "uid")

    def get_serializer_context(self) -> dict[str, Any]:
        context = dict(super().get_serializer_context())
        if hasattr(self, "project"):  # the description asks without a request
            seen = evidence.readable(person(self.request), self.project)
            about = seen.filter(evidence__relation__phenomenon__project=self.project)
            context["readable"] = set(about.values_list("pk", flat=True))
        return context

    def said(self, uid: UUID) -> Any:
        return RelationRow(one_of(self.rows(), uid), context=self.get_serializer_context()).data

    @extend_schema(responses=RelationRow(many=True))
    def list(self, request: Request, project: UUID) -> Response:
        return page_of(self, self.rows(), RelationRow)

    @extend_schema(responses=RelationRow)
    def retrieve(self, request: Request, project: UUID, uid: UUID) -> Response:
        return Response(self.said(uid))

    @extend_schema(request=NewRelation, responses={201: RelationRow})
    def create(self, request: Request, project: UUID) -> Response:
        """Let a category or code fill a slot of a phenomenon."""
        asked = taken(NewRelation, request)
        phenomenon, filler = self.category(asked["phenomenon"]), self.filler(asked)

        def act() -> tuple[Project, Any]:
            made = relate(person(request), phenomenon, asked["role"], filler, asked["rationale"])
            return self.project, self.said(made.uid)

        return once(request, act, status=201)

    def filler(self, asked: dict[str, Any]) -> Category | Code:
        if "category" in asked:
            return self.category(asked["category"])
        return one_of(queries.board_codes(person(self.request), self.project), asked["code"])

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, project: UUID, uid: UUID) -> Response:
        """Take a relation away with its evidence; the audit trail keeps what it said."""
        relation = one_of(self.rows(), uid)

        def act() -> tuple[Project, Any]:
            unrelate(person(request), relation)
            return self.project, None

        return once(request, act, status=204)

    @extend_schema(responses=CandidateRow(many=True))
    @action(detail=True, pagination_class=None)
    def candidates(self, request: Request, project: UUID, uid: UUID) -> Response:
        """Segments that may be evidence, from readings that are open to you: the nearest to the other end first."""
        found = evidence.candidates(person(request), one_of(self.rows(), uid))
        return Response(CandidateRow(found, many=True).data)

    @extend_schema(request=NewEvidence, responses={201: RelationRow})
    @action(detail=True, methods=["post"], url_path="evidence")
    def attach(self, request: Request, project: UUID, uid: UUID) -> Response:
        """Let a segment speak for the relation or against it."""
        relation, asked = one_of(self.rows(), uid), taken(NewEvidence, request)
        segment = one_of(evidence.readable(person(request), self.project), asked["segment"])

        def act() -> tuple[Project, Any]:
            evidence.attach(person(request), relation, segment, asked["speaks"])
            return self.project, self.said(uid)

        return once(request, act, status=201)

    @extend_schema(responses={204: None})
    @action(detail=True, methods=["delete"], url_path="evidence/<uuid:one>")
    def take_back(self, request: Request, project: UUID, uid: UUID, one: UUID) -> Response:
        """Take a piece of evidence back."""
        held = Evidence.objects.filter(relation=one_of(self.rows(), uid))
        found = one_of(held.select_related("relation__phenomenon__project", "segment"), one)

        def act() -> tuple[Project, Any]:
            evidence.detach(person(request), found)
            return self.project, None

        return once(request, act, status=204)


class Properties(OnBoard):
    """The properties of a category, in the order in which they were added."""

    pagination_class, queryset = None, Category.objects.none()

    def said(self, category: UUID) -> list[dict[str, Any]]:
        found = self.category(category)
        lie = properties.positions(found)
        return [
            {"name": row["name"], "from": str(row.get("from") or ""), "to": str(row.get("to") or ""),
             "version": properties.version_of(row),
             "incidents": {str(number): step for number, step in lie.get(name_key(row["name"]), {}).items()}}
            for row in properties.rows_of(found)
        ]  # fmt: skip

    @extend_schema(responses=PropertyRow(many=True))
    def list(self, request: Request, project: UUID, category: UUID) -> Response:
        return Response(self.said(category))

    @extend_schema(request=NewProperty, responses=PropertyRow(many=True))
    def create(self, request: Request, project: UUID, category: UUID) -> Response:
        """Add a property, or change the one that `was` names; answers with all of them."""
        held, asked = self.category(category), taken(NewProperty, request)

        def act() -> tuple[Project, Any]:
            ends, version = (asked["from"], asked["to"]), asked.get("version")
            properties.set_property(person(request), held, asked["name"], *ends, asked["was"], version)
            return self.project, self.said(category)

        return once(request, act)

    @extend_schema(
        parameters=[OpenApiParameter("name", str, required=True), OpenApiParameter("version", str)],
        responses={204: None},
    )
    def destroy(self, request: Request, project: UUID, category: UUID) -> Response:
        """Remove the property of this name; with a `version`, only as it was read (409)."""
        held, asked = self.category(category), request.query_params

        def act() -> tuple[Project, Any]:
            properties.drop_property(person(request), held, asked.get("name", ""), asked.get("version"))
            return self.project, None

        return once(request, act, status=204)

    @extend_schema(request=Located, responses=PropertyRow(many=True))
    def locate(self, request: Request, project: UUID, category: UUID) -> Response:
        """Say where incidents lie on a property; answers with all of them."""
        held, asked = self.category(category), taken(Located, request)
        steps = {one["incident"]: one["step"] for one in asked["incidents"]}
        was = {one["incident"]: one["was"] for one in asked["incidents"] if "was" in one}

        def act() -> tuple[Project, Any]:
            properties.locate(person(request), held, asked["property"], steps, was)
            return self.project, self.said(category)

        return once(request, act)


class BoardMoves(OnBoard):
    """Moves of cards on the board."""

    queryset = Code.objects.none()

    def column(self, uid: UUID) -> Category:
        """Find where the cards go: also a category that a coder made in a card sort, which the move adopts."""
        rows = Category.objects.visible_to(person(self.request)).filter(project=self.project)
        found: Category = one_of(rows.released(), uid)
        return found

    @extend_schema(request=BoardMove, responses=BoardMoved)
    def create(self, request: Request, project: UUID) -> Response:
        """Put codes into a category, a new one, or back among the unsorted; all or none."""
        asked = taken(BoardMove, request)
        uids = set(asked["codes"])
        codes = list(queries.board_codes(person(request), self.project).filter(uid__in=uids))
        if len(codes) < len(uids):
            raise Http404
        into = self.column(asked["category"]) if asked.get("category") else None

        def act() -> tuple[Project, Any]:
            moved = rules.sort(person(request), self.project, codes, into, asked["new"])
            return self.project, {"category": str(moved.uid) if moved else None}

        return once(request, act)
