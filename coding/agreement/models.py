"""Coefficients as they were measured; older ones stay."""

from __future__ import annotations

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Q

from coding.lib.columns import Public
from coding.people.models import User
from coding.rounds.models import Round


class MeasurementQuerySet(models.QuerySet["Measurement"]):
    def visible_to(self, user: User | AnonymousUser) -> MeasurementQuerySet:
        """Figures of the released rounds that this person may read."""
        return self.filter(round__in=Round.objects.visible_to(user).released().values("pk"))


class Measurement(Public):
    """One figure of one round. Without value, `undefined_because` is a sentence."""

    round = models.ForeignKey(Round, models.CASCADE, related_name="measurements")
    coefficient = models.CharField(max_length=40)
    level = models.CharField(max_length=20)
    about = models.CharField(max_length=120, blank=True)
    value = models.FloatField(null=True, blank=True)
    undefined_because = models.CharField(max_length=300, blank=True)
    low = models.FloatField(null=True, blank=True)
    high = models.FloatField(null=True, blank=True)
    interval_because = models.CharField(max_length=300, blank=True)
    caution = models.CharField(max_length=300, blank=True)
    percent = models.FloatField(null=True, blank=True)
    uses = models.PositiveIntegerField(default=0)
    units = models.PositiveIntegerField(default=0)
    coders = models.PositiveIntegerField(default=0)
    pairable = models.PositiveIntegerField(default=0)
    left_out = models.JSONField(default=dict)
    beside = models.JSONField(default=dict, blank=True)
    method = models.JSONField(default=dict)
    seed = models.PositiveIntegerField(default=0)
    input_sha256 = models.CharField(max_length=64)
    batch = models.PositiveIntegerField(default=1)
    at = models.DateTimeField()

    objects = MeasurementQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["round", "batch", "coefficient", "level", "about"], name="measurement_once_a_batch"
            ),
            models.CheckConstraint(
                condition=Q(value__isnull=False, undefined_because="") | (Q(value=None) & ~Q(undefined_because="")),
                name="measurement_value_or_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.coefficient} of {self.about or self.round}"
