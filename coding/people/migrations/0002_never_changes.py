"""Rows that are a record: an update of them is refused by the database itself."""

from django.db import migrations

from coding.lib.triggers import never_changes


class Migration(migrations.Migration):
    dependencies = [("people", "0001_initial")]
    operations = [
        never_changes(
            "people_event",
            ["id", "uid", "project_id", "stream", "position", "actor_id", "verb", "target", "before", "after", "reason",
             "at", "key", "body_sha256", "answer", "undoes_id", "previous_hash", "hash"],
        )
    ]
