"""When email sync's own tasks run; jiminny_sync.celery hands it to beat, and the admin can change it."""

from celery.schedules import schedule

SCHEDULE: dict[str, dict[str, object]] = {
    "queue due mailboxes": {"task": "mailsync.dispatch", "schedule": schedule(run_every=60)},
}
