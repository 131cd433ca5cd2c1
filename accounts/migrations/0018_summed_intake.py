from django.db import migrations, models


class Migration(migrations.Migration):
    """What waits for the trail is summed first, and chained once."""

    dependencies = [("accounts", "0017_total_orders")]

    operations = [
        migrations.RenameField("auditintake", "is_chained", "is_summed"),
        migrations.AlterField(
            "auditintake",
            "is_summed",
            models.BooleanField(default=False, help_text="The one row of its question and hour."),
        ),
    ]
