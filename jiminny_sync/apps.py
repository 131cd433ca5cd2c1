from django.apps import AppConfig


class ProjectConfig(AppConfig):
    name = "jiminny_sync"
    verbose_name = "Email sync"

    def ready(self) -> None:
        from jiminny_sync import checks  # noqa: F401, PLC0415 - registers them
