from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = "People and connections"

    def ready(self) -> None:
        from accounts.services import (  # noqa: PLC0415 - their receivers listen once models are loaded
            addresses,  # noqa: F401
            api_tokens,  # noqa: F401
            organization_defaults,  # noqa: F401
            people,  # noqa: F401
            sign_ins,  # noqa: F401
        )
