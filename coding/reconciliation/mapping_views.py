"""The page of a released mapping round: places side by side, decisions, and taking over."""

from collections.abc import Sequence
from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from coding.codes.models import ScaleCategory
from coding.lib.columns import as_uid
from coding.lib.refusals import BadInput, Refusal, back_with
from coding.people.access import MemberRequest, project_page
from coding.people.models import Project
from coding.reconciliation import mapping_rules, mappings, rules
from coding.reconciliation.mapping_lines import Line, coders_of, lines_of
from coding.reconciliation.models import Decision, Disagreement
from coding.rounds.models import Assignment, Round
from coding.rounds.rules import has_opened
from coding.selective_coding.forms import NO_FIT


def round_for(request: MemberRequest, project: Project, uid: str) -> Round:
    """The one getter: a released mapping round that this person may know of."""
    found = Round.objects.visible_to(request.user).released().select_related("edition", "scale", "project")
    return get_object_or_404(found, project=project, uid=uid, stage=Round.Stage.MAPPING)


@require_http_methods(["GET", "HEAD", "POST"])
@project_page(shared=True)
def mapping(request: MemberRequest, project: Project, uid: str) -> HttpResponse:
    """A released mapping round, category by category; a lead decides what coders mapped differently."""
    mapped = round_for(request, project, uid)
    if request.method != "POST":
        return mapping_page(request, mapped)
    category = as_uid(request.POST.get("category", ""))
    found = get_object_or_404(Disagreement, round=mapped, unit=f"{mappings.UNIT}{category}")
    try:
        sentence = settled(request, mapped, found)
    except Refusal as refusal:
        return mapping_page(request, mapped, refusal=refusal, refused=str(category))
    return back_with(request, f"{page_of(mapped)}#category-{category}", sentence)


def settled(request: MemberRequest, mapped: Round, found: Disagreement) -> str:
    """Decide, or reopen what was decided, as the form says."""
    if request.POST.get("action") == "reopen":
        decision = rules.decision_seen(found, request.POST.get("decision", ""))
        rules.reopen_decision(request.user, decision, request.POST.get("reason", ""))
        return "Reopened. What was decided stands until you decide anew."
    place = place_in(mapped, request.POST.get("place", ""))
    mapping_rules.settle_mapping(
        request.user, found, place, request.POST.get("reason", ""), request.POST.get("rationale", "")
    )
    return f"Settled: {place.number} {place.name}." if place else "Settled: it does not fit, which is a finding."


def place_in(mapped: Round, choice: str) -> ScaleCategory | None:
    if choice == NO_FIT:
        return None
    rows = ScaleCategory.objects.filter(layer__scale=mapped.scale_id).select_related("layer")
    found = rows.filter(uid=uid).first() if (uid := as_uid(choice)) else None
    if found is None:
        raise BadInput("Choose what stands: a category of the scale, or “does not fit”.")
    return found


def page_of(mapped: Round) -> str:
    return reverse("reconciliation:mapping", args=[mapped.project.slug, mapped.uid])


def mapping_page(
    request: MemberRequest, mapped: Round, *, refusal: Refusal | None = None, refused: str = ""
) -> HttpResponse:
    is_lead, opened = request.membership.role == "lead", has_opened(request.user, mapped)
    is_reopening = request.POST.get("action") == "reopen"
    wrote = request.POST.get("reason" if is_reopening else "rationale", "")
    held = Assignment.objects.filter(round=mapped)
    is_hidden = opened and held.hidden_from(request.user).exists()
    context: dict[str, Any] = {"round": mapped, "has_opened": opened, "is_lead": is_lead, "refusal": refusal,
                               "is_hidden": is_hidden, "maps_blind": rules.MAPS_BLIND, "unsent": wrote}  # fmt: skip
    if opened and not is_hidden:
        coders = coders_of(mapped)
        lines = lines_of(mapped, coders)
        states = [one.state for one in lines]
        for line in lines:
            if refusal and line.uid == refused:
                line.refusal = refusal.message
                line.unsent = "" if line.state == ("settled" if is_reopening else "open") else wrote
        context |= {
            "coders": coders, "lines": lines, "reasons": Decision.Reason.choices, "no_fit": NO_FIT, "refused": refused,
            "layers": mapped.scale.layers.prefetch_related("categories__merged_into") if mapped.scale else [],
            "posted": request.POST, "counts": {state: states.count(state) for state in set(states)},
            "open": states.count("open"), "to_take": to_take(mapped, lines),
        }  # fmt: skip
    return render(request, "reconciliation/mapping.html", context, status=refusal.status if refusal else 200)


def to_take(mapped: Round, lines: Sequence[Line]) -> int:
    """Count the categories of which the living mapping does not say yet what stands."""
    stands = ScaleCategory.objects.filter(layer__scale=mapped.scale_id).survivors()
    return sum(may_take(one, stands) for one in lines)


def may_take(line: Line, stands: dict[int, int | None]) -> bool:
    """Does something stand that the living mapping does not say yet? A merged place is the one that took it over."""
    if line.consensus is None or line.state == "open" or line.consensus.category.retired_at is not None:
        return False
    place = line.consensus.scale_category_id
    if place is not None and stands.get(place) is None:
        return False
    return line.living is None or line.living.scale_category_id != (stands[place] if place else None)


@require_POST
@project_page(shared=True)
def take_over(request: MemberRequest, project: Project, uid: str) -> HttpResponse:
    """Take what stands over into the living mapping."""
    mapped = round_for(request, project, uid)
    done = mapping_rules.take_over(request.user, mapped)
    said = f"{done.mapped} categor{'y' if done.mapped == 1 else 'ies'} mapped as the round says."
    said += f" {done.stood} stood so already." if done.stood else ""
    said += f" No longer in use: {', '.join(done.gone)}." if done.gone else ""
    url = reverse("selective_coding:integrate", args=[project.slug])
    return back_with(request, f"{url}?scale={mapped.scale.uid}" if mapped.scale else url, said)
