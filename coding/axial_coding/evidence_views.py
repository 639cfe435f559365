"""The page of one relation: what speaks for it and against it, and the segments that might."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render

from coding.axial_coding import evidence as rules
from coding.axial_coding.models import Evidence
from coding.axial_coding.queries import board_categories
from coding.codes.models import Relation
from coding.lib.columns import as_uid
from coding.lib.refusals import BadInput, back_with
from coding.people.access import MemberRequest, project_page
from coding.people.models import Project, Role


@project_page(shared=True)
def evidence(request: MemberRequest, project: Project, uid: str) -> HttpResponse:
    """One relation with its evidence; a lead attaches segments and takes them back."""
    relations = Relation.objects.select_related("phenomenon__project", "filler_category", "filler_code")
    relation = get_object_or_404(relations, phenomenon__in=board_categories(request.user, project), uid=uid)
    if request.method == "POST":
        return back_with(request, request.path, change(request, project, relation))
    is_lead = request.membership.role == Role.LEAD
    context = {
        "relation": relation, "is_lead": is_lead, "attached": rules.attached(request.user, relation),
        "candidates": rules.candidates(request.user, relation) if is_lead else [],
    }  # fmt: skip
    return render(request, "axial_coding/evidence.html", context)


def change(request: MemberRequest, project: Project, relation: Relation) -> str:
    """Attach a segment or take one back, and say so. Raises BadInput."""
    if back := as_uid(request.POST.get("back", "")):
        rules.detach(request.user, get_object_or_404(Evidence, relation=relation, uid=back))
        return "Taken back."
    chosen = as_uid(request.POST.get("segment", ""))
    segment = rules.readable(request.user, project).filter(uid=chosen).first() if chosen else None
    if segment is None:
        raise BadInput("Choose a segment of a released round whose readings you have opened.")
    made = rules.attach(request.user, relation, segment, request.POST.get("speaks", ""))
    return f"The segment speaks {made.speaks} the relation now."
