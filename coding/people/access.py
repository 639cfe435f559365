"""Who may open which page: every route names its access class, and there is no other way in.

A stranger gets 404 and never learns whether the thing exists; a member without the right gets 403.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, cast

from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render

from coding.lib.prepared import Prepared, number
from coding.lib.refusals import Forbidden, own_path
from coding.people.models import Membership, Project, Role, User

View = Callable[..., HttpResponseBase]
SIGNED_OUT = (
    "You were signed out, so this was not done. What you wrote stands here still: sign in in another tab, then come "
    "back and do it again."
)


class MemberRequest(HttpRequest):
    """A request of a signed-in person; on project pages also with their membership."""

    user: User
    membership: Membership
    project: Project


def public(view: View) -> View:
    """Anybody may open this page."""
    return _named(view, "public")


def signed_in(view: View) -> View:
    """Any signed-in person; the view takes rows only from `visible_to(request.user)`."""

    @wraps(view)
    def inner(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return to_sign_in(request)
        return view(request, *args, **kwargs)

    return _named(inner, "signed in")


def project_page(
    read: str = "lead coder observer", write: str = "lead", shared: bool = False
) -> Callable[[View], View]:
    """Open a page of a project to members with these roles: `read` for GET, `write` for the rest.

    A `shared` page shows what others change at any time; it is closed to a coder of an open blind round.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def inner(request: HttpRequest, slug: str, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not request.user.is_authenticated:
                return to_sign_in(request)
            member = enter(request, slug)
            allow(member.membership, read if request.method in {"GET", "HEAD"} else write)
            if shared and member.membership.is_shielded:
                return render(request, "people/shielded.html", status=403)
            return view(member, member.project, *args, **kwargs)

        return _named(inner, f"read: {read}; write: {write}{'; shared' if shared else ''}")

    return decorate


def to_sign_in(request: HttpRequest) -> HttpResponseBase:
    """Lead to sign-in and from there back: to this page, or for a sent form to the page where it stood.

    Script would follow, and put the page of sign-in in the place of what somebody is writing: it gets the sentence.
    """
    if request.headers.get("HX-Request"):
        return HttpResponse(SIGNED_OUT, status=401, content_type="text/plain; charset=utf-8")
    path = request.get_full_path() if request.method in {"GET", "HEAD"} else own_path(request)
    return redirect_to_login(path)


def enter(request: HttpRequest, slug: str) -> MemberRequest:
    """Find the project among those of this person, and put it on the request."""
    member = cast(MemberRequest, request)
    membership = membership_of(member.user, slug)
    member.membership, member.project = membership, membership.project
    return member


def membership_of(user: User, slug: str) -> Membership:
    """The one getter of a project: 404 for strangers."""
    found = Membership.objects.select_related("project").filter(user=user, project__slug=slug).first()
    if found is None:
        raise Http404("There is no such project, or you are not a member of it.")
    return found


MEMBERSHIP = Prepared(lambda: Membership.objects.filter(user=number("user"), project=number("project")))


def join_request(request: HttpRequest, project: Project) -> MemberRequest:
    """Put the project of a row that was found through `visible_to` on the request (navigation, roles)."""
    member = cast(MemberRequest, request)
    for found in MEMBERSHIP(user=member.user.pk, project=project.pk):
        found.project = project
        member.membership, member.project = found, project
        return member
    raise Http404("There is no such project, or you are not a member of it.")


def allow(membership: Membership, roles: str) -> None:
    """Refuse (403) a member whose role is none of these."""
    if membership.role not in roles.split():
        wanted = " or ".join(Role(role).label.lower() for role in roles.split())
        raise Forbidden(f"Only a {wanted} can do this here. Your role is {membership.get_role_display().lower()}.")


def _named(view: View, name: str) -> View:
    view.access = name  # type: ignore[attr-defined]  # read by the test that every route names its access class
    return view
