"""How an engagement was assigned is named so; an association is its link to a customer record.

The index goes with its column in the database, so that it is renamed in what Django knows alone.
"""

from django.db import migrations, models

NEW = models.Index(fields=["organization", "assignment_certain", "-occurred_at"], name="engagements_to_review")


class Migration(migrations.Migration):

    dependencies = [
        ("timeline", "0016_moments_of_lesser_copies"),
    ]

    operations = [
        *(
            migrations.RenameField(
                model_name="engagement", old_name=f"association_{name}", new_name=f"assignment_{name}"
            )
            for name in ("rule", "certain", "candidates")
        ),
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.RemoveIndex(model_name="engagement", name="engagements_to_review"),
                migrations.AddIndex(model_name="engagement", index=NEW),
            ],
        ),
    ]
