"""Open coding at the second door: the segments of an assignment, the codes that may name them, undo, submit."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from coding.codes.api import NewWording, OtherWording
from coding.codes.models import NAME_LENGTH, Code
from coding.lib.api import Text, Uid, Whole, YesNo
from coding.lib.refusals import BadInput, Forbidden
from coding.open_coding import history, judging, naming, rules
from coding.open_coding.acts import Saved
from coding.open_coding.changes import SegmentState, scene_in, state_with
from coding.open_coding.models import Mark, Segment
from coding.open_coding.naming import Naming
from coding.open_coding.queries import Desk
from coding.people.api import key_of, once, one_of, person, retried, taken
from coding.people.models import Project
from coding.people.rules import Key, answered
from coding.rounds.api import Submitted, assignment_for, submit
from coding.rounds.models import Assignment, Round
from coding.rounds.rules import ask_reopening

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
    is_uncertain = serializers.BooleanField(read_only=True)
    speaks_against = serializers.UUIDField(read_only=True, allow_null=True, help_text="A category of the edition.")


class MarkRow(serializers.Serializer[Any]):
    """A paragraph that was judged to hold nothing, or left out: its span and the kind."""

    start = serializers.IntegerField(read_only=True)
    end = serializers.IntegerField(read_only=True)
    kind = serializers.ChoiceField(choices=Mark.Kind.choices, read_only=True)


class Change(serializers.Serializer[Any]):
    """What a change left: the segment as it stands then (null where it is gone), and all that it touched."""

    segment = SegmentRow(allow_null=True, read_only=True)
    segments = SegmentRow(many=True, read_only=True)
    marks = MarkRow(many=True, read_only=True)


class Span(serializers.Serializer[Any]):
    """A stretch `[start, end)` in code points; `was_start` and `was_end` refuse a change of what moved since (409)."""

    start = Whole(min_value=0, max_value=FARTHEST)
    end = Whole(min_value=0, max_value=FARTHEST)
    was_start = Whole(min_value=0, max_value=FARTHEST, required=False)
    was_end = Whole(min_value=0, max_value=FARTHEST, required=False)


class Cut(serializers.Serializer[Any]):
    """Where to cut a segment, in code points of the text, and an id of your own for its second half."""

    at = Whole(min_value=0, max_value=FARTHEST)
    uid = Uid(required=False)
    was_start = Whole(min_value=0, max_value=FARTHEST, required=False)
    was_end = Whole(min_value=0, max_value=FARTHEST, required=False)


class Other(serializers.Serializer[Any]):
    """The segment to join with this one."""

    segment = Uid()


class Doubt(serializers.Serializer[Any]):
    """Whether the coding of a segment is uncertain."""

    is_uncertain = YesNo()


class Against(serializers.Serializer[Any]):
    """The category of the round's edition that a segment speaks against, or null."""

    category = Uid(allow_null=True)


class Judgement(serializers.Serializer[Any]):
    """A paragraph, by where it starts, and what is judged of it; an empty kind takes the judgement back."""

    start = Whole(min_value=0, max_value=FARTHEST)
    kind = serializers.ChoiceField(choices=[*Mark.Kind.values, ""])


class Judgements(serializers.Serializer[Any]):
    """Paragraphs to judge."""

    paragraphs = serializers.ListField(child=Judgement(), min_length=1, max_length=MOST_NAMINGS)


class Hit(serializers.Serializer[Any]):
    """A stretch with its words."""

    start = Whole(min_value=0, max_value=FARTHEST)
    end = Whole(min_value=0, max_value=FARTHEST)
    quote = Text(max_length=None)


class Hits(serializers.Serializer[Any]):
    """Stretches to code at once, and the code for all of them."""

    hits = serializers.ListField(child=Hit(), min_length=1, max_length=rules.MOST_AT_ONCE)
    code = NamingField()


class Submission(serializers.Serializer[Any]):
    """What holds for untouched paragraphs: `rest` for all of them, or each in `paragraphs` by where it starts."""

    rest = serializers.ChoiceField(choices=Mark.Kind.choices, required=False)
    paragraphs = serializers.ListField(child=Judgement(), required=False, max_length=10_000)


class Back(serializers.Serializer[Any]):
    """The key of the last change that you know of, empty if of none; a later one is then never taken back (409)."""

    after = Text(allow_blank=True, required=False)


class Asked(serializers.Serializer[Any]):
    """Why you want a submitted incident back."""

    reason = Text()


class Uncodable(serializers.Serializer[Any]):
    """Why the incident can't be coded; empty: it can."""

    reason = Text(allow_blank=True)


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
        return next(iter(self.left(act)["segments"]), None)

    def left(self, act: Act) -> dict[str, list[dict[str, Any]]]:
        """Call a verb and give all that it touched, as it stood then."""
        scene = scene_in(act(key_of(self.request)).event.after)
        return {"segments": [self.said(state) for state in scene.segments],
                "marks": [{"start": one.start, "end": one.end, "kind": one.kind} for one in scene.marks]}  # fmt: skip

    def said(self, state: SegmentState) -> dict[str, Any]:
        return {
            "uid": state.uid, "start": state.start, "end": state.end, "quote": self.text[state.start : state.end],
            "codes": list(state.codes), "is_uncertain": state.is_uncertain,
            "speaks_against": state.speaks_against or None,
        }  # fmt: skip

    def saved(self, act: Act) -> Response:
        """Answer a verb that changes segments or marks."""

        def answer() -> Response:
            left = self.left(act)
            return Response({"segment": next(iter(left["segments"]), None), **left})

        return self.tried(answer)

    def tried(self, act: Callable[[], Response]) -> Response:
        return retried(self.request, key_of(self.request), act)


class Segments(InAssignment):
    """The segments of an assignment, in text order."""

    access = "signed in; read: what the person may open; write: its coder"
    queryset = Segment.objects.none()
    lookup_field, lookup_value_converter = "uid", "uuid"

    def rows(self) -> Any:
        own = Segment.objects.visible_to(person(self.request)).filter(assignment=self.assignment)
        return own.with_codes().select_related("speaks_against").in_text_order()

    def row(self, segment: Segment) -> dict[str, Any]:
        codings = sorted(segment.codings.all(), key=lambda coding: coding.pk)
        return self.said(state_with(segment, tuple(str(coding.code.uid) for coding in codings)))

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
        asked = Naming(**taken(NamingField, request))
        return self.saved(
            lambda key: rules.add_code(person(request), self.assignment, self.there(uid, key), asked, key=key)
        )

    @extend_schema(responses=Change)
    @action(detail=True, methods=["delete"], url_path="codes/<uuid:code>")
    def remove_code(self, request: Request, assignment: UUID, uid: UUID, code: UUID) -> Response:
        """Take one code off a segment; without any code the segment goes too."""
        return self.saved(
            lambda key: rules.remove_code(person(request), self.assignment, self.there(uid, key), code, key=key)
        )

    @extend_schema(request=NamingField, responses=Change)
    @action(detail=True, methods=["post"], url_path="codes/<uuid:code>/change")
    def change_code(self, request: Request, assignment: UUID, uid: UUID, code: UUID) -> Response:
        """Put another code in the place of one."""
        asked = Naming(**taken(NamingField, request))
        return self.act(rules.change_code, uid, code, asked)

    @extend_schema(request=Span, responses=Change)
    @action(detail=True, methods=["post"])
    def ends(self, request: Request, assignment: UUID, uid: UUID) -> Response:
        """Move one or both ends."""
        asked = taken(Span, request)
        return self.act(rules.move_ends, uid, asked["start"], asked["end"], was=was_in(asked))

    @extend_schema(request=Cut, responses=Change)
    @action(detail=True, methods=["post"])
    def split(self, request: Request, assignment: UUID, uid: UUID) -> Response:
        """Cut a segment in two; both bear its codes."""
        asked = taken(Cut, request)
        return self.act(rules.split_segment, uid, asked["at"], was=was_in(asked), uid=asked.get("uid"))

    @extend_schema(request=Other, responses=Change)
    @action(detail=True, methods=["post"])
    def join(self, request: Request, assignment: UUID, uid: UUID) -> Response:
        """Make one segment of two."""
        return self.act(rules.join_segments, uid, taken(Other, request)["segment"])

    @extend_schema(request=Doubt, responses=Change)
    @action(detail=True, methods=["post"])
    def doubt(self, request: Request, assignment: UUID, uid: UUID) -> Response:
        """Say whether a segment's coding is uncertain."""
        return self.act(judging.say_uncertain, uid, taken(Doubt, request)["is_uncertain"])

    @extend_schema(request=Against, responses=Change)
    @action(detail=True, methods=["post"])
    def against(self, request: Request, assignment: UUID, uid: UUID) -> Response:
        """Say which category a segment speaks against."""
        return self.act(judging.speak_against, uid, taken(Against, request)["category"])

    @extend_schema(request=Hits, responses=Change)
    @action(detail=False, methods=["post"])
    def hits(self, request: Request, assignment: UUID) -> Response:
        """Give one code to several stretches in one act."""
        asked = taken(Hits, request)
        spans = [(hit["start"], hit["end"], hit["quote"]) for hit in asked["hits"]]
        return self.act(rules.code_hits, spans, Naming(**asked["code"]))

    @extend_schema(request=Judgements, responses=Change)
    @action(detail=False, methods=["post"])
    def marks(self, request: Request, assignment: UUID) -> Response:
        """Judge paragraphs: nothing here, or left out."""
        return self.act(judging.mark_paragraphs, judged_in(taken(Judgements, request)["paragraphs"]))

    @extend_schema(request=Back, responses=Change)
    @action(detail=False, methods=["post"])
    def undo(self, request: Request, assignment: UUID) -> Response:
        """Undo your last act in this assignment that stands."""
        return self.act(history.undo, after=taken(Back, request).get("after"))

    @extend_schema(request=Back, responses=Change)
    @action(detail=False, methods=["post"])
    def redo(self, request: Request, assignment: UUID) -> Response:
        """Do again what was undone last."""
        return self.act(history.redo, after=taken(Back, request).get("after"))

    @extend_schema(request=Asked, responses=Asked)
    @action(detail=False, methods=["post"], url_path="ask-reopening")
    def ask_reopening(self, request: Request, assignment: UUID) -> Response:
        """Ask the lead to give a submitted incident back."""
        reason = taken(Asked, request)["reason"]

        def act() -> tuple[Project, Any]:
            asked = ask_reopening(person(request), self.assignment, reason)
            return self.assignment.round.project, {"reason": asked.reopening_asked}

        return once(request, act)

    @extend_schema(request=Uncodable, responses=Uncodable)
    @action(detail=False, methods=["post"])
    def uncodable(self, request: Request, assignment: UUID) -> Response:
        """Say why the incident can't be coded, or that it can."""
        reason = taken(Uncodable, request)["reason"]

        def answer() -> Response:
            locked = judging.call_uncodable(person(request), self.assignment, reason, key=key_of(request))
            return Response({"reason": locked.uncodable_because})

        return self.tried(answer)

    @extend_schema(request=Submission, responses=Submitted)
    @action(detail=False, methods=["post"])
    def submit(self, request: Request, assignment: UUID) -> Response:
        """Declare the incident coded; the lead can reopen it until release."""
        asked = taken(Submission, request)
        each = judged_in(asked.get("paragraphs", []))
        if each and "rest" in asked:
            raise BadInput("Judge the untouched paragraphs either all alike (rest) or each (paragraphs), not both.")
        return submit(request, self.assignment, partial(judging.submit, rest=each or asked.get("rest")))

    def act(self, verb: Callable[..., Saved], *asked: Any, **more: Any) -> Response:
        """Call a verb on the assignment as this person, and answer with what it left."""
        coder = person(self.request)
        return self.saved(lambda key: verb(coder, self.assignment, *asked, key=key, **more))

    def there(self, uid: UUID, key: Key | None) -> UUID:
        """Give the id of a segment that is there (404), or that a retry took away before."""
        return uid if answered(person(self.request), key) else one_of(self.rows(), uid).uid


def judged_in(asked: Sequence[dict[str, Any]]) -> dict[int, str]:
    """Take the judgement of each paragraph. Raises BadInput where one is judged twice."""
    each = {one["start"]: one["kind"] for one in asked}
    if len(each) < len(asked):
        raise BadInput("A paragraph is judged twice. Say of each one thing.")
    return each


def was_in(asked: dict[str, Any]) -> tuple[int, int] | None:
    return (asked["was_start"], asked["was_end"]) if "was_start" in asked and "was_end" in asked else None


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
        own = {str(code.uid): code for code in naming.own_codes(self.assignment)}
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
            own = one_of(naming.own_codes(self.assignment), code)
            naming.word_own(person(request), self.assignment, own, version, reason, **wording)
            return self.assignment.round.project, next(row for row in self.listed() if row["uid"] == str(code))

        return once(request, act)

    @extend_schema(request=OtherWording, responses=OtherWording)
    @action(detail=True, methods=["post"])
    def propose(self, request: Request, assignment: UUID, code: UUID) -> Response:
        """Propose another wording of a code of the edition; yours alone until release, the last one stands."""
        wording = taken(OtherWording, request)

        def act() -> tuple[Project, Any]:
            said = naming.propose_wording(person(request), self.assignment, code, **wording)
            return self.assignment.round.project, said

        return once(request, act)
