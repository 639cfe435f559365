"""Release, and what follows it: settle a disagreement, reopen a decision.

`release_round` is the one release: it touches every room above, in one transaction. Locks are taken in one order:
round, its assignments (or the disagreement), the project's stream, words. They are no-key locks, because PostgreSQL
takes a key-share lock on the round when a coder's transaction commits, and the two would wait for each other.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from coding.agreement.rules import measure
from coding.agreement.targets import ScaleNotFrozen, target_of
from coding.axial_coding.models import Placement
from coding.codes.models import Proposal, Scale, ScaleCategory
from coding.codes.rules import release_words, worded
from coding.incidents.models import Incident
from coding.lib import clock
from coding.lib.columns import as_uid
from coding.lib.refusals import BadInput, Forbidden, Refusal
from coding.memos.rules import release_memos
from coding.open_coding.models import Coding, SettledBy
from coding.people.models import Event, Membership, Project, Role, User
from coding.people.rules import lock_project_stream, record
from coding.reconciliation import unanimity
from coding.reconciliation.models import Decision, Disagreement
from coding.reconciliation.stances import rows_by_stance
from coding.rounds.models import Assignment, Round
from coding.rounds.rules import RoundNotOpen, has_opened, lift_from_left, open_readings, progress, shield
from coding.selective_coding.rules import Standing, write_consensus

AT_ONCE = 500


class RoundNotReleased(Refusal):
    sentence = "This round is not released, so nothing in it can be settled yet."


class AlreadySettled(Refusal):
    sentence = "Somebody settled this meanwhile. Look at the decision; reopen it if you decide otherwise."


class NothingDecided(Refusal):
    sentence = "This disagreement has no standing decision, so there is none to reopen."


class DecisionMovedOn(Refusal):
    sentence = "Somebody decided this anew meanwhile. Look at the new decision; reopen it if you decide otherwise."


class ReadingsClosed(Refusal):
    sentence = "Open the round's readings first: a disagreement is settled by who has read both sides."


class CodesItBlind(Refusal):
    sentence = "You code this incident in an open blind round, so you can't read what others said of it until release."


MAPS_BLIND = "You map in an open blind round, so you can't read what others mapped until that round is released."


@dataclass(frozen=True)
class Release:
    """What a release did. `alone`: incidents that only one person judged; `unread`: that nobody could judge."""

    round: Round
    unanimous: int
    disagreements: int
    alone: int
    unread: int
    figures: int


@transaction.atomic
def release_round(by: User, rated: Round, reason: str = "", at: datetime | None = None) -> Release:
    """End a round's blindness, measure agreement, write what all agree on, and open the disagreements.

    What is not submitted now is missing and stays closed. Raises Forbidden, RoundNotOpen, and BadInput where a
    reason is needed because not all have submitted.
    """
    at = at or clock.now()
    refuse_not_lead(by, rated.project)
    locked = lock_round(rated)
    if locked.state != Round.State.OPEN:
        raise RoundNotOpen("This round is not open: it is released already, or was never opened.")
    held = list(locked.assignments.select_for_update(of=("self",), no_key=True).select_related("coder").order_by("pk"))
    refuse_without_reason(locked, reason)
    lock_project_stream(locked.project)
    mark_released(by, locked, reason, at)
    open_to_all(locked, held, at)
    shield(locked.project)
    lift_from_left(by, locked.project, at)
    open_readings(by, locked, at)
    try:
        figures = measure(locked, at, locked.seed)
        done = Release(locked, *unanimity.write(locked), len(figures))
    except ScaleNotFrozen:  # opened before that was refused: its coders must come free all the same
        done = Release(locked, 0, 0, 0, locked.assignments.values("incident").distinct().count(), 0)
    settle_round(locked)
    counts = {"unanimous": done.unanimous, "disagreements": done.disagreements, "alone": done.alone,
              "unread": done.unread, "submitted": progress(locked.assignments).submitted, "of": len(held)}  # fmt: skip
    record(locked.project, by, "release_round", locked, after=counts, reason=locked.release_reason, at=at)
    return done


def refuse_not_lead(by: User, project: Project) -> None:
    """Release and reconciliation are a lead's acts, by whichever door."""
    if not Membership.objects.filter(user=by, project=project, role=Role.LEAD).exists():
        raise Forbidden("Only a lead researcher can do this.")


def lock_round(rated: Round) -> Round:
    """Lock a round's row and read it anew with what release and settling need."""
    locked = Round.objects.select_for_update(of=("self",), no_key=True).select_related("project", "edition", "scale")
    return locked.get(pk=rated.pk)


def refuse_without_reason(locked: Round, reason: str) -> None:
    counts = progress(locked.assignments)
    if not counts.all_submitted and not reason.strip():
        raise BadInput(
            f"{counts.submitted} of {counts.total} assignments are submitted. What is not submitted will be missing "
            "for good, so say why you release the round now."
        )


def mark_released(by: User, locked: Round, reason: str, at: datetime) -> None:
    locked.state, locked.released_at, locked.released_by = Round.State.RELEASED, at, by
    locked.release_reason = worded({"reason": reason})["reason"]
    locked.save(update_fields=["state", "released_at", "released_by", "release_reason"])


def open_to_all(locked: Round, held: Sequence[Assignment], at: datetime) -> None:
    """Open what the round's coders kept private: words, memos, proposals, and the events of its assignments."""
    coders = list({one.coder for one in held})
    elsewhere = Assignment.objects.filter(round__in=Round.objects.open_and_blind().filter(project=locked.project))
    still_blind = list({one.coder for one in elsewhere.filter(coder__in=coders).select_related("coder")})
    used = Coding.objects.filter(segment__assignment__round=locked).values("code")
    into = Placement.objects.filter(assignment__round=locked).values("category")
    release_words(locked.project, coders, at, still_blind=still_blind, used=used, sorted_into=into)
    release_memos(locked, coders, at, still_blind=still_blind)
    Proposal.objects.filter(project=locked.project, round_uid=locked.uid, released_at=None).update(released_at=at)
    streams = [one.stream for one in held]
    for start in range(0, len(streams), AT_ONCE):
        private = Event.objects.filter(stream__in=streams[start : start + AT_ONCE], released_at=None)
        private.update(released_at=at)


def settle_round(locked: Round) -> None:
    """Call a rating or mapping round settled when none of its disagreements waits, and released while one does."""
    if locked.stage not in {Round.Stage.RATING, Round.Stage.MAPPING}:
        return
    waiting = Disagreement.objects.filter(round=locked).unsettled().exists()
    state = Round.State.RELEASED if waiting else Round.State.SETTLED
    if locked.state != state:
        locked.state = state
        locked.save(update_fields=["state"])


@transaction.atomic
def settle(
    by: User,
    disagreement: Disagreement,
    outcome: str,
    choices: Sequence[ScaleCategory],
    primary: ScaleCategory | None,
    reason: str,
    rationale: str,
    at: datetime | None = None,
    *,
    stances: Mapping[ScaleCategory, int] | None = None,
) -> Decision:
    """Decide what stands for an incident that coders rated differently; their own rows stay as they are.

    `choices` without any means that none applies; on a stance scale `stances` say it of every value instead.
    A plural decision keeps every reading, and needs neither.
    A reopened decision is superseded by the new one. Raises Forbidden, RoundNotReleased, AlreadySettled,
    ReadingsClosed, CodesItBlind, BadInput.
    """
    at = at or clock.now()
    locked, found = lock_unit(by, disagreement)
    if found.settled_at is not None:
        raise AlreadySettled
    readings = unanimity.readings_of(locked, found.incident)
    target = target_of(locked)
    if target.rating_kind == Scale.RatingKind.STANCE:
        rows = rows_by_stance(outcome, stances or {}, readings, unanimity.places_of(locked, target))
    else:
        rows = rows_of(outcome, list(choices), primary, readings)
    refuse_unreasoned(reason, rationale)
    before = Decision.objects.filter(disagreement=found).order_by("-pk").first()
    decision = Decision.objects.create(
        disagreement=found, outcome=outcome, reason=reason, rationale=worded({"rationale": rationale})["rationale"],
        by=by, at=at, supersedes=before, wrote=[plain(row) for row in rows],
    )  # fmt: skip
    write_consensus(locked, incident_of(found), rows, SettledBy.DECISION)
    found.settled_at = at
    found.save(update_fields=["settled_at"])
    settle_round(locked)
    record(locked.project, by, "settle", found, before=said(before), after=said(decision), reason=decision.rationale,
           at=at)  # fmt: skip
    return decision


@transaction.atomic
def reopen_decision(by: User, decision: Decision, reason: str, at: datetime | None = None) -> Disagreement:
    """Put a decided disagreement back into the queue; the decision stays, and the next one supersedes it.

    What it wrote stands until then, in a round that is no longer settled. Raises DecisionMovedOn where it is not the
    latest one, NothingDecided, BadInput.
    """
    locked, found = lock_unit(by, decision.disagreement)
    if Decision.objects.filter(supersedes=decision).exists():
        raise DecisionMovedOn
    if found.settled_at is None:
        raise NothingDecided
    if not reason.strip():
        raise BadInput("Say why this decision is reopened.")
    found.settled_at = None
    found.save(update_fields=["settled_at"])
    settle_round(locked)
    reason = worded({"reason": reason})["reason"]
    record(locked.project, by, "reopen_decision", found, before=said(decision), reason=reason, at=at)
    return found


def decision_seen(disagreement: Disagreement, uid: str) -> Decision:
    """Give the decision that a form showed, which need not be the latest. Raises DecisionMovedOn."""
    named = as_uid(uid)
    if named and (seen := disagreement.decisions.filter(uid=named).first()):
        return seen
    raise DecisionMovedOn


def lock_unit(by: User, disagreement: Disagreement) -> tuple[Round, Disagreement]:
    """Lock a round and one of its disagreements for a lead who may read both sides."""
    locked = lock_round(disagreement.round)
    refuse_not_lead(by, locked.project)
    found = (
        Disagreement.objects.select_for_update(of=("self",), no_key=True)
        .select_related("incident")
        .get(pk=disagreement.pk)
    )
    lock_project_stream(locked.project)
    if not locked.is_released:
        raise RoundNotReleased
    if not has_opened(by, locked):
        raise ReadingsClosed
    refuse_blind(by, locked, found.incident_id)
    return locked, found


def refuse_blind(by: User, locked: Round, incident: int | None) -> None:
    """Refuse whoever does the same work in an open blind round: others' readings are hidden from them until then."""
    if Assignment.objects.filter(round=locked, incident=incident).hidden_from(by).exists():
        raise CodesItBlind("" if incident else MAPS_BLIND)


def incident_of(found: Disagreement) -> Incident:
    if found.incident is None:
        raise BadInput("This disagreement is not about an incident's rating.")
    return found.incident


def rows_of(
    outcome: str, choices: list[ScaleCategory], primary: ScaleCategory | None, readings: Sequence[unanimity.Reading]
) -> list[Standing]:
    """Turn an outcome into the rows that stand; refuse one that is not what it says."""
    if outcome not in Decision.Outcome.values:
        raise BadInput("Choose an outcome: one side, merged, recoded, or kept plural.")
    if outcome == Decision.Outcome.PLURAL:
        return plural(choices, readings)
    if len(set(choices)) != len(choices):
        raise BadInput("A category can be chosen only once.")
    if choices and primary not in choices:
        raise BadInput("Say which of the chosen categories is the primary one.")
    if not choices and primary is not None:
        raise BadInput("None applies, so there is no primary category.")
    named = frozenset().union(*(one.categories for one in readings))
    if outcome == Decision.Outcome.ONE and unanimity.Reading(frozenset(choices), primary) not in readings:
        raise BadInput("No coder read it so. Take one coder's reading as it is, or choose merge or recode.")
    if outcome == Decision.Outcome.MERGE and not (choices and set(choices) <= named):
        raise BadInput("A merge joins what coders named. For anything else, recode.")
    return [Standing(one, is_primary=one == primary) for one in choices] or [Standing(None)]


def plural(choices: list[ScaleCategory], readings: Sequence[unanimity.Reading]) -> list[Standing]:
    """Keep every reading: each category under which an incident then counts, once, and "none applies" if said."""
    named = sorted(frozenset().union(*(one.categories for one in readings)), key=lambda one: one.number)
    if choices and set(choices) != set(named):
        raise BadInput("Keeping it plural keeps every coder's reading, no more and no less.")
    if len(set(readings)) < 2:
        raise BadInput("There is only one reading, so there is nothing to keep plural.")
    primaries = {one.primary for one in readings}
    rows = [Standing(one, is_primary=one in primaries, is_plural=True) for one in named]
    none = [Standing(None, is_plural=True)] if any(not one.categories for one in readings) else []
    return rows + none


def refuse_unreasoned(reason: str, rationale: str) -> None:
    if reason not in Decision.Reason.values:
        raise BadInput("Choose the reason why coders read this differently.")
    if not rationale.strip():
        raise BadInput("Write the rationale: a reviewer has to be able to follow this decision.")


def plain(row: Standing) -> dict[str, Any]:
    """Write a standing row for the decision and its event."""
    category = row.scale_category
    return {
        "scale_category": str(category.uid) if category else None, "number": category.number if category else None,
        "name": category.name if category else None,
        "is_primary": row.is_primary, "is_plural": row.is_plural,
        **({} if row.stance is None else {"stance": row.stance}),
    }  # fmt: skip


def said(decision: Decision | None) -> dict[str, Any] | None:
    """Write a decision for its event."""
    if decision is None:
        return None
    return {"decision": str(decision.uid), "outcome": decision.outcome, "reason": decision.reason,
            "wrote": decision.wrote}  # fmt: skip
