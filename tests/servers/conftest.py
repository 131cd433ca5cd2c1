"""Tests that only real servers can pass: collected by `make services-test`, which names the servers by variables."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tools.servers.elasticsearch import Elasticsearch
from tools.servers.life import Server
from tools.servers.mariadb import MariaDb
from tools.servers.redis import Redis

NEEDED = ("DATABASE_URL", "CELERY_BROKER_URL", "ELASTICSEARCH_URL")

if not all(os.environ.get(name) for name in NEEDED):
    collect_ignore_glob = ["test_*.py"]


def _own(server: Server) -> Iterator[Server]:
    try:
        yield server
    finally:
        server.kill()


@pytest.fixture
def own_mariadb(tmp_path: Path) -> Iterator[Server]:
    """A MariaDB of this test alone, not started yet, to be killed and emptied at will."""
    yield from _own(MariaDb(tmp_path, 0))


@pytest.fixture
def own_redis(tmp_path: Path) -> Iterator[Server]:
    """A Redis of this test alone, not started yet."""
    yield from _own(Redis(tmp_path, 0))


@pytest.fixture
def own_elasticsearch(tmp_path: Path) -> Iterator[Server]:
    """An Elasticsearch of this test alone, not started yet."""
    yield from _own(Elasticsearch(tmp_path, 0))
