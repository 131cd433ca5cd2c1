"""`manage.py check --database default --tag services` against servers on which everything is wrong, and nothing."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from urllib.parse import quote

import pytest
from django.conf import settings
from django.db import connection

from tests.support.commands import ROOT
from tools.servers.mariadb import DATABASE, MariaDb

NOBODY_LISTENS = "redis://127.0.0.1:1/0"

pytestmark = pytest.mark.services


class SmallPacketMariaDb(MariaDb):
    """As a server stands that nobody configured for long mails."""

    def command(self, port: int) -> Sequence[str]:
        return [*super().command(port), "--max-allowed-packet=1M"]


class _OldElasticsearch(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        body = json.dumps({"version": {"number": "8.19.2"}, "status": "green"}).encode()
        self.send_response(404 if "_alias" in self.path else 200)
        for name, value in (("X-Elastic-Product", "Elasticsearch"), ("Content-Type", "application/json")):
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(body)

    do_HEAD = do_GET  # noqa: N815 - the name that http.server looks for

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def old_elasticsearch() -> Iterator[str]:
    server = HTTPServer(("127.0.0.1", 0), _OldElasticsearch)
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.fixture
def small_mariadb(tmp_path: Path) -> Iterator[MariaDb]:
    with _running(SmallPacketMariaDb(tmp_path, 0)) as server:
        yield server


@contextmanager
def _running(server: MariaDb) -> Iterator[MariaDb]:
    try:
        server.start()
        yield server
    finally:
        server.kill()


def check(**variables: str) -> tuple[int, dict[str, str]]:
    """The exit status, and what is said by id: the sentence and how to mend it."""
    done = subprocess.run(
        [sys.executable, "manage.py", "check", "--database", "default", "--tag", "services"],
        cwd=ROOT, env={**os.environ, **variables}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    found = re.findall(r"\((services\.\w+)\) (.+\n\s+HINT: .+)", done.stderr)
    return done.returncode, dict(found)


def test_everything_that_is_wrong_is_said_at_once_with_what_to_do(small_mariadb, old_elasticsearch):
    small_mariadb.query(f"ALTER DATABASE {DATABASE} COLLATE utf8mb4_general_ci")
    an_hour_ago = quote("SET timestamp = UNIX_TIMESTAMP() - 3600")

    status, found = check(
        DATABASE_URL=f"{small_mariadb.url()}?init_command={an_hour_ago}",
        CELERY_BROKER_URL=NOBODY_LISTENS,
        ELASTICSEARCH_URL=old_elasticsearch,
    )

    assert status == 1
    wanted = {
        "services.E002": "utf8mb4_general_ci",
        "services.E003": "1,048,576 bytes",
        "services.W004": "differ by 3600 s|differ by 359\\d s|differ by 360\\d s",
        "services.W006": "Start Redis",
        "services.E008": "8.19.2",
        "services.W009": "manage.py reindex",
    }
    assert set(found) == set(wanted)
    for number, words in wanted.items():
        assert re.search(words, found[number]), found[number]


@pytest.mark.django_db
def test_a_database_that_refuses_and_a_search_server_that_is_away_are_said():
    status, found = check(
        DATABASE_URL=f"mysql://nobody:wrong@127.0.0.1:{settings.DATABASES['default']['PORT']}/{DATABASE}",
        ELASTICSEARCH_URL="http://127.0.0.1:1",
    )
    assert status == 1
    assert set(found) == {"services.E001", "services.W007"}
    assert "Access denied" in found["services.E001"]


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("server")
def test_servers_as_they_should_be_give_nothing_to_say():
    from timeline.search.building import build_index

    build_index()
    named = connection.settings_dict
    url = f"mysql://{named['USER']}:{named['PASSWORD']}@{named['HOST']}:{named['PORT']}/{named['NAME']}"
    assert check(DATABASE_URL=url) == (0, {})
