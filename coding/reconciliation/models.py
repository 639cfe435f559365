"""What coders read differently, and how and why it was settled."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import F, Q

from coding.incidents.models import Incident
from coding.lib.columns import Public
from coding.people.models import User
from coding.rounds.models import Round, alike_and_blind, blind_incidents


class DisagreementQuerySet(models.QuerySet["Disagreement"]):
    def known_to(self, user: User | AnonymousUser) -> DisagreementQuerySet:
        """Disagreements of the released rounds that this person may know of, whatever they may read in them."""
        return self.filter(round__in=Round.objects.visible_to(user).released().values("pk"))

    def visible_to(self, user: User | AnonymousUser) -> DisagreementQuerySet:
        """The same without what this person judges in an open blind round: how it was read before is others' work."""
        if not user.is_authenticated:
            return self.none()
        blind = Q(incident__in=blind_incidents(user)) | alike_and_blind(user)
        return self.known_to(user).exclude(blind)

    def worst_first(self) -> DisagreementQuerySet:
        """Most rise of the figure when left out, ties by incident number."""
        return self.order_by(F("rise").desc(nulls_last=True), "incident__number", "pk")

    def unsettled(self) -> DisagreementQuerySet:
        return self.filter(Q(settled_at=None))


class Disagreement(Public):
    """One unit that coders read differently: for a rating round an incident.

    `rise` is how much the round's figure rises when this unit alone is left out (may be negative).
    """

    round = models.ForeignKey(Round, models.CASCADE, related_name="disagreements")
    unit = models.CharField(max_length=120)
    incident = models.ForeignKey(Incident, models.PROTECT, null=True, blank=True, related_name="disagreements")
    rise = models.FloatField(null=True, blank=True)
    settled_at = models.DateTimeField(null=True, blank=True)

    objects = DisagreementQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["round", "unit"], name="disagreement_once")]

    def __str__(self) -> str:
        return f"{self.round}: {self.unit}"


class Decision(Public):
    """How and why a disagreement was settled; superseded, never erased. `wrote` names the consensus it made."""

    class Outcome(models.TextChoices):
        ONE = "one", "One side"
        MERGE = "merge", "Merged"
        RECODE = "recode", "Recoded"
        PLURAL = "plural", "Kept plural"

    class Reason(models.TextChoices):
        AMBIGUOUS_TEXT = "ambiguous_text", "Ambiguous text"
        GUIDELINE_GAP = "guideline_gap", "Guideline gap"
        SLIP = "slip", "Slip"
        EDGE_CASE = "edge_case", "Edge case"
        LEGITIMATELY_PLURAL = "legitimately_plural", "Legitimately plural"

    disagreement = models.ForeignKey(Disagreement, models.CASCADE, related_name="decisions")
    outcome = models.CharField(max_length=6, choices=Outcome.choices)
    reason = models.CharField(max_length=20, choices=Reason.choices)
    rationale = models.TextField()
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    supersedes = models.OneToOneField("self", models.PROTECT, null=True, blank=True, related_name="superseded_by")
    wrote = models.JSONField(default=list)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["disagreement"], condition=Q(supersedes=None), name="decision_first_once"),
            models.CheckConstraint(condition=~Q(rationale=""), name="decision_has_rationale"),
        ]

    def __str__(self) -> str:
        return f"{self.get_outcome_display()}: {self.disagreement}"

    @property
    def touching(self) -> list[dict[str, Any]]:
        """What it wrote, without the values of a stance scale that the text does not touch."""
        return [row for row in self.wrote if row.get("stance") != 0]


class Objection(Public):
    """A coder's objection to a decision, and its answer."""

    decision = models.ForeignKey(Decision, models.CASCADE, related_name="objections")
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    text = models.TextField()
    answer = models.TextField(blank=True)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["decision", "by"], name="objection_once")]

    def __str__(self) -> str:
        return f"{self.by}: {self.text[:60]}"
