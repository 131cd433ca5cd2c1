"""A database, a broker and index names of its own for each stack of real processes that a test starts.

On the embedded defaults a stack's folder is all that, and there is nothing to add. On real servers
(`make services-test`) the processes would otherwise share what DATABASE_URL and its like name.
"""

import itertools
import json
import os
import urllib.request
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import SplitResult, unquote, urlsplit

from tests.support.waiting import PATIENCE
from tools.servers.isolation import room_of
from tools.services import servers

FIRST, LAST = 16, 63
"""Redis' databases that no parallel worker of pytest has (tools/servers/isolation.py)."""
STACKS_A_WORKER = 8
_stacks = itertools.count()


@contextmanager
def own_rooms() -> Iterator[dict[str, str]]:
    """Yield the variables for one stack; what they name is empty at first and gone afterwards."""
    database = urlsplit(os.environ.get("DATABASE_URL", ""))
    broker = urlsplit(os.environ.get("CELERY_BROKER_URL", ""))
    search = os.environ.get("ELASTICSEARCH_URL", "")
    name = f"jiminny_sync_{uuid.uuid4().hex[:12]}"
    rooms: dict[str, str] = {}
    if database.scheme == "mysql":
        _run_on(database, f"CREATE DATABASE {name} CHARACTER SET utf8mb4 COLLATE utf8mb4_bin")
        rooms["DATABASE_URL"] = database._replace(path=f"/{name}").geturl()
    if broker.scheme == "redis":
        rooms["CELERY_BROKER_URL"] = broker._replace(path=f"/{_broker_number()}").geturl()
        _flush(rooms["CELERY_BROKER_URL"])
    if search:
        rooms |= {"ELASTICSEARCH_URL": search, "ELASTICSEARCH_INDEX_PREFIX": name}
    try:
        yield rooms
    finally:
        if "DATABASE_URL" in rooms:
            _run_on(database, f"DROP DATABASE {name}")
        if "CELERY_BROKER_URL" in rooms:
            _flush(rooms["CELERY_BROKER_URL"])
        if search:
            _delete_indexes(search, name)


def files_of_servers() -> list[Path]:
    """Every file in which MariaDB, Redis and Elasticsearch keep what they were given; none on the embedded defaults."""
    if not os.environ.get("DATABASE_URL", "").startswith("mysql"):
        return []
    return [path for server in servers() for path in server.storage.rglob("*") if path.is_file()]


def _broker_number() -> int:
    worker = room_of(os.environ.get("PYTEST_XDIST_WORKER", ""))
    return FIRST + (worker * STACKS_A_WORKER + next(_stacks) % STACKS_A_WORKER) % (LAST - FIRST + 1)


def _run_on(server: SplitResult, statement: str) -> None:
    import MySQLdb

    connection = MySQLdb.connect(
        host=server.hostname, port=server.port, user=server.username, password=unquote(server.password or "")
    )
    try:
        connection.cursor().execute(statement)
    finally:
        connection.close()


def _flush(url: str) -> None:
    from redis import Redis

    with Redis.from_url(url) as client:
        client.flushdb()


def _delete_indexes(server: str, prefix: str) -> None:
    with urllib.request.urlopen(f"{server}/_cat/indices/{prefix}*?format=json&h=index", timeout=PATIENCE) as answer:  # noqa: S310
        indexes = [row["index"] for row in json.load(answer)]
    for index in indexes:
        request = urllib.request.Request(f"{server}/{index}", method="DELETE")  # noqa: S310 - loopback http
        urllib.request.urlopen(request, timeout=PATIENCE).close()  # noqa: S310
