"""Pages of open coding: the workspace, and the fragments that a save changes in it."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from coding.lib.columns import as_uid
from coding.lib.refusals import BadInput, back_with
from coding.open_coding import rules
from coding.open_coding.models import Segment
from coding.open_coding.queries import Desk, segment_card
from coding.open_coding.rules import Naming, Saved
from coding.open_coding.spans import find_quote, whole
from coding.people.access import MemberRequest, signed_in
from coding.people.keys import key_of
from coding.rounds.access import assignment_to_save, open_assignment
from coding.rounds.models import Assignment, Round


def assignment_for_saving(request: MemberRequest, uid: UUID | str) -> Assignment:
    return assignment_to_save(request, uid, Round.Stage.OPEN)


def assignment_for(request: MemberRequest, uid: UUID | str) -> Assignment:
    return open_assignment(request, uid, Round.Stage.OPEN, "round__edition", "incident", "coder")


@require_GET
@signed_in
def workspace(request: MemberRequest, uid: str) -> HttpResponse:
    """The incident with its segments; its coder codes here, others who may see it read."""
    assignment = assignment_for(request, uid)
    desk = Desk(assignment, request.user)
    highlights = desk.highlights()
    is_coder = assignment.coder_id == request.user.pk
    context: dict[str, Any] = {
        "assignment": assignment, "incident": assignment.incident, "round": assignment.round,
        "paragraphs": desk.rendered(highlights), "outline": desk.outline(highlights),
        "untouched": desk.untouched(highlights), "may_code": is_coder and assignment.is_open,
        "is_coder": is_coder, **desk.queue(),
    }  # fmt: skip
    if context["may_code"]:
        context |= {"codes": desk.codes(), "is_fresh": not highlights and not context["submitted"]}
    return render(request, "open_coding/workspace.html", context)


@require_POST
@signed_in
def code_segment(request: MemberRequest, uid: str) -> HttpResponse:
    """Code a stretch, given by offsets with its quote, or (without script) by the quote alone."""
    assignment, post = assignment_for_saving(request, uid), request.POST
    quote = post.get("quote", "").replace("\r\n", "\n")
    start: str | int = post.get("start", "")
    end: str | int = post.get("end", "")
    if not start and not end and assignment.incident:
        start, end = find_quote(assignment.incident.text, quote, whole("occurrence", post.get("occurrence") or 1))
    saved = rules.code_segment(
        request.user, assignment, start, end, quote, [naming_from(post)],
        uid=as_uid(post.get("segment", "")), key=key_of(request),
    )  # fmt: skip
    return changed(request, saved)


def naming_from(post: Any) -> Naming:
    code = post.get("code", "")
    if code:
        uid = as_uid(code)
        if uid is None:
            raise BadInput("There is no such code that you could use here. Choose one from the list.")
        return Naming(uid=uid)
    return Naming(name=post.get("name", ""), in_vivo=bool(post.get("in_vivo")), definition=post.get("definition", ""))


@require_POST
@signed_in
def delete_segment(request: MemberRequest, uid: str, segment: Any) -> HttpResponse:
    assignment = assignment_for_saving(request, uid)
    return changed(request, rules.delete_segment(request.user, assignment, segment, key=key_of(request)))


@require_POST
@signed_in
def remove_code(request: MemberRequest, uid: str, segment: Any, code: Any) -> HttpResponse:
    assignment = assignment_for_saving(request, uid)
    return changed(request, rules.remove_code(request.user, assignment, segment, code, key=key_of(request)))


@require_POST
@signed_in
def undo(request: MemberRequest, uid: str) -> HttpResponse:
    assignment = assignment_for_saving(request, uid)
    return changed(request, rules.undo(request.user, assignment, key=key_of(request)))


def changed(request: MemberRequest, saved: Saved) -> HttpResponse:
    """Answer a save: the touched paragraphs for script, the whole page for a plain form."""
    if not request.headers.get("HX-Request"):
        return redirect("open_coding:workspace", saved.assignment.uid)
    context = {**Desk(saved.assignment, request.user).changed(saved.start, saved.end), "saved": saved}
    return render(request, "open_coding/workspace.html#changed", context)


@require_GET
@signed_in
def segment(request: MemberRequest, uid: str, segment: Any) -> HttpResponse:
    """One segment beside the text: its words, its codes, and what can be done with it."""
    assignment = assignment_for(request, uid)
    found = get_object_or_404(Segment.objects.filter(assignment=assignment), uid=segment)
    may_code = assignment.coder_id == request.user.pk and assignment.is_open
    context = {"assignment": assignment, "may_code": may_code, **segment_card(Desk(assignment, request.user), found)}
    return render(request, "open_coding/segment.html" + ("#card" if request.headers.get("HX-Request") else ""), context)


@require_GET
@signed_in
def codes(request: MemberRequest, uid: str) -> HttpResponse:
    """The codes that the coder may use here, anew after a save."""
    assignment = get_object_or_404(
        Assignment.objects.writable_by(request.user).select_related("round__project", "round__edition", "coder"),
        uid=uid,
    )
    return render(
        request, "open_coding/_codes.html", {"assignment": assignment, "codes": Desk(assignment, request.user).codes()}
    )


@require_POST
@signed_in
def define(request: MemberRequest, uid: str, code: Any) -> HttpResponse:
    """Write the definition of one's own private code; each wording is kept."""
    assignment = assignment_for(request, uid)
    found = get_object_or_404(rules.own_codes(assignment), uid=code)
    version = whole("version", request.POST.get("version", found.version))
    rules.word_own(request.user, assignment, found, version, definition=request.POST.get("definition", ""))
    return redirect("open_coding:workspace", assignment.uid)


@require_POST
@signed_in
def submit(request: MemberRequest, uid: str) -> HttpResponse:
    """Submit, and go on to the next incident of the round."""
    assignment = assignment_for(request, uid)
    rules.submit(request.user, assignment, key=key_of(request))
    mine = Assignment.objects.filter(round=assignment.round, coder=request.user)
    waiting = mine.exclude(state=Assignment.State.SUBMITTED).in_round_order()
    following = waiting.filter(position__gt=assignment.position).first() or waiting.first()
    if following is None:
        url = reverse("rounds:round", args=[assignment.round.project.slug, assignment.round.uid])
        return back_with(request, url, "Submitted. That was the last one of this round.")
    url = reverse("open_coding:workspace", args=[following.uid])
    return back_with(request, url, "Submitted. You will see the others' work when the lead releases the round.")
