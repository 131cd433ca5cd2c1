from celery.signals import task_postrun
from django.apps import AppConfig
from django.core.signals import request_finished

from core.remembering import forget


class ProjectConfig(AppConfig):
    name = "jiminny_sync"
    verbose_name = "Email sync"

    def ready(self) -> None:
        from jiminny_sync import checks  # noqa: F401, PLC0415 - registers them

        request_finished.connect(forget, dispatch_uid="jiminny_sync.forget")
        task_postrun.connect(forget, dispatch_uid="jiminny_sync.forget")
