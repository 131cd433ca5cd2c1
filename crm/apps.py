from django.apps import AppConfig


class CrmConfig(AppConfig):
    name = "crm"
    verbose_name = "CRM"

    def ready(self) -> None:
        from accounts.signals import person_joined  # noqa: PLC0415 - models must be loaded first
        from crm.services.ownership import on_person_joined  # noqa: PLC0415 - as above

        person_joined.connect(on_person_joined, dispatch_uid="crm.ownership")
