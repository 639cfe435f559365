"""Open coding at the second door: the segments of an assignment, the codes that may name them, undo, submit."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from coding.codes.api import NewWording
from coding.codes.models import NAME_LENGTH, Code
from coding.lib.api import Text, Uid, Whole, YesNo
from coding.lib.refusals import Forbidden
from coding.open_coding import rules
from coding.open_coding.models import Segment
from coding.open_coding.queries import Desk
from coding.open_coding.rules import Naming, Saved
from coding.people.api import key_of, once, one_of, person, retried, taken
from coding.people.models import Project
from coding.people.rules import Key, answered
from coding.rounds.api import Submitted, assignment_for, submit
from coding.rounds.models import Assignment, Round

MOST_NAMINGS = 100
FARTHEST = 2**31 - 1
WORDING = ("name", "definition", "use_when", "avoid_when")


class NamingField(serializers.Serializer[Any]):
    """What to call a segment: a code by `uid`, or a `name` to find or coin."""

    uid = Uid(required=False)
    name = Text(max_length=NAME_LENGTH, required=False)
    in_vivo = YesNo(required=False, help_text="The name is the report's own words.")
    definition = Text(allow_blank=True, required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if ("uid" in attrs) == ("name" in attrs):
            raise serializers.ValidationError("Give either the uid of a code, or a name.")
        return attrs


class NewSegment(serializers.Serializer[Any]):
    """A stretch `[start, end)` of the incident's text in code points, the words there, and its codes."""

    uid = Uid(required=False, help_text="Your own random id for the segment, if you need to name it before the answer.")
    start = Whole(min_value=0, max_value=FARTHEST)
    end = Whole(min_value=0, max_value=FARTHEST)
    quote = Text(max_length=None, help_text="text[start:end]; what differs is refused (409).")
    codes = serializers.ListField(child=NamingField(), min_length=1, max_length=MOST_NAMINGS)


class SegmentRow(serializers.Serializer[Any]):
    """A segment. `codes` are public ids, in the order in which they were given."""

    uid = serializers.UUIDField(read_only=True)
    start = serializers.IntegerField(read_only=True)
    end = serializers.IntegerField(read_only=True)
    quote = serializers.CharField(read_only=True)
    codes = serializers.ListField(child=serializers.UUIDField(), read_only=True)


class Change(serializers.Serializer[Any]):
    """What a change left: the segment as it stands then, or null where it is gone."""

    segment = SegmentRow(allow_null=True, read_only=True)


class UsableCode(serializers.Serializer[Any]):
    """A code that you may use in this assignment, as the round's edition words it; `version` for own ones."""

    uid = serializers.UUIDField(read_only=True)
    name = serializers.CharField(read_only=True)
    definition = serializers.CharField(read_only=True)
    use_when = serializers.CharField(read_only=True)
    avoid_when = serializers.CharField(read_only=True)
    own = serializers.BooleanField(read_only=True)
    uses = serializers.IntegerField(read_only=True, help_text="Your own codings with it in this project.")
    version = serializers.IntegerField(read_only=True, allow_null=True)


Act = Callable[[Key | None], Saved]


class InAssignment(GenericViewSet[Any]):
    """What lies within one open-coding assignment; only its coder writes."""

    assignment: Assignment

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        self.assignment = assignment_for(request, kwargs["assignment"], Round.Stage.OPEN)

    @property
    def text(self) -> str:
        return self.assignment.incident.text if self.assignment.incident else ""

    def changed(self, act: Act) -> dict[str, Any] | None:
        """Call a verb and give the segment's state after it as its event says, so that a retry gets the same."""
        saved = act(key_of(self.request))
        state = rules.read_state(saved.event.after)
        if state is None:
            return None
        quote = self.text[state.start : state.end]
        return {"uid": state.uid, "start": state.start, "end": state.end, "quote": quote, "codes": list(state.codes)}

    def saved(self, act: Act) -> Response:
        """Answer a verb that changes a segment."""
        return self.tried(lambda: Response({"segment": self.changed(act)}))

    def tried(self, act: Callable[[], Response]) -> Response:
        return retried(self.request, key_of(self.request), act)


class Segments(InAssignment):
    """The segments of an assignment, in text order."""

    access = "signed in; read: what the person may open; write: its coder"
    queryset = Segment.objects.none()
    lookup_field, lookup_value_converter = "uid", "uuid"

    def rows(self) -> Any:
        own = Segment.objects.visible_to(person(self.request)).filter(assignment=self.assignment)
        return own.with_codes().in_text_order()

    def row(self, segment: Segment) -> dict[str, Any]:
        codings = sorted(segment.codings.all(), key=lambda coding: coding.pk)
        quote, codes = self.text[segment.start : segment.end], [str(coding.code.uid) for coding in codings]
        return {"uid": str(segment.uid), "start": segment.start, "end": segment.end, "quote": quote, "codes": codes}

    @extend_schema(responses=SegmentRow(many=True))
    def list(self, request: Request, assignment: UUID) -> Response:
        page = self.paginate_queryset(self.rows())
        return self.get_paginated_response([self.row(segment) for segment in page or []])

    @extend_schema(responses=SegmentRow)
    def retrieve(self, request: Request, assignment: UUID, uid: UUID) -> Response:
        return Response(self.row(one_of(self.rows(), uid)))

    @extend_schema(request=NewSegment, responses={201: SegmentRow})
    def create(self, request: Request, assignment: UUID) -> Response:
        """Code a stretch; the same stretch again adds to the segment that is there."""
        asked = taken(NewSegment, request)
        namings = [Naming(**naming) for naming in asked["codes"]]

        def act(key: Key | None) -> Saved:
            return rules.code_segment(person(request), self.assignment, asked["start"], asked["end"], asked["quote"],
                                      namings, uid=asked.get("uid"), key=key)  # fmt: skip

        return self.tried(lambda: Response(self.changed(act), status=201))

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, assignment: UUID, uid: UUID) -> Response:
        """Take a segment and its codings away; undo brings both back."""

        def act(key: Key | None) -> Saved:
            return rules.delete_segment(person(request), self.assignment, self.there(uid, key), key=key)

        def gone() -> Response:
            self.changed(act)
            return Response(status=204)

        return self.tried(gone)

    @extend_schema(request=NamingField, responses=Change)
    @action(detail=True, methods=["post"], url_path="codes")
    def add_code(self, request: Request, assignment: UUID, uid: UUID) -> Response:
        """Give a segment one more code."""
        naming = Naming(**taken(NamingField, request))

        def act(key: Key | None) -> Saved:
            if again := rules.repeated(person(request), self.assignment, key):
                return again
            there = one_of(self.rows(), uid)
            return rules.code_segment(person(request), self.assignment, there.start, there.end, None, [naming], key=key)

        return self.saved(act)

    @extend_schema(responses=Change)
    @action(detail=True, methods=["delete"], url_path="codes/<uuid:code>")
    def remove_code(self, request: Request, assignment: UUID, uid: UUID, code: UUID) -> Response:
        """Take one code off a segment; without any code the segment goes too."""
        return self.saved(
            lambda key: rules.remove_code(person(request), self.assignment, self.there(uid, key), code, key=key)
        )

    @extend_schema(request=None, responses=Change)
    @action(detail=False, methods=["post"])
    def undo(self, request: Request, assignment: UUID) -> Response:
        """Undo your last action in this assignment that is not undone yet."""
        return self.saved(lambda key: rules.undo(person(request), self.assignment, key=key))

    @extend_schema(request=None, responses=Submitted)
    @action(detail=False, methods=["post"])
    def submit(self, request: Request, assignment: UUID) -> Response:
        """Declare the incident coded; the lead can reopen it until release."""
        return submit(request, self.assignment, rules.submit)

    def there(self, uid: UUID, key: Key | None) -> UUID:
        """Give the id of a segment that is there (404), or that a retry took away before."""
        return uid if answered(person(self.request), key) else one_of(self.rows(), uid).uid


class UsableCodes(InAssignment):
    """The codes that you may use in an assignment: your own private ones, and those of the round's edition."""

    access = "signed in; its coder"
    queryset = Code.objects.none()
    lookup_field, lookup_url_kwarg, lookup_value_converter = "uid", "code", "uuid"

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        if self.assignment.coder_id != request.user.pk:
            raise Forbidden("These are the codes of somebody else. Only the assignment's coder can read them.")

    def listed(self) -> list[dict[str, Any]]:
        """Words each code as its coder reads it here; most used first."""
        desk = Desk(self.assignment, person(self.request))
        own = {str(code.uid): code for code in rules.own_codes(self.assignment)}
        rows = []
        for listed in desk.codes():
            code = own.get(listed["uid"])
            wording = code.wording() if code else {name: desk.shared[listed["uid"]][name] for name in WORDING}
            rows.append({**wording, **{name: listed[name] for name in ("uid", "own", "uses")},
                         "version": code.version if code else None})  # fmt: skip
        return rows

    @extend_schema(responses=UsableCode(many=True))
    def list(self, request: Request, assignment: UUID) -> Response:
        page: Any = self.paginator.paginate_queryset(self.listed(), request, view=self)  # type: ignore[union-attr]  # set, see settings
        return self.get_paginated_response(page)

    @extend_schema(request=NewWording, responses=UsableCode)
    def partial_update(self, request: Request, assignment: UUID, code: UUID) -> Response:
        """Reword your own private code; each wording is kept."""
        wording = taken(NewWording, request)
        version, reason = wording.pop("version"), wording.pop("reason", "")

        def act() -> tuple[Project, Any]:
            own = one_of(rules.own_codes(self.assignment), code)
            rules.word_own(person(request), self.assignment, own, version, reason, **wording)
            return self.assignment.round.project, next(row for row in self.listed() if row["uid"] == str(code))

        return once(request, act)
