"""Pages over all rooms: home, a project with its way, an incident with its readings, activity, error pages."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET

from coding.agreement.queries import headline
from coding.desk import queries
from coding.desk.words import KEPT_ANSWER, in_words
from coding.incidents.models import Incident
from coding.lib.api import broken
from coding.lib.paragraphs import paragraphs
from coding.lib.paragraphs import render as render_paragraph
from coding.people.access import MemberRequest, project_page, signed_in
from coding.people.models import Event, Project
from coding.rounds.models import Assignment
from coding.rounds.wording import wording_for

LATEST = 100
SIGNED_IN_AGAIN = (
    "You signed in again in another tab, or the browser blocks cookies for this site, so this was not done. What you "
    "wrote stands here still: do it again. If that does not help, copy what you wrote and reload the page."
)


@require_GET
@signed_in
def home(request: MemberRequest) -> HttpResponse:
    """Answer "what do I do next?": the next incident to code, and the projects with their way."""
    projects = list(Project.objects.for_home(request.user))
    ways = queries.with_steps(projects, request.user)
    following = queries.next_assignment(request.user)
    leading = [(project, step) for project, steps in ways if (step := queries.next_step(steps))]
    context = {"next": following, "projects": ways, "leading": leading if following is None else []}
    return render(request, "desk/home.html", context)


@require_GET
@project_page()
def project(request: MemberRequest, project: Project) -> HttpResponse:
    """One project: the way with counts and state at each step, and the one next action."""
    [(_, steps)] = queries.with_steps([project], request.user)
    context: dict[str, Any] = {
        "steps": steps,
        "next_step": queries.next_step(steps),
        "next": queries.next_assignment(request.user, project),
    }
    if not request.membership.is_shielded:
        context |= {"headline": headline(request.user, project), "events": latest(request, project, 8)}
    return render(request, "desk/project.html", context)


def latest(request: MemberRequest, project: Project, most: int = LATEST) -> list[dict[str, Any]]:
    events = Event.objects.visible_to(request.user).filter(project=project).select_related("actor")
    shown = list(events.exclude(verb=KEPT_ANSWER).order_by("-at", "-pk")[:most])
    named = queries.abouts([one.target for one in shown], request.user, is_coder=request.membership.role == "coder")
    return [told(one, named.get(one.target, ("", ""))) for one in shown]


def told(event: Event, about: tuple[str, str]) -> dict[str, Any]:
    """One event as the timeline tells it; what its words name already is not named twice."""
    words = in_words(event)
    name, url = about
    return {"at": event.at, "who": event.actor.name, "words": words, "reason": event.reason,
            "about": "" if name in words else name, "url": url}  # fmt: skip


@require_GET
@project_page()
def activity(request: MemberRequest, project: Project) -> HttpResponse:
    """Who did what, when; a coder of an open blind round reads their own events only."""
    return render(request, "desk/activity.html", {"events": latest(request, project)})


@require_GET
@project_page()
def incident(request: MemberRequest, project: Project, number: int) -> HttpResponse:
    """One incident with its text, and whatever readings of it this person may see."""
    found = get_object_or_404(Incident.objects.visible_to(request.user), project=project, number=number)
    assignments = Assignment.objects.visible_to(request.user).filter(incident=found).select_related("round", "coder")
    context = {
        "incident": found,
        "paragraphs": [render_paragraph(found.text, part, [], names=False) for part in paragraphs(found.text)],
        "readings": queries.readings(assignments, found.text, wording_for(request.user, project)),
    }
    return render(request, "desk/incident.html", context)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Say what a failed CSRF check means to a person: the page is old, nothing was saved."""
    if request.headers.get("HX-Request"):
        return HttpResponse(SIGNED_IN_AGAIN, status=403, content_type="text/plain; charset=utf-8")
    return render(request, "403_csrf.html", status=403)


def server_error(request: HttpRequest) -> HttpResponse:
    """Say that something broke: in the API's own form to programs, as a page to people; nothing of the error leaves."""
    if request.path.startswith("/api/"):
        return broken(request)
    return render(request, "500.html", status=500)
