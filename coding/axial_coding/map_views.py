"""The page of the relation map: a picture, and a table that says the same."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from coding.axial_coding import map_queries
from coding.axial_coding.paradigms import SLOTS
from coding.axial_coding.relation_map import HIGH, WIDE
from coding.lib.columns import as_uid
from coding.people.access import MemberRequest, project_page
from coding.people.models import Project, Role


@require_safe
@project_page(shared=True)
def relation_map(request: MemberRequest, project: Project) -> HttpResponse:
    """Categories and codes with their relations, all or around one category."""
    found = map_queries.relation_map(request.user, project, as_uid(request.GET.get("about", "")))
    context = {
        "map": found, "box_width": WIDE, "box_height": HIGH,
        "legend": [(map_queries.NUMBERS[role], role.label) for role in SLOTS],
        "is_lead": request.membership.role == Role.LEAD,
    }  # fmt: skip
    return render(request, "axial_coding/map.html", context)
