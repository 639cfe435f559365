from django.apps import AppConfig


class LibConfig(AppConfig):
    """Helpers that know no room: template tags, and the watch over the database's settings."""

    name = "coding.lib"
    label = "lib"

    def ready(self) -> None:
        from coding.lib import sqlite

        sqlite.watch()
