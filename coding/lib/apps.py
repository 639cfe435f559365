from django.apps import AppConfig
from django.contrib.staticfiles.apps import StaticFilesConfig


class LibConfig(AppConfig):
    """Helpers that know no room: template tags, and the watch over the database's settings."""

    name = "coding.lib"
    label = "lib"
    default = True

    def ready(self) -> None:
        from coding.lib import sqlite

        sqlite.watch()


class OurStaticFiles(StaticFilesConfig):
    """Collect what pages use. Left out: htmx's extensions (their comments read as imports) and DRF's own pages."""

    ignore_patterns = [*StaticFilesConfig.ignore_patterns, "django_htmx/ext/*", "htmx-4*", "rest_framework/*"]
