"""Pages: results of a scale, the incidents behind each figure, and the table as a file."""

import csv
import io
from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from coding.codes.models import Scale
from coding.lib.columns import as_uid
from coding.people.access import MemberRequest, project_page
from coding.people.models import Project
from coding.selective_coding import queries, results
from coding.selective_coding.layer_picture import layer_picture
from coding.selective_coding.saturation_queries import Opened
from coding.selective_coding.value_space import value_space

PER_PAGE = 50
FORMULA = ("=", "+", "-", "@", "\t", "\r")


def scale_asked(request: MemberRequest, project: Project) -> tuple[list[Scale], Scale | None]:
    scales = queries.scales_of(request.user, project)
    asked = as_uid(request.GET.get("scale", ""))
    return scales, next((one for one in scales if one.uid == asked), scales[0] if scales else None)


@require_safe
@project_page(shared=True)
def results_page(request: MemberRequest, project: Project) -> HttpResponse:
    """How many incidents and occurrences stand under each layer and category of a scale."""
    scales, scale = scale_asked(request, project)
    by = request.GET.get("by", "")
    by = by if by in results.DIVIDED else ""
    context: dict[str, Any] = {"scales": scales, "scale": scale, "by": by, "divided": results.DIVIDED.items()}
    if scale:
        context["found"] = found = results.results(scale, by)
        context["is_stance"] = scale.rating_kind == Scale.RatingKind.STANCE
        if not by:
            context |= {"layers": layer_picture(found.lines), "space": value_space(found.values)}
    kinds = {one.rating_kind: one for one in reversed(scales)}
    if len(kinds) == len(Scale.RatingKind):
        crossed = results.cross(kinds[Scale.RatingKind.PRESENCE], kinds[Scale.RatingKind.STANCE])
        context["crossed"] = crossed if crossed.incidents else None
    return render(request, "selective_coding/results.html", context)


@require_safe
@project_page(shared=True)
def behind(request: MemberRequest, project: Project, uid: str, of: str) -> HttpResponse:
    """The incidents behind one figure of the results; `value` of another scale makes it a cell of the cross-table."""
    mine = Scale.objects.visible_to(request.user).filter(project=project)
    scale, asked = get_object_or_404(mine, uid=uid), request.GET
    if crossed := as_uid(asked.get("stance", "")):
        stance = get_object_or_404(mine, uid=crossed)
        found = results.behind_cross(scale, stance, of, asked.get("value", ""))
    else:
        found = results.behind(
            scale, of, primary="primary" in asked, by=asked.get("by", ""), value=asked.get("value", "")
        )
    if found is None:
        raise Http404("There is no such figure.")
    # What stands for one incident is, where all agreed, what each coder said of it.
    may = Opened(request.user)
    shown = [one for one in found[1] if one.rounds <= may.rounds and one.pk not in may.blind]
    page = Paginator(shown, PER_PAGE).get_page(asked.get("page"))
    context = {
        "scale": scale, "name": found[0], "page": page, "asked": without_page(request), "all": len(found[1]),
        "closed": len(found[1]) - len(shown),
    }  # fmt: skip
    return render(request, "selective_coding/behind.html", context)


def without_page(request: HttpRequest) -> str:
    asked = request.GET.copy()
    asked.pop("page", None)
    return asked.urlencode()


@require_safe
@project_page(shared=True)
def results_file(request: MemberRequest, project: Project, uid: str) -> HttpResponse:
    """The table as CSV; cells that a spreadsheet would reckon leave as text."""
    scale = get_object_or_404(Scale.objects.visible_to(request.user), project=project, uid=uid)
    by = request.GET.get("by", "")
    out = io.StringIO()
    writer = csv.writer(out)
    for row in results.table(results.results(scale, by if by in results.DIVIDED else "")):
        writer.writerow([f"'{one}" if isinstance(one, str) and one.startswith(FORMULA) else one for one in row])
    answer = HttpResponse(out.getvalue(), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{project.slug}-results.csv"'
    return answer
