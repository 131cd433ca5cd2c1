from django.apps import AppConfig


class TimelineConfig(AppConfig):
    name = "timeline"
    verbose_name = "Timeline"

    def ready(self) -> None:
        from crm.signals import customers_changed  # noqa: PLC0415 - models must be loaded first
        from timeline.services.assignment import on_customers_changed  # noqa: PLC0415 - as above

        customers_changed.connect(on_customers_changed, dispatch_uid="timeline.assignment")
