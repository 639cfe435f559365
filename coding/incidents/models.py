"""What was reported."""

from __future__ import annotations

from django.contrib.auth.models import AnonymousUser
from django.db import models

from coding.lib.columns import Public
from coding.lib.text import fold
from coding.people.models import Project, User


class IncidentQuerySet(models.QuerySet["Incident"]):
    def visible_to(self, user: User | AnonymousUser) -> IncidentQuerySet:
        """Incidents of the projects that this person is a member of."""
        return self.filter(project__memberships__user=user) if user.is_authenticated else self.none()

    def in_use(self) -> IncidentQuerySet:
        return self.filter(withdrawn_because="")

    def matching(self, words: str) -> IncidentQuerySet:
        """Incidents that hold every one of these words, capitals and accents aside."""
        found = self
        for word in fold(words).split():
            found = found.filter(search_text__contains=word)
        return found

    def light(self) -> IncidentQuerySet:
        """Leave the long columns in the database: lists never show them."""
        return self.defer("text", "search_text")


class Incident(Public):
    """One report. Its text never changes once a round with it has opened.

    `text` is stored with LF line ends and without BOM, otherwise as it came; all offsets are code points of it.
    """

    class Modality(models.TextChoices):
        NONE = "", "Not stated"
        TEXT = "text", "Text"
        IMAGE = "image", "Image"
        AUDIO = "audio", "Audio"
        VIDEO = "video", "Video"

    project = models.ForeignKey(Project, models.CASCADE, related_name="incidents")
    number = models.PositiveIntegerField()
    title = models.CharField(max_length=500)
    text = models.TextField()
    occurrence = models.CharField(max_length=200, blank=True, help_text="Several reports of one thing that happened")
    occurred_on = models.DateField(null=True, blank=True)
    source_name = models.CharField(max_length=300, blank=True)
    source_url = models.URLField(max_length=1000, blank=True)
    external_id = models.CharField(max_length=200, null=True, blank=True)  # noqa: DJ001  NULL: no id never repeats
    language = models.CharField(max_length=35, blank=True)
    modality = models.CharField(max_length=60, blank=True)
    lifecycle_stage = models.CharField(max_length=60, blank=True)
    attributes = models.JSONField(default=dict, blank=True)
    text_sha256 = models.CharField(max_length=64)
    search_text = models.TextField(editable=False)
    text_locked_at = models.DateTimeField(null=True, blank=True)
    withdrawn_because = models.TextField(blank=True)

    objects = IncidentQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["project", "number"], name="incident_number_once"),
            models.UniqueConstraint(fields=["project", "external_id"], name="incident_external_id_once"),
            models.CheckConstraint(condition=~models.Q(text=""), name="incident_has_text"),
            models.CheckConstraint(condition=~models.Q(title=""), name="incident_has_title"),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"

    @property
    def happening(self) -> str:
        """Name what happened in the world: the occurrence, or the incident itself."""
        return self.occurrence or str(self.uid)


class Import(Public):
    """A file on its way in: kept with its reading until confirmed or expired."""

    class State(models.TextChoices):
        UPLOADED = "uploaded", "Uploaded"
        DONE = "done", "Imported"

    project = models.ForeignKey(Project, models.CASCADE, related_name="imports")
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    file_name = models.CharField(max_length=255)
    sha256 = models.CharField(max_length=64)
    payload = models.BinaryField()
    mapping = models.JSONField(default=dict)
    state = models.CharField(max_length=8, choices=State.choices, default=State.UPLOADED)
    report = models.JSONField(default=dict)
    expires_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.file_name
