"""The Celery application: `celery -A jiminny_sync worker` and `celery -A jiminny_sync beat`."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "jiminny_sync.settings")

from accounts.schedule import SCHEDULE as ACCOUNTS
from mailsync.schedule import SCHEDULE as MAILSYNC
from timeline.schedule import SCHEDULE as TIMELINE

app = Celery("jiminny_sync")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
app.conf.beat_schedule = {**ACCOUNTS, **MAILSYNC, **TIMELINE}
