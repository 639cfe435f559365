"""Accounts, projects and memberships for the site's administrator; coded work is not edited here."""

from django.contrib import admin

from coding.people.models import Membership, Project, User


class MembershipInline(admin.TabularInline):  # type: ignore[type-arg]  # not generic at run time
    model = Membership
    fields = ["user", "role"]
    extra = 0


@admin.register(User)
class UserAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # not generic at run time
    list_display = ["email", "name", "is_active", "is_staff", "is_machine"]
    fields = ["email", "name", "is_active", "is_staff", "is_superuser", "is_machine"]
    search_fields = ["email", "name"]


@admin.register(Project)
class ProjectAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # not generic at run time
    list_display = ["name", "slug", "archived_at"]
    fields = ["name", "slug", "archived_at"]
    inlines = [MembershipInline]
