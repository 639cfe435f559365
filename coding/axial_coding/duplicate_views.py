"""The page of near duplicates: pairs of codes that may be one, each with its way to a merge."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from coding.axial_coding.duplicates import measure_in_words, near_duplicates
from coding.people.access import MemberRequest, project_page
from coding.people.models import Project, Role


@require_GET
@project_page(shared=True)
def duplicates(request: MemberRequest, project: Project) -> HttpResponse:
    """List pairs that are near by name or by the words that they stand on; a lead merges them."""
    found = near_duplicates(request.user, project)
    context = {"found": found, "is_lead": request.membership.role == Role.LEAD, **measure_in_words()}
    return render(request, "axial_coding/duplicates.html", context)
