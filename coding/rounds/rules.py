"""Verbs over rounds: draft, open, reopen an assignment. Release stands in reconciliation, which it touches too."""

import json
import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache

from django.db import connection, transaction
from django.db.models import Count, Exists, OuterRef, Q

from coding.codes.content import Frozen, content_of
from coding.codes.models import Edition, Scale
from coding.codes.rules import freeze, worded
from coding.incidents.models import Incident
from coding.lib import clock
from coding.lib.canonical import canonical
from coding.lib.prepared import Prepared, number
from coding.lib.refusals import BadInput, Forbidden, Refusal
from coding.people.models import CODING, Membership, Project, User
from coding.people.rules import LIFT, Key, answered, left_blind, lock_project_stream, record
from coding.rounds.models import Assignment, Opening, Round


class RoundNotDraft(Refusal):
    sentence = "This round is open already. Its incidents and coders stand."


class RoundNotOpen(Refusal):
    sentence = "This round is not open, so nothing in it can change."


class NothingToCode(Refusal):
    sentence = "This round has no incident or no coder. Add both before you open it."


class NoCoder(Refusal):
    sentence = "Somebody who should code this round is no coder of the project."


class NotSubmitted(Refusal):
    sentence = "This assignment is not submitted: its coder can change it as it is."


class SawOthersWork(Refusal):
    sentence = "A coder has opened others' work on an incident of this round."


@dataclass(frozen=True)
class Plan:
    """What a lead decides about a round before it opens."""

    name: str
    stage: str
    coders: Sequence[User]
    incidents: Sequence[Incident] = ()
    purpose: str = Round.Purpose.MAIN
    sampling: str = Round.Sampling.ALL
    sampling_note: str = ""
    scale: Scale | None = None
    edition: Edition | None = None
    instructions: str = ""
    is_blind: bool = True
    shows_earlier: str = Round.ShowsEarlier.OWN
    coders_per_incident: int = 2
    seed: int = 0
    due_on: date | None = None
    pairs: Sequence[tuple[Incident, User]] = ()  # who codes what, where it is not dealt in turn


def sample(incidents: Sequence[Incident], size: int, seed: int) -> list[Incident]:
    """Draw incidents at random, repeatably: the same seed and incidents give the same sample, in number order."""
    ordered = sorted(incidents, key=lambda incident: incident.number)
    drawn = random.Random(seed).sample(ordered, min(size, len(ordered)))  # noqa: S311  a sample, not a secret
    return sorted(drawn, key=lambda incident: incident.number)


@transaction.atomic
def draft_round(by: User, project: Project, plan: Plan) -> Round:
    """Write a round with its assignments; its coders see nothing of it until it opens."""
    lock_project_stream(project)
    check_plan(project, plan)
    drafted = Round.objects.create(
        project=project, name=plan.name.strip(), stage=plan.stage, purpose=plan.purpose, sampling=plan.sampling,
        sampling_note=plan.sampling_note, scale=plan.scale, edition=plan.edition, instructions=plan.instructions,
        is_blind=plan.is_blind, shows_earlier=shows_earlier(plan), seed=plan.seed, due_on=plan.due_on,
        coders_per_incident=min(plan.coders_per_incident, len(plan.coders)),
    )  # fmt: skip
    Assignment.objects.bulk_create(assignments_for(drafted, plan), batch_size=1000)
    record(project, by, "draft_round", drafted, after={"name": drafted.name, "stage": drafted.stage})
    return drafted


def shows_earlier(plan: Plan) -> str:
    """A stability round shows nothing earlier, whatever was planned: else it measures memory."""
    return Round.ShowsEarlier.NONE if plan.purpose == Round.Purpose.STABILITY else plan.shows_earlier


def check_plan(project: Project, plan: Plan) -> None:
    """Refuse a plan that can't become a round, with a sentence that says what is missing."""
    if not plan.name.strip():
        raise BadInput("Give the round a name.")
    if Round.objects.filter(project=project, name=plan.name.strip()).exists():
        raise BadInput(f"There is a round “{plan.name.strip()}” already. Choose another name.")
    if not plan.coders:
        raise BadInput("Choose at least one coder.")
    may_code = set(project.memberships.filter(role__in=CODING).values_list("user", flat=True))
    if strangers := [coder for coder in plan.coders if coder.pk not in may_code]:
        raise BadInput(f"{strangers[0]} is no coder of this project. Choose among its coders and leads.")
    if plan.stage == Round.Stage.RATING and plan.scale is None:
        raise BadInput("Choose the scale to rate on.")
    if plan.stage == Round.Stage.MAPPING and plan.scale is None:
        raise BadInput("Choose the scale to map to.")
    if plan.scale and plan.edition and Frozen.of(plan.edition).scale(plan.scale.uid) is None:
        raise BadInput(f"Edition {plan.edition.number} does not hold the scale “{plan.scale.name}”. Choose another.")
    if plan.stage in {Round.Stage.OPEN, Round.Stage.RATING} and not plan.incidents:
        raise BadInput("No incident is in this choice. Import some, or choose differently.")
    needs_note = plan.sampling in {Round.Sampling.BY_HAND, Round.Sampling.THEORETICAL}
    if needs_note and not plan.sampling_note.strip():
        raise BadInput("Say why these incidents: a choice by hand or theory needs its reason.")


def assignments_for(drafted: Round, plan: Plan) -> list[Assignment]:
    """Deal incidents to coders in turn, so that every coder gets as many as any other, give or take one."""
    if not drafted.has_incidents:
        return [Assignment(round=drafted, coder=coder, position=1) for coder in plan.coders]
    if plan.pairs:
        places = {one.pk: at for at, one in enumerate(sorted(plan.incidents, key=lambda one: one.number), 1)}
        return [
            Assignment(round=drafted, incident=one, coder=coder, position=places[one.pk]) for one, coder in plan.pairs
        ]
    coders = sorted(plan.coders, key=lambda coder: coder.pk)  # whatever order they were named in
    random.Random(plan.seed).shuffle(coders)  # noqa: S311  a fair deal, not a secret
    dealt = []
    for position, incident in enumerate(sorted(plan.incidents, key=lambda one: one.number)):
        first = position * drafted.coders_per_incident
        for turn in range(drafted.coders_per_incident):
            coder = coders[(first + turn) % len(coders)]
            dealt.append(Assignment(round=drafted, incident=incident, coder=coder, position=position + 1))
    return dealt


def lock_draft(drafted: Round) -> Round:
    """Lock a draft's row and read it anew. Raises RoundNotDraft."""
    rows = Round.objects.select_for_update(of=("self",), no_key=True).select_related("project")
    locked = rows.filter(pk=drafted.pk).first()
    if locked is None:
        raise RoundNotDraft("This draft is gone. Plan a new round if you still need one.")
    if locked.state != Round.State.DRAFT:
        raise RoundNotDraft
    return locked


@transaction.atomic
def discard_draft(by: User, drafted: Round) -> None:
    """Throw a draft away; nobody has coded in it."""
    locked = lock_draft(drafted)
    record(locked.project, by, "discard_draft", locked, before={"name": locked.name})
    locked.delete()


@transaction.atomic
def open_round(by: User, drafted: Round, at: datetime | None = None) -> Round:
    """Open a draft: freeze the edition it is coded against, lock its incidents' texts, show it to its coders."""
    at = at or clock.now()
    opened = lock_draft(drafted)
    lock_project_stream(opened.project)  # no import may change a text while it is being locked
    if not opened.assignments.exists():
        raise NothingToCode
    refuse_left(opened)
    if opened.is_blind:
        refuse_seen(opened)
    opened.edition = opened.edition or freeze(by, opened.project, f"Frozen for the round “{opened.name}”.", at)
    refuse_nothing_to_sort(opened)
    refuse_nothing_to_map(opened)
    refuse_without_scale(opened)
    opened.state, opened.opened_at = Round.State.OPEN, at
    opened.save(update_fields=["edition", "state", "opened_at"])
    Incident.objects.filter(assignments__round=opened, text_locked_at=None).update(text_locked_at=at)
    shield(opened.project)
    record(opened.project, by, "open_round", opened, after={"edition": opened.edition.number}, at=at)
    return opened


def refuse_nothing_to_sort(opened: Round) -> None:
    """A card sort needs codes in its edition, which holds the adopted ones."""
    if opened.stage == Round.Stage.AXIAL and opened.edition and len(Frozen.of(opened.edition).codes) < 2:
        raise NothingToCode(
            f"Edition {opened.edition.number} holds fewer than two codes, so there is nothing to sort. "
            "Adopt codes on the axial board first, then open the round."
        )


def refuse_left(opened: Round) -> None:
    """Refuse coders who have left or become observers since the draft: nothing would shield them on their return."""
    members = opened.project.memberships.filter(role__in=CODING).values("user")
    if first := opened.assignments.exclude(coder__in=members).select_related("coder").first():
        raise NoCoder(f"{first.coder} is no coder of this project any more. Discard this draft and plan it anew.")


def refuse_nothing_to_map(opened: Round) -> None:
    """A mapping round needs categories in its edition."""
    if opened.stage == Round.Stage.MAPPING and opened.edition and not Frozen.of(opened.edition).categories:
        raise NothingToCode("This edition holds no category to map. Group codes into categories on the board first.")


def refuse_without_scale(opened: Round) -> None:
    """A round on a scale needs it in its edition, or nothing in it could be chosen or measured."""
    if opened.scale and opened.edition and Frozen.of(opened.edition).scale(opened.scale.uid) is None:
        raise NothingToCode(
            f"Edition {opened.edition.number} does not hold the scale “{opened.scale.name}”. "
            "Discard this draft and choose another edition or scale."
        )


def refuse_seen(opened: Round) -> None:
    """Refuse coders who have opened others' work of this stage on one of the round's incidents."""
    openings = Opening.objects.filter(round__project=opened.project, round__stage=opened.stage)
    for opening in openings.filter(user__assignments__round=opened).distinct().select_related("user").order_by("at"):
        held = opened.assignments.filter(coder=opening.user, incident__assignments__round=opening.round_id)
        if first := held.select_related("incident").order_by("position").first():
            raise SawOthersWork(
                f"{opening.user} opened the others' work on “{first.incident}” on {opening.at:%d %B %Y at %H:%M} UTC, "
                "so can't code it blind. Leave that coder or that incident out, or let the round code together."
            )
    refuse_coded_together(opened)
    refuse_mapped_in_sight(opened)


def refuse_mapped_in_sight(opened: Round) -> None:
    """Refuse coders who have opened others' mapping of one of these categories to this scale, or mapped it together."""
    if opened.stage != Round.Stage.MAPPING:
        return
    now = opened.edition.content if opened.edition else canonical(content_of(opened.project))
    here = {row["uid"]: row["name"] for row in json.loads(now)["categories"]}
    earlier = Round.objects.filter(
        project=opened.project, stage=opened.stage, scale=opened.scale_id, opened_at__isnull=False
    )
    for one in earlier.exclude(pk=opened.pk).select_related("edition").order_by("opened_at", "pk"):
        there = Frozen.of(one.edition).categories.keys() if one.edition else set()
        shared = sorted(here[uid] for uid in there & here.keys())
        seen = Q(openings__round=one) if one.is_blind else Q(assignments__round=one)
        if shared and (person := User.objects.filter(seen, assignments__round=opened).order_by("pk").first()):
            how = "opened the others' mapping" if one.is_blind else "took part in the mapping"
            raise SawOthersWork(
                f"{person} {how} of “{shared[0]}” in “{one.name}”, so can't map it blind. "
                "Leave that coder out, or let the round code together."
            )


def refuse_coded_together(opened: Round) -> None:
    """Refuse coders who have coded one of the round's incidents at this stage in sight of others."""
    together = Assignment.objects.filter(
        coder=OuterRef("coder"), incident=OuterRef("incident"), round__stage=opened.stage, round__is_blind=False,
        round__opened_at__isnull=False, round__coders_per_incident__gt=1,
    )  # fmt: skip
    held = opened.assignments.filter(Exists(together), incident__isnull=False).select_related("incident", "coder")
    if first := held.order_by("position", "pk").first():
        raise SawOthersWork(
            f"{first.coder} coded “{first.incident}” together with others before, so can't code it blind. "
            "Leave that coder or that incident out, or let the round code together."
        )


def shield(project: Project) -> None:
    """Write to the memberships who codes in an open blind round now, so that upstream rooms know."""
    blind = Assignment.objects.filter(round__in=Round.objects.open_and_blind().filter(project=project))
    coding = Q(user__in=blind.values("coder"))
    project.memberships.filter(coding, is_blind=False).update(is_blind=True)
    project.memberships.filter(~coding, is_blind=True).update(is_blind=False)


def lift_from_left(by: User, project: Project, at: datetime) -> None:
    """Record of those who left while coding blind that no round keeps them so; no membership is there to say it.

    Call it after a release, under the project's lock.
    """
    blind = Assignment.objects.filter(round__in=Round.objects.open_and_blind().filter(project=project))
    coded = User.objects.filter(pk__in=Assignment.objects.filter(round__project=project).values("coder"))
    left = coded.exclude(pk__in=project.memberships.values("user")).exclude(pk__in=blind.values("coder"))
    for person in left.order_by("pk"):
        if left_blind(project, person):
            record(project, by, LIFT, person, at=at)


@transaction.atomic
def open_readings(by: User, released: Round, at: datetime | None = None) -> None:
    """Note that a person opens the others' work of a released round, once: they can't code it blind later."""
    if not released.is_released:
        raise RoundNotOpen("This round is not released yet. The others' work opens then.")
    _, new = Opening.objects.get_or_create(round=released, user=by, defaults={"at": at or clock.now()})
    if new:
        record(released.project, by, "open_readings", released, at=at)


def has_opened(user: User, released: Round) -> bool:
    """Has this person opened the others' work of this round?"""
    return Opening.objects.filter(user=user, round=released).exists()


def lock_assignment(assignment: Assignment, by: User, *along: str) -> Assignment:
    """Lock one assignment's row, which orders its stream, and read it anew with its round and what `along` names.

    Where it is the work of whoever asks (`by`), its coder is not read again.
    """
    found: Assignment = locking(*along)(pk=assignment.pk)[0]
    if connection.features.has_select_for_update:
        # A release may have committed while this waited for the lock; the joined round is from before the wait.
        # (SQLite has let no other writer in since BEGIN.)
        found.round.refresh_from_db(fields=["state"])
    if found.coder_id == by.pk:
        found.coder = by
    return found


@cache
def locking(*along: str) -> Prepared:
    """Ask for one assignment under its lock, with what `along` names and whether its coder may code still."""
    may_code = Membership.objects.filter(user=OuterRef("coder"), project=OuterRef("round__project"), role__in=CODING)
    locked = Assignment.objects.select_for_update(of=("self",), no_key=True).filter(pk=number("pk"))
    rows = locked.annotate(coder_may_code=Exists(may_code)).select_related("round__project", *along)
    # An edition's text is as long as its codebook, and whoever reads it keeps it (Frozen).
    return Prepared(lambda: rows.defer("round__edition__content") if "round__edition" in along else rows)


def refuse_no_coder(locked: Assignment) -> None:
    """Refuse to write for whoever has become an observer since; ask it of what `lock_assignment` gave."""
    if not locked.coder_may_code:  # type: ignore[attr-defined]  # annotated by lock_assignment
        raise Forbidden("Only a lead researcher or coder can do this here. Your own work stays as it is.")


@transaction.atomic
def ask_reopening(
    coder: User, assignment: Assignment, reason: str, at: datetime | None = None, *, key: Key | None = None
) -> Assignment:
    """Ask the lead to give a submitted assignment back, until its round is released."""
    locked = lock_assignment(assignment, coder)
    if answered(coder, key):
        return locked
    if locked.coder_id != coder.pk:
        raise Forbidden("This is somebody else's work. Only its coder can ask for it.")
    refuse_no_coder(locked)
    if locked.round.state != Round.State.OPEN:
        raise RoundNotOpen("The round is released: what stood at release is what was measured.")
    if locked.state != Assignment.State.SUBMITTED:
        raise NotSubmitted
    if not reason.strip():
        raise BadInput("Say why you ask for it.")
    locked.reopening_asked = worded({"reason": reason.strip()})["reason"]
    locked.save(update_fields=["reopening_asked"])
    record(locked.round.project, coder, "ask_reopening", locked, reason=locked.reopening_asked, stream=locked.stream,
           key=key, at=at, private=locked.is_private)  # fmt: skip
    return locked


@transaction.atomic
def reopen(by: User, assignment: Assignment, reason: str, at: datetime | None = None) -> Assignment:
    """Give a submitted assignment back to its coder, until the round is released."""
    locked = lock_assignment(assignment, by)
    if locked.round.is_released:
        raise RoundNotOpen("The round is released: what stood at release is what was measured.")
    if locked.state != Assignment.State.SUBMITTED:
        raise NotSubmitted
    if not reason.strip():
        raise BadInput("Say why it is reopened.")
    reason = worded({"reason": reason})["reason"]
    locked.state, locked.submitted_at, locked.reopening_asked = Assignment.State.IN_PROGRESS, None, ""
    locked.save(update_fields=["state", "submitted_at", "reopening_asked"])
    record(locked.round.project, by, "reopen_assignment", locked, reason=reason, stream=locked.stream,
           at=at, private=locked.is_private)  # fmt: skip
    return locked


@dataclass(frozen=True)
class Progress:
    """How far a round is: counts of assignments by state, for those who may know."""

    to_do: int
    in_progress: int
    submitted: int

    @property
    def total(self) -> int:
        return self.to_do + self.in_progress + self.submitted

    @property
    def all_submitted(self) -> bool:
        return self.total > 0 and self.submitted == self.total


def progress(assignments: "object") -> Progress:
    """Count assignments (a queryset) by state in one query."""
    counts = assignments.aggregate(  # type: ignore[attr-defined]  # a queryset of Assignment
        **{state: Count("pk", filter=Q(state=state)) for state in Assignment.State.values}
    )
    return Progress(counts["to_do"], counts["in_progress"], counts["submitted"])
