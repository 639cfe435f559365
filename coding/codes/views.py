"""Pages: start a project with its scale, word a code or category, read an edition."""

from typing import Any

from django.db.models import Q
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET

from coding.codes import rules
from coding.codes.content import Frozen, reading_of
from coding.codes.forms import ReasonForm, StartForm, WordingForm
from coding.codes.models import Category, Code, Edition, Word
from coding.lib.collation import in_order
from coding.lib.ids import new_uid
from coding.lib.refusals import BadInput, Refusal, back_with
from coding.people.access import MemberRequest, project_page, signed_in
from coding.people.keys import key_of
from coding.people.models import Project


@signed_in
def start(request: MemberRequest) -> HttpResponse:
    """Start a project; who starts it leads it."""
    form = StartForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        project = rules.start_project(request.user, data["name"], data["question"], data["scale"], key=key_of(request))
        return redirect("desk:project", project.slug)
    return render(request, "codes/start.html", {"form": form, "key": new_uid()}, status=400 if form.errors else 200)


@project_page(shared=True)
def code(request: MemberRequest, project: Project, uid: str) -> HttpResponse:
    """One code: its wording, and for a lead the form that changes it."""
    codes = Code.objects.visible_to(request.user).select_related("coined_by", "category", "merged_into")
    found = get_object_or_404(codes, project=project, uid=uid)
    merged = found.merged_from.select_related("coined_by").order_by(in_order("name_key"), "pk")
    return word_page(request, project, found, {"merged": merged, "is_living": not found.merged_into_id})


@project_page(shared=True)
def category(request: MemberRequest, project: Project, uid: str) -> HttpResponse:
    """One category, in the same way, with its codes and the choice of the core category."""
    categories = Category.objects.visible_to(request.user).select_related("coined_by")
    found = get_object_or_404(categories, project=project, uid=uid)
    codes = Code.objects.visible_to(request.user).living().filter(category=found).order_by(in_order("name_key"), "pk")
    return word_page(request, project, found, {"codes": codes, "is_living": True})


def word_page(request: MemberRequest, project: Project, word: Word, more: dict[str, Any]) -> HttpResponse:
    """Show a word; a POST says what to do with it: save its wording, retire it, choose it as core or not."""
    do = request.POST.get("do", "save")
    if request.method == "POST" and do != "save":
        says = act(request, word, do)
        return back_with(request, reverse("axial_coding:board", args=[project.slug]), says)
    form = WordingForm(request.POST or None, initial={**word.wording(), "version": word.version})
    status = 400 if form.errors else 200
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            rules.reword(request.user, word, data["version"], data["reason"], key=key_of(request), **form.wording())
        except Refusal as refusal:
            form, status = keep_draft(form, word, refusal), refusal.status
        else:
            return back_with(request, request.path, f"“{data['name']}” is saved.")
    is_lead = request.membership.role == "lead"
    context = {
        "word": word, "form": form, "kind": word._meta.verbose_name, "retire_form": ReasonForm(auto_id="retire_%s"),
        "can_change": is_lead and more["is_living"] and word.released_at and not word.retired_at, **more,
    }  # fmt: skip
    return render(request, "codes/word.html", context, status=status)


def keep_draft(form: WordingForm, word: Word, refusal: Refusal) -> WordingForm:
    """Give the form back with what was written in it; where the word moved on, ready to be saved over its new state."""
    if isinstance(refusal, rules.MovedOn):
        word.refresh_from_db()
        form = WordingForm({**form.data.dict(), "version": word.version})  # type: ignore[attr-defined]  # a QueryDict
        form.is_valid()
        form.moved_on = True
    form.add_error("name" if isinstance(refusal, rules.NameTaken) else None, refusal.message)
    return form


def act(request: MemberRequest, word: Word, do: str) -> str:
    """Do one of the small things to a word, and say so. Raises BadInput."""
    if do == "retire":
        form = ReasonForm(request.POST)
        if not form.is_valid():
            raise BadInput("Say why it is retired; the reason is kept in the audit trail.")
        rules.retire(request.user, word, form.cleaned_data["reason"])
        return f"“{word}” is retired. What was coded with it stays."
    if do == "core" and isinstance(word, Category):
        rules.choose_core(request.user, word)
        return f"“{word}” is the core category now."
    if do == "no_core" and isinstance(word, Category):
        rules.unchoose_core(request.user, word)
        return f"“{word}” is no longer the core category."
    raise BadInput("This can't be done here. Go back and use one of the buttons.")


@require_GET
@project_page()
def edition(request: MemberRequest, project: Project, number: int) -> HttpResponse:
    """One frozen edition; a coder of an open blind round reads only the editions of their own rounds."""
    editions = Edition.objects.filter(project=project).select_related("by")
    if request.membership.is_shielded:
        editions = editions.filter(Q(rounds__assignments__coder=request.user) & ~Q(rounds__state="draft")).distinct()
    found = editions.filter(number=number).first()
    if found is None:
        raise Http404("There is no such edition for you to read here.")
    return render(request, "codes/edition.html", {"edition": found, "reading": reading_of(Frozen.of(found))})
