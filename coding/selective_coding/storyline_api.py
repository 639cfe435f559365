"""The storyline at the second door: its text, and what it names."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from coding.codes.api import MOST_VERSION
from coding.codes.models import Storyline
from coding.codes.rules import tell
from coding.lib.api import Text, Whole
from coding.people.api import ProjectRoutes, once, person, taken
from coding.people.models import Project
from coding.selective_coding.queries import storyline_of
from coding.selective_coding.storytelling import told


class StorylineRow(serializers.Serializer[Any]):
    """The text as it was written, with `@category` and `@incident N`; version 0 is before its first telling."""

    text = serializers.CharField(read_only=True)
    version = serializers.IntegerField(read_only=True)
    unknown = serializers.ListField(
        child=serializers.CharField(), read_only=True, help_text="What follows an @ and names nothing of this project."
    )
    core = serializers.UUIDField(read_only=True, allow_null=True, help_text="The core category, if one is chosen.")
    names_core = serializers.BooleanField(read_only=True)


class NewStoryline(serializers.Serializer[Any]):
    """The whole text anew. A stale `version` is refused (409)."""

    text = Text(allow_blank=True)
    version = Whole(min_value=0, max_value=MOST_VERSION)


class Storylines(ProjectRoutes):
    """The story around the core category; there is one for each project."""

    access = "read: lead coder observer; write: lead; shared"
    shared = True
    queryset = Storyline.objects.none()

    def row(self) -> Any:
        story = storyline_of(self.project)
        read = told(self.project, story.text)
        return StorylineRow({
            "text": story.text, "version": story.version, "unknown": read.unknown,
            "core": read.core and read.core.uid, "names_core": read.names_core,
        }).data  # fmt: skip

    @extend_schema(responses=StorylineRow)
    def retrieve(self, request: Request, project: UUID) -> Response:
        return Response(self.row())

    @extend_schema(request=NewStoryline, responses=StorylineRow)
    def update(self, request: Request, project: UUID) -> Response:
        """Tell the story; each wording stays in the audit trail."""
        asked = taken(NewStoryline, request)

        def act() -> tuple[Project, Any]:
            tell(person(request), self.project, asked["text"], asked["version"])
            return self.project, self.row()

        return once(request, act)
