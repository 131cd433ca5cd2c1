"""Rows of the console's log that name people are named by their ids, as those written since are."""

from typing import Any

from django.db import migrations
from django.db.models.functions import Left


def forget_names(apps: Any, schema_editor: Any) -> None:
    entries = apps.get_model("admin", "LogEntry").objects.using(schema_editor.connection.alias)
    entries.update(object_repr=Left("object_id", 200), change_message="[]")


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0013_counted_calls"),
        ("admin", "0003_logentry_add_action_flag_choices"),
    ]

    operations = [migrations.RunPython(forget_names, migrations.RunPython.noop)]
