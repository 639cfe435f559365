"""Pages of open coding: the workspace, and the fragments that a save changes in it."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from coding.lib.columns import as_uid
from coding.lib.refusals import BadInput, Forbidden, back_with
from coding.open_coding import history, judging, naming, rules
from coding.open_coding.acts import Saved
from coding.open_coding.comparing import WORDING, comparison
from coding.open_coding.comparing import search as found_by
from coding.open_coding.models import Segment
from coding.open_coding.naming import UNKNOWN, Naming
from coding.open_coding.queries import Desk, segment_card
from coding.open_coding.spans import find_quote, whole
from coding.people.access import MemberRequest, signed_in
from coding.people.keys import is_queued, key_of
from coding.rounds import rules as rounds
from coding.rounds.access import assignment_to_save, may_ask_back, may_work, open_assignment
from coding.rounds.models import Assignment, Round

# A card as script fills it in before, or without, an answer of the server: ids and words stand where these do.
BLANK = {
    "segment": {"uid": UUID(int=0), "start": 0, "end": 0, "is_uncertain": False},
    "codes": [{"uid": UUID(int=1), "hue": 1, "name": "…"}],
}


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
    highlights, marks = desk.highlights(), desk.marks()
    is_coder = assignment.coder_id == request.user.pk
    context: dict[str, Any] = {
        "assignment": assignment, "incident": assignment.incident, "round": assignment.round,
        "paragraphs": desk.rendered(highlights, marks=marks), "outline": desk.outline(highlights),
        "untouched": len(desk.untouched(highlights, marks)), "may_code": may_work(request, assignment),
        "is_coder": is_coder, "may_ask": may_ask_back(request, assignment), **desk.queue(),
    }  # fmt: skip
    if not request.membership.may_code:
        context["to_do"] = None
    if context["may_code"]:
        fresh = not highlights and not context["submitted"]
        context |= {"codes": desk.codes(), "is_fresh": fresh, "filters": desk.filters(highlights)}
        context |= {"latest_key": history.latest_key(assignment), "blank": BLANK}
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
        uid=new_uid_in(post, "segment"), key=key_of(request),
    )  # fmt: skip
    return changed(request, saved)


def new_uid_in(post: Any, field: str) -> UUID | None:
    """Take the id that the page chose for a new segment, if it did. Raises BadInput."""
    text, uid = post.get(field, ""), as_uid(post.get(field, ""))
    if text and uid is None:
        raise BadInput("The id of the new segment is none. Reload the incident and try again.")
    return uid


def naming_from(post: Any) -> Naming:
    code = post.get("code", "")
    if code:
        uid = as_uid(code)
        if uid is None:
            raise BadInput(UNKNOWN)
        return Naming(uid=uid)
    return Naming(name=post.get("name", ""), in_vivo=bool(post.get("in_vivo")), definition=post.get("definition", ""))


Verb = Callable[..., Saved]


def save(request: MemberRequest, held: str, verb: Verb, *asked: Any, **more: Any) -> HttpResponse:
    """Call a verb on the assignment, and answer with what it changed."""
    assignment = assignment_for_saving(request, held)
    return changed(request, verb(request.user, assignment, *asked, key=key_of(request), **more))


@require_POST
@signed_in
def delete_segment(request: MemberRequest, uid: str, segment: Any) -> HttpResponse:
    return save(request, uid, rules.delete_segment, segment)


@require_POST
@signed_in
def remove_code(request: MemberRequest, uid: str, segment: Any, code: Any) -> HttpResponse:
    return save(request, uid, rules.remove_code, segment, code)


@require_POST
@signed_in
def change_code(request: MemberRequest, uid: str, segment: Any, code: Any) -> HttpResponse:
    return save(request, uid, rules.change_code, segment, code, naming_from(request.POST))


@require_POST
@signed_in
def move_ends(request: MemberRequest, uid: str, segment: Any) -> HttpResponse:
    post = request.POST
    return save(request, uid, rules.move_ends, segment, post.get("start"), post.get("end"), was=was_in(post))


@require_POST
@signed_in
def split_segment(request: MemberRequest, uid: str, segment: Any) -> HttpResponse:
    post = request.POST
    return save(
        request, uid, rules.split_segment, segment, post.get("at"), was=was_in(post), uid=new_uid_in(post, "new")
    )


@require_POST
@signed_in
def join_segments(request: MemberRequest, uid: str, segment: Any) -> HttpResponse:
    other = as_uid(request.POST.get("other", ""))
    if other is None:
        raise BadInput("Choose the segment to join with this one.")
    return save(request, uid, rules.join_segments, segment, other)


@require_POST
@signed_in
def say_uncertain(request: MemberRequest, uid: str, segment: Any) -> HttpResponse:
    return save(request, uid, judging.say_uncertain, segment, request.POST.get("doubt") == "1")


@require_POST
@signed_in
def speak_against(request: MemberRequest, uid: str, segment: Any) -> HttpResponse:
    text = request.POST.get("category", "")
    category = as_uid(text)
    if text and category is None:
        raise BadInput("There is no such category in this round's edition. Choose one from the list.")
    return save(request, uid, judging.speak_against, segment, category)


@require_POST
@signed_in
def mark_paragraphs(request: MemberRequest, uid: str) -> HttpResponse:
    """Judge one paragraph, or several by the same word."""
    starts = {whole("start", start): request.POST.get("kind", "") for start in request.POST.getlist("start")}
    return save(request, uid, judging.mark_paragraphs, starts)


@require_POST
@signed_in
def code_hits(request: MemberRequest, uid: str) -> HttpResponse:
    """Give one code to the hits that were chosen, each as `start-end`."""
    spans = [span.partition("-")[::2] for span in " ".join(request.POST.getlist("hit")).split()]
    hits = [(start, end, None) for start, end in spans]
    return save(request, uid, rules.code_hits, hits, naming_from(request.POST))


@require_POST
@signed_in
def undo(request: MemberRequest, uid: str) -> HttpResponse:
    return save(request, uid, history.undo, after=request.POST.get("after"))


@require_POST
@signed_in
def redo(request: MemberRequest, uid: str) -> HttpResponse:
    return save(request, uid, history.redo, after=request.POST.get("after"))


def was_in(post: Any) -> tuple[str, str] | None:
    """Take the span that a page had changed, where it says so."""
    return (post["was_start"], post["was_end"]) if "was_start" in post and "was_end" in post else None


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
    may_code = may_work(request, assignment)
    context = {"assignment": assignment, "may_code": may_code, **segment_card(Desk(assignment, request.user), found)}
    return render(request, "open_coding/segment.html" + ("#card" if request.headers.get("HX-Request") else ""), context)


@require_GET
@signed_in
def codes(request: MemberRequest, uid: str) -> HttpResponse:
    """The codes that the coder may use here, anew after a save."""
    assignment = own_assignment(request, uid)
    context = {"assignment": assignment, "codes": Desk(assignment, request.user).codes()}
    return render(request, "open_coding/_codes.html", context)


def beside(request: MemberRequest, template: str, context: dict[str, Any]) -> HttpResponse:
    """Show something beside the text for script, as a page of its own without."""
    return render(request, template + ("#card" if request.headers.get("HX-Request") else ""), context)


@require_GET
@signed_in
def compare(request: MemberRequest, uid: str, code: Any) -> HttpResponse:
    """Constant comparison: all segments under a code so far, with their context and the code's definition."""
    return compared(request, own_assignment(request, uid), code)


def compared(request: MemberRequest, assignment: Assignment, code: Any) -> HttpResponse:
    desk = Desk(assignment, request.user)
    context = {"assignment": assignment, "may_code": may_work(request, assignment), "codes": desk.codes(),
               "proposed": naming.proposed_by(request.user, assignment, code)}  # fmt: skip
    return beside(request, "open_coding/compare.html", context | comparison(desk, code))


@require_GET
@signed_in
def search(request: MemberRequest, uid: str) -> HttpResponse:
    """Words in this incident and in own segments; a code can be applied to chosen hits."""
    assignment = own_assignment(request, uid)
    desk = Desk(assignment, request.user)
    context = {"assignment": assignment, "may_code": may_work(request, assignment), "codes": desk.codes()}
    return beside(request, "open_coding/search.html", context | found_by(desk, request.GET.get("q", "")[:200]))


@require_GET
@signed_in
def acts(request: MemberRequest, uid: str) -> HttpResponse:
    """What was done in this incident, latest first; undo and redo walk along it."""
    assignment = own_assignment(request, uid)
    found = history.acts(Desk(assignment, request.user))
    context = {"assignment": assignment, "may_code": may_work(request, assignment), "acts": found}
    return beside(request, "open_coding/acts.html", context)


def own_assignment(request: MemberRequest, uid: str) -> Assignment:
    """An assignment's own coder alone works with these pages."""
    assignment = assignment_for(request, uid)
    if assignment.coder_id != request.user.pk:
        raise Forbidden("This is somebody else's work. Only its coder works with this page.")
    return assignment


@require_POST
@signed_in
def define(request: MemberRequest, uid: str, code: Any) -> HttpResponse:
    """Write the definition of one's own private code; each wording is kept."""
    assignment = assignment_for(request, uid)
    found = get_object_or_404(naming.own_codes(assignment), uid=code)
    version = whole("version", request.POST.get("version", ""))
    naming.word_own(request.user, assignment, found, version, key=key_of(request), **wording_in(request.POST))
    return worded(request, assignment, code, "Kept. The former wording stays in what you did.")


@require_POST
@signed_in
def propose(request: MemberRequest, uid: str, code: Any) -> HttpResponse:
    """Propose another wording of the team's code, for the next edition."""
    assignment = assignment_for(request, uid)
    naming.propose_wording(request.user, assignment, code, key=key_of(request), **wording_in(request.POST))
    return worded(request, assignment, code, "Proposed. It stays yours until release.")


def worded(request: MemberRequest, assignment: Assignment, code: Any, sentence: str) -> HttpResponse:
    """Answer a wording: the comparison as it stands now for script, the page of the text without."""
    if request.headers.get("HX-Request"):
        return compared(request, assignment, code)
    return back_with(request, reverse("open_coding:workspace", args=[assignment.uid]), sentence)


def wording_in(post: Any) -> dict[str, str]:
    return {part: post[part] for part in WORDING if part in post}


@require_POST
@signed_in
def call_uncodable(request: MemberRequest, uid: str) -> HttpResponse:
    """Say why the incident can't be coded, or (without a reason) that it can."""
    assignment = assignment_for_saving(request, uid)
    locked = judging.call_uncodable(request.user, assignment, request.POST.get("reason", ""), key=key_of(request))
    if is_queued(request):
        return HttpResponse(status=204)  # the page is loaded anew: what can be done on it is different
    said = "Marked as uncodable. Submit it when you are sure." if locked.uncodable_because else "Open for coding again."
    return back_with(request, reverse("open_coding:workspace", args=[uid]), said)


@require_POST
@signed_in
def ask_reopening(request: MemberRequest, uid: str) -> HttpResponse:
    """Ask the lead to give a submitted incident back."""
    asked = assignment_for_saving(request, uid), request.POST.get("reason", "")
    rounds.ask_reopening(request.user, *asked, key=key_of(request))
    return back_with(
        request, reverse("open_coding:workspace", args=[uid]), "Asked. The lead decides on the round's page."
    )


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def submit(request: MemberRequest, uid: str) -> HttpResponse:
    """Look at what is untouched, judge it, submit, and go on to the next incident of the round."""
    assignment = assignment_for(request, uid)
    if request.method != "POST":
        return submit_page(request, assignment)
    try:
        judging.submit(request.user, assignment, rest_in(request.POST), key=key_of(request))
    except judging.Untouched as refusal:
        return submit_page(request, assignment, refusal)
    mine = Assignment.objects.filter(round=assignment.round, coder=request.user)
    waiting = mine.exclude(state=Assignment.State.SUBMITTED).in_round_order()
    following = waiting.filter(position__gt=assignment.position).first() or waiting.first()
    if following is None:
        url = reverse("rounds:round", args=[assignment.round.project.slug, assignment.round.uid])
        return back_with(request, url, "Submitted. That was the last one of this round.")
    url = reverse("open_coding:workspace", args=[following.uid])
    return back_with(request, url, "Submitted. You will see the others' work when the lead releases the round.")


def submit_page(
    request: MemberRequest, assignment: Assignment, refusal: judging.Untouched | None = None
) -> HttpResponse:
    """List the untouched paragraphs, each to be judged."""
    if not may_work(request, assignment):
        return redirect("open_coding:workspace", assignment.uid)
    context = {"assignment": assignment, "refusal": refusal, **Desk(assignment, request.user).summary(request.POST)}
    return render(request, "open_coding/submit.html", context, status=refusal.status if refusal else 200)


def rest_in(post: Any) -> dict[int, str] | str:
    """Take the judgements of untouched paragraphs: fields `rest-<start>`, where `rest` holds for those without one."""
    if "untouched" not in post:
        return str(post.get("rest", ""))
    starts = {whole("start", start): post.get("rest", "") for start in post.getlist("untouched")}
    named = {name[5:]: kind for name, kind in post.items() if name.startswith("rest-") and kind}
    return starts | {whole("start", start): kind for start, kind in named.items()}
