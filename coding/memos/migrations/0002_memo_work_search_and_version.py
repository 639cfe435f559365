import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    """No memo could be written before this: the column of segments is made anew, since a number becomes no public id."""

    dependencies = [
        ("codes", "0001_initial"),
        ("incidents", "0001_initial"),
        ("memos", "0001_initial"),
        ("open_coding", "0001_initial"),
        ("people", "0001_initial"),
        ("rounds", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveField("memo", "segment"),
        migrations.AddField(
            "memo",
            "segment",
            models.ForeignKey(
                blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="memos", to="open_coding.segment", to_field="uid",
            ),
        ),
        migrations.AddField(
            "memo",
            "assignment",
            models.ForeignKey(
                blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="memos",
                to="rounds.assignment",
            ),
        ),
        migrations.AddField("memo", "search_text", models.TextField(default="", editable=False)),
        migrations.AddField("memo", "version", models.PositiveIntegerField(default=1)),
        migrations.AddIndex("memo", models.Index(fields=["project", "-at"], name="memo_by_project")),
        migrations.AddConstraint(
            "memo",
            models.CheckConstraint(
                condition=models.Q(
                    models.Q(("category__isnull", True), ("code__isnull", True), ("incident__isnull", True)),
                    models.Q(("category__isnull", True), ("incident__isnull", True), ("segment__isnull", True)),
                    models.Q(("code__isnull", True), ("incident__isnull", True), ("segment__isnull", True)),
                    models.Q(("category__isnull", True), ("code__isnull", True), ("segment__isnull", True)),
                    _connector="OR",
                ),
                name="memo_on_at_most_one_thing",
            ),
        ),
    ]
