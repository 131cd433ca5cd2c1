"""A copy's id in its mailbox is called so; the unique index over it goes along with its column."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("mailsync", "0014_runs_in_common")]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[migrations.RemoveConstraint("sighting", "one_sighting_per_copy")]
        ),
        migrations.RenameField("sighting", "graph_id", "copy_id"),
        migrations.RenameField("sighting", "graph_id_hash", "copy_id_hash"),
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.AddConstraint(
                    "sighting",
                    models.UniqueConstraint(fields=("mailbox", "copy_id_hash"), name="one_sighting_per_copy"),
                )
            ]
        ),
    ]
