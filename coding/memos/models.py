"""What analysts think, beside anything."""

from __future__ import annotations

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Q

from coding.codes.models import Category, Code
from coding.incidents.models import Incident
from coding.lib.columns import Public
from coding.lib.text import fold
from coding.open_coding.models import Segment
from coding.people.models import Project, User, shielded
from coding.rounds.models import Assignment, blind_incidents

THINGS = ("segment", "code", "category", "incident")


def at_most_one() -> Q:
    """Match rows of which no more than one thing is set."""
    alone = [Q(**{f"{other}__isnull": True for other in THINGS if other != one}) for one in THINGS]
    return alone[0] | alone[1] | alone[2] | alone[3]


class MemoQuerySet(models.QuerySet["Memo"]):
    def visible_to(self, user: User | AnonymousUser) -> MemoQuerySet:
        """A person's own memos; others' released ones, those on an incident's work only where that work is open too.

        So nobody reads what a memo says of an incident that they code blind, or may still be asked to code blind; nor,
        while they judge it once more in a stability round, what they thought themselves when they judged it first.
        """
        if not user.is_authenticated:
            return self.none()
        opened = Q(assignment=None) | Q(assignment__in=Assignment.objects.visible_to(user).values("pk"))
        theirs = Q(released_at__isnull=False) & opened & ~shielded(user) & ~Q(incident__in=blind_incidents(user))
        mine = Q(by=user) & ~Q(assignment__in=Assignment.objects.judged_again_by(user).values("pk"))
        return self.filter(mine | theirs, project__memberships__user=user)

    def matching(self, words: str) -> MemoQuerySet:
        """Memos that hold every one of these words, capitals and accents aside."""
        found = self
        for word in fold(words).split():
            found = found.filter(search_text__contains=word)
        return found


class Memo(Public):
    """A note of an analyst, on at most one thing; private until its round is released.

    `assignment` is the work that it is about: the segment's, or its writer's own on that incident.
    A segment that is gone leaves its public id here, so that undo brings its memos back with it.
    """

    class Kind(models.TextChoices):
        CODE = "code", "Code note"
        THEORETICAL = "theoretical", "Theoretical note"
        OPERATIONAL = "operational", "Operational note"

    project = models.ForeignKey(Project, models.CASCADE, related_name="memos")
    kind = models.CharField(max_length=12, choices=Kind.choices)
    text = models.TextField()
    search_text = models.TextField(default="", editable=False)
    segment = models.ForeignKey(
        Segment, models.DO_NOTHING, to_field="uid", db_constraint=False, null=True, blank=True, related_name="memos"
    )
    code = models.ForeignKey(Code, models.SET_NULL, null=True, blank=True, related_name="memos")
    category = models.ForeignKey(Category, models.SET_NULL, null=True, blank=True, related_name="memos")
    incident = models.ForeignKey(Incident, models.SET_NULL, null=True, blank=True, related_name="memos")
    assignment = models.ForeignKey(Assignment, models.SET_NULL, null=True, blank=True, related_name="memos")
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    released_at = models.DateTimeField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)

    objects = MemoQuerySet.as_manager()

    class Meta:
        constraints = [models.CheckConstraint(condition=at_most_one(), name="memo_on_at_most_one_thing")]
        indexes = [models.Index(fields=["project", "-at"], name="memo_by_project")]

    def __str__(self) -> str:
        return self.text[:60]

    def say(self, text: str) -> None:
        """Set the text, and what search compares of it."""
        self.text, self.search_text = text, fold(text)
