"""The living scale at the second door: reword, add, move, retire, bring back, merge, split, undo, with effects."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from coding.codes import scale_edits, scale_regroup, scale_undo
from coding.codes.api import Reason, ScaleRow, with_layers
from coding.codes.models import NAME_LENGTH, Layer, Scale, ScaleCategory
from coding.codes.scale_edits import Part
from coding.lib.api import Text, Uid
from coding.people.api import ProjectRoutes, once, one_of, person, taken
from coding.people.models import Project
from coding.selective_coding.queries import retired_in
from coding.selective_coding.scale_parts import (
    STEPS,
    Effects,
    categories_in,
    category_of,
    effects_of,
    layer_in,
    layer_of,
    only_category,
    part_of,
)


class PartRow(serializers.Serializer[Any]):
    """A layer, or a category with its number and its layer. `version` goes with a change of its words.

    `is_gone` says that it was added and this was undone: it is no part of the scale any more.
    """

    uid = serializers.UUIDField(read_only=True)
    kind = serializers.SerializerMethodField()
    layer = serializers.UUIDField(source="layer.uid", read_only=True, default=None, allow_null=True)
    number = serializers.IntegerField(read_only=True, default=None, allow_null=True)
    position = serializers.IntegerField(read_only=True)
    name = serializers.CharField(read_only=True)
    definition = serializers.CharField(read_only=True)
    use_when = serializers.CharField(read_only=True, default=None, allow_null=True)
    avoid_when = serializers.CharField(read_only=True, default=None, allow_null=True)
    retired_at = serializers.DateTimeField(read_only=True)
    merged_into = serializers.UUIDField(source="merged_into.uid", read_only=True, default=None, allow_null=True)
    version = serializers.SerializerMethodField()
    is_gone = serializers.BooleanField(read_only=True, default=False)

    def get_kind(self, part: Part) -> str:
        return "layer" if isinstance(part, Layer) else "category"

    def get_version(self, part: Part) -> str:
        return scale_edits.version_of(part)


class WholeScaleRow(ScaleRow):
    """One scale: its layers in use, and the parts that are not."""

    retired = PartRow(many=True, read_only=True)


class MappedHere(serializers.Serializer[Any]):
    """A category that is mapped to this part, or to a category of this layer."""

    category = serializers.UUIDField(source="category.uid", read_only=True)
    scale_category = serializers.UUIDField(source="scale_category.uid", read_only=True)
    rationale = serializers.CharField(read_only=True)


class OpenRound(serializers.Serializer[Any]):
    """An open round."""

    uid = serializers.UUIDField(read_only=True)
    name = serializers.CharField(read_only=True)


class EffectsRow(serializers.Serializer[Effects]):
    """What a change would touch: mappings, and released ratings, which stay as they are, with their rounds.

    What `editions` hold of the part stays as it is there, and `open_rounds` read it so. `leaves` is the layer that
    would be without a category in use, were this one moved to another.
    """

    mappings = MappedHere(many=True, read_only=True)
    ratings = serializers.IntegerField(read_only=True)
    rounds = serializers.IntegerField(read_only=True)
    open_rounds = OpenRound(many=True, read_only=True)
    editions = serializers.IntegerField(read_only=True)
    leaves = serializers.UUIDField(source="leaves.uid", read_only=True, default=None, allow_null=True)


class Words(serializers.Serializer[Any]):
    """The words of a layer or category; a layer has no `use_when` and `avoid_when`."""

    name = Text(max_length=NAME_LENGTH)
    definition = Text(allow_blank=True, required=False)
    use_when = Text(allow_blank=True, required=False)
    avoid_when = Text(allow_blank=True, required=False)


class NewPart(Words, Reason):
    """A layer, or with `layer` a category at its end; and why."""

    layer = Uid(required=False)


class NewWords(Reason):
    """Other words for a part; what is left out stays. A stale `version` is refused (409)."""

    name = Text(max_length=NAME_LENGTH, required=False)
    definition = Text(allow_blank=True, required=False)
    use_when = Text(allow_blank=True, required=False)
    avoid_when = Text(allow_blank=True, required=False)
    version = Text(max_length=64, required=False)


class Neighbour(serializers.Serializer[Any]):
    """Which neighbour it changes places with."""

    to = serializers.ChoiceField(list(STEPS))


class OtherLayer(Reason):
    """The layer of the same scale where it goes, and why.

    The only category in use of its layer moves with `retiring` alone: its layer retires then.
    """

    layer = Uid()
    retiring = serializers.BooleanField(required=False, default=False)


class MergeInto(Reason):
    """The category of the same scale that stays, and why."""

    into = Uid()


class Split(Reason):
    """The words of the two, which mapped categories go to the new one, and why."""

    kept = Words()
    made = Words()
    going = serializers.ListField(child=Uid(), max_length=1_000, required=False, default=list)
    version = Text(max_length=64, required=False)


def as_it_is(scale: Scale, uid: UUID, asked: Part) -> Part:
    """Read a part anew; one whose addition was undone is as it was, and says that it is gone."""
    try:
        return part_of(scale, uid)
    except Http404:
        asked.is_gone = True  # type: ignore[union-attr]  # read by PartRow
        return asked


class ScaleEdits(ProjectRoutes):
    """One scale and its parts; what changes stands in the next edition, and what was rated or frozen stays."""

    access = "read: lead coder observer; write: lead; shared"
    shared = True
    queryset = Scale.objects.none()

    def scale(self, uid: UUID) -> Scale:
        rows = Scale.objects.visible_to(person(self.request)).filter(project=self.project)
        return one_of(with_layers(rows.select_related("project")), uid)

    def done(
        self, request: Request, scale: UUID, part: UUID, verb: Callable[[Scale, Part], object], status: int = 200
    ) -> Response:
        """Call a verb on a part; answer with the part that it gives, else with the part as it is then."""
        found = self.scale(scale)

        def act() -> tuple[Project, Any]:
            asked = part_of(found, part)
            given = verb(found, asked)
            uid = given.uid if isinstance(given, ScaleCategory) else part
            return self.project, PartRow(as_it_is(found, uid, asked)).data

        return once(request, act, status)

    @extend_schema(responses=WholeScaleRow)
    def retrieve(self, request: Request, project: UUID, uid: UUID) -> Response:
        """The scale as it stands now; a round reads its edition's."""
        found = self.scale(uid)
        layers, places = retired_in(found)
        row = ScaleRow(found).data | {"retired": PartRow([*layers, *places], many=True).data}
        return Response(row)

    @extend_schema(request=NewPart, responses={201: PartRow})
    def create(self, request: Request, project: UUID, uid: UUID) -> Response:
        """Add a layer at the end of the scale, or a category at the end of a layer."""
        found, asked = self.scale(uid), taken(NewPart, request)
        reason, into = asked.pop("reason"), asked.pop("layer", None)

        def act() -> tuple[Project, Any]:
            if into is None:
                return self.project, PartRow(scale_edits.add_layer(person(request), found, asked, reason)).data
            layer = layer_of(found, into)
            return self.project, PartRow(scale_edits.add_category(person(request), layer, asked, reason)).data

        return once(request, act, status=201)

    @extend_schema(request=NewWords, responses=PartRow)
    def partial_update(self, request: Request, project: UUID, uid: UUID, part: UUID) -> Response:
        """Reword a layer or category in use."""
        asked = taken(NewWords, request)
        reason, version = asked.pop("reason"), asked.pop("version", None)
        return self.done(
            request, uid, part, lambda _, one: scale_edits.reword(person(request), one, asked, reason, version)
        )

    @extend_schema(responses=EffectsRow)
    @action(detail=True, methods=["get"])
    def effects(self, request: Request, project: UUID, uid: UUID, part: UUID) -> Response:
        """What a change of this part would touch."""
        return Response(EffectsRow(effects_of(part_of(self.scale(uid), part))).data)

    @extend_schema(request=Neighbour, responses=PartRow)
    @action(detail=True, methods=["post"])
    def move(self, request: Request, project: UUID, uid: UUID, part: UUID) -> Response:
        """Change places with the neighbour; numbers stay."""
        step = STEPS[taken(Neighbour, request)["to"]]
        return self.done(request, uid, part, lambda _, one: scale_edits.move(person(request), one, step))

    @extend_schema(request=OtherLayer, responses=PartRow)
    @action(detail=True, methods=["post"])
    def move_to_layer(self, request: Request, project: UUID, uid: UUID, part: UUID) -> Response:
        """Move this category to the end of another layer; number, words, mappings and ratings stay with it."""
        asked = taken(OtherLayer, request)
        return self.done(request, uid, part, lambda scale, one: scale_regroup.move_to_layer(
            person(request), only_category(one), layer_in(scale, asked["layer"]), asked["reason"],
            asked["retiring"]))  # fmt: skip

    @extend_schema(request=Reason, responses=PartRow)
    @action(detail=True, methods=["post"])
    def retire(self, request: Request, project: UUID, uid: UUID, part: UUID) -> Response:
        """Take a part out of use, a layer with its categories; what is mapped there has no place then."""
        reason = taken(Reason, request)["reason"]
        return self.done(request, uid, part, lambda _, one: scale_regroup.retire(person(request), one, reason))

    @extend_schema(request=Reason, responses=PartRow)
    @action(detail=True, methods=["post"])
    def bring_back(self, request: Request, project: UUID, uid: UUID, part: UUID) -> Response:
        """Put a part into use again, with the mappings that have no other place by now."""
        reason = taken(Reason, request)["reason"]
        return self.done(request, uid, part, lambda _, one: scale_undo.bring_back(person(request), one, reason))

    @extend_schema(request=MergeInto, responses=PartRow)
    @action(detail=True, methods=["post"])
    def merge(self, request: Request, project: UUID, uid: UUID, part: UUID) -> Response:
        """Merge this category into another, which the answer gives; mappings go over, ratings keep the number."""
        asked = taken(MergeInto, request)
        return self.done(request, uid, part, lambda scale, one: scale_regroup.merge(
            person(request), only_category(one), category_of(scale, asked["into"]), asked["reason"]))  # fmt: skip

    @extend_schema(request=Split, responses={201: PartRow})
    @action(detail=True, methods=["post"])
    def split(self, request: Request, project: UUID, uid: UUID, part: UUID) -> Response:
        """Split this category; the answer gives the new one."""
        asked = taken(Split, request)
        return self.done(request, uid, part, lambda scale, one: scale_regroup.split(
            person(request), only_category(one), asked["kept"], asked["made"], categories_in(scale, asked["going"]),
            asked["reason"], asked.get("version")), 201)  # fmt: skip

    @extend_schema(request=Reason, responses=PartRow)
    @action(detail=True, methods=["post"])
    def undo(self, request: Request, project: UUID, uid: UUID, part: UUID) -> Response:
        """Undo what was last done to this part, whatever it was; 409 if it moved on."""
        reason = taken(Reason, request)["reason"]
        return self.done(request, uid, part, lambda _, one: scale_undo.undo_last_of(person(request), one, reason))
