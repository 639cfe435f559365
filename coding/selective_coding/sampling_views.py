"""Page: the theoretical-sampling queue. For leads alone: it tells what is planned, and how incidents were rated."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from coding.people.access import MemberRequest, project_page
from coding.people.models import Project
from coding.selective_coding import queries
from coding.selective_coding.sampling_queries import ENOUGH, sampling_queue
from coding.selective_coding.views import chosen_scale


@require_GET
@project_page(read="lead", shared=True)
def sampling(request: MemberRequest, project: Project) -> HttpResponse:
    """The next incidents to code, by gap, each with why; they lead to the plan of a round."""
    scales = queries.scales_of(request.user, project)
    scale = chosen_scale(scales, request.GET.get("scale", ""))
    queue = sampling_queue(request.user, project, scale)
    context = {"queue": queue, "scales": scales, "scale": scale, "enough": ENOUGH, "at": "sampling", "is_lead": True}
    return render(request, "selective_coding/sampling.html", context)
