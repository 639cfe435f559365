"""Pages: negative cases with what became of them, and chain breaks."""

from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from coding.axial_coding.models import Evidence
from coding.codes.checks import NotLiving
from coding.codes.models import Category, Relation
from coding.lib.columns import as_uid
from coding.lib.refusals import Refusal, back_with
from coding.open_coding.models import Segment
from coding.people.access import MemberRequest, project_page
from coding.people.models import Project, Role, User
from coding.rounds.models import Round
from coding.selective_coding import queries
from coding.selective_coding.chain_breaks import chain_breaks
from coding.selective_coding.models import CaseNote
from coding.selective_coding.negative_queries import negative_cases
from coding.selective_coding.negative_rules import note_case
from coding.selective_coding.views import chosen_scale

PER_PAGE = 20
CHANGES = [choice for choice in CaseNote.Changed.choices if choice[0] != CaseNote.Changed.NONE_FOUND]


@require_http_methods(["GET", "HEAD", "POST"])
@project_page(shared=True)
def negative(request: MemberRequest, project: Project) -> HttpResponse:
    """Everything that speaks against, with what was changed because of it; the lead notes it here."""
    if request.method != "POST":
        return negative_page(request, project)
    posted = {name: request.POST.get(name, "") for name in ("category", "relation", "segment", "changed", "why")}
    category, segment, relation = case_in(request.user, project, posted)
    try:
        note_case(request.user, category, posted["changed"], posted["why"], segment, relation)
    except Refusal as refusal:
        lost = posted["why"] if isinstance(refusal, NotLiving) else ""
        return negative_page(
            request, project, status=refusal.status, refusal=refusal.message, draft=posted, unrecorded=lost
        )
    url = reverse("selective_coding:negative", args=[project.slug])
    sentence = "Noted. Earlier notes stay below it." if segment else f"Noted: a case against “{category}” was sought."
    return back_with(request, url, sentence)


def case_in(user: User, project: Project, asked: dict[str, Any]) -> tuple[Category, Segment | None, Relation | None]:
    """Find what a note is about, among what this person may read; 404 for everything else."""
    visible = Category.objects.visible_to(user).released().filter(project=project).select_related("project")
    category = get_object_or_404(visible, uid=as_uid(str(asked["category"])))
    if not asked.get("segment"):
        return category, None, None
    segments = Segment.objects.visible_to(user).filter(assignment__round__project=project)
    released = segments.filter(assignment__round__state__in=Round.RELEASED)
    segment = get_object_or_404(released, uid=as_uid(str(asked["segment"])))
    if not asked.get("relation"):
        return category, segment, None
    uid = as_uid(str(asked["relation"]))
    held = Evidence.objects.filter(segment=segment).select_related("relation")
    found = held.filter(relation__uid=uid).first() if uid else None
    if found is None:
        raise Http404
    return category, segment, found.relation


def negative_page(request: MemberRequest, project: Project, *, status: int = 200, **more: Any) -> HttpResponse:
    cases = negative_cases(request.user, project)
    page = Paginator(cases.shown, PER_PAGE).get_page(request.GET.get("page"))
    context = {"cases": cases, "page": page, "changes": CHANGES, "at": "negative",
               "is_lead": request.membership.role == Role.LEAD, **more}  # fmt: skip
    return render(request, "selective_coding/negative.html", context, status=status)


@require_GET
@project_page(shared=True)
def breaks(request: MemberRequest, project: Project) -> HttpResponse:
    """Incidents whose rating contradicts the places of their codes."""
    scales = queries.scales_of(request.user, project)
    scale = chosen_scale(scales, request.GET.get("scale", ""))
    found = chain_breaks(request.user, project, scale) if scale else None
    page = Paginator(found.found if found else [], PER_PAGE).get_page(request.GET.get("page"))
    context = {"scales": scales, "scale": scale, "breaks": found, "page": page, "at": "breaks",
               "is_lead": request.membership.role == Role.LEAD}  # fmt: skip
    return render(request, "selective_coding/breaks.html", context)
