"""The project: settings, addresses and processes; the only place that knows every app."""

from jiminny_sync.celery import app as celery_app

__all__ = ["celery_app"]
