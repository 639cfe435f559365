"""Examples chosen for the codebook, and the codebooks handed out."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from coding.codes.models import Category, Code, Edition, ScaleCategory
from coding.incidents.models import Incident
from coding.lib.columns import Public
from coding.open_coding.models import SPAN
from coding.people.models import User


class Example(Public):
    """A stretch of a report that shows what a code, category or scale category means."""

    class Kind(models.TextChoices):
        TYPICAL = "typical", "Typical"
        BORDERLINE = "borderline", "Borderline"
        COUNTER = "counter", "Counter-example"

    code = models.ForeignKey(Code, models.CASCADE, null=True, blank=True, related_name="examples")
    category = models.ForeignKey(Category, models.CASCADE, null=True, blank=True, related_name="examples")
    scale_category = models.ForeignKey(ScaleCategory, models.CASCADE, null=True, blank=True, related_name="examples")
    incident = models.ForeignKey(Incident, models.PROTECT, related_name="examples")
    start = models.PositiveIntegerField()
    end = models.PositiveIntegerField()
    kind = models.CharField(max_length=10, choices=Kind.choices, default=Kind.TYPICAL)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=SPAN, name="example_span"),
            models.CheckConstraint(
                condition=Q(code__isnull=False, category=None, scale_category=None)
                | Q(code=None, category__isnull=False, scale_category=None)
                | Q(code=None, category=None, scale_category__isnull=False),
                name="example_of_one_thing",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} in {self.incident}"


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
