"""What analysts think, beside anything."""

from __future__ import annotations

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Q

from coding.codes.models import Category, Code
from coding.incidents.models import Incident
from coding.lib.columns import Public
from coding.open_coding.models import Segment
from coding.people.models import Project, User, shielded


class MemoQuerySet(models.QuerySet["Memo"]):
    def visible_to(self, user: User | AnonymousUser) -> MemoQuerySet:
        """A person's own memos, and the released ones of their projects."""
        if not user.is_authenticated:
            return self.none()
        open_to = Q(by=user) | Q(released_at__isnull=False) & ~shielded(user)
        return self.filter(open_to, project__memberships__user=user)


class Memo(Public):
    """A note of an analyst, on at most one thing; private until its round is released."""

    class Kind(models.TextChoices):
        CODE = "code", "Code note"
        THEORETICAL = "theoretical", "Theoretical note"
        OPERATIONAL = "operational", "Operational note"

    project = models.ForeignKey(Project, models.CASCADE, related_name="memos")
    kind = models.CharField(max_length=12, choices=Kind.choices)
    text = models.TextField()
    segment = models.ForeignKey(Segment, models.SET_NULL, null=True, blank=True, related_name="memos")
    code = models.ForeignKey(Code, models.SET_NULL, null=True, blank=True, related_name="memos")
    category = models.ForeignKey(Category, models.SET_NULL, null=True, blank=True, related_name="memos")
    incident = models.ForeignKey(Incident, models.SET_NULL, null=True, blank=True, related_name="memos")
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    released_at = models.DateTimeField(null=True, blank=True)

    objects = MemoQuerySet.as_manager()

    def __str__(self) -> str:
        return self.text[:60]
