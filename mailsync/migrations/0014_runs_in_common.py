from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("mailsync", "0013_domains_that_the_operator_gave")]

    operations = [
        migrations.AlterField(
            "mailbox",
            "not_before",
            models.DateTimeField(blank=True, help_text="We were asked to wait until then.", null=True),
        ),
        migrations.AlterField(
            "syncrun", "is_complete", models.BooleanField(default=False, help_text="Nothing was left to read.")
        ),
        migrations.AlterField(
            "syncrun", "requests", models.PositiveIntegerField(default=0, help_text="HTTP requests.")
        ),
    ]
