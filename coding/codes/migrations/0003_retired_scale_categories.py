"""Layers and categories of a scale retire and merge; nothing is ever mapped to a retired one."""

import django.db.models.deletion
from django.db import migrations, models

from coding.lib.triggers import refuses

RETIRED = "EXISTS (SELECT 1 FROM codes_scalecategory WHERE id = NEW.scale_category_id AND retired_at IS NOT NULL)"
MAPPED = "NEW.retired_at IS NOT NULL AND EXISTS (SELECT 1 FROM codes_mapping WHERE scale_category_id = NEW.id)"


class Migration(migrations.Migration):
    dependencies = [("codes", "0002_never_changes")]
    operations = [
        migrations.AddField("layer", "retired_at", models.DateTimeField(blank=True, null=True)),
        migrations.AddField("scalecategory", "retired_at", models.DateTimeField(blank=True, null=True)),
        migrations.AddField(
            "scalecategory",
            "merged_into",
            models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="merged_from",
                to="codes.scalecategory",
            ),
        ),
        migrations.AddConstraint(
            "scalecategory",
            models.CheckConstraint(
                condition=~models.Q(merged_into=models.F("id")), name="scale_category_not_merged_into_itself"
            ),
        ),
        migrations.AddConstraint(
            "scalecategory",
            models.CheckConstraint(
                condition=models.Q(merged_into=None) | models.Q(retired_at__isnull=False),
                name="scale_category_merged_is_retired",
            ),
        ),
        refuses("mapping_to_living_at_first", "codes_mapping", "INSERT", RETIRED),
        refuses("mapping_to_living", "codes_mapping", "UPDATE OF scale_category_id", RETIRED),
        refuses("scale_category_retired_unmapped", "codes_scalecategory", "UPDATE OF retired_at", MAPPED),
    ]
