"""Accounts, projects and memberships for the site's administrator; coded work is not edited here."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

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


@admin.register(Project)
class ProjectAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # not generic at run time
    list_display = ["name", "slug", "archived_at"]
    fields = ["name", "slug", "archived_at"]
    inlines = [MembershipInline]
