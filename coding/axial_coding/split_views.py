"""The page on which a lead splits a code: word both, go through the segments with two keys, do it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from coding.axial_coding import splitting as rules
from coding.axial_coding.models import Split
from coding.axial_coding.queries import board_codes
from coding.axial_coding.split_forms import DoneForm, SplitForm, start_of
from coding.codes.checks import MovedOn
from coding.codes.models import Code
from coding.lib.columns import as_uid
from coding.lib.refusals import BadInput, Refusal, back_with
from coding.open_coding.comparing import CONTEXT, from_word, in_context, to_word
from coding.open_coding.models import Segment
from coding.people.access import MemberRequest, project_page
from coding.people.models import Project


@dataclass(frozen=True)
class Progress:
    """How far the lead is; `unread` segments are of rounds whose readings are not open to them, and stay."""

    total: int
    goes: int
    stays: int
    unread: int

    @property
    def done(self) -> int:
        return self.goes + self.stays

    @property
    def at(self) -> int:
        return min(self.done + 1, self.total)


@project_page(read="lead", shared=True)
def split(request: MemberRequest, project: Project, uid: str) -> HttpResponse:
    """Split one code; what was chosen so far is kept, on whatever device the page is opened next."""
    code = board_codes(request.user, project).filter(uid=uid).first()
    if code is None:
        return out_of_use(request, project, uid)
    prepared = Split.objects.filter(code=code).first()
    do = request.POST.get("do", "")
    if request.method == "POST" and do != "begin":
        return act(request, project, code, prepared, do)
    form = SplitForm(request.POST or None, initial=start_of(code, prepared))
    if request.method == "POST":
        return begin(request, code, prepared, form)
    return page(request, code, prepared, form, DoneForm())


def out_of_use(request: MemberRequest, project: Project, uid: str) -> HttpResponse:
    """Say that a split in preparation no longer applies, as its code was merged or retired; it can be dropped here."""
    codes = Code.objects.visible_to(request.user).filter(project=project)
    prepared = get_object_or_404(Split.objects.select_related("code__merged_into"), code__in=codes, code__uid=uid)
    if request.POST.get("do") == "drop":
        return dropped(request, project, prepared.code, prepared)
    context = {"code": prepared.code, "split": prepared, "choices": prepared.picks.count()}
    return render(request, "axial_coding/split_ended.html", context, status=409 if request.method == "POST" else 200)


def dropped(request: MemberRequest, project: Project, code: Code, prepared: Split) -> HttpResponse:
    rules.drop_split(prepared)
    return back_with(request, word_url(project, code), "The split is dropped. The code is as it was.")


def begin(request: MemberRequest, code: Code, prepared: Split | None, form: SplitForm) -> HttpResponse:
    """Keep the wording and go on to the segments; the page again where the form has to be mended."""
    refusal = None
    if form.is_valid():
        try:
            said = form.new(), form.kept(), form.cleaned_data["version"], request.POST.get("seen")
            rules.begin_split(request.user, code, *said)
        except Refusal as refused:
            refusal = refused
            form.add_error(None, refusal.message)
            code.refresh_from_db()
            prepared = Split.objects.select_related("by").filter(code=code).first()
        else:
            return redirect(request.path)
    return page(request, code, prepared, form, DoneForm(), refusal)


def act(request: MemberRequest, project: Project, code: Code, prepared: Split | None, do: str) -> HttpResponse:
    """Choose for a segment, take a choice back, drop the split, or do it. Raises BadInput."""
    if prepared is None:
        raise rules.SplitGone
    if do in {"stays", "goes"}:
        chosen = as_uid(request.POST.get("segment", ""))
        segment = rules.to_go_through(request.user, code).filter(uid=chosen).first() if chosen else None
        if segment is None:
            raise BadInput(rules.NOT_THERE.format(code))
        rules.choose(request.user, prepared, segment, do == "goes")
        return redirect(request.path)
    if do == "back":
        rules.take_choice_back(prepared)
        return redirect(request.path)
    if do == "drop":
        return dropped(request, project, code, prepared)
    if do == "finish":
        return finish(request, project, code, prepared)
    raise BadInput("This can't be done here. Go back and use one of the buttons.")


def finish(request: MemberRequest, project: Project, code: Code, prepared: Split) -> HttpResponse:
    form = DoneForm(request.POST)
    if not form.is_valid():
        return page(request, code, prepared, SplitForm(initial=start_of(code, prepared)), form)
    try:
        made = rules.finish_split(request.user, prepared, form.cleaned_data["reason"])
    except MovedOn as refusal:
        form.add_error(None, refusal.message)
        code.refresh_from_db()
        return page(request, code, prepared, SplitForm(initial=start_of(code, prepared)), form, refusal)
    rest = "Unless nobody who coded it is left, a draft round in which to tell the two apart waits among the rounds."
    says = f"“{made}” came out of “{code}”. {rest}"
    return back_with(request, word_url(project, made), says)


def word_url(project: Project, code: Code) -> str:
    return reverse("codes:code", args=[project.slug, code.uid])


def page(
    request: HttpRequest, code: Code, prepared: Split | None, form: SplitForm, done: DoneForm,
    refusal: Refusal | None = None,
) -> HttpResponse:  # fmt: skip
    """Render the page; where the code was reworded meanwhile, with its wording as it stands."""
    context: dict[str, Any] = {"code": code, "split": prepared, "form": form, "done": done,
                               "seen": prepared.worded_as if prepared else "",
                               "worded": isinstance(refusal, rules.WordedMeanwhile)}  # fmt: skip
    context["moved_on"] = isinstance(refusal, MovedOn) or (prepared is not None and rules.is_outdated(code, prepared))
    if prepared:
        context |= {"progress": progress(request.user, code, prepared), "one": following(request.user, code, prepared)}
    status = refusal.status if refusal else 400 if form.errors or done.errors else 200
    return render(request, "axial_coding/split.html", context, status=status)


def progress(user: Any, code: Code, prepared: Split) -> Progress:
    """Count the segments by what was chosen for them."""
    may = rules.to_go_through(user, code)
    total = may.count()
    chosen = list(prepared.picks.filter(segment__in=may.order_by().values("pk")).values_list("goes", flat=True))
    return Progress(total, sum(chosen), len(chosen) - sum(chosen), rules.segments_of(code).count() - total)


def following(user: Any, code: Code, prepared: Split) -> dict[str, Any] | None:
    """Give the next segment without a choice, with the words around it and its coder; None when all have one."""
    waiting = rules.to_go_through(user, code).exclude(pk__in=prepared.picks.values("segment"))
    first = waiting.values("pk", "assignment__coder__name").first()
    if first is None:
        return None
    found: dict[str, Any] = dict(in_context(Segment.objects.filter(pk=first["pk"])).get())
    found["coder"] = first["assignment__coder__name"]
    found["cut_before"], found["cut_after"] = len(found["lead"]) > CONTEXT, len(found["after"]) == CONTEXT
    found["lead"], found["after"] = from_word(found["lead"][-CONTEXT:]), to_word(found["after"])
    return found
