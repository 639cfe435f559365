"""Verbs over people and projects, and the record that every verb writes."""

import hashlib
import json
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.text import slugify

from coding.lib import clock
from coding.lib.canonical import canonical, sha256
from coding.lib.ids import new_uid
from coding.lib.prepared import Prepared, insert, number, text
from coding.lib.refusals import BadInput, Refusal
from coding.lib.text import fault
from coding.people.models import Event, Invitation, Membership, Project, Role, Token, User

INVITATION_DAYS = 14
LIFT = "lift_shield"  # what the rounds' verbs record of somebody who left while coding blind, and codes blind no more
GROUP, MOST_GROUP = "group", 60  # an attribute of memberships, and its length
EVENT_OF_KEY = Prepared(lambda: Event.objects.filter(actor=number("actor"), key=text("key")))
LAST_OF_STREAM = Prepared(
    lambda: Event.objects.filter(stream=text("stream")).order_by("-position").values_list("position", "hash")[:1]
)

Told = tuple[Any, Any, Any]  # whom an event is about, and what stood before and after


class LastLead(Refusal):
    sentence = "A project needs a lead. Make somebody else lead first."


class AlreadyMember(Refusal):
    sentence = "This person is a member of the project already."


class NoMember(Refusal):
    sentence = "This person is no longer a member of the project."


class InvitationGone(Refusal):
    sentence = "This invitation was used or has expired. Ask the lead for a new one."


class KeyReused(Refusal):
    status = 422
    sentence = "This request's key was used before for something else. Send it again with a new key."


@dataclass(frozen=True)
class Key:
    """An idempotency key with the hash of the request's body, so that a retry has one effect."""

    text: str
    body_sha256: str


def answered(actor: User, key: Key | None) -> Event | None:
    """Give the event that this key wrote already; refuse the same key with another body (422)."""
    if key is None:
        return None
    event: Event | None = next(iter(EVENT_OF_KEY(actor=actor.pk, key=key.text)), None)
    if event and event.body_sha256 != key.body_sha256:
        raise KeyReused
    return event


def answered_in_turn(actor: User, key: Key | None) -> Event | None:
    """The same where no row is there yet to lock: requests of one person with a key wait for each other."""
    if key is not None:
        User.objects.select_for_update(no_key=True).get(pk=actor.pk)
    return answered(actor, key)


def record(
    project: Project,
    actor: User,
    verb: str,
    target: Any,
    *,
    before: Any = None,
    after: Any = None,
    reason: str = "",
    stream: str = "",
    at: datetime | None = None,
    key: Key | None = None,
    answer: str = "",
    undoes: Event | None = None,
    private: bool = False,
) -> Event:
    """Append what happened to its stream; call it inside the verb's transaction, under the stream's row lock.

    A private event is its actor's alone until its round is released.
    """
    stream = stream or lock_project_stream(project)
    at = at or clock.now()
    position, previous = next(iter(LAST_OF_STREAM(stream=stream)), (0, ""))
    event = chained(
        project, actor, verb, (target, before, after), stream, (position + 1, previous), at,
        reason=reason, key=key.text if key else None, body_sha256=key.body_sha256 if key else "", answer=answer,
        undoes=undoes, released_at=None if private else at,
    )  # fmt: skip
    try:
        insert([event])
    except IntegrityError as wrong:  # two requests at once in two streams, under one key
        if key and ("event_key_once" in str(wrong) or "people_event.key" in str(wrong)):
            raise KeyReused from wrong
        raise
    return event


def record_each(project: Project, actor: User, verb: str, told: Iterable[Told]) -> None:
    """Append one event for each of many targets to the project's stream, as `record` does for one."""
    stream, at = lock_project_stream(project), clock.now()
    position, previous = next(iter(LAST_OF_STREAM(stream=stream)), (0, ""))
    events: list[Event] = []
    for place, one in enumerate(told, position + 1):
        events.append(chained(project, actor, verb, one, stream, (place, previous), at, released_at=at))
        previous = events[-1].hash
    insert(events)


def chained(
    project: Project, actor: User, verb: str, told: Told, stream: str, place: tuple[int, str], at: datetime, **more: Any
) -> Event:
    """Write an event that follows the one with this hash, and hash it; it is not stored yet."""
    target, before, after = told
    event = Event(
        uid=new_uid(), project=project, stream=stream, position=place[0], actor=actor, verb=verb,
        target=target if isinstance(target, str) else target.ref(),
        before="" if before is None else canonical(before), after="" if after is None else canonical(after),
        at=at, previous_hash=place[1], **more,
    )  # fmt: skip
    event.hash = sha256(canonical(hashed(event)))
    return event


def hashed(event: Event) -> dict[str, Any]:
    """List what an event's hash covers: everything but `released_at`."""
    return {
        "uid": str(event.uid), "stream": event.stream, "position": event.position, "actor": str(event.actor.uid),
        "verb": event.verb, "target": event.target, "before": event.before, "after": event.after,
        "reason": event.reason, "at": event.at.astimezone(UTC).isoformat(), "key": event.key,
        "body_sha256": event.body_sha256, "answer": event.answer,
        "undoes": str(event.undoes.uid) if event.undoes else None, "previous_hash": event.previous_hash,
    }  # fmt: skip


def lock_project_stream(project: Project) -> str:
    """Lock the project's row, which orders its stream, and name the stream."""
    Project.objects.select_for_update(no_key=True).filter(pk=project.pk).first()
    return project.ref()


@transaction.atomic
def create_project(
    by: User, name: str, question: str = "", slug: str = "", at: datetime | None = None, key: Key | None = None
) -> Project:
    """Create a project with its first lead."""
    project = Project.objects.create(name=name.strip(), question=question, slug=slug or free_slug(name))
    Membership.objects.create(project=project, user=by, role=Role.LEAD)
    record(project, by, "create_project", project, after={"name": project.name}, at=at, key=key)
    return project


def free_slug(name: str) -> str:
    """Make a slug of the name and a random ending; always, so that it never tells of another project of that name."""
    return f"{slugify(name)[:50].strip('-') or 'project'}-{secrets.token_hex(3)}"


@transaction.atomic
def describe_project(by: User, project: Project, **wording: str) -> None:
    """Change the project's name, question or notes on method."""
    if not wording:
        return
    before = {field: getattr(project, field) for field in wording}
    for field, value in wording.items():
        setattr(project, field, value)
    project.save(update_fields=list(wording))
    record(project, by, "describe_project", project, before=before, after=wording)


@transaction.atomic
def add_member(by: User, project: Project, user: User, role: str) -> Membership:
    """Add an account to the project."""
    lock_project_stream(project)  # a release may be lifting who codes blind
    said = {"role": role, "is_blind": left_blind(project, user)}
    membership, new = Membership.objects.get_or_create(project=project, user=user, defaults=said)
    if not new:
        raise AlreadyMember
    record(project, by, "add_member", user, after={"role": role})
    return membership


@transaction.atomic
def change_role(by: User, membership: Membership, role: str) -> None:
    """Give a member another role; the last lead stays lead."""
    before = held(membership).role
    refuse_last_lead(membership, role)
    membership.role = role
    membership.save(update_fields=["role"])
    record(membership.project, by, "change_role", membership.user, before={"role": before}, after={"role": role})


@transaction.atomic
def put_in_group(by: User, membership: Membership, group: str) -> None:
    """Say to which group of coders a member belongs, so that agreement within and between groups is told; '' is none.

    Raises BadInput for a name that is too long or holds what is no text.
    """
    there = held(membership)
    group = " ".join(group.split())
    if len(group) > MOST_GROUP:
        raise BadInput(f"A group has a name of at most {MOST_GROUP} characters. Give it a shorter one.")
    if wrong := fault(group):
        raise BadInput(f"The group’s name holds {wrong}. Take it out.")
    before = there.attributes.get(GROUP, "")
    there.attributes = {**there.attributes, GROUP: group}
    there.save(update_fields=["attributes"])
    record(membership.project, by, "put_in_group", membership.user, before={"group": before}, after={"group": group})


@transaction.atomic
def remove_member(by: User, membership: Membership) -> None:
    """Take a member's access away; what they coded stays."""
    there = held(membership)
    refuse_last_lead(membership, "")
    before = {"role": there.role, "is_blind": there.is_blind}
    record(membership.project, by, "remove_member", membership.user, before=before)
    membership.delete()


def held(membership: Membership) -> Membership:
    """Read a membership anew under the project's lock: a round may have opened, or somebody removed it, meanwhile."""
    lock_project_stream(membership.project)
    there = Membership.objects.filter(pk=membership.pk).first()
    if there is None:
        raise NoMember
    return there


def left_blind(project: Project, user: User) -> bool:
    """Did this person leave while coding blind, in a round that is not released since? Who returns is shielded so."""
    told = Event.objects.filter(project=project, verb__in=["remove_member", LIFT], target=user.ref())
    left = told.order_by("position").last()
    return left is not None and left.verb != LIFT and bool(json.loads(left.before).get("is_blind"))


def refuse_last_lead(membership: Membership, role: str) -> None:
    lock_project_stream(membership.project)
    leads = Membership.objects.filter(project=membership.project, role=Role.LEAD)
    if role != Role.LEAD and not leads.exclude(pk=membership.pk).exists():
        raise LastLead


def token_hash(token: str) -> str:
    """Hash a random token (256 bits: no salt needed)."""
    return hashlib.sha256(token.encode()).hexdigest()


@transaction.atomic
def invite(by: User, project: Project, email: str, role: str, at: datetime | None = None) -> tuple[Invitation, str]:
    """Invite by link; returns the token, which is shown once and kept only as a hash."""
    email, at, token = email.strip().lower(), at or clock.now(), secrets.token_urlsafe(32)
    lock_project_stream(project)  # two clicks leave one open invitation, the later one
    if Membership.objects.filter(project=project, user__email=email).exists():
        raise AlreadyMember
    Invitation.objects.filter(project=project, email=email, accepted_at=None).delete()
    invitation = Invitation.objects.create(
        project=project, email=email, role=role, token_hash=token_hash(token), invited_by=by,
        expires_at=at + timedelta(days=INVITATION_DAYS),
    )  # fmt: skip
    record(project, by, "invite", invitation, after={"email": email, "role": role}, at=at)
    return invitation, token


def open_invitation(token: str) -> Invitation:
    """Find an invitation that still can be accepted."""
    found = Invitation.objects.still_open().select_related("project").filter(token_hash=token_hash(token)).first()
    if found is None:
        raise InvitationGone
    return found


@transaction.atomic
def accept(token: str, user: User, at: datetime | None = None) -> Membership:
    """Join a project by its link; the account's address need not be the invited one, the event says both."""
    invitation = open_invitation(token)
    lock_project_stream(invitation.project)
    taken = Invitation.objects.filter(pk=invitation.pk, accepted_at=None).update(accepted_at=at or clock.now())
    if not taken:
        raise InvitationGone
    membership = Membership.objects.filter(project=invitation.project, user=user).first()
    if membership:
        raise AlreadyMember
    record(invitation.project, user, "accept_invitation", invitation, after={"role": invitation.role})
    return Membership.objects.create(
        project=invitation.project, user=user, role=invitation.role, is_blind=left_blind(invitation.project, user)
    )


class AddressTaken(Refusal):
    sentence = "This address has an account already. Sign in with it, then open the invitation's link again."


@transaction.atomic
def join_with_new_account(token: str, name: str, password: str) -> User:
    """Make the invited person's account and join the project with it."""
    invitation = open_invitation(token)
    lock_project_stream(invitation.project)
    if User.objects.filter(email=invitation.email).exists():
        raise AddressTaken
    try:
        user = User.objects.create_user(invitation.email, name, password)
    except IntegrityError as wrong:  # another project's invitation to this address was accepted at this moment
        raise AddressTaken from wrong
    accept(token, user)
    return user


def issue_token(
    user: User, name: str, scope: str, project: Project | None = None, expires_at: datetime | None = None
) -> tuple[Token, str]:
    """Make an API token; returns its text, which is shown once."""
    text = f"loam_{secrets.token_urlsafe(32)}"
    if not name.strip():
        raise BadInput("Give the token a name, so that you know later what it is for.")
    token = Token.objects.create(
        user=user, project=project, name=name.strip(), scope=scope, token_hash=token_hash(text),
        created_at=clock.now(), expires_at=expires_at,
    )  # fmt: skip
    return token, text


def revoke_token(token: Token) -> None:
    """End a token now."""
    token.revoked_at = clock.now()
    token.save(update_fields=["revoked_at"])
