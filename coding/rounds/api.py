"""Rounds and assignments at the second door."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import Http404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from coding.codes.models import Scale
from coding.incidents.models import Incident
from coding.lib import clock
from coding.lib.api import Text, Uid, Whole, YesNo
from coding.lib.refusals import Forbidden
from coding.people.access import allow, membership_of
from coding.people.api import (
    ProjectRoutes,
    choice_asked,
    event_of,
    in_scope,
    key_of,
    once,
    one_of,
    page_of,
    person,
    retried,
    taken,
    uid_asked,
)
from coding.people.models import Project, Role, User
from coding.people.rules import Key
from coding.people.tokens import SAFE
from coding.rounds import rules
from coding.rounds.access import readable_assignment
from coding.rounds.forms import BY_NUMBER, STAGES
from coding.rounds.models import Assignment, Round

MOST_CODERS = 50
MOST_NUMBERS = 100_000
MOST_SEED = 2**31 - 1


class RoundRow(serializers.Serializer[Round]):
    """One round."""

    uid = serializers.UUIDField(read_only=True)
    name = serializers.CharField(read_only=True)
    stage = serializers.ChoiceField(Round.Stage.choices, read_only=True)
    purpose = serializers.ChoiceField(Round.Purpose.choices, read_only=True)
    sampling = serializers.ChoiceField(Round.Sampling.choices, read_only=True)
    sampling_note = serializers.CharField(read_only=True)
    edition = serializers.UUIDField(source="edition.uid", read_only=True, default=None, allow_null=True)
    scale = serializers.UUIDField(source="scale.uid", read_only=True, default=None, allow_null=True)
    instructions = serializers.CharField(read_only=True)
    is_blind = serializers.BooleanField(read_only=True)
    shows_earlier = serializers.ChoiceField(Round.ShowsEarlier.choices, read_only=True)
    coders_per_incident = serializers.IntegerField(read_only=True)
    seed = serializers.IntegerField(read_only=True)
    due_on = serializers.DateField(read_only=True)
    state = serializers.ChoiceField(Round.State.choices, read_only=True, source="shown_state")
    opened_at = serializers.DateTimeField(read_only=True)
    released_at = serializers.DateTimeField(read_only=True)
    release_reason = serializers.CharField(read_only=True)


class ScaleField(serializers.SlugRelatedField[Scale]):
    """A scale of the project, by public id, among those that the person may read."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(slug_field="uid", queryset=Scale.objects.none(), **kwargs)

    def get_queryset(self) -> QuerySet[Scale]:
        mine = Scale.objects.visible_to(person(self.context["request"]))
        return mine.filter(project=self.context["project"])

    def to_internal_value(self, data: Any) -> Scale:
        scale: Scale = super().to_internal_value(Uid().run_validation(data))
        return scale


class NewRound(serializers.Serializer[Any]):
    """A plan for a round. `sampling` needs: filter words, random size, by_hand and theoretical numbers and a note."""

    name = Text(max_length=120)
    stage = serializers.ChoiceField(STAGES)
    purpose = serializers.ChoiceField(Round.Purpose.choices, default=Round.Purpose.MAIN)
    scale = ScaleField(required=False, help_text="For a rating or mapping round.")
    sampling = serializers.ChoiceField(Round.Sampling.choices, default=Round.Sampling.ALL)
    sampling_note = Text(allow_blank=True, default="", help_text="The reason for a choice by hand or theory.")
    words = Text(max_length=500, required=False)
    size = Whole(min_value=1, max_value=MOST_NUMBERS, required=False)
    numbers = serializers.ListField(
        child=Whole(min_value=1, max_value=MOST_SEED), min_length=1, max_length=MOST_NUMBERS, required=False
    )
    seed = Whole(min_value=0, max_value=MOST_SEED, default=0)
    coders = serializers.ListField(child=Uid(), min_length=1, max_length=MOST_CODERS)
    coders_per_incident = Whole(min_value=1, max_value=MOST_CODERS, default=2)
    is_blind = YesNo(default=True)
    shows_earlier = serializers.ChoiceField(Round.ShowsEarlier.choices, default=Round.ShowsEarlier.OWN)
    instructions = Text(allow_blank=True, default="")
    due_on = serializers.DateField(required=False)

    def validate_coders(self, uids: list[UUID]) -> list[User]:
        """Take members who may code, in the order in which they stand."""
        members = self.context["project"].memberships.exclude(role=Role.OBSERVER).select_related("user")
        found = {member.user.uid: member.user for member in members.filter(user__uid__in=uids)}
        if unknown := [str(uid) for uid in uids if uid not in found]:
            raise serializers.ValidationError(f"{unknown[0]} is no coder of this project.")
        return [found[uid] for uid in dict.fromkeys(uids)]

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        needed = {"filter": "words", "random": "size", "by_hand": "numbers", "theoretical": "numbers"}.get(
            attrs["sampling"]
        )
        if needed and not attrs.get(needed):
            raise serializers.ValidationError({needed: [f"The sampling “{attrs['sampling']}” needs it."]})
        return attrs


class RoundReason(serializers.Serializer[Any]):
    """Which assignment is given back, and why."""

    assignment = Uid()
    reason = Text(max_length=2_000)


class StateRow(serializers.Serializer[Assignment]):
    """How far one assignment is: its state, never its codings."""

    assignment = serializers.UUIDField(source="uid", read_only=True)
    incident = serializers.UUIDField(source="incident.uid", read_only=True, default=None, allow_null=True)
    coder = serializers.UUIDField(source="coder.uid", read_only=True)
    state = serializers.ChoiceField(Assignment.State.choices, read_only=True)


class AssignmentRow(serializers.Serializer[Assignment]):
    """One coder's work on one incident; its text is the incident's."""

    uid = serializers.UUIDField(read_only=True)
    project = serializers.UUIDField(source="round.project.uid", read_only=True)
    round = serializers.UUIDField(source="round.uid", read_only=True)
    stage = serializers.ChoiceField(Round.Stage.choices, source="round.stage", read_only=True)
    incident = serializers.UUIDField(source="incident.uid", read_only=True, default=None, allow_null=True)
    incident_title = serializers.CharField(source="incident.title", read_only=True, default="")
    coder = serializers.UUIDField(source="coder.uid", read_only=True)
    state = serializers.ChoiceField(Assignment.State.choices, read_only=True)
    submitted_at = serializers.DateTimeField(read_only=True)
    machine = serializers.JSONField(read_only=True)


class Submitted(serializers.Serializer[Any]):
    """What a submission did."""

    assignment = serializers.UUIDField()
    state = serializers.ChoiceField(Assignment.State.choices)
    submitted_at = serializers.DateTimeField()


def chosen(user: User, project: Project, plan: dict[str, Any]) -> list[Incident]:
    """Choose a round's incidents as the plan says."""
    found = Incident.objects.visible_to(user).filter(project=project).in_use().light().order_by("number")
    if plan["sampling"] == Round.Sampling.FILTER:
        found = found.matching(plan["words"])
    if plan["sampling"] in BY_NUMBER:
        numbers = set(plan["numbers"])
        return [incident for incident in found if incident.number in numbers]
    if plan["sampling"] == Round.Sampling.RANDOM:
        return rules.sample(list(found), plan["size"], plan["seed"])
    return list(found)


def plan_of(user: User, project: Project, asked: dict[str, Any]) -> rules.Plan:
    incidents = chosen(user, project, asked)
    left = {name: value for name, value in asked.items() if name not in {"words", "size", "numbers"}}
    return rules.Plan(incidents=incidents, **left)


class Rounds(ProjectRoutes):
    """The rounds that you may know of: all for a lead, else your own and the released ones; by name."""

    access = "read: lead coder observer; write: lead, and all to open readings"
    queryset = Round.objects.none()
    lookup_field, lookup_value_converter = "uid", "uuid"

    def roles(self) -> str:
        if self.action == "states":
            return "lead"
        return self.read if self.action == "open_readings" else super().roles()

    def rows(self) -> QuerySet[Round]:
        mine = Round.objects.visible_to(person(self.request)).filter(project=self.project)
        return mine.select_related("project", "edition", "scale").order_by("name", "uid")

    @extend_schema(responses=RoundRow(many=True))
    def list(self, request: Request, project: UUID) -> Response:
        return page_of(self, self.rows(), RoundRow)

    @extend_schema(responses=RoundRow)
    def retrieve(self, request: Request, project: UUID, uid: UUID) -> Response:
        return Response(RoundRow(one_of(self.rows(), uid)).data)

    @extend_schema(request=NewRound, responses={201: RoundRow})
    def create(self, request: Request, project: UUID) -> Response:
        """Plan a round; its coders see nothing of it until it opens."""
        asked = taken(NewRound, request, project=self.project)

        def act() -> tuple[Project, Any]:
            plan = plan_of(person(request), self.project, asked)
            return self.project, RoundRow(rules.draft_round(person(request), self.project, plan)).data

        return once(request, act, status=201)

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, project: UUID, uid: UUID) -> Response:
        """Discard a draft."""

        def act() -> tuple[Project, Any]:
            rules.discard_draft(person(request), one_of(self.rows(), uid))
            return self.project, None

        return once(request, act, status=204)

    @extend_schema(request=None, responses=RoundRow)
    @action(detail=True, methods=["post"])
    def open(self, request: Request, project: UUID, uid: UUID) -> Response:
        """Open a draft: freeze its edition, lock its incidents' texts, show it to its coders."""

        def act() -> tuple[Project, Any]:
            return self.project, RoundRow(rules.open_round(person(request), one_of(self.rows(), uid))).data

        return once(request, act)

    @extend_schema(request=None, responses=RoundRow)
    @action(detail=True, methods=["post"], url_path="open-readings")
    def open_readings(self, request: Request, project: UUID, uid: UUID) -> Response:
        """Open the others' work of a released round; it is noted, since you can't code it blind afterwards."""

        def act() -> tuple[Project, Any]:
            released = one_of(self.rows(), uid)
            rules.open_readings(person(request), released)
            return self.project, RoundRow(released).data

        return once(request, act)

    @extend_schema(request=RoundReason, responses=StateRow)
    @action(detail=True, methods=["post"])
    def reopen(self, request: Request, project: UUID, uid: UUID) -> Response:
        """Give a submitted assignment back to its coder, until the round is released."""
        asked = taken(RoundReason, request)

        def act() -> tuple[Project, Any]:
            held = self.states_of(one_of(self.rows(), uid))
            reopened = rules.reopen(person(request), one_of(held, asked["assignment"]), asked["reason"])
            return self.project, StateRow(reopened).data

        return once(request, act)

    @extend_schema(
        parameters=[OpenApiParameter("state", str, enum=Assignment.State.values)], responses=StateRow(many=True)
    )
    @action(detail=True, methods=["get"])
    def states(self, request: Request, project: UUID, uid: UUID) -> Response:
        """Who is how far; for a lead."""
        held = self.states_of(one_of(self.rows(), uid))
        if state := choice_asked(request, "state", Assignment.State.values):
            held = held.filter(state=state)
        return page_of(self, held, StateRow)

    def states_of(self, one: Round) -> QuerySet[Assignment]:
        held = Assignment.objects.filter(round=one).select_related("incident", "coder")
        return held.defer("incident__text", "incident__search_text").order_by("position", "coder__uid")


def assignments(request: Request) -> QuerySet[Assignment]:
    """The assignments that this person may open, within the token's project; long texts stay in the database."""
    mine = Assignment.objects.visible_to(person(request)).filter(**in_scope(request, "round__project"))
    return mine.select_related("round__project", "incident", "coder").defer("incident__text", "incident__search_text")


def assignment_for(request: Request, uid: UUID, stage: str) -> Assignment:
    """The one getter of an assignment with its text: 404 for whoever may not know of it or asks at another stage.

    Only its coder may write (403), and an observer never.
    """
    assignment = readable_assignment(person(request), uid, stage, "round__edition", "round__scale", "incident", "coder")
    if in_scope(request).get("project", assignment.round.project_id) != assignment.round.project_id:
        raise Http404
    if request.method not in SAFE:
        allow(membership_of(person(request), assignment.round.project.slug), "lead coder")
        if assignment.coder_id != request.user.pk:
            raise Forbidden("This is somebody else's work. Only its coder can change it.")
    return assignment


Submit = Callable[..., Assignment]


def submit(request: Request, assignment: Assignment, verb: Submit) -> Response:
    """Submit by the stage's own verb; a retry gets the answer of the first."""
    key = key_of(request)
    return retried(request, key, lambda: _submit(request, assignment, verb, key, clock.now()))


def _submit(request: Request, assignment: Assignment, verb: Submit, key: Key | None, at: datetime) -> Response:
    verb(person(request), assignment, key=key, at=at)
    event = event_of(request, key)
    body = {
        "assignment": assignment.uid, "state": Assignment.State.SUBMITTED, "submitted_at": event.at if event else at,
    }  # fmt: skip
    return Response(Submitted(body).data)


class Assignments(GenericViewSet[Any]):
    """Your assignments, and others' of released rounds whose readings you opened; in the order of rounds."""

    access = "signed in; read: what the person may open"
    queryset = Assignment.objects.none()
    lookup_field, lookup_value_converter = "uid", "uuid"

    @extend_schema(
        parameters=[
            OpenApiParameter("project", UUID),
            OpenApiParameter("round", UUID),
            OpenApiParameter("state", str, enum=Assignment.State.values),
            OpenApiParameter("stage", str, enum=Round.Stage.values),
        ],
        responses=AssignmentRow(many=True),
    )
    def list(self, request: Request) -> Response:
        asked = {
            "round__project__uid": uid_asked(request, "project"),
            "round__uid": uid_asked(request, "round"),
            "state": choice_asked(request, "state", Assignment.State.values),
            "round__stage": choice_asked(request, "stage", Round.Stage.values),
        }
        wanted = {name: value for name, value in asked.items() if value is not None}
        rows = assignments(request).filter(**wanted).order_by("round__uid", "position", "uid")
        return page_of(self, rows, AssignmentRow)

    @extend_schema(responses=AssignmentRow)
    def retrieve(self, request: Request, uid: UUID) -> Response:
        return Response(AssignmentRow(one_of(assignments(request), uid)).data)
