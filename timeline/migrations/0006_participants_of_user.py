"""One index answers both "which are this user's?" and "did this user take part?"; it comes before the other goes,
since MariaDB keeps a foreign key indexed at every moment."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("timeline", "0005_index_build"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddIndex(
            model_name="participant",
            index=models.Index(fields=["user", "engagement"], name="participants_of_user"),
        ),
        migrations.AlterField(
            model_name="participant",
            name="user",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="participations",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
    ]
