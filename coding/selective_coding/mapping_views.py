"""The page of a mapping round: its coder gives each category its place, others who may see it read."""

from uuid import UUID

from django.http import HttpResponse, JsonResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from coding.codes.rules import MovedOn
from coding.lib import ids
from coding.lib.columns import as_uid
from coding.lib.refusals import BadInput, Forbidden, Refusal, back_with
from coding.people.access import MemberRequest, signed_in
from coding.people.keys import key_of
from coding.rounds.access import assignment_to_save, may_work, open_assignment
from coding.rounds.models import Assignment, Round
from coding.selective_coding import mapping, mapping_queries
from coding.selective_coding.forms import NO_FIT
from coding.selective_coding.mapping import NOTHING, Said

WHOLE = ("round__edition", "round__scale", "coder")
Refused = dict[UUID, tuple[Said, str]]


def assignment_for(request: MemberRequest, uid: UUID | str) -> Assignment:
    return open_assignment(request, uid, Round.Stage.MAPPING, *WHOLE)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def map_categories(request: MemberRequest, uid: str) -> HttpResponse:
    """The categories of the round's edition beside its scale."""
    if request.method != "POST":
        return mapping_page(request, assignment_for(request, uid))
    assignment = assignment_to_save(request, uid, Round.Stage.MAPPING)
    if assignment.coder_id != request.user.pk:
        raise Forbidden("This is somebody else's mapping. Only its coder can change it.")
    if request.POST.get("action") == "submit":
        return submitted(request, assignment)
    if request.htmx:  # type: ignore[attr-defined]  # put there by django_htmx
        return saved_by_script(request, assignment)
    return saved_by_form(request, assignment)


def said_in(posted: QueryDict) -> tuple[UUID, Said]:
    """Read a posted choice: the category, and what is said of it."""
    category, place = as_uid(posted.get("category", "")), posted.get("place", "")
    if category is None:
        raise BadInput("There is no such category in this round. Choose one from the list.")
    rationale = posted.get("rationale", "")
    if place in {"", NO_FIT}:
        return category, Said(None, place == NO_FIT, rationale)
    uid = as_uid(place)
    if uid is None:
        raise BadInput("There is no such category in this round's scale. Choose one from the list.")
    return category, Said(uid, False, rationale)


def saved_by_script(request: MemberRequest, assignment: Assignment) -> HttpResponse:
    """Answer the page's module: what stands now, or what stands instead."""
    category, said = said_in(request.POST)
    try:
        saved = mapping.choose_place(
            request.user, assignment, category, said, version=request.POST.get("version"), key=key_of(request)
        )
    except MovedOn as refusal:
        fresh = assignment_for(request, assignment.uid)
        stands = mapping.said_by(fresh).get(category, NOTHING)
        there = {"version": stands.version, "says": mapping_queries.names_said(fresh, stands)}
        return JsonResponse({"sentence": refusal.message, "stands": there}, status=refusal.status)
    return JsonResponse({"version": saved.version, "at": saved.at.isoformat()})


def saved_by_form(request: MemberRequest, assignment: Assignment) -> HttpResponse:
    """Answer a plain form: a redirect, or after a refusal the same page with what was sent and the sentence."""
    category, said = said_in(request.POST)
    try:
        mapping.choose_place(
            request.user, assignment, category, said, version=request.POST.get("version"), key=key_of(request)
        )
    except (BadInput, MovedOn) as refusal:
        fresh = assignment_for(request, assignment.uid)
        return mapping_page(request, fresh, refusal=refusal, refused={category: (said, refusal.message)})
    return back_with(request, f"{page_of(assignment)}#category-{category}", "Saved.")


def submitted(request: MemberRequest, assignment: Assignment) -> HttpResponse:
    """Submit, or say on the page what is missing."""
    try:
        mapping.submit(request.user, assignment, key=key_of(request))
    except Refusal as refusal:
        return mapping_page(request, assignment_for(request, assignment.uid), refusal=refusal)
    return redirect(page_of(assignment))


def page_of(assignment: Assignment) -> str:
    return reverse("selective_coding:map", args=[assignment.uid])


def mapping_page(
    request: MemberRequest,
    assignment: Assignment,
    *,
    refusal: Refusal | None = None,
    refused: Refused | None = None,
) -> HttpResponse:
    is_coder = assignment.coder_id == request.user.pk
    rows = mapping_queries.category_rows(assignment, refused)
    context = {
        "assignment": assignment, "round": assignment.round, "refusal": refusal, "is_coder": is_coder, "rows": rows,
        "may_map": may_work(request, assignment),
        "layers": mapping_queries.layers(assignment), "no_fit": NO_FIT, "key": ids.new_uid(),
        "done": sum(row.said.is_said for row in rows),
    }  # fmt: skip
    return render(request, "selective_coding/map.html", context, status=refusal.status if refusal else 200)
