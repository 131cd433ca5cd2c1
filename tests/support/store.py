"""The test's database, lent to processes of their own: those that are killed, and those that come after them."""

import os
import sqlite3
from pathlib import Path

from django.conf import settings
from django.db import connection

from tests.support.mailboxes import World


class Store:
    """The test's database as a process of its own sees it: a copy in a file on SQLite, the same one elsewhere."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / "db.sqlite3"
        if connection.vendor == "sqlite":
            with sqlite3.connect(self._file) as copy:
                connection.connection.backup(copy)
            copy.close()

    @property
    def url(self) -> str:
        if connection.vendor == "sqlite":
            return f"sqlite:///{self._file}"
        given = connection.settings_dict
        return f"mysql://{given['USER']}:{given['PASSWORD']}@{given['HOST']}:{given['PORT']}/{given['NAME']}"

    def fetch(self) -> None:
        """Let the test see what the processes wrote."""
        if connection.vendor == "sqlite":
            with sqlite3.connect(self._file) as copy:
                copy.backup(connection.connection)
            copy.close()


def environment_of(store: Store, world: World) -> dict[str, str]:
    tenant = world.tenant
    return os.environ | {
        "DATABASE_URL": store.url,
        "CELERY_BROKER_URL": "memory://",
        "MICROSOFT_CLIENT_ID": tenant.client_id,
        "MICROSOFT_CLIENT_SECRET": tenant.client_secret,
        "MICROSOFT_AUTHORITY": tenant.authority,
        "MICROSOFT_GRAPH_URL": tenant.graph_url,
        "MICROSOFT_CA_BUNDLE": tenant.ca_path,
        "SECRET_KEY": settings.SECRET_KEY,
        "FIELD_ENCRYPTION_KEYS": ",".join(settings.FIELD_ENCRYPTION_KEYS),
    }
