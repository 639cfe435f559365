"""Pages: release, the queue of disagreements, and one disagreement at a time."""

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.safestring import SafeString
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from coding.agreement.targets import target_of
from coding.codes.models import Scale
from coding.lib.paragraphs import paragraphs
from coding.lib.paragraphs import render as render_paragraph
from coding.lib.refusals import Refusal, back_with
from coding.people.access import MemberRequest, project_page
from coding.people.models import Project
from coding.reconciliation import queries, rules, unanimity
from coding.reconciliation.forms import SettleForm, StanceForm
from coding.reconciliation.models import Decision, Disagreement
from coding.rounds.models import Round
from coding.rounds.rules import has_opened

PER_PAGE = 50


@require_POST
@project_page()
def release(request: MemberRequest, project: Project, uid: str) -> HttpResponse:
    """End a round's blindness; then the page that says what came of it."""
    rated = get_object_or_404(Round.objects.visible_to(request.user), project=project, uid=uid)
    done = rules.release_round(request.user, rated, request.POST.get("reason", ""))
    page = "agreement:round" if done.figures else "rounds:round"
    return back_with(request, reverse(page, args=[project.slug, rated.uid]), sentence_of(done))


def sentence_of(done: rules.Release) -> str:
    """Say what a release did, and what waits."""
    said = f"“{done.round}” is released."
    if done.round.stage not in {Round.Stage.RATING, Round.Stage.MAPPING}:
        return f"{said} Its codes, memos and readings are open."
    noun = "incident" if done.round.has_incidents else "category"
    agreed, apart = counted(done.unanimous, noun), counted(done.disagreements, "disagreement")
    alone = f" {counted(done.alone, noun)} judged by one person only, so nothing stands for it yet."
    return f"{said} All agreed on {agreed}; {apart} to settle." + (alone if done.alone else "")


def counted(number: int, noun: str) -> str:
    many = f"{noun[:-1]}ies" if noun.endswith("y") else f"{noun}s"
    return f"{number:,} {noun if number == 1 else many}"


@require_safe
@project_page(read="lead observer", shared=True)
def queue(request: MemberRequest, project: Project) -> HttpResponse:
    """What coders read differently, worst first."""
    state = request.GET.get("state", "open")
    found = Disagreement.objects.visible_to(request.user).filter(round__project=project, incident__isnull=False)
    shown = found.filter(queries.STATES.get(state, queries.STATES["open"]))
    page = Paginator(queries.queue(shown), PER_PAGE).get_page(request.GET.get("page"))
    rated = Round.objects.visible_to(request.user).filter(project=project, stage=Round.Stage.RATING).released()
    mapped = Disagreement.objects.visible_to(request.user).filter(round__project=project, round__stage="mapping")
    context = {
        "mapped": queries.waiting_by_round(mapped),
        "page": page, "lines": queries.lines(page), "has_many": len({one.round_id for one in page}) > 1,
        "state": state if state in queries.STATES else "open", "counts": queries.count(found),
        "first": next((one for one in page if one.settled_at is None), None),
        "is_lead": request.membership.role == "lead", "has_rounds": rated.exists(),
        "is_blind": request.membership.is_blind,
    }  # fmt: skip
    return render(request, "reconciliation/queue.html", context)


def unit_of(request: MemberRequest, project: Project, uid: str, number: int) -> Disagreement:
    """The one getter of a disagreement: by its round and the number of its incident.

    Whoever judges it in an open blind round finds the page, without readings: words that they send it are not lost.
    """
    found = Disagreement.objects.known_to(request.user).select_related("round__edition", "round__scale", "incident")
    return get_object_or_404(found, round__project=project, round__uid=uid, incident__number=number)


@require_http_methods(["GET", "HEAD", "POST"])
@project_page(read="lead observer", shared=True)
def unit(request: MemberRequest, project: Project, uid: str, number: int) -> HttpResponse:
    """One disagreement: the text, a lane for each coder, the form; after settling, the next one."""
    return unit_page(request, project, unit_of(request, project, uid, number))


def unit_page(
    request: MemberRequest, project: Project, found: Disagreement, refused: Refusal | None = None
) -> HttpResponse:
    """The page, which settles what is posted to it; or says why a reopening was refused, with the reason as written."""
    context: dict[str, Any] = {"found": found, "round": found.round, "incident": found.incident,
                               "has_opened": has_opened(request.user, found.round), "refused": refused,
                               "is_lead": request.membership.role == "lead"}  # fmt: skip
    context["unsent"] = request.POST.get("reason" if refused else "rationale", "")
    if not context["has_opened"]:
        status = refused.status if refused else 409 if request.method == "POST" else 200
        return render(request, "reconciliation/unit.html", context, status=status)
    target = target_of(found.round)
    lanes = queries.lanes(request.user, found, target)
    is_stance = target.rating_kind == Scale.RatingKind.STANCE
    kind = StanceForm if is_stance else SettleForm
    posted = None if refused else request.POST or None
    form = kind(posted, lanes=lanes, categories=unanimity.places_of(found.round, target))
    around = Disagreement.objects.visible_to(request.user).filter(round=found.round_id, incident__isnull=False)
    previous, following = queries.neighbours(found, around)
    refusal = refused
    if form.is_valid():
        try:
            rules.settle(request.user, found, **form.decided())
        except Refusal as fault:
            refusal = fault
            form.add_error(None, fault.message)
            found.refresh_from_db(fields=["settled_at"])  # somebody may have settled it since it was read
        else:
            return after_settling(request, project, found, following)
    is_hidden = queries.is_hidden(found, lanes)
    context |= {
        "lanes": lanes, "form": form, "is_stance": is_stance,
        "layers": [] if is_stance else queries.offered(target),
        "values": queries.values(target, lanes, request.POST) if is_stance else [], "reasons": Decision.Reason.choices,
        "previous": previous, "following": following, "is_hidden": is_hidden,
        "counts": queries.count(around),
        "decisions": list(found.decisions.select_related("by").order_by("-pk")), "text": text_of(found),
        "may_settle": context["is_lead"] and found.settled_at is None and not is_hidden, **ticked(request),
    }  # fmt: skip
    status = refusal.status if refusal else 400 if form.errors else 200
    return render(request, "reconciliation/unit.html", context, status=status)


def text_of(found: Disagreement) -> list[SafeString]:
    text = found.incident.text if found.incident else ""
    return [render_paragraph(text, part, [], plain=True, names=False) for part in paragraphs(text)]


def ticked(request: MemberRequest) -> dict[str, Any]:
    """Give back what was ticked in a form that was refused."""
    primary = numbers_in([request.POST.get("primary", "")])
    return {"ticked": numbers_in(request.POST.getlist("category")), "chosen_primary": primary[0] if primary else None}


def numbers_in(sent: list[str]) -> list[int]:
    return [int(text) for text in sent if text.isascii() and text.isdigit() and len(text) < 10]


def after_settling(
    request: MemberRequest, project: Project, found: Disagreement, following: int | None
) -> HttpResponse:
    """Go on to the next open disagreement of the round, or back to the queue."""
    if following is None:
        sentence = f"Settled. All disagreements of “{found.round}” are settled now."
        return back_with(request, reverse("reconciliation:queue", args=[project.slug]), sentence)
    page = reverse("reconciliation:unit", args=[project.slug, found.round.uid, following])
    return back_with(request, page, f"Incident {found.incident.number if found.incident else ''} is settled.")


@require_POST
@project_page()
def reopen(request: MemberRequest, project: Project, uid: str, number: int) -> HttpResponse:
    """Put a decided disagreement back into the queue."""
    found = unit_of(request, project, uid, number)
    try:
        decision = rules.decision_seen(found, request.POST.get("decision", ""))
        rules.reopen_decision(request.user, decision, request.POST.get("reason", ""))
    except Refusal as refusal:
        found.refresh_from_db(fields=["settled_at"])
        return unit_page(request, project, found, refusal)
    return redirect("reconciliation:unit", project.slug, found.round.uid, number)
