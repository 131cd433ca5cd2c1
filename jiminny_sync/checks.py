"""`manage.py check --database default --tag services`: what is wrong with the servers and how to mend it.

They ask servers, so they run only where a database is named: with `--database`, and before `migrate`. What the settings
open to everybody is said by every command.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import chain
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register  # noqa: A004 - Django's name
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.utils import DatabaseError

from accounts.models import Organization
from accounts.selectors.keys import organization_key
from core.db.portions import in_portions
from core.encryption import Place, UnreadableSecret, seal
from jiminny_sync.health import answers
from timeline.search.building import has_index
from timeline.search.writing import IndexUnavailable

COLLATION = "utf8mb4_bin"
SMALLEST_PACKET = 16 * 1024 * 1024
"""Bytes; a page of long mails is written in one statement."""

LARGEST_SKEW = timedelta(seconds=30)
SEARCH_MAJOR = "9"


@register("services")
def check_services(databases: Sequence[str] | None = None, **_: Any) -> list[CheckMessage]:
    """Every finding about database, keys, broker and search."""
    if not databases:
        return []
    found = [finding for alias in databases for finding in _database(connections[alias])]
    return [*found, *_keys(), *_broker(), *_search()]


@register(Tags.security)
def check_hosts(**_: Any) -> list[CheckMessage]:
    """ALLOWED_HOSTS that allows any host lets anybody choose the address in links that are mailed or shown."""
    if "*" not in settings.ALLOWED_HOSTS:
        return []
    return [
        Warning(
            "ALLOWED_HOSTS=* answers under any name: whoever asks decides what links in answers and mails lead to.",
            hint="Name the hosts that people use, such as ALLOWED_HOSTS=sync.example.com.",
            id="settings.W001",
        )
    ]


def _database(connection: BaseDatabaseWrapper) -> Iterator[CheckMessage]:
    if connection.vendor != "mysql":
        return
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT @@collation_database, @@max_allowed_packet, UTC_TIMESTAMP(6)")
            collation, packet, now = cursor.fetchone()
    except DatabaseError as error:
        yield Error(
            f"MariaDB does not answer: {error}",
            hint="Start it, and look at DATABASE_URL: address, user, password and database.",
            id="services.E001",
        )
        return
    if collation != COLLATION:
        yield Error(
            f"The database compares text by {collation}: addresses and ids that differ only in case would be one.",
            hint=f"ALTER DATABASE … CHARACTER SET utf8mb4 COLLATE {COLLATION}, before the first migration.",
            id="services.E002",
        )
    if packet < SMALLEST_PACKET:
        yield Error(
            f"MariaDB takes statements of {packet:,} bytes at most: a page of long mails does not fit.",
            hint="Set max_allowed_packet=64M in the server's configuration.",
            id="services.E003",
        )
    skew = abs(datetime.now(UTC) - now.replace(tzinfo=UTC))
    if skew > LARGEST_SKEW:
        yield Warning(
            f"MariaDB's clock and this machine's differ by {skew.total_seconds():.0f} s: leases end early or late.",
            hint="Run a time service (chrony or systemd-timesyncd) on both.",
            id="services.W004",
        )


def _keys() -> Iterator[CheckMessage]:
    try:
        seal("a word", Place("check", "", ""))
    except (ValueError, IndexError):
        yield Error(
            "FIELD_ENCRYPTION_KEYS holds no usable key: nobody's sign-in can be stored or read.",
            hint="Give at least one Fernet key, 32 bytes in URL-safe base64, newest first.",
            id="services.E005",
        )
        return
    yield from _organizations_keys()


def _organizations_keys() -> Iterator[CheckMessage]:
    """Each organization whose key is missing or unreadable: what it erased could come back, so nothing is recorded."""
    try:
        for organization in chain.from_iterable(in_portions(Organization.objects.all(), 500)):
            try:
                organization_key(organization)
            except UnreadableSecret as error:
                yield Error(
                    str(error), hint="Restore accounts_organizationkey, or the key it was written with.",
                    id="services.E010",
                )  # fmt: skip
    except DatabaseError:
        return  # before the first migration there is no table; a database that is away is told above


def _broker() -> Iterator[CheckMessage]:
    if not answers("broker"):
        yield Warning(
            "The broker does not answer: switches and syncs are not carried out.",
            hint="Start Redis (or RabbitMQ), and look at CELERY_BROKER_URL.",
            id="services.W006",
        )


def _search() -> Iterator[CheckMessage]:
    if not settings.ELASTICSEARCH_URL:
        return
    from timeline.search.elastic import client  # noqa: PLC0415 - only where there is a server

    if not answers("search"):
        yield Warning(
            "Elasticsearch does not answer: searches are answered by the database.",
            hint="Start it, and look at ELASTICSEARCH_URL. What was missed is caught up by itself.",
            id="services.W007",
        )
        return
    version = str(client().info()["version"]["number"])
    if version.partition(".")[0] != SEARCH_MAJOR:
        yield Error(
            f"Elasticsearch is {version}; the client speaks to {SEARCH_MAJOR}.x.",
            hint=f"Install Elasticsearch {SEARCH_MAJOR}.x.",
            id="services.E008",
        )
    try:
        is_missing = not has_index()
    except IndexUnavailable:
        is_missing = True
    if is_missing:
        yield Warning(
            "The search index does not exist: searches are answered by the database.",
            hint="The worker builds it within a minute; `manage.py reindex` does it now.",
            id="services.W009",
        )
