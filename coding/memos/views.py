"""Pages of memos: all of a project's, those on one thing (also beside a text), and one to read or change."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST
from django_htmx.http import HttpResponseClientRedirect, trigger_client_event

from coding.codes.checks import MovedOn
from coding.lib.ids import new_uid
from coding.lib.refusals import BadInput, Refusal, back_with
from coding.memos import rules
from coding.memos.models import Memo
from coding.memos.queries import Shown, Wanted, about_thing, authors_of, memos_of, one_shown, page_of_memos, shown
from coding.memos.things import thing_for
from coding.people.access import MemberRequest, project_page
from coding.people.keys import is_queued, key_of
from coding.people.models import Membership, Project
from coding.people.rules import KeyReused, answered

KEPT = "Your memo is kept."
KEPT_BEFORE = "What you sent first was kept after all. Read it below, then keep this too, or change that one."
LARGEST = 2**31 - 1


@dataclass(frozen=True)
class Draft:
    """What stands in the form: a new memo, one to be changed, or what was refused, with the sentence why."""

    kind: str = Memo.Kind.THEORETICAL
    text: str = ""
    version: int = 1
    refusal: str = ""
    stands: Shown | None = None
    autofocus: bool = False
    key: UUID = field(default_factory=new_uid)
    kinds = Memo.Kind.choices

    @classmethod
    def refused(cls, request: MemberRequest, why: Refusal, version: int = 1, stands: Any = None) -> Draft:
        """Give back what was written; a device's line keeps that itself and takes the refusal as it is."""
        if is_queued(request):
            raise why
        kind = request.POST.get("kind", "")
        known = kind if kind in Memo.Kind.values else Memo.Kind.THEORETICAL
        said = KEPT_BEFORE if isinstance(why, KeyReused) else why.message
        return cls(known, request.POST.get("text", ""), version, said, stands, autofocus=True)


def reader_of(request: MemberRequest) -> Membership:
    """The membership of whoever asks, with its person."""
    request.membership.user = request.user
    return request.membership


def is_htmx(request: MemberRequest) -> bool:
    return bool(request.headers.get("HX-Request"))


@require_http_methods(["GET", "HEAD", "POST"])
@project_page(write="lead coder")
def memo_list(request: MemberRequest, project: Project) -> HttpResponse:
    """Every memo that the member may read, newest first; and a new one, on nothing in particular."""
    draft, status = Draft(), 200
    if request.method == "POST":
        try:
            rules.write_memo(
                request.user, project, request.POST.get("kind", ""), request.POST.get("text", ""), key=key_of(request)
            )
        except (BadInput, KeyReused) as refusal:
            draft, status = Draft.refused(request, refusal), refusal.status
        else:
            kept = back_with(request, reverse("memos:list", args=[project.slug]), KEPT)
            return HttpResponseClientRedirect(kept["Location"]) if is_htmx(request) else kept
    member, asked = reader_of(request), request.GET
    wanted = Wanted.of(asked.get("q", ""), asked.get("kind", ""), asked.get("by", ""))
    page = page_of_memos(memos_of(member, wanted), asked.get("page"))
    context = {
        "page": page, "memos": shown(member, list(page)), "wanted": wanted, "authors": authors_of(member),
        "draft": draft, "may_write": member.may_code,
    }  # fmt: skip
    part = ("#new" if request.method == "POST" else "#rows") if is_htmx(request) else ""
    return render(request, f"memos/list.html{part}", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@project_page(write="lead coder")
def on_thing(request: MemberRequest, project: Project, kind: str, uid: UUID) -> HttpResponse:
    """The memos on one thing, and a small form; a page, and for htmx the part of it that stands beside a text."""
    thing = thing_for(request.user, project, kind, uid)
    starts_as = Memo.Kind.THEORETICAL if kind == "category" else Memo.Kind.CODE
    draft, status, kept = Draft(starts_as), 200, ""
    if request.method == "POST":
        try:
            rules.write_memo(
                request.user, project, request.POST.get("kind", ""), request.POST.get("text", ""),
                key=key_of(request), **{kind: thing},  # type: ignore[arg-type]  # thing_for gives a thing of that kind
            )  # fmt: skip
        except (BadInput, KeyReused) as refusal:
            draft, status = Draft.refused(request, refusal), refusal.status
        else:
            if not is_htmx(request):
                return back_with(request, request.path, KEPT)
            draft, kept = Draft(starts_as, autofocus=True), KEPT
    member = reader_of(request)
    page = page_of_memos(memos_of(member).filter(**{kind: thing}), request.GET.get("page"))
    context = {
        "kind": kind, "thing": thing, "about": about_thing(member, kind, thing), "page": page,
        "memos": shown(member, list(page)), "draft": draft, "kept": kept, "may_write": member.may_code,
        "in_place": is_htmx(request),
    }  # fmt: skip
    template = "memos/on.html#panel" if is_htmx(request) else "memos/on.html"
    answer = render(request, template, context, status=status)
    return trigger_client_event(answer, "announce", {"value": kept}) if kept else answer


@require_http_methods(["GET", "HEAD", "POST"])
@project_page(write="lead coder")
def one_memo(request: MemberRequest, project: Project, uid: UUID) -> HttpResponse:
    """One memo; its writer changes it here (`edit`), and each wording is kept."""
    member = reader_of(request)
    memo = get_object_or_404(memos_of(member).select_related("assignment", "project"), uid=uid)
    draft, status = None, 200
    if request.method == "POST":
        try:
            rules.reword_memo(
                request.user, memo, request.POST.get("text", ""), request.POST.get("kind", ""),
                version_in(request.POST), key=key_of(request),
            )  # fmt: skip
        except (BadInput, MovedOn, KeyReused) as refusal:
            memo.refresh_from_db()
            stands = one_shown(member, memo) if isinstance(refusal, MovedOn | KeyReused) else None
            draft, status = Draft.refused(request, refusal, memo.version, stands), refusal.status
        else:
            if not is_htmx(request):
                return back_with(request, request.path, "Your memo is changed. The former wording is kept.")
    elif "edit" in request.GET and memo.by_id == request.user.pk and member.may_code:
        draft = Draft(memo.kind, memo.text, memo.version, autofocus=True)
    context = {
        "one": one_shown(member, memo), "draft": draft, "may_write": member.may_code, "in_place": is_htmx(request)
    }  # fmt: skip
    return render(request, f"memos/memo.html{'#article' if is_htmx(request) else ''}", context, status=status)


def version_in(post: Any) -> int:
    text = post.get("version", "")
    if not (text.isascii() and text.isdigit() and len(text) < 11 and int(text) <= LARGEST):
        raise BadInput("This form is incomplete. Reload the page and write it again.")
    return int(text)


@require_POST
@project_page(write="lead coder")
def share(request: MemberRequest, project: Project, uid: UUID) -> HttpResponse:
    """Open one's own memo to the project."""
    member = reader_of(request)
    memo = get_object_or_404(memos_of(member).select_related("assignment", "project"), uid=uid)
    rules.share_memo(request.user, memo, key=key_of(request))
    if not is_htmx(request):
        return back_with(request, reverse("memos:memo", args=[project.slug, uid]), "Your memo is open to the project.")
    context = {"one": one_shown(member, memo), "may_write": member.may_code, "in_place": True}
    return render(request, "memos/memo.html#article", context)


@require_POST
@project_page(write="lead coder")
def delete(request: MemberRequest, project: Project, uid: UUID) -> HttpResponse:
    """Take one's own memo away."""
    mine, key = memos_of(reader_of(request)).select_related("assignment", "project"), key_of(request)
    if not answered(request.user, key):  # a retry finds it gone already
        rules.delete_memo(request.user, get_object_or_404(mine, uid=uid), key=key)
    if is_htmx(request):
        return render(request, "memos/memo.html#gone", {"uid": uid})
    return back_with(request, reverse("memos:list", args=[project.slug]), "Your memo is deleted.")
