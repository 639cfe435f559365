"""Pages: sign in and out, account and tokens, team and invitations, a project's settings."""

from datetime import datetime, time
from typing import Any

from axes.utils import reset
from django.contrib.auth import login
from django.contrib.auth import views as auth
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse, reverse_lazy
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from coding.lib.collation import in_order
from coding.lib.refusals import back_with, own_path
from coding.people import rules, shortcuts
from coding.people.access import MemberRequest, project_page, public, signed_in
from coding.people.forms import (
    AccountForm,
    InvitationForm,
    KeysForm,
    NewAccountForm,
    ProjectForm,
    RoleForm,
    SignInForm,
    TokenForm,
)
from coding.people.models import Membership, Project, Token, User

sign_in = public(
    auth.LoginView.as_view(
        template_name="people/sign_in.html", authentication_form=SignInForm, redirect_authenticated_user=True
    )
)
sign_out = public(auth.LogoutView.as_view())
password_change = signed_in(
    auth.PasswordChangeView.as_view(
        template_name="people/password_change.html", success_url=reverse_lazy("people:account")
    )
)
password_reset = public(
    auth.PasswordResetView.as_view(
        template_name="people/password_reset.html",
        email_template_name="people/password_reset_email.txt",
        subject_template_name="people/password_reset_subject.txt",
        success_url=reverse_lazy("people:password_reset_sent"),
    )
)
password_reset_sent = public(auth.PasswordResetDoneView.as_view(template_name="people/password_reset_sent.html"))


class SetPassword(auth.PasswordResetConfirmView):
    """A new password by mail also lifts the lock of too many tries, as the lock's page says."""

    def form_valid(self, form: Any) -> HttpResponse:
        reset(username=form.user.email)
        return super().form_valid(form)


password_reset_confirm = public(
    SetPassword.as_view(template_name="people/password_reset_confirm.html", success_url=reverse_lazy("people:sign_in"))
)


@signed_in
def account(request: MemberRequest) -> HttpResponse:
    """Change one's name and look; see one's tokens."""
    form = AccountForm(request.POST or None, instance=request.user)
    if request.method == "POST" and form.is_valid():
        form.save()
        return back_with(request, reverse("people:account"), "Saved.")
    tokens = Token.objects.filter(user=request.user).select_related("project").order_by("-created_at")
    token_form = TokenForm(user=request.user)
    context = {"form": form, "tokens": tokens, "token_form": token_form}
    return render(request, "people/account.html", context, status=400 if form.errors else 200)


@require_safe
@signed_in
def keys(request: MemberRequest) -> HttpResponse:
    """List all keys, as they are for this person; for htmx as the dialog that opens over any page."""
    part = "#dialog" if request.headers.get("HX-Request") else ""
    return render(request, f"people/keys.html{part}")


@signed_in
def change_keys(request: MemberRequest) -> HttpResponse:
    """Choose one's own keys, or go back to the defaults."""
    data = request.POST if request.method == "POST" else None
    form = KeysForm(shortcuts.resolved({}) if data and "defaults" in data else data, user=request.user)
    if form.is_valid():
        form.save()
        sentence = "Saved." if request.user.keys else "Saved: every action has its default key."
        return back_with(request, reverse("people:change_keys"), sentence)
    context = {"form": form, "caps": shortcuts.CAPS}
    return render(request, "people/change_keys.html", context, status=400 if form.errors else 200)


@require_POST
@signed_in
def put_tour_away(request: MemberRequest) -> HttpResponse:
    """Show the tour of the coding page no more."""
    User.objects.filter(pk=request.user.pk).update(has_toured=True)
    if request.headers.get("HX-Request"):
        return render(request, "open_coding/_tour.html#away")
    return redirect(own_path(request, reverse("people:keys")))


@require_POST
@signed_in
def issue_token(request: MemberRequest) -> HttpResponse:
    """Make a token and show its text once."""
    form = TokenForm(request.POST, user=request.user)
    if not form.is_valid():
        tokens = Token.objects.filter(user=request.user).select_related("project")
        context = {"form": AccountForm(instance=request.user), "tokens": tokens, "token_form": form}
        return render(request, "people/account.html", context, status=400)
    data, day = form.cleaned_data, form.cleaned_data["expires_on"]
    expires_at = timezone.make_aware(datetime.combine(day, time.max)) if day else None
    token, text = rules.issue_token(request.user, data["name"], data["scope"], data["project"], expires_at)
    return render(request, "people/token.html", {"token": token, "text": text})


@require_POST
@signed_in
def revoke_token(request: MemberRequest, uid: str) -> HttpResponse:
    token = get_object_or_404(Token, user=request.user, uid=uid)
    rules.revoke_token(token)
    return back_with(request, reverse("people:account"), f"Token “{token.name}” no longer works.")


@project_page(read="lead", write="lead")
def project_settings(request: MemberRequest, project: Project) -> HttpResponse:
    form = ProjectForm(request.POST or None, instance=project)
    if request.method == "POST" and form.is_valid():
        fresh = Project.objects.get(pk=project.pk)
        rules.describe_project(request.user, fresh, **{name: form.cleaned_data[name] for name in form.changed_data})
        return back_with(request, reverse("people:settings", args=[project.slug]), "Saved.")
    return render(request, "people/settings.html", {"form": form}, status=400 if form.errors else 200)


@require_safe
@project_page()
def team(request: MemberRequest, project: Project) -> HttpResponse:
    """Who is here; a lead also invites, changes roles and removes."""
    return team_page(request, project, InvitationForm())


def team_page(request: MemberRequest, project: Project, form: InvitationForm, link: str = "") -> HttpResponse:
    is_lead = request.membership.role == "lead"
    members = project.memberships.select_related("user").order_by("role", in_order("user__name"), "pk")
    rows = [(member, RoleForm(instance=member, auto_id=f"id_{member.uid}_%s")) for member in members]
    invitations = project.invitations.still_open().order_by("email") if is_lead else []
    context = {"rows": rows, "invitations": invitations, "form": form, "link": link, "is_lead": is_lead}
    return render(request, "people/team.html", context, status=400 if form.errors else 200)


@require_POST
@project_page()
def invite(request: MemberRequest, project: Project) -> HttpResponse:
    """Make an invitation and show its link once."""
    form = InvitationForm(request.POST)
    if not form.is_valid():
        return team_page(request, project, form)
    _, token = rules.invite(request.user, project, form.cleaned_data["email"], form.cleaned_data["role"])
    link = request.build_absolute_uri(reverse("people:accept", args=[token]))
    return team_page(request, project, InvitationForm(), link)


@require_POST
@project_page()
def change_role(request: MemberRequest, project: Project, uid: str) -> HttpResponse:
    member = get_object_or_404(Membership, project=project, uid=uid)
    form = RoleForm(request.POST, instance=member)
    if not form.is_valid():
        return back_with(request, reverse("people:team", args=[project.slug]), "Choose one of the roles.")
    member.refresh_from_db()
    rules.change_role(request.user, member, form.cleaned_data["role"])
    sentence = f"{member.user} is now {member.get_role_display().lower()}."
    return back_with(request, reverse("people:team", args=[project.slug]), sentence)


@require_POST
@project_page()
def put_in_group(request: MemberRequest, project: Project, uid: str) -> HttpResponse:
    """Say to which group of coders a member belongs; a refusal stands on the same page."""
    member = get_object_or_404(Membership, project=project, uid=uid)
    group = request.POST.get("group", "")
    rules.put_in_group(request.user, member, group)
    where = f"in the group “{group.strip()}”" if group.strip() else "in no group"
    sentence = f"{member.user} is {where}."
    return back_with(request, reverse("people:team", args=[project.slug]), sentence)


@require_POST
@project_page()
def remove_member(request: MemberRequest, project: Project, uid: str) -> HttpResponse:
    member = get_object_or_404(Membership, project=project, uid=uid)
    rules.remove_member(request.user, member)
    sentence = f"{member.user} no longer has access. What they coded stays."
    return back_with(request, reverse("people:team", args=[project.slug]), sentence)


@public
def accept(request: HttpRequest, token: str) -> HttpResponse:
    """Join by a link: signed in with one click, else with a new account for the invited address."""
    invitation = rules.open_invitation(token)
    if request.user.is_authenticated:
        if request.method == "POST":
            rules.accept(token, request.user)
            return redirect("desk:project", invitation.project.slug)
        return render(request, "people/accept.html", {"invitation": invitation})
    form = NewAccountForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        user = rules.join_with_new_account(token, form.cleaned_data["name"], form.cleaned_data["password1"])
        login(request, user, backend="coding.people.sign_in.Accounts")
        return redirect("desk:project", invitation.project.slug)
    context = {"invitation": invitation, "form": form}
    return render(request, "people/accept.html", context, status=400 if form.errors else 200)


@public
def health(request: HttpRequest) -> HttpResponse:
    """Answer a load balancer; says nothing about what is inside."""
    return HttpResponse("ok\n", content_type="text/plain")
