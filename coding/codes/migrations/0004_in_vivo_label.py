"""A category may bear the words of an incident that name it best."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("codes", "0003_retired_scale_categories")]
    operations = [
        migrations.AddField("category", "in_vivo_label", models.CharField(blank=True, default="", max_length=200)),
    ]
