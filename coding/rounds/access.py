"""The one getter of an assignment at both doors, whatever its stage."""

from functools import cache
from typing import cast
from uuid import UUID

from django.http import Http404

from coding.lib.prepared import Prepared, number, public_id, text
from coding.lib.refusals import Forbidden
from coding.people.access import MemberRequest, join_request
from coding.people.models import User
from coding.rounds.models import Assignment, AssignmentQuerySet


@cache
def own_with(*along: str) -> Prepared:
    """A coder's own assignment of a stage, with these rows beside it."""

    def build() -> AssignmentQuerySet:
        own = Assignment.objects.own_of(number("user")).filter(uid=public_id("uid"), round__stage=text("stage"))
        if not along:  # without names it would follow all of them
            return own
        rows = own.select_related(*along)
        return rows.defer("round__edition__content") if "round__edition" in along else rows  # as rules.locking

    return Prepared(build)


def readable_assignment(user: User, uid: UUID | str, stage: str, *along: str) -> Assignment:
    """Find an assignment of a stage with its project and what `along` names; 404 for whoever may not know of it.

    A coder's own is asked for first: that is nearly every request, and the question who else may read it costs ten
    times as much.
    """
    for own in own_with("round__project", *along)(user=user.pk, uid=uid, stage=stage):
        return cast(Assignment, own)
    rows = Assignment.objects.filter(round__stage=stage, uid=uid).select_related("round__project", *along)
    return others_work(user, rows)


def others_work(user: User, rows: AssignmentQuerySet) -> Assignment:
    """Find what is not one's own, or say why one's own is hidden just now."""
    if found := rows.visible_to(user).first():
        return found
    if rows.judged_again_by(user).exists():
        raise Forbidden(
            "You judge this once more in a stability round that is open. What you did before opens again when that "
            "round is released."
        )
    raise Http404("There is no such work, or you may not read it.")


def open_assignment(request: MemberRequest, uid: UUID | str, stage: str, *along: str) -> Assignment:
    """The same, with its project put on the request for the page's frame."""
    found = readable_assignment(request.user, uid, stage, *along)
    join_request(request, found.round.project)
    return found


def may_work(request: MemberRequest, assignment: Assignment) -> bool:
    """May whoever asks change it now: its own coder, while it is open, and no observer by now?"""
    return assignment.coder_id == request.user.pk and assignment.is_open and request.membership.may_code


def may_ask_back(request: MemberRequest, assignment: Assignment) -> bool:
    """May whoever asks ask for it back: its own coder, until release, and no observer by now?"""
    return assignment.coder_id == request.user.pk and assignment.may_ask_back and request.membership.may_code


def assignment_to_save(request: MemberRequest, uid: UUID | str, stage: str) -> Assignment:
    """The same getter for verbs, which read under their lock whatever they need."""
    for found in own_with()(user=request.user.pk, uid=uid, stage=stage):
        return cast(Assignment, found)
    return others_work(request.user, Assignment.objects.filter(round__stage=stage, uid=uid))
