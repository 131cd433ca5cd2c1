"""Email sync: mailboxes, and the corridor their mail walks."""

from django.apps import AppConfig


class MailsyncConfig(AppConfig):
    name = "mailsync"
    verbose_name = "Email sync"

    def ready(self) -> None:
        # receivers listen from here on
        from mailsync.selectors import organizations  # noqa: F401, PLC0415
        from mailsync.services import connection, designation  # noqa: F401, PLC0415
