"""When the timeline's tasks run; declared here, editable in the admin console."""

from celery.schedules import crontab

SCHEDULE = {
    "number-changes": {"task": "timeline.tasks.number_changes", "schedule": 60.0},
    "count-changes": {"task": "timeline.tasks.count_changes", "schedule": 15.0},
    "mend-standings": {"task": "timeline.tasks.mend_standings", "schedule": crontab(hour="4", minute="7")},
    "drain-changes": {"task": "timeline.tasks.drain_changes", "schedule": 60.0},
    "prune-changes": {"task": "timeline.tasks.prune_changes", "schedule": crontab(hour="3", minute="47")},
    "purge-expired": {"task": "timeline.tasks.purge_expired", "schedule": crontab(hour="2", minute="37")},
    "join-copies": {"task": "timeline.tasks.join_copies", "schedule": crontab(hour="2", minute="57")},
    "mend-index": {"task": "timeline.tasks.mend_index", "schedule": crontab(hour="3", minute="17")},
}
