"""The codebooks handed out."""

from __future__ import annotations

from django.db import models

from coding.codes.models import Edition
from coding.lib.columns import Public
from coding.people.models import User


class Publication(Public):
    """An edition declared final and handed out: the whole rendered content, so later exports read nothing else."""

    edition = models.ForeignKey(Edition, models.PROTECT, related_name="publications")
    document = models.TextField()
    sha256 = models.CharField(max_length=64)
    supersedes = models.OneToOneField("self", models.PROTECT, null=True, blank=True, related_name="superseded_by")
    note = models.TextField(blank=True)
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"Publication of {self.edition}"
