"""Page: the anchor examples of a scale's categories, which the lead chooses and takes back."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from coding.codes.examples import choose_example, drop_example, examples_in
from coding.codes.models import Example, Scale, ScaleCategory
from coding.incidents.models import Incident
from coding.lib.columns import as_uid
from coding.lib.refusals import BadInput, Refusal, back_with
from coding.people.access import MemberRequest, project_page
from coding.people.models import Project

MOST_DIGITS = 9
FIELDS = ("category", "incident", "quote", "kind", "reason", "example")


@require_http_methods(["GET", "HEAD", "POST"])
@project_page(read="lead", shared=True)
def examples(request: MemberRequest, project: Project, uid: UUID) -> HttpResponse:
    """The examples of one scale, and the form that chooses another."""
    scale = get_object_or_404(Scale.objects.visible_to(request.user).filter(project=project), uid=uid)
    if request.method != "POST":
        return examples_page(request, scale)
    posted = {name: request.POST.get(name, "") for name in FIELDS}
    try:
        sentence = drop(request, scale, posted) if posted["example"] else choose(request, scale, posted)
    except Refusal as refusal:
        return examples_page(request, scale, refusal, posted)
    return back_with(request, reverse("codes:examples", args=[project.slug, scale.uid]), sentence)


def choose(request: MemberRequest, scale: Scale, posted: dict[str, str]) -> str:
    places = ScaleCategory.objects.filter(layer__scale=scale).select_related("layer__scale__project")
    uid = as_uid(posted["category"])
    place = places.filter(uid=uid).first() if uid else None
    if place is None:
        raise BadInput("Choose the category of which it is an example.")
    number = posted["incident"].strip()
    is_number = number.isascii() and number.isdigit() and len(number) <= MOST_DIGITS
    found = Incident.objects.filter(project=scale.project_id, number=int(number)).first() if is_number else None
    if found is None:
        raise BadInput("There is no incident of this number. Look it up in the list of incidents.")
    choose_example(request.user, place, found, posted["quote"], posted["kind"], posted["reason"])
    return f"“{place}” has an example more. The next edition holds it."


def drop(request: MemberRequest, scale: Scale, posted: dict[str, str]) -> str:
    rows = examples_in(request.project).filter(scale_category__layer__scale=scale)
    found = get_object_or_404(rows, uid=as_uid(posted["example"]))
    drop_example(request.user, found, posted["reason"])
    return f"The example of “{found.scale_category}” is taken back. Editions that hold it keep it."


def examples_page(
    request: MemberRequest, scale: Scale, refusal: Refusal | None = None, draft: dict[str, str] | None = None
) -> HttpResponse:
    held: dict[int | None, list[Example]] = {}
    for one in examples_in(request.project).filter(scale_category__layer__scale=scale):
        held.setdefault(one.scale_category_id, []).append(one)
    numbered = ScaleCategory.objects.filter(layer__scale=scale).order_by("number")
    places = [one for one in numbered if one.retired_at is None or one.pk in held]
    context: dict[str, Any] = {
        "scale": scale, "rows": [(place, held.get(place.pk, [])) for place in places], "kinds": Example.Kind.choices,
        "refusal": refusal, "draft": draft or {"kind": Example.Kind.TYPICAL},
    }  # fmt: skip
    return render(request, "codes/examples.html", context, status=refusal.status if refusal else 200)
