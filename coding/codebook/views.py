"""Pages: the codebook as a document, freezing an edition, finalising, and the files that leave."""

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from coding.codebook import queries, rules
from coding.codebook.checklist import checklist
from coding.codebook.formats import FORMATS, json_
from coding.codebook.forms import NoteForm
from coding.codebook.printed import printed
from coding.codes.models import Edition
from coding.codes.rules import freeze as freeze_edition
from coding.codes.rules import is_frozen
from coding.lib.columns import as_uid
from coding.lib.refusals import back_with
from coding.people.access import MemberRequest, project_page
from coding.people.models import Project


@require_GET
@project_page(shared=True)
def document(request: MemberRequest, project: Project) -> HttpResponse:
    """Read the living codebook, or a frozen edition of it, as a document."""
    return document_page(request, project, asked_for(request, project), NoteForm())


def document_page(
    request: MemberRequest, project: Project, handed: rules.Handout, form: NoteForm, status: int = 200
) -> HttpResponse:
    closed = rules.why_quotes_are_closed(request.membership)
    is_lead, unchanged = request.membership.role == "lead", handed.edition is None and handed.is_frozen
    page = printed(handed, quotes=not closed, blind=rules.blind_numbers(request.membership))
    context: dict[str, Any] = {
        "handout": handed, "book": page.book, "markup": page.markup, "closed": closed, "form": form,
        "editions": list(Edition.objects.filter(project=project).defer("content").order_by("-number")),
        "is_lead": is_lead, "formats": FORMATS, "query": query_of(handed), "is_frozen": unchanged,
        "can_freeze": is_lead and handed.edition is None and not unchanged,
    }  # fmt: skip
    return render(request, "codebook/document.html", context, status=status)


def query_of(handed: rules.Handout) -> str:
    """Give the end of an address that asks for this same codebook again."""
    if handed.publication:
        return f"?publication={handed.publication.uid}"
    return f"?edition={handed.edition.number}" if handed.edition else ""


def asked_for(request: MemberRequest, project: Project) -> rules.Handout:
    """Find what the address asks for: `edition=3`, `publication=<id>`, or the living codebook."""
    number, uid = request.GET.get("edition", ""), request.GET.get("publication", "")
    try:
        if uid:
            return rules.published(project, as_uid(uid))
        if number and not (number.isascii() and number.isdigit() and len(number) < 10):
            raise rules.NoSuchEdition
        return rules.handout(project, int(number) if number else None)
    except rules.NoSuchEdition as missing:
        raise Http404(missing.message) from missing


@require_POST
@project_page(shared=True)
def freeze(request: MemberRequest, project: Project) -> HttpResponse:
    """Freeze the present state as the next edition."""
    form = NoteForm(request.POST)
    if not form.is_valid():
        return document_page(request, project, rules.handout(project), form, status=400)
    unchanged = is_frozen(project)
    note = form.cleaned_data["note"]
    edition = freeze_edition(request.user, project, note)
    if note and edition.note != note:
        sentence = f"Nothing has changed since edition {edition.number}, so it stands with its own note. "
        form.add_error("note", f"{sentence}Finalise it with this note, or keep the note until something has changed.")
        return document_page(request, project, rules.handout(project), form, status=409)
    url = reverse("codebook:document", args=[project.slug])
    if unchanged:
        return back_with(request, url, f"Nothing has changed since edition {edition.number}, so it stands.")
    return back_with(request, f"{url}?edition={edition.number}", f"Edition {edition.number} is frozen.")


@project_page(shared=True)
def finalise(request: MemberRequest, project: Project) -> HttpResponse:
    """Go through the checklist, and declare the codebook final."""
    form = NoteForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        publication = rules.finalise(request.user, project, form.cleaned_data["note"])
        sentence = f"Edition {publication.edition.number} is published. Its files will never change."
        return back_with(request, reverse("codebook:finalise", args=[project.slug]), sentence)
    items = checklist(project)
    context = {
        "items": items, "form": form, "first_blocking": next((item for item in items if item.blocks), None),
        "missing": sum(not item.done for item in items), "blocking": sum(item.blocks for item in items),
        "publications": queries.publications(project), "formats": FORMATS,
        "is_lead": request.membership.role == "lead",
    }  # fmt: skip
    return render(request, "codebook/finalise.html", context, status=400 if form.errors else 200)


@require_GET
@project_page(shared=True)
def export(request: MemberRequest, project: Project, name: str) -> HttpResponse:
    """Hand out a file; it is downloaded, never opened in the page."""
    if name not in FORMATS:
        raise Http404(f"There is no format “{name}”. Choose one of: {', '.join(FORMATS)}.")
    rules.refuse_closed(request.membership)
    chosen, handed = FORMATS[name], asked_for(request, project)
    answer = HttpResponse(chosen.write(handed).data, content_type=chosen.content_type)
    return as_attachment(answer, handed.file_name(chosen.extension))


def as_attachment(answer: HttpResponse, file_name: str) -> HttpResponse:
    answer["Content-Disposition"] = f'attachment; filename="{file_name}"'
    answer["X-Content-Type-Options"] = "nosniff"
    return answer


@require_GET
@project_page()
def schema(request: MemberRequest, project: Project) -> HttpResponse:
    """Hand out the JSON Schema of the JSON export."""
    answer = HttpResponse(json_.SCHEMA.read_bytes(), content_type="application/schema+json")
    return as_attachment(answer, json_.SCHEMA.name)
