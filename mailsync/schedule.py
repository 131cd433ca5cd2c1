"""When email sync's own tasks run; jiminny_sync.celery hands it to beat, and the admin can change it."""

from celery.schedules import crontab, schedule

SCHEDULE: dict[str, dict[str, object]] = {
    "queue due mailboxes": {"task": "mailsync.dispatch", "schedule": schedule(run_every=60)},
    "keep change notifications": {"task": "mailsync.keep_subscriptions", "schedule": crontab(minute="17")},
    "hide mail of customers who left": {"task": "mailsync.follow_departures", "schedule": crontab(minute="37")},
    "tell admins of stopped mailboxes": {
        "task": "mailsync.send_digests",
        "schedule": crontab(hour="6", minute="30"),
    },
}
