"""Memos at the second door."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import exceptions, serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from coding.codes.api import MOST_VERSION
from coding.codes.checks import MovedOn
from coding.lib.api import PROBLEM, Text, Uid, Whole, body_of
from coding.lib.refusals import BadInput
from coding.lib.text import fault
from coding.memos import rules
from coding.memos.models import THINGS, Memo
from coding.memos.queries import MOST_WORDS, Wanted, memos_of
from coding.memos.things import open_things
from coding.people.api import ProjectRoutes, choice_asked, once, one_of, page_of, person, taken, uid_asked
from coding.people.models import Project


class MemoRow(serializers.Serializer[Memo]):
    """One memo: Markdown, on at most one thing. `version` goes with a change of it."""

    uid = serializers.UUIDField(read_only=True)
    kind = serializers.ChoiceField(Memo.Kind.choices, read_only=True)
    text = serializers.CharField(read_only=True)
    segment = serializers.UUIDField(source="segment_id", read_only=True, allow_null=True)
    code = serializers.UUIDField(source="code.uid", read_only=True, default=None, allow_null=True)
    category = serializers.UUIDField(source="category.uid", read_only=True, default=None, allow_null=True)
    incident = serializers.UUIDField(source="incident.uid", read_only=True, default=None, allow_null=True)
    by = serializers.UUIDField(source="by.uid", read_only=True)
    at = serializers.DateTimeField(read_only=True)
    released_at = serializers.DateTimeField(read_only=True)
    version = serializers.IntegerField(read_only=True)


class NewMemo(serializers.Serializer[Any]):
    """A memo, on one of the four or on nothing in particular."""

    kind = serializers.ChoiceField(Memo.Kind.choices)
    text = Text(help_text="Markdown.")
    segment = Uid(required=False)
    code = Uid(required=False)
    category = Uid(required=False)
    incident = Uid(required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if len(attrs.keys() & set(THINGS)) > 1:
            raise serializers.ValidationError("A memo is on one thing, or on nothing in particular.")
        return attrs


class NewMemoWording(serializers.Serializer[Any]):
    """A change of your own memo; what is left out stays. A stale `version` is refused (409), with what stands."""

    version = Whole(min_value=1, max_value=MOST_VERSION)
    kind = serializers.ChoiceField(Memo.Kind.choices, required=False)
    text = Text(required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if not attrs.keys() - {"version"}:
            raise serializers.ValidationError("Say what to change: the kind or the text.")
        return attrs


class Memos(ProjectRoutes):
    """The memos that you may read: your own, and the released ones; newest first."""

    access = "read: lead coder observer; write: lead coder, own"
    write = "lead coder"
    queryset = Memo.objects.none()
    lookup_field, lookup_value_converter = "uid", "uuid"

    def rows(self, wanted: Wanted | None = None) -> QuerySet[Memo]:
        self.membership.user = person(self.request)
        found = memos_of(self.membership, wanted)
        return found.select_related("project", "by", "code", "category", "incident", "assignment").defer(
            "search_text", "incident__text", "incident__search_text"
        )

    @extend_schema(
        parameters=[
            OpenApiParameter("q", str, description="Words that all stand in the text."),
            OpenApiParameter("kind", str, enum=Memo.Kind.values),
            OpenApiParameter("by", UUID, description="Who wrote it."),
            OpenApiParameter("on", UUID, description="The segment, code, category or incident that it is on."),
        ],
        responses=MemoRow(many=True),
    )
    def list(self, request: Request, project: UUID) -> Response:
        words = request.query_params.get("q", "")
        if fault(words) or len(words) > MOST_WORDS:
            raise exceptions.ValidationError({"q": [f"Search for at most {MOST_WORDS} ordinary characters."]})
        kind, by = choice_asked(request, "kind", Memo.Kind.values), uid_asked(request, "by")
        rows, on = self.rows(Wanted(words, kind or "", str(by or ""))), uid_asked(request, "on")
        if on:
            rows = rows.filter(Q(segment_id=on) | Q(code__uid=on) | Q(category__uid=on) | Q(incident__uid=on))
        return page_of(self, rows, MemoRow)

    @extend_schema(responses=MemoRow)
    def retrieve(self, request: Request, project: UUID, uid: UUID) -> Response:
        return Response(MemoRow(one_of(self.rows(), uid)).data)

    @extend_schema(request=NewMemo, responses={201: MemoRow})
    def create(self, request: Request, project: UUID) -> Response:
        """Write a memo; it is yours alone until release."""
        asked = taken(NewMemo, request)

        def act() -> tuple[Project, Any]:
            on = {name: self.thing(name, asked[name]) for name in THINGS if name in asked}
            memo = rules.write_memo(person(request), self.project, asked["kind"], asked["text"], **on)
            return self.project, MemoRow(one_of(self.rows(), memo.uid)).data

        return once(request, act, status=201)

    @extend_schema(request=NewMemoWording, responses=MemoRow)
    def partial_update(self, request: Request, project: UUID, uid: UUID) -> Response:
        """Reword your own memo; the former wording is kept."""
        asked = taken(NewMemoWording, request)

        def act() -> tuple[Project, Any]:
            memo = one_of(self.rows(), uid)
            text, kind = asked.get("text", memo.text), asked.get("kind", memo.kind)
            rules.reword_memo(person(request), memo, text, kind, asked["version"])
            return self.project, MemoRow(one_of(self.rows(), uid)).data

        try:
            return once(request, act)
        except MovedOn as moved:
            stands = MemoRow(one_of(self.rows(), uid)).data
            body = body_of(moved.status, moved.code, moved.message, stands=stands)
            return Response(body, status=moved.status, content_type=PROBLEM)

    @extend_schema(request=None, responses=MemoRow)
    @action(detail=True, methods=["post"])
    def share(self, request: Request, project: UUID, uid: UUID) -> Response:
        """Open your own memo to the project; refused (409) while you code blind."""

        def act() -> tuple[Project, Any]:
            rules.share_memo(person(request), one_of(self.rows(), uid))
            return self.project, MemoRow(one_of(self.rows(), uid)).data

        return once(request, act)

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, project: UUID, uid: UUID) -> Response:
        """Delete your own memo; its events keep what it said."""

        def act() -> tuple[Project, Any]:
            rules.delete_memo(person(request), one_of(self.rows(), uid))
            return self.project, None

        return once(request, act, status=204)

    def thing(self, kind: str, uid: UUID) -> Any:
        """Find what a memo is to be on. Raises BadInput."""
        found = open_things(person(self.request), self.project, kind).filter(uid=uid).first()
        if found is None:
            raise BadInput(f"There is no such {kind} that you could write a memo on.")
        return found
