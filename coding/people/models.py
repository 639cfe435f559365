"""Who is here, what each may see, what happened."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser, BaseUserManager, PermissionsMixin
from django.db import models
from django.db.models.functions import Lower

from coding.lib import clock
from coding.lib.collation import in_order
from coding.lib.columns import Public


class UserManager(BaseUserManager["User"]):
    """Accounts are found by e-mail address, whatever its capitals."""

    def create_user(self, email: str, name: str = "", password: str | None = None, **fields: Any) -> User:
        user = self.model(email=email.strip().lower(), name=name or email.split("@")[0], **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, name: str = "", password: str | None = None, **fields: Any) -> User:
        return self.create_user(email, name, password, is_staff=True, is_superuser=True, **fields)

    def get_by_natural_key(self, username: str | None) -> User:
        return self.get(email=(username or "").strip().lower())


class User(Public, AbstractBaseUser, PermissionsMixin):
    """An account: a person, or a machine coder (always marked as one)."""

    class Theme(models.TextChoices):
        SYSTEM = "", "As this device"
        LIGHT = "light", "Light"
        DARK = "dark", "Dark"

    email = models.EmailField(unique=True)
    name = models.CharField(max_length=150)
    is_machine = models.BooleanField(default=False)
    is_active = models.BooleanField(default=True)
    is_staff = models.BooleanField("may administer accounts and projects", default=False)
    theme = models.CharField(max_length=5, choices=Theme.choices, default=Theme.SYSTEM, blank=True)
    single_keys = models.BooleanField("Use single-letter keys", default=True)
    keys = models.JSONField(default=dict, blank=True)
    has_toured = models.BooleanField(default=False)

    objects = UserManager()

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    class Meta:
        constraints = [models.UniqueConstraint(Lower("email"), name="user_email_once")]

    def __str__(self) -> str:
        return self.name

    def get_short_name(self) -> str:
        return self.name


class ProjectQuerySet(models.QuerySet["Project"]):
    def visible_to(self, user: User | AnonymousUser) -> ProjectQuerySet:
        """Projects of which this person is a member; a stranger's query finds nothing."""
        return self.filter(memberships__user=user) if user.is_authenticated else self.none()

    def for_home(self, user: User | AnonymousUser) -> ProjectQuerySet:
        return self.visible_to(user).filter(archived_at=None).order_by(in_order("name"), "pk")


class Project(Public):
    """One study: its incidents, people, codes, scales."""

    slug = models.SlugField(max_length=60, unique=True)
    name = models.CharField(max_length=200)
    question = models.TextField("Research question", blank=True)
    method_note = models.TextField("Notes on method", blank=True)
    archived_at = models.DateTimeField(null=True, blank=True)
    members = models.ManyToManyField(User, through="Membership", related_name="projects")

    objects = ProjectQuerySet.as_manager()

    def __str__(self) -> str:
        return self.name


class Role(models.TextChoices):
    LEAD = "lead", "Lead researcher"
    CODER = "coder", "Coder"
    OBSERVER = "observer", "Observer"


CODING = (Role.LEAD, Role.CODER)


class Membership(Public):
    """A person's role in a project."""

    project = models.ForeignKey(Project, models.CASCADE, related_name="memberships")
    user = models.ForeignKey(User, models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=8, choices=Role.choices)
    attributes = models.JSONField(default=dict, blank=True)
    is_blind = models.BooleanField(
        default=False, help_text="Codes in an open blind round; written by the rounds' verbs"
    )

    class Meta:
        constraints = [models.UniqueConstraint(fields=["project", "user"], name="membership_once")]

    def __str__(self) -> str:
        return f"{self.user} in {self.project}: {self.get_role_display()}"

    @property
    def may_code(self) -> bool:
        return self.role in CODING

    @property
    def is_shielded(self) -> bool:
        """A coder of an open blind round reads nothing that others change, nor does one made an observer meanwhile."""
        return self.is_blind and self.role != Role.LEAD


class InvitationQuerySet(models.QuerySet["Invitation"]):
    def still_open(self, at: datetime | None = None) -> InvitationQuerySet:
        return self.filter(accepted_at=None, expires_at__gt=at or clock.now())


class Invitation(Public):
    """An invitation by link; only the hash of its token is kept."""

    project = models.ForeignKey(Project, models.CASCADE, related_name="invitations")
    email = models.EmailField()
    role = models.CharField(max_length=8, choices=Role.choices)
    token_hash = models.CharField(max_length=64, unique=True)
    invited_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True, blank=True)

    objects = InvitationQuerySet.as_manager()

    def __str__(self) -> str:
        return f"{self.email} to {self.project}"


class TokenQuerySet(models.QuerySet["Token"]):
    def usable(self, at: datetime | None = None) -> TokenQuerySet:
        at = at or clock.now()
        return self.filter(revoked_at=None).filter(models.Q(expires_at=None) | models.Q(expires_at__gt=at))


class Token(Public):
    """A key to the API: for one person, one scope and one project or all; kept as a hash."""

    class Scope(models.TextChoices):
        READ = "read", "Read"
        WRITE = "write", "Read and write"

    user = models.ForeignKey(User, models.CASCADE, related_name="tokens")
    project = models.ForeignKey(Project, models.CASCADE, null=True, blank=True, related_name="+")
    name = models.CharField(max_length=80)
    scope = models.CharField(max_length=5, choices=Scope.choices)
    token_hash = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    objects = TokenQuerySet.as_manager()

    def __str__(self) -> str:
        return self.name


def shielded(user: User) -> models.Q:
    """Match rows of projects in which this person codes blind just now (for rows with a `project`)."""
    blind = Membership.objects.filter(user=user, is_blind=True).exclude(role=Role.LEAD)
    return models.Q(project__in=blind.values("project"))


class EventQuerySet(models.QuerySet["Event"]):
    def visible_to(self, user: User | AnonymousUser) -> EventQuerySet:
        """A person's own events, and of the projects they are in whatever has been released."""
        if not user.is_authenticated:
            return self.none()
        open_to = models.Q(actor=user) | models.Q(released_at__isnull=False) & ~shielded(user)
        return self.filter(open_to, project__memberships__user=user)

    def stream(self, name: str) -> EventQuerySet:
        return self.filter(stream=name).order_by("position")


class Event(Public):
    """What happened, append-only. A stream is one assignment, or the project for all else.

    `hash` covers every field but `released_at` and chains to the event before it in the stream.
    """

    project = models.ForeignKey(Project, models.CASCADE, related_name="events")
    stream = models.CharField(max_length=60)
    position = models.PositiveIntegerField()
    actor = models.ForeignKey(User, models.PROTECT, related_name="+")
    verb = models.CharField(max_length=40)
    target = models.CharField(max_length=80)
    before = models.TextField(blank=True)
    after = models.TextField(blank=True)
    reason = models.TextField(blank=True)
    at = models.DateTimeField()
    key = models.CharField(max_length=80, null=True, blank=True)  # noqa: DJ001  NULL: events without a key never collide
    body_sha256 = models.CharField(max_length=64, blank=True)
    answer = models.TextField(blank=True)
    undoes = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="undone_by")
    released_at = models.DateTimeField(null=True, blank=True)
    previous_hash = models.CharField(max_length=64, blank=True)
    hash = models.CharField(max_length=64)

    objects = EventQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["stream", "position"], name="event_position_once"),
            models.UniqueConstraint(fields=["actor", "key"], name="event_key_once"),
            models.UniqueConstraint(fields=["undoes"], name="event_undone_once"),
        ]
        indexes = [models.Index(fields=["project", "-at"], name="event_by_project")]

    def __str__(self) -> str:
        return f"{self.actor} {self.verb} {self.target}"
