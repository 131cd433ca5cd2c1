"""At which domains admins may add people: those that the operator gave, by the command or in the console."""

from typing import Any

from django.db import migrations, models
from django.db.models import Q


def mark_given(apps: Any, schema_editor: Any) -> None:
    domains = apps.get_model("mailsync", "BlockedDomain").objects.using(schema_editor.connection.alias)
    by_operator = Q(created_by=None) | Q(created_by__is_superuser=True)
    domains.filter(by_operator, kind="internal").update(is_given=True)


class Migration(migrations.Migration):
    dependencies = [("mailsync", "0012_what_workers_are_at")]

    operations = [
        migrations.AddField(
            model_name="blockeddomain",
            name="is_given",
            field=models.BooleanField(
                default=False,
                help_text="Admins may add people at this domain.",
                verbose_name="given by the operator",
            ),
        ),
        migrations.RunPython(mark_given, migrations.RunPython.noop),
    ]
