"""Download: texts with the value vectors that stand."""

from django.http import HttpResponse
from django.views.decorators.http import require_safe

from coding.people.access import MemberRequest, project_page
from coding.people.models import Project
from coding.selective_coding.vectors import consensus_vectors


@require_safe
@project_page(read="lead", shared=True)
def download(request: MemberRequest, project: Project) -> HttpResponse:
    """One JSON object a line: the consensus of each incident's latest round that counts, or of the named one."""
    found = consensus_vectors(project, request.GET.get("round", ""), request.GET.get("scale", ""))
    answer = HttpResponse("".join(found.lines()), content_type="application/jsonl; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{project.slug}-vectors.jsonl"'
    answer["X-Content-Type-Options"] = "nosniff"
    return answer
