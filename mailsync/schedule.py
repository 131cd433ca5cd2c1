"""When email sync's own tasks run; jiminny_sync.celery hands it to beat, and the admin can change it."""

from celery.schedules import crontab, schedule

SCHEDULE: dict[str, dict[str, object]] = {
    "queue due mailboxes": {"task": "mailsync.dispatch", "schedule": schedule(run_every=60)},
    "keep change notifications": {"task": "mailsync.keep_subscriptions", "schedule": crontab(minute="17")},
    "hide mail of customers who left": {"task": "mailsync.follow_departures", "schedule": crontab(minute="37")},
    # after the night's purge, whose mails teach nothing any more, and before copies are joined
    "learn banners and signatures": {"task": "mailsync.learn_lines", "schedule": crontab(hour="2", minute="47")},
    "tell admins of stopped mailboxes": {
        "task": "mailsync.send_digests",
        "schedule": crontab(hour="6", minute="30"),
    },
}
