"""Who codes what, blind until released."""

from __future__ import annotations

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Exists, OuterRef, Q

from coding.codes.models import Edition, Scale
from coding.incidents.models import Incident
from coding.lib.columns import Public
from coding.lib.prepared import Slot
from coding.people.models import CODING, Membership, Project, Role, User


class RoundQuerySet(models.QuerySet["Round"]):
    def visible_to(self, user: User | AnonymousUser) -> RoundQuerySet:
        """All rounds for a lead; for others the released ones and, once open, those they code in."""
        if not user.is_authenticated:
            return self.none()
        led = Membership.objects.filter(user=user, role=Role.LEAD).values("project")
        blind = Membership.objects.filter(user=user, is_blind=True).exclude(role=Role.LEAD).values("project")
        mine = Assignment.objects.filter(coder=user).exclude(round__state=Round.State.DRAFT).values("round")
        released = Q(state__in=Round.RELEASED) & ~Q(project__in=blind)
        found = self.filter(Q(project__in=led) | Q(pk__in=mine) | released, project__memberships__user=user)
        return found.annotate(read_blind=Exists(blind.filter(project=OuterRef("project"))))

    def released(self) -> RoundQuerySet:
        return self.filter(state__in=Round.RELEASED)

    def open_and_blind(self) -> RoundQuerySet:
        return self.filter(state=Round.State.OPEN, is_blind=True)


class Round(Public):
    """A batch of work at one stage and for one purpose, for named coders, against one edition."""

    class Stage(models.TextChoices):
        OPEN = "open", "Open coding"
        AXIAL = "axial", "Axial coding"
        MAPPING = "mapping", "Mapping"
        RATING = "rating", "Rating"

    class Purpose(models.TextChoices):
        TRAINING = "training", "Training"
        PILOT = "pilot", "Pilot"
        MAIN = "main", "Main"
        RECODING = "recoding", "Re-coding"
        STABILITY = "stability", "Stability"

    class Sampling(models.TextChoices):
        ALL = "all", "All incidents"
        FILTER = "filter", "Those that match a search"
        RANDOM = "random", "A random sample"
        THEORETICAL = "theoretical", "Theoretical sampling"
        BY_HAND = "by_hand", "Chosen by hand"

    class ShowsEarlier(models.TextChoices):
        NONE = "none", "No earlier work"
        OWN = "own", "The coder's own earlier work"
        CONSENSUS = "consensus", "The consensus"

    class State(models.TextChoices):
        DRAFT = "draft", "Draft"
        OPEN = "open", "Open"
        RELEASED = "released", "Released"
        SETTLED = "settled", "Settled"

    RELEASED = (State.RELEASED, State.SETTLED)
    WORK_PAGES = {
        Stage.OPEN: "open_coding:workspace", Stage.AXIAL: "axial_coding:sort", Stage.MAPPING: "selective_coding:map",
        Stage.RATING: "selective_coding:rate",
    }  # fmt: skip

    project = models.ForeignKey(Project, models.CASCADE, related_name="rounds")
    name = models.CharField(max_length=120)
    stage = models.CharField(max_length=8, choices=Stage.choices)
    purpose = models.CharField(max_length=10, choices=Purpose.choices, default=Purpose.MAIN)
    sampling = models.CharField(max_length=12, choices=Sampling.choices, default=Sampling.ALL)
    sampling_note = models.TextField(blank=True)
    edition = models.ForeignKey(Edition, models.PROTECT, null=True, blank=True, related_name="rounds")
    scale = models.ForeignKey(Scale, models.PROTECT, null=True, blank=True, related_name="rounds")
    instructions = models.TextField(blank=True)
    is_blind = models.BooleanField(default=True)
    shows_earlier = models.CharField(max_length=9, choices=ShowsEarlier.choices, default=ShowsEarlier.OWN)
    coders_per_incident = models.PositiveSmallIntegerField(default=2)
    seed = models.PositiveIntegerField(default=0)
    due_on = models.DateField(null=True, blank=True)
    state = models.CharField(max_length=8, choices=State.choices, default=State.DRAFT)
    opened_at = models.DateTimeField(null=True, blank=True)
    released_at = models.DateTimeField(null=True, blank=True)
    released_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    release_reason = models.TextField(blank=True)

    objects = RoundQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["project", "name"], name="round_name_once"),
            models.CheckConstraint(
                condition=Q(state="draft") | Q(edition__isnull=False), name="round_opens_against_an_edition"
            ),
            models.CheckConstraint(
                condition=~Q(stage="rating") | Q(scale__isnull=False), name="round_rates_on_a_scale"
            ),
            models.CheckConstraint(
                condition=Q(state__in=["draft", "open"], released_at=None)
                | Q(state__in=["released", "settled"], released_at__isnull=False),
                name="round_released_has_time",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def shown_state(self) -> State:
        """The state as its reader may know it: settling is others' work, so who codes blind reads "released"."""
        settled_unseen = self.state == self.State.SETTLED and getattr(self, "read_blind", False)
        return self.State.RELEASED if settled_unseen else self.State(self.state)

    @property
    def is_released(self) -> bool:
        return self.state in self.RELEASED

    @property
    def work_page(self) -> str:
        """Name the route on which its coders work, an assignment at a time."""
        return self.WORK_PAGES.get(self.Stage(self.stage), "open_coding:workspace")

    @property
    def hides_earlier(self) -> bool:
        """Do its coders read nothing of their own earlier work? Always where the same coder judges again."""
        return self.shows_earlier == self.ShowsEarlier.NONE or self.purpose == self.Purpose.STABILITY

    @property
    def has_incidents(self) -> bool:
        """Open coding and rating go incident by incident; the others sort or map all codes at once."""
        return self.stage in {self.Stage.OPEN, self.Stage.RATING}


class AssignmentQuerySet(models.QuerySet["Assignment"]):
    def visible_to(self, user: User | AnonymousUser) -> AssignmentQuerySet:
        """A person's own assignments; others' of a released round they have opened, or of one coded together.

        Who codes an incident in an open blind round reads nobody else's work on it, of any round; who sorts or maps
        blind, nobody else's sorting or mapping. Who judges again in an open stability round doesn't read what they
        said before.
        """
        if not user.is_authenticated:
            return self.none()
        together = Q(round__is_blind=False, round__state=Round.State.OPEN)
        opened = Q(round__state__in=Round.RELEASED, round__in=Opening.objects.filter(user=user).values("round"))
        open_to = (opened | together) & ~Q(incident__in=blind_incidents(user)) & ~alike_and_blind(user)
        visible = self.filter(Q(coder=user) | open_to, round__project__memberships__user=user)
        return visible.exclude(round__state=Round.State.DRAFT).exclude(judged_again(), coder=user)

    def hidden_from(self, user: User) -> AssignmentQuerySet:
        """What this person may not read just now."""
        return self.exclude(pk__in=Assignment.objects.visible_to(user).values("pk"))

    def own_of(self, user: User | Slot) -> AssignmentQuerySet:
        """A member's own assignments in rounds that have opened, as far as they may read them just now."""
        own = self.filter(coder=user, round__project__memberships__user=user)
        return own.exclude(round__state=Round.State.DRAFT).exclude(judged_again())

    def judged_again_by(self, user: User) -> AssignmentQuerySet:
        """A person's own earlier work that is hidden from them just now."""
        return self.filter(judged_again(), coder=user, round__project__memberships__user=user)

    def waiting_for(self, user: User) -> AssignmentQuerySet:
        """What a person may work on now: their own in open rounds, not submitted, where they are no observer."""
        members = {"round__project__memberships__user": user, "round__project__memberships__role__in": CODING}
        return self.filter(coder=user, round__state=Round.State.OPEN, **members).exclude(
            state=Assignment.State.SUBMITTED
        )

    def submitted(self) -> AssignmentQuerySet:
        return self.filter(state=Assignment.State.SUBMITTED)

    def by(self, coder: User) -> AssignmentQuerySet:
        return self.filter(coder=coder)

    def human(self) -> AssignmentQuerySet:
        return self.filter(coder__is_machine=False)

    def in_round_order(self) -> AssignmentQuerySet:
        """In the order in which the round gives its incidents out."""
        return self.order_by("position", "pk")


def blind_incidents(user: User) -> models.QuerySet[Incident]:
    """Give the incidents that this person codes in an open blind round."""
    held = Assignment.objects.filter(coder=user, round__state=Round.State.OPEN, round__is_blind=True)
    return Incident.objects.filter(pk__in=held.filter(incident__isnull=False).values("incident"))


def alike_and_blind(user: User) -> Q:
    """Say of assignments without incident: does this person do the same work in an open blind round of the project?"""
    held = Assignment.objects.filter(coder=user, incident=None, round__state=Round.State.OPEN, round__is_blind=True)
    same = held.filter(round__project=OuterRef("round__project"), round__stage=OuterRef("round__stage"))
    return Q(Exists(same), incident=None)


def judged_again() -> Q:
    """Say of released work: does an open stability round ask its coder for the same judgement once more?

    It is hidden from that coder until then, or the second judgement would measure memory.
    """
    again = Assignment.objects.filter(
        coder=OuterRef("coder"), round__project=OuterRef("round__project"), round__stage=OuterRef("round__stage"),
        round__purpose=Round.Purpose.STABILITY, round__state=Round.State.OPEN,
    )  # fmt: skip
    return Q(Exists(again.filter(Q(incident=OuterRef("incident")) | Q(incident=None))), round__state__in=Round.RELEASED)


class Assignment(Public):
    """One coder's work on one incident (axial, mapping: on the codes or categories) in a round."""

    class State(models.TextChoices):
        TO_DO = "to_do", "To do"
        IN_PROGRESS = "in_progress", "In progress"
        SUBMITTED = "submitted", "Submitted"

    round = models.ForeignKey(Round, models.CASCADE, related_name="assignments")
    incident = models.ForeignKey(Incident, models.PROTECT, null=True, blank=True, related_name="assignments")
    coder = models.ForeignKey(User, models.PROTECT, related_name="assignments")
    position = models.PositiveIntegerField(default=0)
    state = models.CharField(max_length=11, choices=State.choices, default=State.TO_DO)
    submitted_at = models.DateTimeField(null=True, blank=True)
    none_applies = models.BooleanField(default=False)
    uncodable_because = models.TextField(blank=True)
    reopening_asked = models.TextField(blank=True)
    machine = models.JSONField(null=True, blank=True)

    objects = AssignmentQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["round", "incident", "coder"], name="assignment_once"),
            models.UniqueConstraint(
                fields=["round", "coder"], condition=Q(incident=None), name="assignment_without_incident_once"
            ),
            models.CheckConstraint(
                condition=Q(state="submitted", submitted_at__isnull=False)
                | (~Q(state="submitted") & Q(submitted_at=None)),
                name="assignment_submitted_has_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.round}: {self.incident or 'all'} for {self.coder}"

    @property
    def is_open(self) -> bool:
        """May the coder still change it?"""
        return self.round.state == Round.State.OPEN and self.state != self.State.SUBMITTED

    @property
    def may_ask_back(self) -> bool:
        """May the coder ask for it back?"""
        return self.round.state == Round.State.OPEN and self.state == self.State.SUBMITTED

    @property
    def is_private(self) -> bool:
        """Is this work its coder's alone just now?"""
        return self.round.is_blind and not self.round.is_released

    @property
    def stream(self) -> str:
        return self.ref()


class Opening(models.Model):
    """A person opened the others' work of a released round, and so can't code its incidents blind at that stage."""

    round = models.ForeignKey(Round, models.CASCADE, related_name="openings")
    user = models.ForeignKey(User, models.CASCADE, related_name="openings")
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["round", "user"], name="opening_once")]

    def __str__(self) -> str:
        return f"{self.user} opened {self.round}"
