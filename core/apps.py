from django.apps import AppConfig


class CoreConfig(AppConfig):
    name = "core"
    verbose_name = "Ground floor"

    def ready(self) -> None:
        from core.db import bulk  # noqa: F401, PLC0415 - registers `among` with Django's fields
