"""Accounts, projects and memberships for the site's administrator; coded work is not edited here."""

from typing import Any, cast

from django.contrib import admin
from django.http import HttpRequest

from coding.people import rules
from coding.people.forms import OfficeSignInForm
from coding.people.models import Membership, Project, User

admin.site.login_form = OfficeSignInForm


class MembershipInline(admin.TabularInline):  # type: ignore[type-arg]  # not generic at run time
    model = Membership
    fields = ["user", "role"]
    extra = 0


@admin.register(User)
class UserAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # not generic at run time
    list_display = ["email", "name", "is_active", "is_staff", "is_machine"]
    fields = ["email", "name", "is_active", "is_staff", "is_superuser", "is_machine"]
    search_fields = ["email", "name"]

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        """Keep the address as sign-in looks it up."""
        obj.email = obj.email.strip().lower()
        super().save_model(request, obj, form, change)

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """Accounts are closed, not deleted: who coded what, and who opened whose work, hangs on them."""
        return False


@admin.register(Project)
class ProjectAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # not generic at run time
    list_display = ["name", "slug", "archived_at"]
    fields = ["name", "slug", "archived_at"]
    inlines = [MembershipInline]

    def has_delete_permission(self, request: HttpRequest, obj: Project | None = None) -> bool:
        """Projects are archived, not deleted; asking before it, the page would list every coding by its words."""
        return False

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        """Change who is in a project by the verbs, so that it is recorded and nobody loses their blindness by it."""
        by = cast(User, request.user)
        formset.save(commit=False)
        for new in formset.new_objects:
            rules.add_member(by, form.instance, new.user, new.role)
        for changed, _ in formset.changed_objects:
            held = Membership.objects.get(pk=changed.pk)
            if changed.user_id == held.user_id:
                rules.change_role(by, held, changed.role)
            else:
                rules.add_member(by, form.instance, changed.user, changed.role)
                rules.remove_member(by, held)
        for gone in formset.deleted_objects:
            rules.remove_member(by, Membership.objects.get(pk=gone.pk))
