"""Pages: integrate (categories into the scale, core, storyline), the scale itself, and rate an incident."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from django_htmx.http import trigger_client_event

from coding.codes.checks import NotLiving
from coding.codes.content import adopted_categories
from coding.codes.models import Category, Mapping, Scale
from coding.codes.rules import MovedOn, map_category, tell, unmap
from coding.codes.scale_edits import PartRetired
from coding.lib import ids
from coding.lib.columns import as_uid
from coding.lib.refusals import BadInput, Forbidden, Refusal, back_with
from coding.people.access import MemberRequest, project_page, signed_in
from coding.people.keys import key_of
from coding.people.models import Project, Role
from coding.rounds.access import assignment_to_save, may_ask_back, may_work, open_assignment
from coding.rounds.models import Assignment, Round
from coding.selective_coding import queries, rules
from coding.selective_coding.forms import NO_FIT, Place, place_in, rating_in, version_in
from coding.selective_coding.own_codings import own_quotes
from coding.selective_coding.queries import Integration
from coding.selective_coding.rules import Reading
from coding.selective_coding.second_thoughts import afterwards, note_second_thought
from coding.selective_coding.storytelling import told

# What the page shows; a save takes less, since the verb reads under its lock whatever it needs.
WHOLE = ("round__edition", "round__scale", "incident", "coder")


def assignment_for(request: MemberRequest, uid: UUID | str, *along: str) -> Assignment:
    return open_assignment(request, uid, Round.Stage.RATING, *along)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def rate(request: MemberRequest, uid: str) -> HttpResponse:
    """An incident beside the scale: its coder rates here, others who may see it read."""
    if request.method != "POST":
        shown = assignment_for(request, uid, *WHOLE)
        return rating_page(request, shown, rules.reading_of(shown))
    assignment = assignment_to_save(request, uid, Round.Stage.RATING)
    if assignment.coder_id != request.user.pk:
        raise Forbidden("This is somebody else's rating. Only its coder can change it.")
    if request.htmx:  # type: ignore[attr-defined]  # put there by django_htmx
        return saved_by_script(request, assignment)
    return saved_by_form(request, assignment)


def write(request: MemberRequest, assignment: Assignment, reading: Reading) -> rules.Saved | None:
    """Call the verb that the form asks for; submitting saves too."""
    version, key = request.POST.get("version"), key_of(request)
    if request.POST.get("action") == "submit":
        rules.submit(request.user, assignment, reading=reading, version=version, key=key)
        return None
    return rules.save_ratings(
        request.user, assignment, reading.choices, reading.primary, reading.none_applies, reading.confidence,
        reading.note, version=version, key=key,
    )  # fmt: skip


def saved_by_script(request: MemberRequest, assignment: Assignment) -> HttpResponse:
    """Answer the page's module: what stands now, or after a submission where to go."""
    try:
        saved = write(request, assignment, rating_in(request.POST))
    except MovedOn as refusal:
        stands = rules.reading_of(assignment_for(request, assignment.uid))
        there = {"version": stands.version, "says": queries.names_chosen(assignment, stands)}
        return JsonResponse({"sentence": refusal.message, "stands": there}, status=refusal.status)
    if saved is None:
        way = queries.way_of(assignment)
        return JsonResponse({"next": url_after(assignment, way), "submitted": way.submitted})
    return JsonResponse({"version": saved.version, "at": saved.at.isoformat()})


def saved_by_form(request: MemberRequest, assignment: Assignment) -> HttpResponse:
    """Answer a plain form: a redirect, or after a refusal the same page with the draft and the sentence."""
    reading = None
    try:
        reading = rating_in(request.POST)
        saved = write(request, assignment, reading)
    except Refusal as refusal:
        fresh = assignment_for(request, assignment.uid, *WHOLE)
        stands = rules.reading_of(fresh)
        draft = reading if reading and fresh.is_open else stands
        return rating_page(request, fresh, draft, stands=stands, refusal=refusal)
    if saved is None:
        return redirect(url_after(assignment, queries.way_of(assignment)))
    return back_with(request, reverse("selective_coding:rate", args=[assignment.uid]), "Saved.")


@require_POST
@signed_in
def second_thought(request: MemberRequest, uid: str) -> HttpResponse:
    """Take a coder's second thought about a submitted rating, which stays as it is."""
    assignment = assignment_to_save(request, uid, Round.Stage.RATING)
    text = request.POST.get("note", "")
    try:
        note_second_thought(request.user, assignment, text, key=key_of(request))
    except Refusal as refusal:
        fresh = assignment_for(request, uid, *WHOLE)
        return rating_page(request, fresh, rules.reading_of(fresh), refusal=refusal, thought_draft=text)
    url = reverse("selective_coding:rate", args=[assignment.uid])
    return back_with(request, f"{url}#afterwards", "Your second thought is kept for reconciliation.")


def url_after(assignment: Assignment, way: queries.Way) -> str:
    """Give the next unsubmitted incident of the round, else the round."""
    rated = assignment.round
    return way.next or reverse("rounds:round", args=[rated.project.slug, rated.uid])


def rating_page(
    request: MemberRequest,
    assignment: Assignment,
    reading: Reading,
    *,
    stands: Reading | None = None,
    refusal: Refusal | None = None,
    thought_draft: str = "",
) -> HttpResponse:
    """Render the page; `reading` is what it shows, `stands` what is saved where the two differ."""
    is_coder = assignment.coder_id == request.user.pk
    context: dict[str, Any] = {
        "assignment": assignment, "incident": assignment.incident, "round": assignment.round, "reading": reading,
        "version": (stands or reading).version, "refusal": refusal, "is_coder": is_coder,
        "may_rate": may_work(request, assignment),
        "words": queries.words_of(assignment), "confidences": ["low", "medium", "high"], "key": ids.new_uid(),
        "may_think": may_ask_back(request, assignment),
        "thought_draft": thought_draft, "way": queries.way_of(assignment) if is_coder else None,
    }  # fmt: skip
    if isinstance(refusal, MovedOn) and stands is not None:
        context["stands"] = queries.names_chosen(assignment, stands)
    try:
        quotes = own_quotes(assignment, request.user)
        context |= {
            "layers": queries.rating_rows(assignment, reading, quotes),
            "is_stance": rules.is_stance(assignment.round),
            **afterwards(assignment, request.user),
        }
    except BadInput as fault:
        context |= {"unreadable": fault.message, "may_rate": False}
    return render(request, "selective_coding/rate.html", context, status=refusal.status if refusal else 200)


@require_GET
@project_page(shared=True)
def integrate(request: MemberRequest, project: Project) -> HttpResponse:
    """Categories into the scale, the core category, the storyline; the lead works, others read."""
    return integrate_page(request, project)


def integrate_page(
    request: MemberRequest, project: Project, scale: Scale | None = None, *, status: int = 200, **more: Any
) -> HttpResponse:
    """Render the page with what a refused form had; `more` overrides what is stored."""
    scales = queries.scales_of(request.user, project)
    chosen = scale or chosen_scale(scales, request.GET.get("scale", ""))
    story = queries.storyline_of(project)
    context = {
        "told": told(project, story.text),
        "scales": scales, "scale": chosen, "is_lead": request.membership.role == Role.LEAD, "no_fit": NO_FIT,
        "integration": queries.integration(chosen) if chosen else None,
        "storyline": story, **more,
    }  # fmt: skip
    return render(request, "selective_coding/integrate.html", context, status=status)


def chosen_scale(scales: list[Scale], uid: str) -> Scale | None:
    """Give the scale that the address names, or the first."""
    first = scales[0] if scales else None
    return next((scale for scale in scales if scale.uid == as_uid(uid)), first)


@require_GET
@project_page(shared=True)
def scale(request: MemberRequest, project: Project, uid: str) -> HttpResponse:
    """The scale itself: layers with their categories and definitions."""
    found = get_object_or_404(Scale.objects.visible_to(request.user), project=project, uid=uid)
    has_vectors = request.membership.role == Role.LEAD and queries.has_vectors(found)
    retired = queries.retired_in(found)[1]
    context = {"scale": found, "layers": queries.layers_of(found), "has_vectors": has_vectors, "retired": retired,
               "is_lead": request.membership.role == Role.LEAD}  # fmt: skip
    return render(request, "selective_coding/scale.html", context)


@require_POST
@project_page(shared=True)
def place(request: MemberRequest, project: Project, uid: str, category: str) -> HttpResponse:
    """Give a category its place in the scale, say that it does not fit, or take its place back."""
    scales = Scale.objects.visible_to(request.user).select_related("project")
    found = get_object_or_404(scales, project=project, uid=uid)
    placed = get_object_or_404(Category.objects.visible_to(request.user).filter(project=project), uid=category)
    posted = place_in(request.POST)
    if not adopted_categories(project).filter(pk=placed.pk).exists():
        raise NotLiving(f"“{placed}” is not in use any more, so its places stay as they are. Reload the page.")
    try:
        sentence = put(request, placed, found, posted)
    except (BadInput, PartRetired) as refusal:
        if request.htmx:  # type: ignore[attr-defined]  # put there by django_htmx
            raise
        return refused_place(request, placed, queries.integration(found), posted, refusal)
    if request.htmx:  # type: ignore[attr-defined]  # put there by django_htmx
        return placed_row(request, placed, queries.integration(found), sentence)
    url = reverse("selective_coding:integrate", args=[project.slug])
    return back_with(request, f"{url}?scale={found.uid}#place-{placed.uid}", sentence)


def put(request: MemberRequest, category: Category, scale: Scale, posted: Place) -> str:
    """Call the verb that the choice asks for, and say what happened."""
    if not posted.choice:
        mapping = Mapping.objects.filter(category=category, scale=scale).first()
        if mapping:
            unmap(request.user, mapping)
        return f"“{category}” has no place in the scale."
    mapped = map_category(request.user, category, scale, posted.find(scale), posted.rationale)
    if mapped.scale_category is None:
        return f"“{category}” does not fit: that is a finding about the scale."
    return f"“{category}” stands under “{mapped.scale_category}”."


def placed_row(request: MemberRequest, category: Category, integration: Integration, sentence: str) -> HttpResponse:
    """Answer htmx with the category's row and the counts that changed with it."""
    context = {"held": integration.placing(category), "integration": integration, "scale": integration.scale,
               "is_lead": True, "no_fit": NO_FIT, "is_swap": True, "sentence": sentence}  # fmt: skip
    answer = render(request, "selective_coding/integrate.html#swap", context)
    return trigger_client_event(answer, "announce", {"value": sentence})


def refused_place(
    request: MemberRequest, category: Category, integration: Integration, posted: Place, refusal: Refusal
) -> HttpResponse:
    """Show the refusal in the category's row, with what was chosen and written."""
    row = integration.placing(category)
    row.draft, row.refusal = posted, refusal.message
    return integrate_page(request, request.project, integration.scale, status=refusal.status, integration=integration)


@require_POST
@project_page(shared=True)
def storyline(request: MemberRequest, project: Project) -> HttpResponse:
    """Write the storyline; a stale page shows both texts."""
    text = request.POST.get("text", "")
    try:
        tell(request.user, project, text, version_in(request.POST))
    except (BadInput, MovedOn) as refusal:
        return integrate_page(request, project, status=refusal.status, story_draft=text, story_refusal=refusal.message,
                              story_moved=isinstance(refusal, MovedOn))  # fmt: skip
    url = reverse("selective_coding:integrate", args=[project.slug])
    return back_with(request, f"{url}#storyline", "Storyline saved.")
