"""Pages: agreement over all rounds, of one round, and the incidents behind a figure."""

from typing import Any

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_http_methods, require_safe

from coding.agreement import queries
from coding.agreement.downloads import reliability_table
from coding.agreement.forms import FileForm
from coding.agreement.models import Measurement
from coding.agreement.rules import DEFINITIONS, is_measured
from coding.agreement.units import judgements
from coding.lib.refusals import Forbidden
from coding.people.access import MemberRequest, project_page, public
from coding.people.models import Project
from coding.rounds.models import Assignment, Round
from coding.rounds.rules import has_opened

PER_PAGE = 50


def visible(request: MemberRequest, project: Project) -> QuerySet[Round]:
    """The released rating rounds that this person may read."""
    return queries.released_ratings(Round.objects.visible_to(request.user).filter(project=project))


@require_safe
@project_page(shared=True)
def overview(request: MemberRequest, project: Project) -> HttpResponse:
    """All released rating rounds, the latest first, each with its figure per layer."""
    context = {
        "summaries": queries.summaries(list(visible(request, project))),
        "is_lead": request.membership.role == "lead",
    }
    return render(request, "agreement/overview.html", context)


@require_safe
@project_page(shared=True)
def round_(request: MemberRequest, project: Project, uid: str) -> HttpResponse:
    """One round's agreement, from its stored measurements."""
    rated = get_object_or_404(visible(request, project).select_related("scale", "released_by"), uid=uid)
    context = {
        "round": rated, "figures": queries.figures(rated), "is_measured": is_measured(rated),
        "is_lead": request.membership.role == "lead",
    }  # fmt: skip
    return render(request, "agreement/round.html", context)


@require_safe
@project_page(shared=True)
def units(request: MemberRequest, project: Project, uid: str, figure: str) -> HttpResponse:
    """The incidents behind one figure, disagreements first; what coders said only to those who opened it."""
    rated = get_object_or_404(visible(request, project).select_related("scale", "edition"), uid=uid)
    one = get_object_or_404(Measurement.objects.filter(round=rated), uid=figure)
    context = {
        "round": rated, "row": queries.figure_row(one), "definition": DEFINITIONS[one.level],
        "is_lead": request.membership.role == "lead", "has_opened": has_opened(request.user, rated),
    }  # fmt: skip
    if context["has_opened"]:
        said = judgements(rated, Assignment.objects.visible_to(request.user))
        found = queries.behind(one, said)
        page = Paginator(found.order, PER_PAGE).get_page(request.GET.get("page"))
        lines = [found.line(at) for at in page]
        context |= {"said": said, "page": page, "lines": lines, "differing": found.differing,
                    "hides": queries.hides(said)}  # fmt: skip
    return render(request, "agreement/units.html", context)


@require_safe
@project_page(shared=True)
def table(request: MemberRequest, project: Project, uid: str, figure: str) -> HttpResponse:
    """The reliability table behind one figure as CSV, for who has opened the readings."""
    rated = get_object_or_404(visible(request, project).select_related("scale", "edition"), uid=uid)
    one = get_object_or_404(Measurement.objects.filter(round=rated), uid=figure)
    if not has_opened(request.user, rated):
        raise Forbidden("Open the round's readings first: the table holds what each coder said.")
    said = judgements(rated, Assignment.objects.visible_to(request.user))
    if queries.hides(said):
        raise Forbidden("You code some of these incidents in an open blind round, so the table opens at its release.")
    answer = HttpResponse(reliability_table(one, said).to_csv(), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{project.slug}-{one.level}-{one.uid.hex[:8]}.csv"'
    return answer


@require_http_methods(["GET", "HEAD", "POST"])
@public
def from_file(request: HttpRequest) -> HttpResponse:
    """Measure a table from elsewhere: the engine alone, nothing is stored and nobody has to sign in."""
    form = FileForm(request.POST, request.FILES) if request.method == "POST" else FileForm()
    rows = form.measure() if form.is_bound and form.is_valid() else None
    context: dict[str, Any] = {"form": form, "rows": rows}
    if rows:
        notes: dict[str, list[str]] = {}
        for row in rows:
            for said in row.notes:
                notes.setdefault(said, []).append(f"{row.name} ({row.about})" if row.about else row.name)
        context |= {"file_name": form.cleaned_data["file"].name, "notes": list(notes.items())}
    return render(request, "agreement/from_file.html", context, status=400 if form.errors else 200)
