"""Pages: code saturation run by run, and the lead's judgement of theoretical saturation of each category."""

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from coding.codes.models import Category
from coding.lib.refusals import BadInput, Refusal, back_with
from coding.people.access import MemberRequest, project_page
from coding.people.models import Project, Role
from coding.selective_coding import grounds, queries
from coding.selective_coding import saturation as counting
from coding.selective_coding import saturation_queries as found_by
from coding.selective_coding.models import SaturationJudgement
from coding.selective_coding.saturation_forms import reached_in, setting_form
from coding.selective_coding.saturation_picture import picture
from coding.selective_coding.saturation_rules import judge_saturation
from coding.selective_coding.views import chosen_scale

PER_PAGE = 50


@require_GET
@project_page(shared=True)
def saturation(request: MemberRequest, project: Project) -> HttpResponse:
    """Code saturation with its settings in the address."""
    form, scales = setting_form(request.GET), queries.scales_of(request.user, project)
    scale = chosen_scale(scales, request.GET.get("scale", ""))
    context: dict[str, Any] = {"form": form, "scales": scales, "scale": scale, "at": "saturation",
                               "is_lead": request.membership.role == Role.LEAD}  # fmt: skip
    try:
        setting = form.setting()
    except BadInput:
        return render(request, "selective_coding/saturation.html", context, status=400)
    report = found_by.report(project, scale, setting)
    page = Paginator(range(len(report.found.runs)), PER_PAGE).get_page(request.GET.get("page"))
    context |= {
        "report": report, "found": report.found, "verdict": counting.verdict(report.found),
        "band": counting.band_words(report.found), "picture": picture(report.found), "page": page,
        "lines": found_by.lines(report, page.object_list, found_by.Opened(request.user)),
        "last": counting.sentence(report.found.runs[-1], report.found.in_base) if report.found.runs else "",
        "grounds": grounds.grounds_of(project, report.coded, report.codes),
        "settings": f"base={setting.base}&run={setting.run}&threshold={setting.threshold}",
    }  # fmt: skip
    return render(request, "selective_coding/saturation.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@project_page(shared=True)
def judge(request: MemberRequest, project: Project, uid: str) -> HttpResponse:
    """One category's theoretical saturation: its grounds, every judgement so far, and the lead's next one."""
    rows = Category.objects.visible_to(request.user).released().select_related("project")
    category = get_object_or_404(rows, project=project, uid=uid)
    if request.method != "POST":
        return judge_page(request, category)
    rationale = request.POST.get("rationale", "")
    try:
        judged = judge_saturation(request.user, category, reached_in(request.POST.get("reached", "")), rationale)
    except Refusal as refusal:
        draft = {"refusal": refusal.message, "rationale": rationale, "reached": request.POST.get("reached", "")}
        return judge_page(request, category, status=refusal.status, **draft)
    says = "saturated" if judged.reached else "not saturated yet"
    url = reverse("selective_coding:judge", args=[project.slug, category.uid])
    return back_with(request, url, f"“{category}” is judged {says}. Earlier judgements stay below.")


def judge_page(request: MemberRequest, category: Category, *, status: int = 200, **more: Any) -> HttpResponse:
    codes = found_by.codes_of(request.project, None)
    coded = found_by.in_coding_order(request.project, codes)
    all_grounds = grounds.grounds_of(request.project, coded, codes)
    history = SaturationJudgement.objects.filter(category=category).select_related("by").order_by("-at", "-pk")
    context = {
        "category": category, "history": history, "is_lead": request.membership.role == Role.LEAD, "at": "saturation",
        "one": next((row for row in all_grounds if row.category.pk == category.pk), None), **more,
    }  # fmt: skip
    return render(request, "selective_coding/judge.html", context, status=status)
