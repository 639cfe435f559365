"""Pages: the list of incidents, and the way in for a file."""

from dataclasses import replace
from typing import Any

from django.core.paginator import Paginator
from django.db.models import F
from django.db.models.expressions import OrderBy
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_safe

from coding.incidents import rules
from coding.incidents.columns import FIELDS
from coding.incidents.forms import ReadingForm, UploadForm, choices_from
from coding.incidents.grids import ENCODINGS, UPLOAD_LIMIT
from coding.incidents.models import Import, Incident
from coding.lib.collation import in_order
from coding.lib.refusals import BadInput
from coding.people.access import MemberRequest, project_page
from coding.people.models import Project

# Titles sort without regard to capitals and accents: the folded text begins with the title.
SORTS: dict[str, Any] = {"number": F("number"), "title": in_order("search_text"), "date": F("occurred_on")}
PER_PAGE = 50
MOST_WORDS = 200  # code points; no search needs more, and the databases' patterns have limits
SHOWN_ROWS = 8


@require_safe
@project_page()
def incident_list(request: MemberRequest, project: Project) -> HttpResponse:
    """List incidents; search, sort and page stand in the address."""
    words, sort = request.GET.get("q", "").replace("\x00", "")[:MOST_WORDS], request.GET.get("sort", "number")
    found = Incident.objects.visible_to(request.user).filter(project=project).in_use().matching(words).light()
    order = OrderBy(SORTS.get(sort.removeprefix("-"), F("number")), descending=sort.startswith("-"), nulls_last=True)
    found = found.order_by(order, "number")
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    context = {"page": page, "q": words, "sort": sort, "is_lead": request.membership.role == "lead"}
    template = "incidents/list.html#rows" if request.headers.get("HX-Request") else "incidents/list.html"
    return render(request, template, context)


@project_page(read="lead")
def upload(request: MemberRequest, project: Project) -> HttpResponse:
    """Take a file; nothing of it is imported before the preview is confirmed."""
    form = UploadForm(request.POST, request.FILES) if request.method == "POST" else UploadForm()
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        if file.size > UPLOAD_LIMIT:
            form.add_error("file", "This file is larger than 50 MB. Split it into smaller files.")
            return render(request, "incidents/import.html", {"form": form}, status=400)
        try:
            waiting = rules.upload(request.user, project, file.name, file.read())
        except rules.FileUnreadable as fault:
            form.add_error("file", fault.message)
            return render(request, "incidents/import.html", {"form": form}, status=400)
        return redirect("incidents:import_preview", project.slug, waiting.uid)
    return render(request, "incidents/import.html", {"form": form}, status=400 if form.errors else 200)


@project_page(read="lead")
def preview(request: MemberRequest, project: Project, uid: str) -> HttpResponse:
    """Show how the file would be read; `read` reads it anew by other choices, `confirm` imports it."""
    waiting = get_object_or_404(Import, project=project, uid=uid)
    if waiting.state == Import.State.DONE:
        return render(request, "incidents/import_done.html", {"waiting": waiting})
    choices = choices_from(request.POST) if request.method == "POST" else rules.Choices()
    if request.method == "POST" and "confirm" in request.POST:
        return confirm(request, waiting, choices)
    return preview_page(request, waiting, choices)


def confirm(request: MemberRequest, waiting: Import, choices: rules.Choices) -> HttpResponse:
    try:
        rules.confirm(request.user, waiting, choices)
    except BadInput as fault:
        return preview_page(request, waiting, choices, fault.message)
    return redirect("incidents:import_preview", waiting.project.slug, waiting.uid)


def read_anew(waiting: Import, choices: rules.Choices) -> rules.Reading:
    """Read by the choices; where another sheet or encoding brings other columns, guess them anew."""
    data = bytes(waiting.payload)
    reading = rules.read_file(data, waiting.file_name, choices)
    if set(choices.columns.values()) <= set(reading.table.header):
        return reading
    return rules.read_file(data, waiting.file_name, replace(choices, columns={}))


def preview_page(request: MemberRequest, waiting: Import, choices: rules.Choices, fault: str = "") -> HttpResponse:
    try:
        reading = read_anew(waiting, choices)
    except rules.FileUnreadable as unreadable:
        fault = unreadable.message
        reading = rules.read_file(bytes(waiting.payload), waiting.file_name, rules.Choices())
    columns = {name: reading.columns.get(name, "") for name in FIELDS}
    context: dict[str, Any] = {
        "waiting": waiting, "reading": reading, "fault": fault,
        "encoding": ENCODINGS.get(reading.table.encoding, reading.table.encoding),
        "form": ReadingForm({**request.POST.dict(), **columns} if request.POST else None, reading),
        "raw": reading.table.rows[:SHOWN_ROWS], "rows": reading.rows[:SHOWN_ROWS],
        "faults": reading.faults[:100], "more_faults": max(0, len(reading.faults) - 100),
    }  # fmt: skip
    return render(request, "incidents/import_preview.html", context, status=400 if fault else 200)
