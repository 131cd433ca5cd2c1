"""When the timeline's tasks run; declared here, editable in the admin console."""

from celery.schedules import crontab

SCHEDULE = {
    "drain-index-outbox": {"task": "timeline.tasks.drain_index_outbox", "schedule": 60.0},
    "purge-expired": {"task": "timeline.tasks.purge_expired", "schedule": crontab(hour="2", minute="37")},
    "join-copies": {"task": "timeline.tasks.join_copies", "schedule": crontab(hour="2", minute="57")},
    "mend-index": {"task": "timeline.tasks.mend_index", "schedule": crontab(hour="3", minute="17")},
}
