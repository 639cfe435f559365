"""Projects and their members at the second door, and what the viewsets of all rooms ask for.

Strangers get 404, members without the right 403, whatever the method. A token's project bounds every row.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, TypeVar, cast
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Model, QuerySet
from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework import exceptions, serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from coding.lib.api import MOST_TEXT, Text
from coding.lib.canonical import canonical, sha256
from coding.lib.columns import as_uid
from coding.lib.ids import new_uid
from coding.lib.refusals import BadInput, Forbidden, Refusal
from coding.lib.text import fault
from coding.people.access import allow
from coding.people.models import Event, Membership, Project, Role, Token, User
from coding.people.rules import Key, answered, describe_project, record
from coding.people.tokens import SAFE

MOST_KEY = 80
Row = TypeVar("Row", bound=Model)


def person(request: Request) -> User:
    """Who asks; viewsets run for signed-in people and tokens only."""
    return cast(User, request.user)


def in_scope(request: Request, path: str = "project") -> dict[str, Any]:
    """Give the filter that a token's project puts on a queryset (empty for sessions and unbound tokens).

    `path` leads from the row to its project, such as `round__project`; `pk` for projects themselves.
    """
    token = request.auth
    return {path: token.project_id} if isinstance(token, Token) and token.project_id else {}


def membership_for(request: Request, project: UUID) -> Membership:
    """The one getter of a project at this door: 404 for strangers, and for a token of another project."""
    held = Membership.objects.select_related("project").filter(user=person(request), project__uid=project)
    found = held.filter(**in_scope(request)).first()
    if found is None:
        raise Http404
    return found


def one_of(rows: QuerySet[Row], uid: UUID) -> Row:
    """Give the row with this public id, or 404."""
    found = rows.filter(uid=uid).first()
    if found is None:
        raise Http404
    return found


class ProjectRoutes(GenericViewSet[Any]):
    """Rows of one project, for members with these roles: `read` for GET, `write` for the rest.

    `shared` rows are changed by others at any time; they are closed to a coder of an open blind round.
    """

    read, write, shared = "lead coder observer", "lead", False
    membership: Membership
    project: Project

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        self.membership = membership_for(request, kwargs["project"])
        self.project = self.membership.project
        if self.action:  # else the method is none of this address, and gets 405
            allow(self.membership, self.roles())
        if self.shared and self.membership.is_shielded:
            raise Forbidden("You code in an open blind round: what others may change meanwhile opens at release.")

    def roles(self) -> str:
        return self.read if self.request.method in SAFE else self.write


def page_of(
    view: GenericViewSet[Any], rows: QuerySet[Any], serializer: type[serializers.BaseSerializer[Any]]
) -> Response:
    """Answer one page of rows."""
    page = view.paginate_queryset(rows)
    return view.get_paginated_response(serializer(page, many=True, context=view.get_serializer_context()).data)


def taken(serializer: type[serializers.Serializer[Any]], request: Request, **context: Any) -> dict[str, Any]:
    """Read a body by its serializer. Raises ValidationError (400) by field."""
    reader = serializer(data=request.data, context={"request": request, **context})
    reader.is_valid(raise_exception=True)
    data: dict[str, Any] = reader.validated_data
    return data


def uid_asked(request: Request, name: str) -> UUID | None:
    """Read a public id from the query; None where it is not asked for."""
    text = request.query_params.get(name)
    if text is None:
        return None
    uid = as_uid(text)
    if uid is None:
        raise exceptions.ValidationError({name: ["This is no public id."]})
    return uid


def choice_asked(request: Request, name: str, choices: list[str]) -> str | None:
    """Read one of some words from the query; None where it is not asked for."""
    word = request.query_params.get(name)
    if word is not None and word not in choices:
        raise exceptions.ValidationError({name: [f"Choose one of: {', '.join(choices)}."]})
    return word


def key_of(request: Request) -> Key | None:
    """Take the idempotency key of a request, with the hash of what it asks: method, path and body."""
    body, text = request.data, request.headers.get("Idempotency-Key")  # a body that can't be read is refused here
    if text is None:
        return None
    if not 1 <= len(text.strip()) <= MOST_KEY or fault(text):
        raise BadInput(f"An idempotency key has 1 to {MOST_KEY} characters, none of them a control character.")
    asked = {"method": request.method, "path": request.path, "body": body}
    return Key(text.strip(), sha256(canonical(asked)))


Act = Callable[[], tuple[Project, Any]]


def once(request: Request, act: Act, status: int = 200) -> Response:
    """Call a verb that keeps no idempotency key itself; a retry gets the stored answer and changes nothing.

    `act` returns the project that it wrote in and the answer's body.
    """
    key = key_of(request)
    return retried(request, key, lambda: _once(request, key, act, status))


def _once(request: Request, key: Key | None, act: Act, status: int) -> Response:
    with transaction.atomic():
        if event := answered(person(request), key):
            return Response(json.loads(event.answer), status=status)
        project, body = act()
        answer = canonical(body)
        if key:
            record(project, person(request), "answer_request", f"answer:{new_uid()}", key=key, answer=answer,
                   private=True)  # fmt: skip
        return Response(json.loads(answer), status=status)


def retried(request: Request, key: Key | None, act: Callable[[], Response]) -> Response:
    """Call once more where another request with the same key came in between and wrote first.

    The loser of such a race meets the winner's key (IntegrityError), or its effect (a name that is taken).
    """
    try:
        return act()
    except (IntegrityError, Refusal):
        if key is None or answered(person(request), key) is None:
            raise
        return act()


def event_of(request: Request, key: Key | None) -> Event | None:
    """Give the event that this request's key wrote already."""
    return answered(person(request), key)


class ProjectRow(serializers.Serializer[Project]):
    """One study."""

    uid = serializers.UUIDField(read_only=True)
    slug = serializers.CharField(read_only=True)
    name = serializers.CharField(read_only=True)
    question = serializers.CharField(read_only=True)
    method_note = serializers.CharField(read_only=True)
    archived_at = serializers.DateTimeField(read_only=True)
    role = serializers.ChoiceField(Role.choices, read_only=True, help_text="Your role in it.")


class ProjectWording(serializers.Serializer[Any]):
    """What a lead may change of a project's description."""

    name = Text(max_length=200, required=False)
    question = Text(max_length=MOST_TEXT, allow_blank=True, required=False)
    method_note = Text(max_length=MOST_TEXT, allow_blank=True, required=False)

    def validate_name(self, name: str) -> str:
        if not name.strip():
            raise serializers.ValidationError("Give the project a name.")
        return name.strip()


class MemberRow(serializers.Serializer[Membership]):
    """Who is in a project."""

    uid = serializers.UUIDField(source="user.uid", read_only=True)
    name = serializers.CharField(source="user.name", read_only=True)
    is_machine = serializers.BooleanField(source="user.is_machine", read_only=True)
    role = serializers.ChoiceField(Role.choices, read_only=True)
    group = serializers.CharField(source="attributes.group", read_only=True, default="")


def project_row(membership: Membership) -> dict[str, Any]:
    membership.project.role = membership.role  # type: ignore[attr-defined]  # ProjectRow reads it beside the columns
    return dict(ProjectRow(membership.project).data)


class Projects(GenericViewSet[Any]):
    """The projects that you are a member of."""

    access = "signed in; read: members; write: lead"
    queryset = Project.objects.none()
    lookup_field, lookup_value_converter = "uid", "uuid"

    def held(self) -> QuerySet[Membership]:
        mine = Membership.objects.filter(user=person(self.request), **in_scope(self.request))
        return mine.select_related("project").order_by("project__slug")

    @extend_schema(responses=ProjectRow(many=True))
    def list(self, request: Request) -> Response:
        page = self.paginate_queryset(self.held())
        return self.get_paginated_response([project_row(membership) for membership in page or []])

    @extend_schema(responses=ProjectRow)
    def retrieve(self, request: Request, uid: UUID) -> Response:
        return Response(project_row(membership_for(request, uid)))

    @extend_schema(request=ProjectWording, responses=ProjectRow)
    def partial_update(self, request: Request, uid: UUID) -> Response:
        """Change the description; a lead's act."""
        membership = membership_for(request, uid)
        allow(membership, "lead")
        wording = taken(ProjectWording, request)
        if not wording:
            raise BadInput("Say what to change: the name, the question or the notes on method.")

        def act() -> tuple[Project, Any]:
            describe_project(person(request), membership.project, **wording)
            return membership.project, project_row(membership)

        return once(request, act)


class Members(ProjectRoutes):
    """Who is in a project: the public ids that a lead names coders by."""

    access = "read: lead"
    read = "lead"
    queryset = Membership.objects.none()

    @extend_schema(responses=MemberRow(many=True))
    def list(self, request: Request, project: UUID) -> Response:
        rows = Membership.objects.filter(project=self.project).select_related("user").order_by("user__uid")
        return page_of(self, rows, MemberRow)
