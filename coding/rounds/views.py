"""Pages: rounds, a new round, one round with its matrix of states."""

from typing import Any, cast

from django.core.paginator import Paginator
from django.db.models import F
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST, require_safe

from coding.incidents.models import Incident
from coding.lib.columns import as_uid
from coding.lib.refusals import BadInput, back_with
from coding.people.access import MemberRequest, project_page
from coding.people.models import Project, User
from coding.rounds import queries, rules
from coding.rounds.forms import RoundForm
from coding.rounds.models import Assignment, Round

PER_PAGE = 50


@require_safe
@project_page()
def round_list(request: MemberRequest, project: Project) -> HttpResponse:
    """List the rounds that this person may know of."""
    rounds = Round.objects.visible_to(request.user).filter(project=project).select_related("edition")
    context = {
        "rounds": rounds.order_by(F("opened_at").desc(nulls_first=True), "-pk"),
        "is_lead": request.membership.role == "lead",
        "has_incidents": Incident.objects.filter(project=project).exists(),
    }
    return render(request, "rounds/list.html", context)


@project_page(read="lead")
def new_round(request: MemberRequest, project: Project) -> HttpResponse:
    """Plan a round; it opens on its own page, after a look at what was planned."""
    start = {"stage": request.GET.get("stage", "open"), "sampling": request.GET.get("sampling", "all"), "seed": 1,
             "numbers": ", ".join(request.GET.getlist("numbers")),
             "sampling_note": request.GET.get("sampling_note", "")}  # fmt: skip
    form = RoundForm(request.POST or None, initial=start, project=project, user=request.user)
    if request.method == "POST" and form.is_valid():
        try:
            drafted = rules.draft_round(request.user, project, form.plan())
        except BadInput as fault:
            form.add_error(None, fault.message)
        else:
            return redirect("rounds:round", project.slug, drafted.uid)
    return render(request, "rounds/new.html", {"form": form}, status=400 if form.errors else 200)


@require_safe
@project_page()
def round_page(request: MemberRequest, project: Project, uid: str) -> HttpResponse:
    """One round: for a lead with the states of all its assignments, for a coder with their own."""
    one = get_object_or_404(
        Round.objects.visible_to(request.user).select_related("edition", "scale", "released_by", "project"),
        project=project, uid=uid,
    )  # fmt: skip
    is_lead = request.membership.role == "lead"
    mine = one.assignments.by(request.user).select_related("incident").defer("incident__text", "incident__search_text")
    context = {
        "round": one, "is_lead": is_lead, "mine": (own := list(mine.in_round_order())),
        "next": waiting(own) if request.membership.may_code else None,
        "own_progress": queries.progress_of(own), "hidden": hidden_in(one, request.user),
        **(lead_view(request, one) if is_lead else {}),
        "has_opened": one.is_released and rules.has_opened(request.user, one),
    }  # fmt: skip
    return render(request, "rounds/round.html", context)


def hidden_in(one: Round, user: User) -> set[int]:
    """What of one's own work in a round is hidden, because a stability round asks for it once more."""
    held = one.assignments.all()
    return set(held.judged_again_by(user).values_list("pk", flat=True)) if one.is_released else set()


def waiting(own: list[Assignment]) -> Assignment | None:
    """The assignment to go on with: a begun one, else the first that is to do."""
    begun = [row for row in own if row.state == Assignment.State.IN_PROGRESS]
    return next(iter(begun + [row for row in own if row.state == Assignment.State.TO_DO]), None)


def lead_view(request: MemberRequest, one: Round) -> dict[str, Any]:
    """The states of all assignments, never their codings: totals of the round, and a page of who codes what."""
    totals, coders = queries.totals(one), queries.coders_of(one)
    page = Paginator(range(totals.rows), PER_PAGE).get_page(request.GET.get("page"))
    cells = queries.cells(one, coders, cast(range, page.object_list))
    return {"coders": coders, "matrix": queries.matrix(coders, cells), "page": page, "progress": totals.progress,
            "asked": queries.asked_back(one),
            "submitted": [row for row in cells if row.state == Assignment.State.SUBMITTED]}  # fmt: skip


@require_POST
@project_page()
def open_(request: MemberRequest, project: Project, uid: str) -> HttpResponse:
    opened = rules.open_round(request.user, get_object_or_404(Round, project=project, uid=uid))
    sentence = f"“{opened}” is open. Its coders find it on their home page."
    return back_with(request, reverse("rounds:round", args=[project.slug, opened.uid]), sentence)


@require_POST
@project_page()
def discard(request: MemberRequest, project: Project, uid: str) -> HttpResponse:
    drafted = get_object_or_404(Round, project=project, uid=uid)
    rules.discard_draft(request.user, drafted)
    return back_with(request, reverse("rounds:list", args=[project.slug]), f"The draft “{drafted}” is gone.")


@require_POST
@project_page()
def reopen(request: MemberRequest, project: Project, uid: str) -> HttpResponse:
    """Give a submitted assignment back; the lead knows its state, not its codings."""
    chosen = as_uid(request.POST.get("assignment", ""))
    assignment = get_object_or_404(Assignment, round__project=project, round__uid=uid, uid=chosen)
    rules.reopen(request.user, assignment, request.POST.get("reason", ""))
    sentence = f"{assignment.coder} can change “{assignment.incident or assignment.round}” again."
    return back_with(request, reverse("rounds:round", args=[project.slug, uid]), sentence)


@require_POST
@project_page(read="lead coder observer", write="lead coder observer")
def open_readings(request: MemberRequest, project: Project, uid: str) -> HttpResponse:
    """Open the others' work of a released round, and note it."""
    released = get_object_or_404(Round.objects.visible_to(request.user), project=project, uid=uid)
    rules.open_readings(request.user, released)
    wanted = request.POST.get("next", "")
    own = url_has_allowed_host_and_scheme(wanted, None) and wanted.startswith("/")
    return redirect(wanted if own else reverse("rounds:round", args=[project.slug, released.uid]))
