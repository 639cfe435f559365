"""Sort and relate: where coders put codes, and what speaks for a relation."""

from __future__ import annotations

from django.db import models

from coding.codes.models import NAME_LENGTH, Category, Code, Relation
from coding.incidents.models import Incident
from coding.lib.canonical import canonical, sha256
from coding.lib.columns import Public
from coding.open_coding.models import Segment, SettledBy
from coding.people.models import User
from coding.rounds.models import Assignment, Round


class Placement(Public):
    """One coder's placing of a code in a category, in an axial round."""

    assignment = models.ForeignKey(Assignment, models.CASCADE, related_name="placements")
    code = models.ForeignKey(Code, models.PROTECT, related_name="placements")
    category = models.ForeignKey(Category, models.PROTECT, related_name="placements")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["assignment", "code"], name="placement_once")]

    def __str__(self) -> str:
        return f"{self.code} in {self.category}"


class Evidence(Public):
    """A segment that speaks for or against a relation."""

    class Speaks(models.TextChoices):
        FOR = "for", "For"
        AGAINST = "against", "Against"

    relation = models.ForeignKey(Relation, models.CASCADE, related_name="evidence")
    segment = models.ForeignKey(Segment, models.PROTECT, related_name="evidence")
    speaks = models.CharField(max_length=7, choices=Speaks.choices, default=Speaks.FOR)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["relation", "segment"], name="evidence_once")]

    def __str__(self) -> str:
        return f"{self.get_speaks_display()}: {self.segment}"


class Position(Public):
    """Where an incident lies on the dimensional range of a category's property: 1 is its first end, 5 the other.

    `property` is the name's key, as properties are rows of the category itself.
    """

    category = models.ForeignKey(Category, models.CASCADE, related_name="positions")
    property = models.CharField(max_length=NAME_LENGTH * 3)
    incident = models.ForeignKey(Incident, models.PROTECT, related_name="positions")
    step = models.PositiveSmallIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["category", "property", "incident"], name="position_once"),
            models.CheckConstraint(condition=models.Q(step__gte=1, step__lte=5), name="position_on_the_range"),
        ]

    def __str__(self) -> str:
        return f"{self.incident} at {self.step} of {self.property}"


class ConsensusPlacement(Public):
    """A code's category that stands for the round."""

    round = models.ForeignKey(Round, models.CASCADE, related_name="consensus_placements")
    code = models.ForeignKey(Code, models.PROTECT, related_name="consensus_placements")
    category = models.ForeignKey(Category, models.PROTECT, related_name="consensus_placements")
    settled_by = models.CharField(max_length=9, choices=SettledBy.choices)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["round", "code"], name="consensus_placement_once")]

    def __str__(self) -> str:
        return f"{self.code} in {self.category}"


class Split(Public):
    """A split of a code in preparation: the two wordings, and the choices made so far; gone when it is done."""

    code = models.OneToOneField(Code, models.CASCADE, related_name="prepared_split")
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    kept = models.JSONField(default=dict)
    new = models.JSONField(default=dict)

    def __str__(self) -> str:
        return f"Split of {self.code}"

    @property
    def worded_as(self) -> str:
        """Name its wording as it stands, so that a page can say which one it showed."""
        return sha256(canonical([self.new, self.kept]))[:16]


class SplitChoice(models.Model):
    """Where one segment goes; the latest choice is the one with the highest key."""

    split = models.ForeignKey(Split, models.CASCADE, related_name="picks")
    segment = models.ForeignKey(Segment, models.CASCADE, related_name="+")
    goes = models.BooleanField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["split", "segment"], name="split_choice_once")]

    def __str__(self) -> str:
        return f"{self.segment} {'goes' if self.goes else 'stays'}"
