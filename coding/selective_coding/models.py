"""Into the scale: mapping choices, ratings, and what stands for a round."""

from __future__ import annotations

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Q

from coding.codes.models import Category, Relation, ScaleCategory
from coding.incidents.models import Incident
from coding.lib.columns import Public
from coding.open_coding.models import Segment, SettledBy
from coding.people.models import User
from coding.rounds.models import Assignment, Round


class MappingChoice(Public):
    """One coder's place for a category in the scale, in a mapping round; or "does not fit"."""

    assignment = models.ForeignKey(Assignment, models.CASCADE, related_name="mapping_choices")
    category = models.ForeignKey(Category, models.PROTECT, related_name="mapping_choices")
    scale_category = models.ForeignKey(ScaleCategory, models.PROTECT, null=True, blank=True, related_name="+")
    does_not_fit = models.BooleanField(default=False)
    rationale = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["assignment", "category"], name="mapping_choice_once"),
            models.CheckConstraint(
                condition=Q(does_not_fit=True, scale_category=None)
                | Q(does_not_fit=False, scale_category__isnull=False),
                name="mapping_choice_fits_or_not",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.category} -> {self.scale_category or 'does not fit'}"


class RatingQuerySet(models.QuerySet["Rating"]):
    def visible_to(self, user: User | AnonymousUser) -> RatingQuerySet:
        """Ratings of the assignments that this person may open."""
        return self.filter(assignment__in=Assignment.objects.visible_to(user).values("pk"))


class Rating(Public):
    """One coder's judgement that a scale category applies to an incident (stance scales: a row for every value)."""

    class Confidence(models.TextChoices):
        NOT_SAID = "", "Not said"
        LOW = "low", "Low"
        MEDIUM = "medium", "Medium"
        HIGH = "high", "High"

    assignment = models.ForeignKey(Assignment, models.CASCADE, related_name="ratings")
    scale_category = models.ForeignKey(ScaleCategory, models.PROTECT, related_name="ratings")
    stance = models.SmallIntegerField(null=True, blank=True)
    is_primary = models.BooleanField(default=False)
    confidence = models.CharField(max_length=6, choices=Confidence.choices, blank=True, default=Confidence.NOT_SAID)
    note = models.TextField(blank=True)

    objects = RatingQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["assignment", "scale_category"], name="rating_once"),
            models.UniqueConstraint(fields=["assignment"], condition=Q(is_primary=True), name="rating_one_primary"),
            models.CheckConstraint(condition=Q(stance=None) | Q(stance__in=[-1, 0, 1]), name="rating_stance"),
        ]

    def __str__(self) -> str:
        return f"{self.scale_category} for {self.assignment}"


class RatingEvidence(Public):
    """A segment that a coder shows for a rating."""

    rating = models.ForeignKey(Rating, models.CASCADE, related_name="evidence")
    segment = models.ForeignKey(Segment, models.PROTECT, related_name="rating_evidence")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["rating", "segment"], name="rating_evidence_once")]

    def __str__(self) -> str:
        return str(self.segment)


class ConsensusMapping(Public):
    """A category's place that stands for a mapping round; without scale category it does not fit."""

    round = models.ForeignKey(Round, models.CASCADE, related_name="consensus_mappings")
    category = models.ForeignKey(Category, models.PROTECT, related_name="consensus_mappings")
    scale_category = models.ForeignKey(ScaleCategory, models.PROTECT, null=True, blank=True, related_name="+")
    settled_by = models.CharField(max_length=9, choices=SettledBy.choices)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["round", "category"], name="consensus_mapping_once")]

    def __str__(self) -> str:
        return f"{self.category} -> {self.scale_category or 'does not fit'}"


class ConsensusRating(Public):
    """What stands for an incident in a rating round. A row without scale category says "none applies"."""

    round = models.ForeignKey(Round, models.CASCADE, related_name="consensus_ratings")
    incident = models.ForeignKey(Incident, models.PROTECT, related_name="consensus_ratings")
    scale_category = models.ForeignKey(ScaleCategory, models.PROTECT, null=True, blank=True, related_name="+")
    stance = models.SmallIntegerField(null=True, blank=True)
    is_primary = models.BooleanField(default=False)
    is_plural = models.BooleanField(default=False)
    settled_by = models.CharField(max_length=9, choices=SettledBy.choices)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["round", "incident", "scale_category"], name="consensus_rating_once"),
            models.UniqueConstraint(
                fields=["round", "incident"], condition=Q(scale_category=None), name="consensus_rating_none_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.incident}: {self.scale_category or 'none applies'}"


class SaturationJudgement(Public):
    """The lead's judgement that a category is theoretically saturated, with its rationale."""

    category = models.ForeignKey(Category, models.CASCADE, related_name="saturation_judgements")
    reached = models.BooleanField()
    rationale = models.TextField()
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.category}: {'saturated' if self.reached else 'not saturated'}"


class CaseNote(Public):
    """What was changed because of a negative case; or, without segment, that one was sought and none found."""

    class Changed(models.TextChoices):
        DEFINITION = "definition", "Definition changed"
        NEW_CATEGORY = "new_category", "New category"
        BOUNDARY = "boundary", "Boundary drawn"
        NOTHING = "nothing", "Nothing changed"
        NONE_FOUND = "none_found", "Sought, none found"

    category = models.ForeignKey(Category, models.CASCADE, related_name="case_notes")
    relation = models.ForeignKey(Relation, models.CASCADE, null=True, blank=True, related_name="+")
    segment = models.ForeignKey(Segment, models.PROTECT, null=True, blank=True, related_name="+")
    changed = models.CharField(max_length=12, choices=Changed.choices)
    why = models.TextField()
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(changed="none_found", segment=None, relation=None)
                | (~Q(changed="none_found") & Q(segment__isnull=False)),
                name="case_note_on_a_segment_or_none_found",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.category}: {self.get_changed_display().lower()}"
