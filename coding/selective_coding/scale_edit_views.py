"""Pages on which the lead changes a living scale, each change with what it touches shown before."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from coding.codes import scale_edits, scale_regroup, scale_undo
from coding.codes.models import Layer, Scale
from coding.codes.scale_edits import Part
from coding.lib.columns import as_uid
from coding.lib.refusals import BadInput, Refusal, back_with
from coding.people.access import MemberRequest, project_page
from coding.people.models import Event, Project
from coding.selective_coding.queries import layers_of, retired_in
from coding.selective_coding.scale_parts import (
    STEPS,
    categories_in,
    category_of,
    effects_of,
    layer_in,
    layer_of,
    only_category,
    part_of,
)

WORDS = ("name", "definition", "use_when", "avoid_when")
MADE = "new_"  # before the fields of the category that a split makes
ACTS_SHOWN = 20
ACTS = {
    "retire_scalecategory": "Retired “{word}”", "retire_layer": "Retired the layer “{word}”",
    "merge_scalecategory": "Merged “{word}” into “{name}”", "split_scalecategory": "Split “{word}”: “{name}” is new",
    "reword_scalecategory": "Reworded “{word}”", "reword_layer": "Reworded the layer “{word}”",
    "move_scalecategory": "Moved “{word}” {way} in its layer", "move_layer": "Moved the layer “{word}” {way}",
    "place_scalecategory": "Moved “{word}” to the layer “{layer}”",
    "add_scalecategory": "Added “{word}” to the layer “{layer}”", "add_layer": "Added the layer “{word}”",
    "bring_back_scalecategory": "Brought “{word}” back", "bring_back_layer": "Brought the layer “{word}” back",
}  # fmt: skip
ADDED = {"undo_add_scalecategory", "undo_add_layer"}


def scale_for(request: MemberRequest, project: Project, uid: UUID) -> Scale:
    scales = Scale.objects.visible_to(request.user).select_related("project")
    return get_object_or_404(scales, project=project, uid=uid)


@require_http_methods(["GET", "HEAD", "POST"])
@project_page(read="lead", shared=True)
def edit(request: MemberRequest, project: Project, uid: UUID) -> HttpResponse:
    """The scale with what changes its order, forms that add to it, and what was done to it."""
    scale = scale_for(request, project, uid)
    if request.method != "POST":
        return edit_page(request, scale)
    try:
        said = changed(request, scale)
    except Refusal as refusal:
        return edit_page(request, scale, refusal)
    return back_to(request, scale, *said)


def back_to(request: MemberRequest, scale: Scale, place: str, sentence: str) -> HttpResponse:
    url = reverse("selective_coding:scale_edit", args=[scale.project.slug, scale.uid])
    return back_with(request, url + place, sentence)


def edit_page(request: MemberRequest, scale: Scale, refusal: Refusal | None = None) -> HttpResponse:
    gone, places = retired_in(scale)
    context = {"scale": scale, "layers": layers_of(scale), "refusal": refusal, "draft": request.POST,
               "retired": [*gone, *places], "acts": acts_of(scale)}  # fmt: skip
    return render(request, "selective_coding/scale_edit.html", context, status=refusal.status if refusal else 200)


def acts_of(scale: Scale) -> list[tuple[Event, str]]:
    """Say in words what was done last to a scale and can be undone, with the names that its parts bear now."""
    names = scale_undo.names_in(scale)
    return [(one, said(one, names[one.target])) for one in scale_undo.done_to(scale.project, names)[:ACTS_SHOWN]]


def said(event: Event, word: str) -> str:
    before, after = json.loads(event.before or "{}"), json.loads(event.after)
    way = "up" if after.get("position", 0) < before.get("position", 0) else "down"
    return ACTS[event.verb].format(word=word, name=after.get("name"), layer=after.get("layer"), way=way)


def changed(request: MemberRequest, scale: Scale) -> tuple[str, str]:
    """Call the verb that the form asks for; give the place to go back to, and what happened."""
    action, reason = request.POST.get("action", ""), request.POST.get("reason", "")
    wording = words_in(request)
    if action in STEPS:
        part = part_of(scale, as_uid(request.POST.get("part", "")))
        scale_edits.move(request.user, part, STEPS[action])
        return f"#part-{part.uid}", f"“{part}” moved {action}."
    if action == "add_layer":
        layer = scale_edits.add_layer(request.user, scale, wording, reason)
        return f"#part-{layer.uid}", f"“{layer}” is a layer now."
    if action == "add_category":
        into = layer_of(scale, as_uid(request.POST.get("layer", "")))
        added = scale_edits.add_category(request.user, into, wording, reason)
        return f"#part-{added.uid}", f"“{added}” is number {added.number}."
    if action == "undo":
        undone = undo(request, scale, reason)
        state = "is no longer in the scale" if undone.verb in ADDED else "is as it was"
        return "#done", f"Undone: “{json.loads(undone.after)['name']}” {state}."
    raise BadInput("Say what to change: move something, add a layer or add a category.")


def undo(request: MemberRequest, scale: Scale, reason: str) -> Event:
    uid = as_uid(request.POST.get("event", ""))
    event = get_object_or_404(Event, project=scale.project_id, uid=uid)
    return scale_undo.undo_of_scale(request.user, scale, event, reason)


def words_in(request: MemberRequest, prefix: str = "") -> dict[str, str]:
    return {field: request.POST[prefix + field] for field in WORDS if prefix + field in request.POST}


@require_http_methods(["GET", "HEAD", "POST"])
@project_page(read="lead", shared=True)
def part(request: MemberRequest, project: Project, uid: UUID, part: UUID) -> HttpResponse:
    """One layer or category, with what refers to it: its words, and whether it is retired, merged or split."""
    scale = scale_for(request, project, uid)
    found = part_of(scale, part)
    if request.method != "POST":
        return part_page(request, scale, found)
    do = request.POST.get("do", "reword")
    try:
        if do not in DO:
            raise BadInput("Say what to change: reword, move, retire, merge or split it, or bring it back.")
        said = DO[do](request, scale, found)
    except Refusal as refusal:
        return part_page(request, scale, part_of(scale, part), refusal)
    return back_to(request, scale, *said)


def reword(request: MemberRequest, scale: Scale, found: Part) -> tuple[str, str]:
    reason, version = request.POST.get("reason", ""), request.POST.get("version")
    is_new = scale_edits.reword(request.user, found, words_in(request), reason, version)
    return f"#part-{found.uid}", f"“{found}” is reworded. The next edition has it." if is_new else "Nothing changed."


def retire(request: MemberRequest, scale: Scale, found: Part) -> tuple[str, str]:
    lost = scale_regroup.retire(request.user, found, request.POST.get("reason", ""))
    return "#retired", f"“{found}” is retired. {categories(lost, 'has', 'have')} no place in the scale now."


def bring_back(request: MemberRequest, scale: Scale, found: Part) -> tuple[str, str]:
    got = scale_undo.bring_back(request.user, found, request.POST.get("reason", ""))
    return f"#part-{found.uid}", f"“{found}” is back in use. {categories(got, 'has its', 'have their')} place again."


def categories(count: int, one: str, many: str) -> str:
    if count > 1:
        return f"{count} categories {many}"
    return f"{'1' if count else 'No'} category {one}"


def move_to_layer(request: MemberRequest, scale: Scale, found: Part) -> tuple[str, str]:
    category, layer = only_category(found), layer_in(scale, as_uid(request.POST.get("layer", "")))
    left, retiring = category.layer, request.POST.get("retiring") == "yes"
    is_emptied = scale_regroup.move_to_layer(request.user, category, layer, request.POST.get("reason", ""), retiring)
    then = f" “{left}” is retired." if is_emptied else ""
    return f"#part-{found.uid}", f"“{found}” stands in “{layer}” now.{then} You can undo it under “What was done”."


def merge(request: MemberRequest, scale: Scale, found: Part) -> tuple[str, str]:
    source, target = only_category(found), category_of(scale, as_uid(request.POST.get("into", "")))
    scale_regroup.merge(request.user, source, target, request.POST.get("reason", ""))
    return f"#part-{target.uid}", f"“{source}” is merged into “{target}”. You can undo it under “What was done”."


def split(request: MemberRequest, scale: Scale, found: Part) -> tuple[str, str]:
    source, going = only_category(found), categories_in(scale, [as_uid(one) for one in request.POST.getlist("going")])
    new = scale_regroup.split(
        request.user, source, words_in(request), words_in(request, MADE), going, request.POST.get("reason", ""),
        request.POST.get("version"),
    )  # fmt: skip
    return f"#part-{new.uid}", f"“{new}” is number {new.number}. You can undo the split under “What was done”."


Do = Callable[[MemberRequest, Scale, Part], tuple[str, str]]
DO: dict[str, Do] = {
    "reword": reword, "retire": retire, "bring_back": bring_back, "merge": merge, "split": split,
    "move_to_layer": move_to_layer,
}  # fmt: skip


def part_page(request: MemberRequest, scale: Scale, found: Part, refusal: Refusal | None = None) -> HttpResponse:
    """Render the page; a refused form has what was written in it, the others what stands."""
    do, stands = request.POST.get("do", "reword") if refusal else "", scale_edits.wording_of(found)
    posted = stands | words_in(request)
    context: dict[str, Any] = {
        "scale": scale, "part": found, "version": scale_edits.version_of(found), "effects": effects_of(found),
        "is_layer": isinstance(found, Layer), "refusal": refusal, "do": do,
        "wording": posted if do == "reword" else stands, "kept": posted if do == "split" else stands,
        "made": words_in(request, MADE), "going": request.POST.getlist("going"), "into": request.POST.get("into", ""),
        "reason": request.POST.get("reason", ""), "layers": layers_of(scale), "to": request.POST.get("layer", ""),
        "is_retiring": "retiring" in request.POST,
    }  # fmt: skip
    return render(request, "selective_coding/scale_part.html", context, status=refusal.status if refusal else 200)
