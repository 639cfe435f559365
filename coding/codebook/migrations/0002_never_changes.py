"""Rows that are a record: an update of them is refused by the database itself."""

from django.db import migrations

from coding.lib.triggers import never_changes


class Migration(migrations.Migration):
    dependencies = [("codebook", "0001_initial")]
    operations = [
        never_changes(
            "codebook_publication",
            ["id", "uid", "edition_id", "document", "sha256", "supersedes_id", "note", "by_id", "at"],
        )
    ]
