"""Pages: agreement over all rounds, of one round, and the incidents behind a figure."""

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from coding.agreement import company, queries, rules
from coding.agreement.behind import Said, behind
from coding.agreement.figures import figures
from coding.agreement.forms import FileForm
from coding.agreement.models import Measurement
from coding.agreement.rows import figure_row
from coding.agreement.side_by_side import side_by_side
from coding.agreement.trend import trends
from coding.lib.refusals import Forbidden, back_with
from coding.people.access import MemberRequest, project_page, public
from coding.people.models import Project
from coding.rounds.models import Assignment, Round
from coding.rounds.rules import has_opened

PER_PAGE = 50


TOO_FEW = (
    "This round holds so few incidents that its figures tell what each coder said of them. They open with its "
    "readings, and not while you code one of its incidents in an open blind round."
)


def found_round(request: MemberRequest, project: Project, uid: str) -> Round:
    """Find a measured round, whether or not its figures are open to this person."""
    rounds = queries.readable(request.user, project).select_related("scale", "released_by", "edition")
    return get_object_or_404(rounds, uid=uid)


def one_of(request: MemberRequest, project: Project, uid: str) -> Round:
    """The one getter of a measured round for its figures. Raises Forbidden where these would tell closed readings."""
    found = found_round(request, project, uid)
    if queries.is_closed(found):
        raise Forbidden(TOO_FEW)
    return found


@require_safe
@project_page(shared=True)
def overview(request: MemberRequest, project: Project) -> HttpResponse:
    """All released rounds, the latest first, each with its figures in brief, and the trend over the main ones."""
    summaries = queries.summaries(list(queries.readable(request.user, project)))
    context = {
        "summaries": summaries, "trends": trends([one for one in summaries if not one.is_closed]),
        "is_lead": request.membership.role == "lead",
    }  # fmt: skip
    return render(request, "agreement/overview.html", context)


@require_safe
@project_page(shared=True)
def round_(request: MemberRequest, project: Project, uid: str) -> HttpResponse:
    """One round's agreement, from its stored measurements."""
    measured, sort = found_round(request, project, uid), request.GET.get("sort", "")
    if queries.is_closed(measured):
        return render(request, "agreement/closed.html", {"round": measured})
    found = figures(measured, sort)
    # Who said what beside what tells of a short round what each coder said: it waits until the readings are opened.
    whole = found.confusion if found and queries.reads_all(request.user, measured) else None
    context = {
        "round": measured, "figures": found, "is_measured": rules.is_measured(measured), "sort": sort,
        "is_lead": request.membership.role == "lead", "whole": whole,
        "confusion": company.confusion(whole, request.GET.get("pair", "")) if whole else None,
    }  # fmt: skip
    return render(request, "agreement/round.html", context)


@require_POST
@project_page()
def measure(request: MemberRequest, project: Project, uid: str) -> HttpResponse:
    """Measure a round anew; what was measured before stays."""
    rows = rules.measure_again(request.user, one_of(request, project, uid))
    sentence = f"{len(rows)} figures are measured anew. The earlier ones are kept, and stay in the downloads."
    return back_with(request, reverse("agreement:round", args=[project.slug, uid]), sentence)


@require_safe
@project_page(shared=True)
def units(request: MemberRequest, project: Project, uid: str, figure: str) -> HttpResponse:
    """What lies behind one figure, disagreements first; what coders said only to those who opened it."""
    measured = one_of(request, project, uid)
    one = get_object_or_404(Measurement.objects.filter(round=measured), uid=figure)
    said = request.GET.get("said", "")
    context: dict[str, Any] = {
        "round": measured, "row": figure_row(one), "definition": rules.DEFINITIONS[one.level], "said": said,
        "is_lead": request.membership.role == "lead", "has_opened": has_opened(request.user, measured),
        "pairs": company.pairs(one), "coefficients": company.coefficients(one), "machines": company.machines(one),
        "groups": company.groups(one), "whole": one,
    }  # fmt: skip
    if context["has_opened"]:
        pair = request.GET.get("pair", "")
        found = behind(one, measured, Assignment.objects.visible_to(request.user), Said.read(said, pair))
        context["confusion"] = None if found.hides else company.confusion(one, pair)
        page = Paginator(found.order, PER_PAGE).get_page(request.GET.get("page"))
        context |= {"behind": found, "page": page, "lines": [found.line(at) for at in page]}
    return render(request, "agreement/units.html", context)


@require_safe
@project_page(shared=True)
def text(request: MemberRequest, project: Project, uid: str, figure: str, number: int) -> HttpResponse:
    """One incident of an open round with all coders' segments under one figure side by side."""
    measured = get_object_or_404(
        queries.readable(request.user, project).filter(stage=Round.Stage.OPEN).select_related("edition"), uid=uid
    )
    one = get_object_or_404(Measurement.objects.filter(round=measured), uid=figure)
    if not has_opened(request.user, measured):
        raise Forbidden("Open the round's readings first: this page shows what each coder marked.")
    held = Assignment.objects.visible_to(request.user).filter(round=measured, incident__number=number)
    context = {
        "round": measured, "row": figure_row(one), "shown": side_by_side(one, held),
        "is_lead": request.membership.role == "lead",
    }  # fmt: skip
    return render(request, "agreement/text.html", context)


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
