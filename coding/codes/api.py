"""Projects with their scale, codes and scales at the second door."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.db.models import Prefetch, QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from coding.codes import rules
from coding.codes.models import NAME_LENGTH, Code, Layer, Scale, ScaleCategory, ScaleQuerySet
from coding.codes.scale_files import MOST_CATEGORIES, from_plain
from coding.codes.scale_rules import import_scale
from coding.codes.scales import EMPTY, SHIPPED
from coding.codes.undo import undo_last
from coding.lib.api import Text, Uid, Whole
from coding.lib.collation import in_order
from coding.lib.refusals import Forbidden
from coding.people import api
from coding.people.api import ProjectRoutes, in_scope, membership_for, once, one_of, page_of, person, project_row, taken
from coding.people.models import Project

MOST_VERSION = 2**31 - 1


class NewProject(serializers.Serializer[Any]):
    """What a new project needs."""

    name = Text(max_length=200)
    question = Text(allow_blank=True, required=False)
    scale = serializers.ChoiceField([*SHIPPED, EMPTY], default="gvs", help_text="The scale that it starts from.")

    def validate_name(self, name: str) -> str:
        if not name.strip():
            raise serializers.ValidationError("Give the project a name.")
        return name


class CodeRow(serializers.Serializer[Code]):
    """One code. `version` goes with a change of its wording."""

    uid = serializers.UUIDField(read_only=True)
    name = serializers.CharField(read_only=True)
    definition = serializers.CharField(read_only=True)
    use_when = serializers.CharField(read_only=True)
    avoid_when = serializers.CharField(read_only=True)
    in_vivo = serializers.BooleanField(read_only=True)
    hue = serializers.IntegerField(read_only=True)
    category = serializers.UUIDField(source="category.uid", read_only=True, default=None, allow_null=True)
    coined_by = serializers.UUIDField(source="coined_by.uid", read_only=True)
    merged_into = serializers.UUIDField(source="merged_into.uid", read_only=True, default=None, allow_null=True)
    released_at = serializers.DateTimeField(read_only=True)
    adopted_at = serializers.DateTimeField(read_only=True)
    retired_at = serializers.DateTimeField(read_only=True)
    version = serializers.IntegerField(read_only=True)


class NewCode(serializers.Serializer[Any]):
    """A code for everybody."""

    name = Text(max_length=NAME_LENGTH)
    definition = Text(allow_blank=True, required=False)
    use_when = Text(allow_blank=True, required=False)
    avoid_when = Text(allow_blank=True, required=False)


class OtherWording(serializers.Serializer[Any]):
    """A code's wording, or parts of it; what is left out stays."""

    name = Text(max_length=NAME_LENGTH, required=False)
    definition = Text(allow_blank=True, required=False)
    use_when = Text(allow_blank=True, required=False)
    avoid_when = Text(allow_blank=True, required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if not attrs.keys() - {"version", "reason"}:
            raise serializers.ValidationError("Say what to change: the name, or a part of the wording.")
        return attrs


class NewWording(OtherWording):
    """A change of a code's wording. A stale `version` is refused (409)."""

    version = Whole(min_value=1, max_value=MOST_VERSION)
    reason = Text(max_length=2_000, allow_blank=True, required=False)


class Reason(serializers.Serializer[Any]):
    """Why; kept in the audit trail."""

    reason = Text(max_length=2_000)

    def validate_reason(self, reason: str) -> str:
        if not reason.strip():
            raise serializers.ValidationError("Say why; the reason is kept in the audit trail.")
        return reason


class Merge(Reason):
    """Into which code, and why."""

    into = Uid()


class ScaleCategoryRow(serializers.Serializer[Any]):
    """One category of a layer; `number` counts through the whole scale."""

    uid = serializers.UUIDField(read_only=True)
    number = serializers.IntegerField(read_only=True)
    name = serializers.CharField(read_only=True)
    definition = serializers.CharField(read_only=True)
    use_when = serializers.CharField(read_only=True)
    avoid_when = serializers.CharField(read_only=True)


class LayerRow(serializers.Serializer[Any]):
    """One layer of a scale."""

    uid = serializers.UUIDField(read_only=True)
    position = serializers.IntegerField(read_only=True)
    name = serializers.CharField(read_only=True)
    definition = serializers.CharField(read_only=True)
    categories = ScaleCategoryRow(many=True, read_only=True)


class ScaleRow(serializers.Serializer[Any]):
    """One scale with its layers in use."""

    uid = serializers.UUIDField(read_only=True)
    name = serializers.CharField(read_only=True)
    source = serializers.CharField(read_only=True)  # type: ignore[assignment]  # a field of that name
    rating_kind = serializers.ChoiceField(Scale.RatingKind.choices, read_only=True)
    layers = LayerRow(many=True, read_only=True)


class NewCategory(serializers.Serializer[Any]):
    """One category of a new scale."""

    name = Text(max_length=NAME_LENGTH)
    definition = Text(allow_blank=True, required=False)
    use_when = Text(allow_blank=True, required=False)
    avoid_when = Text(allow_blank=True, required=False)


class NewLayer(serializers.Serializer[Any]):
    """One layer of a new scale."""

    name = Text(max_length=NAME_LENGTH)
    definition = Text(allow_blank=True, required=False)
    categories = serializers.ListField(child=NewCategory(), max_length=MOST_CATEGORIES)


class NewScale(serializers.Serializer[Any]):
    """A scale in its plain form: layers in their order, each with its categories."""

    name = Text(max_length=NAME_LENGTH)
    source = Text(allow_blank=True, required=False)  # type: ignore[assignment]  # a field of that name
    rating_kind = serializers.ChoiceField(Scale.RatingKind.choices)
    layers = serializers.ListField(child=NewLayer(), max_length=MOST_CATEGORIES)


class Projects(api.Projects):
    """The projects that you are a member of; who starts one leads it."""

    @extend_schema(request=NewProject, responses={201: api.ProjectRow})
    def create(self, request: Request) -> Response:
        if in_scope(request):
            raise Forbidden("This token is bound to one project, so it can't start another.")
        asked = taken(NewProject, request)

        def act() -> tuple[Project, Any]:
            started = rules.start_project(person(request), **asked)
            return started, project_row(membership_for(request, started.uid))

        return once(request, act, status=201)


class Codes(ProjectRoutes):
    """The codes that you may read: your own, and the released ones; by name."""

    access = "read: lead coder observer; write: lead"
    queryset = Code.objects.none()
    lookup_field, lookup_value_converter = "uid", "uuid"

    def rows(self) -> QuerySet[Code]:
        """A coder of an open blind round reads own private codes alone: a lead may change even own released ones."""
        found = Code.objects.visible_to(person(self.request)).filter(project=self.project)
        if self.membership.is_shielded:
            found = found.filter(released_at=None)
        return found.select_related("category", "coined_by", "merged_into").order_by(in_order("name_key"), "uid")

    @extend_schema(responses=CodeRow(many=True))
    def list(self, request: Request, project: UUID) -> Response:
        return page_of(self, self.rows(), CodeRow)

    @extend_schema(responses=CodeRow)
    def retrieve(self, request: Request, project: UUID, uid: UUID) -> Response:
        return Response(CodeRow(one_of(self.rows(), uid)).data)

    @extend_schema(request=NewCode, responses={201: CodeRow})
    def create(self, request: Request, project: UUID) -> Response:
        """Create a code for everybody, adopted at once."""
        asked = taken(NewCode, request)

        def act() -> tuple[Project, Any]:
            return self.project, CodeRow(rules.create_code(person(request), self.project, **asked)).data

        return once(request, act, status=201)

    @extend_schema(request=NewWording, responses=CodeRow)
    def partial_update(self, request: Request, project: UUID, uid: UUID) -> Response:
        """Reword a released code; the former wording is kept."""
        code, wording = one_of(self.rows(), uid), taken(NewWording, request)
        version, reason = wording.pop("version"), wording.pop("reason", "")

        def act() -> tuple[Project, Any]:
            rules.reword(person(request), code, version, reason, **wording)
            return self.project, CodeRow(one_of(self.rows(), uid)).data

        return once(request, act)

    def done(self, request: Request, uid: UUID, verb: Callable[[Code], object]) -> Response:
        """Call a verb on a code that the person may change, and answer with the code as it is then."""
        code = one_of(self.rows(), uid)

        def act() -> tuple[Project, Any]:
            verb(code)
            return self.project, CodeRow(one_of(self.rows(), uid)).data

        return once(request, act)

    @extend_schema(request=Merge, responses=CodeRow)
    @action(detail=True, methods=["post"])
    def merge(self, request: Request, project: UUID, uid: UUID) -> Response:
        """Merge this code into another; codings keep the code that the coder gave."""
        asked = taken(Merge, request)
        into = one_of(self.rows(), asked["into"])
        return self.done(request, uid, lambda code: rules.merge_codes(person(request), code, into, asked["reason"]))

    @extend_schema(request=None, responses=CodeRow)
    @action(detail=True, methods=["post"])
    def adopt(self, request: Request, project: UUID, uid: UUID) -> Response:
        """Take a released code into the codebook."""
        return self.done(request, uid, lambda code: rules.adopt(person(request), code))

    @extend_schema(request=Reason, responses=CodeRow)
    @action(detail=True, methods=["post"])
    def retire(self, request: Request, project: UUID, uid: UUID) -> Response:
        """Take a code out of use; what was coded with it stays."""
        reason = taken(Reason, request)["reason"]
        return self.done(request, uid, lambda code: rules.retire(person(request), code, reason))

    @extend_schema(request=Reason, responses=CodeRow)
    @action(detail=True, methods=["post"])
    def undo(self, request: Request, project: UUID, uid: UUID) -> Response:
        """Undo what was last done to this code: merge, place, adoption, retirement or wording.

        409 if it moved on, or if a split came last: that is undone among the acts of the project.
        """
        reason = taken(Reason, request)["reason"]
        return self.done(request, uid, lambda code: undo_last(person(request), code, reason))


def with_layers(scales: ScaleQuerySet) -> ScaleQuerySet:
    """Bring along the layers and categories in use."""
    places = Prefetch("categories", queryset=ScaleCategory.objects.living())
    return scales.prefetch_related(Prefetch("layers", queryset=Layer.objects.living().prefetch_related(places)))


class Scales(ProjectRoutes):
    """The scales of a project as they stand now; a rating round reads its edition's."""

    access = "read: lead coder observer; write: lead; shared"
    shared = True
    queryset = Scale.objects.none()

    @extend_schema(responses=ScaleRow(many=True))
    def list(self, request: Request, project: UUID) -> Response:
        scales = Scale.objects.visible_to(person(request)).filter(project=self.project).order_by("name", "uid")
        return page_of(self, with_layers(scales), ScaleRow)

    @extend_schema(request=NewScale, responses={201: ScaleRow})
    def create(self, request: Request, project: UUID) -> Response:
        """Add a scale of your own; a project may hold several."""
        content = from_plain(taken(NewScale, request))

        def act() -> tuple[Project, Any]:
            return self.project, ScaleRow(import_scale(person(request), self.project, content)).data

        return once(request, act, status=201)
