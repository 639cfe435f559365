"""Pages on which the lead changes a living scale, each change with what it touches shown before."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Count
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from coding.codes import scale_edits
from coding.codes.models import Layer, Mapping, Scale, ScaleCategory
from coding.codes.scale_edits import Part
from coding.lib.columns import as_uid
from coding.lib.refusals import BadInput, Refusal, back_with
from coding.people.access import MemberRequest, project_page
from coding.people.models import Project
from coding.selective_coding.models import Rating
from coding.selective_coding.queries import layers_of

STEPS = {"up": -1, "down": 1}
WORDS = ("name", "definition", "use_when", "avoid_when")


@dataclass(frozen=True)
class Effects:
    """What refers to a layer's categories, or to one: none of it is rewritten by a change of words."""

    mappings: int
    ratings: int
    rounds: int


def effects_of(part: Part) -> Effects:
    """Count mappings, ratings and the rounds these are of, in two queries."""
    places = ScaleCategory.objects.filter(layer=part.pk) if isinstance(part, Layer) else [part.pk]
    ratings = Rating.objects.filter(scale_category__in=places)
    counted = ratings.aggregate(ratings=Count("pk"), rounds=Count("assignment__round", distinct=True))
    return Effects(Mapping.objects.filter(scale_category__in=places).count(), **counted)


def scale_for(request: MemberRequest, project: Project, uid: UUID) -> Scale:
    scales = Scale.objects.visible_to(request.user).select_related("project")
    return get_object_or_404(scales, project=project, uid=uid)


def part_of(scale: Scale, uid: UUID | None) -> Part:
    """Find a layer or category of a scale."""
    if uid is None:
        raise BadInput("There is no such layer or category in this scale. Choose one from the list.")
    layer = Layer.objects.filter(scale=scale, uid=uid).select_related("scale__project").first()
    if layer:
        return layer
    rows = ScaleCategory.objects.filter(layer__scale=scale, uid=uid).select_related("layer__scale__project")
    found = rows.first()
    if found is None:
        raise Http404("There is no such layer or category in this scale.")
    return found


@require_http_methods(["GET", "HEAD", "POST"])
@project_page(read="lead", shared=True)
def edit(request: MemberRequest, project: Project, uid: UUID) -> HttpResponse:
    """The scale with what changes its order, and forms that add to it."""
    scale = scale_for(request, project, uid)
    if request.method != "POST":
        return edit_page(request, scale)
    try:
        said = changed(request, scale)
    except Refusal as refusal:
        return edit_page(request, scale, refusal)
    return back_with(request, reverse("selective_coding:scale_edit", args=[project.slug, scale.uid]) + said[0], said[1])


def edit_page(request: MemberRequest, scale: Scale, refusal: Refusal | None = None) -> HttpResponse:
    context = {"scale": scale, "layers": layers_of(scale), "refusal": refusal, "draft": request.POST}
    return render(request, "selective_coding/scale_edit.html", context, status=refusal.status if refusal else 200)


def changed(request: MemberRequest, scale: Scale) -> tuple[str, str]:
    """Call the verb that the form asks for; give the place to go back to, and what happened."""
    action, reason = request.POST.get("action", ""), request.POST.get("reason", "")
    wording = {field: request.POST.get(field, "") for field in WORDS}
    if action in STEPS:
        part = part_of(scale, as_uid(request.POST.get("part", "")))
        scale_edits.move(request.user, part, STEPS[action])
        return f"#part-{part.uid}", f"“{part}” moved {action}."
    if action == "add_layer":
        layer = scale_edits.add_layer(request.user, scale, wording, reason)
        return f"#part-{layer.uid}", f"“{layer}” is a layer now."
    if action == "add_category":
        into = part_of(scale, as_uid(request.POST.get("layer", "")))
        if not isinstance(into, Layer):
            raise BadInput("A category is added to a layer. Choose one.")
        added = scale_edits.add_category(request.user, into, wording, reason)
        return f"#part-{added.uid}", f"“{added}” is number {added.number}."
    raise BadInput("Say what to change: move something, add a layer or add a category.")


@require_http_methods(["GET", "HEAD", "POST"])
@project_page(read="lead", shared=True)
def part(request: MemberRequest, project: Project, uid: UUID, part: UUID) -> HttpResponse:
    """The words of one layer or category, with what refers to it."""
    scale = scale_for(request, project, uid)
    found = part_of(scale, part)
    if request.method != "POST":
        return part_page(request, scale, found, scale_edits.wording_of(found))
    wording = {field: request.POST[field] for field in WORDS if field in request.POST}
    try:
        is_new = scale_edits.reword(
            request.user, found, wording, request.POST.get("reason", ""), request.POST.get("version")
        )
    except Refusal as refusal:
        stands = part_of(scale, part)
        return part_page(request, scale, stands, scale_edits.wording_of(stands) | wording, refusal)
    url = reverse("selective_coding:scale_edit", args=[project.slug, scale.uid])
    said = f"“{found}” is reworded. The next edition has it." if is_new else "Nothing changed."
    return back_with(request, f"{url}#part-{found.uid}", said)


def part_page(
    request: MemberRequest, scale: Scale, found: Part, wording: dict[str, str], refusal: Refusal | None = None
) -> HttpResponse:
    context: dict[str, Any] = {
        "scale": scale, "part": found, "wording": wording, "version": scale_edits.version_of(found),
        "effects": effects_of(found), "is_layer": isinstance(found, Layer), "refusal": refusal,
        "reason": request.POST.get("reason", ""),
    }  # fmt: skip
    return render(request, "selective_coding/scale_part.html", context, status=refusal.status if refusal else 200)
