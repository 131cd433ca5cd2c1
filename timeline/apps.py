from django.apps import AppConfig
from django.db.models.signals import post_delete


class TimelineConfig(AppConfig):
    name = "timeline"
    verbose_name = "Timeline"

    def ready(self) -> None:
        from accounts.models import Organization  # noqa: PLC0415 - models must be loaded first
        from accounts.signals import person_joined  # noqa: PLC0415 - as above
        from crm.signals import customers_changed  # noqa: PLC0415 - as above
        from timeline.assignment.reassess import on_customers_changed  # noqa: PLC0415 - as above
        from timeline.changes import cascades  # noqa: PLC0415 - as above
        from timeline.search.asking import on_organization_deleted  # noqa: PLC0415 - as above
        from timeline.services.colleagues import on_person_joined  # noqa: PLC0415 - as above

        customers_changed.connect(on_customers_changed, dispatch_uid="timeline.assignment")
        person_joined.connect(on_person_joined, dispatch_uid="timeline.colleagues")
        cascades.connect()
        post_delete.connect(on_organization_deleted, sender=Organization, dispatch_uid="timeline.search")
