"""When the trail's own tasks run; jiminny_sync.celery hands it to beat."""

from celery.schedules import schedule

SCHEDULE: dict[str, dict[str, object]] = {
    "bring what was read onto the trail": {"task": "accounts.chain_intake", "schedule": schedule(run_every=60)},
}
