"""When the trail's own tasks run; jiminny_sync.celery hands it to beat."""

from celery.schedules import crontab, schedule

SCHEDULE: dict[str, dict[str, object]] = {
    "leave nothing in SQLite's log": {"task": "accounts.cut_log", "schedule": schedule(run_every=60)},
    "write the ends of the trails to the log": {
        "task": "accounts.log_trail_ends",
        "schedule": crontab(hour="6", minute="15"),
    },
    "bring what was read onto the trail": {"task": "accounts.chain_intake", "schedule": schedule(run_every=60)},
}
