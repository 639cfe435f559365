"""Highlight and name: what coders mark in a text."""

from __future__ import annotations

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import F, Q

from coding.codes.models import Category, Code
from coding.incidents.models import Incident
from coding.lib.columns import Public
from coding.lib.prepared import Slot
from coding.people.models import User
from coding.rounds.models import Assignment, Round

SPAN = Q(start__gte=0) & Q(start__lt=F("end"))


class SettledBy(models.TextChoices):
    UNANIMITY = "unanimity", "All coders agreed"
    RULE = "rule", "By rule"
    DECISION = "decision", "Decided"


class SegmentQuerySet(models.QuerySet["Segment"]):
    def visible_to(self, user: User | AnonymousUser) -> SegmentQuerySet:
        """Segments of the assignments that this person may open."""
        return self.filter(assignment__in=Assignment.objects.visible_to(user).values("pk"))

    def in_text_order(self) -> SegmentQuerySet:
        return self.order_by("start", "-end", "uid")

    def touching(self, start: int | Slot, end: int | Slot) -> SegmentQuerySet:
        """Segments that share at least one code point with `[start, end)`."""
        return self.filter(start__lt=end, end__gt=start)

    def with_codes(self) -> SegmentQuerySet:
        # One query with a join: a second prefetch would name every code in an OR.
        return self.prefetch_related(models.Prefetch("codings", Coding.objects.select_related("code")))


class Segment(Public):
    """A span of an incident's text, half-open `[start, end)` in code points."""

    assignment = models.ForeignKey(Assignment, models.CASCADE, related_name="segments")
    start = models.PositiveIntegerField()
    end = models.PositiveIntegerField()
    is_uncertain = models.BooleanField(default=False)
    speaks_against = models.ForeignKey(Category, models.PROTECT, null=True, blank=True, related_name="spoken_against")

    objects = SegmentQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=SPAN, name="segment_span"),
            models.UniqueConstraint(fields=["assignment", "start", "end"], name="segment_span_once"),
        ]

    def __str__(self) -> str:
        return f"[{self.start}, {self.end})"


class Coding(Public):
    """One code applied to one segment by one coder."""

    segment = models.ForeignKey(Segment, models.CASCADE, related_name="codings")
    code = models.ForeignKey(Code, models.PROTECT, related_name="codings")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["segment", "code"], name="coding_once")]

    def __str__(self) -> str:
        return f"{self.code} on {self.segment}"


class Mark(Public):
    """A judgement on a stretch without code: read and nothing here, or left out (missing)."""

    class Kind(models.TextChoices):
        NOTHING_HERE = "nothing_here", "Read, nothing here"
        LEFT_OUT = "left_out", "Left out"

    assignment = models.ForeignKey(Assignment, models.CASCADE, related_name="marks")
    start = models.PositiveIntegerField()
    end = models.PositiveIntegerField()
    kind = models.CharField(max_length=12, choices=Kind.choices)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=SPAN, name="mark_span"),
            models.UniqueConstraint(fields=["assignment", "start", "end"], name="mark_span_once"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} [{self.start}, {self.end})"


class ConsensusCoding(Public):
    """A coding that stands for the round: by unanimity, by rule or by decision. Coders' rows stay untouched."""

    round = models.ForeignKey(Round, models.CASCADE, related_name="consensus_codings")
    incident = models.ForeignKey(Incident, models.PROTECT, related_name="consensus_codings")
    start = models.PositiveIntegerField()
    end = models.PositiveIntegerField()
    code = models.ForeignKey(Code, models.PROTECT, related_name="consensus_codings")
    settled_by = models.CharField(max_length=9, choices=SettledBy.choices)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=SPAN, name="consensus_coding_span"),
            models.UniqueConstraint(fields=["round", "incident", "start", "end", "code"], name="consensus_coding_once"),
        ]

    def __str__(self) -> str:
        return f"{self.code} [{self.start}, {self.end})"
