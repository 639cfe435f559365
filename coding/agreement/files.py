"""Pages that are files: reliability tables, all measurements, and pictures."""

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from coding.agreement import company, drawings, queries
from coding.agreement.behind import behind
from coding.agreement.downloads import as_csv, as_json, reliability_table
from coding.agreement.figures import figures
from coding.agreement.models import Measurement
from coding.agreement.trend import trends
from coding.agreement.views import one_of
from coding.lib.refusals import Forbidden
from coding.people.access import MemberRequest, project_page
from coding.people.models import Project
from coding.rounds.models import Assignment
from coding.rounds.rules import has_opened

TYPES = {"csv": "text/csv; charset=utf-8", "json": "application/json", **drawings.TYPES}
NO_PICTURE = "There is no such picture. There are SVG, PDF and PNG of what the page shows."


@require_safe
@project_page(shared=True)
def table(request: MemberRequest, project: Project, uid: str, figure: str) -> HttpResponse:
    """The reliability table behind one figure as CSV, for who has opened the readings."""
    measured = one_of(request, project, uid)
    one = get_object_or_404(Measurement.objects.filter(round=measured), uid=figure)
    if not has_opened(request.user, measured):
        raise Forbidden("Open the round's readings first: the table holds what each coder said.")
    found = behind(one, measured, Assignment.objects.visible_to(request.user))
    if found.hides:
        raise Forbidden("You code some of these incidents in an open blind round, so the table opens at its release.")
    return attached(reliability_table(found).to_csv(), "csv", f"{project.slug}-{one.level}-{one.uid.hex[:8]}")


@require_safe
@project_page(shared=True)
def measurements(request: MemberRequest, project: Project, uid: str, form: str) -> HttpResponse:
    """All figures of a round as a file, those of earlier measurements too."""
    measured = one_of(request, project, uid)
    rows = Measurement.objects.filter(round=measured).order_by("batch", "pk")
    name = f"{project.slug}-measurements-{measured.uid.hex[:8]}"
    if form == "csv":
        return attached(as_csv(rows), "csv", name)
    about = {"project": project.name, "round": measured.name, "stage": measured.stage, "purpose": measured.purpose}
    return attached(as_json(rows, about, opened=queries.reads_all(request.user, measured)), "json", name)


@require_safe
@project_page(shared=True)
def of_round(request: MemberRequest, project: Project, uid: str, kind: str, form: str) -> HttpResponse:
    """A picture of a round: its figures, or what was said beside what."""
    measured = one_of(request, project, uid)
    found = figures(measured)
    if found is None or form not in drawings.FORMATS:
        raise Http404(NO_PICTURE)
    if kind == "figures":
        svg = drawings.figures_svg(found)
    else:
        opened = found.confusion if queries.reads_all(request.user, measured) else None
        held = company.confusion(opened, request.GET.get("pair", "")) if opened else None
        if held is None or kind != "confusion":
            raise Http404(NO_PICTURE)
        svg = drawings.confusion_svg(held, f"What was said beside what in {measured.name}")
    name = f"{project.slug}-{kind}-{measured.uid.hex[:8]}"
    return attached(drawings.converted(svg, form), form, name)


@require_safe
@project_page(shared=True)
def trend(request: MemberRequest, project: Project, kind: str, form: str) -> HttpResponse:
    """A picture of agreement over rounds: of ratings, or of texts."""
    summaries = queries.summaries(list(queries.readable(request.user, project)))
    made = trends([one for one in summaries if not one.is_closed])
    found = next((one for one in made if one.is_of_ratings == (kind == "ratings")), None)
    if found is None or form not in drawings.FORMATS or kind not in ("ratings", "texts"):
        raise Http404(NO_PICTURE)
    return attached(drawings.converted(drawings.trend_svg(found), form), form, f"{project.slug}-trend-{kind}")


def attached(body: str | bytes, form: str, name: str) -> HttpResponse:
    """Answer with a file to keep."""
    answer = HttpResponse(body, content_type=TYPES[form])
    answer["Content-Disposition"] = f'attachment; filename="{name}.{form}"'
    return answer
