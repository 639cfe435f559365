"""Rows that are a record: an update of them is refused by the database itself."""

from django.db import migrations

from coding.lib.triggers import never_changes


class Migration(migrations.Migration):
    dependencies = [("codes", "0001_initial")]
    operations = [
        never_changes(
            "codes_edition",
            ["id", "uid", "project_id", "number", "content", "sha256", "note", "by_id", "at"],
        )
    ]
