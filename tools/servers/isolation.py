"""A pytest plugin for runs on real servers: a room for each parallel worker, and a count of who spoke to which server.

    gw0 ── database test_…_gw0 (pytest-django) ── Redis database 1 ── index names test_gw0_…
    gw1 ── database test_…_gw1                 ── Redis database 2 ── index names test_gw1_…

`python -m tools.services test` loads it with -p, so it is imported before Django's settings are read.

A file in which no test reaches a database shows on servers what it shows without them, so it is left to `make test`;
ALL_TESTS=1 runs these, too.
"""

import functools
import os
from collections import Counter
from collections.abc import Callable, Generator, Sequence
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest

if TYPE_CHECKING:
    from _pytest.terminal import TerminalReporter

SERVER = "server"
LABELS = ("MariaDB", "Redis", "Elasticsearch")

DATABASE_FIXTURES = frozenset({"db", "transactional_db", "django_db_setup", "live_server", "server"})
MARKS = ("django_db", "services", "processes", "journey")

_spoken_to: set[str] = set()
_left_out: list[int] = [0]
"""How many tests were left out."""


def room_of(worker: str) -> int:
    """Return a number for the parallel worker, 0 for a run without any."""
    return int(worker.removeprefix("gw")) + 1 if worker else 0


def _move_in() -> None:
    worker = os.environ.get("PYTEST_XDIST_WORKER", "")
    os.environ["ELASTICSEARCH_INDEX_PREFIX"] = f"test_{worker or 'main'}"
    broker = os.environ.get("CELERY_BROKER_URL", "")
    if broker.startswith("redis"):
        os.environ["CELERY_BROKER_URL"] = urlsplit(broker)._replace(path=f"/{room_of(worker)}").geturl()


_move_in()


@pytest.hookimpl(trylast=True)
def pytest_configure() -> None:
    """Listen where each client library sends its requests."""
    from django.conf import settings  # noqa: PLC0415 - the environment comes first
    from elastic_transport import Transport  # noqa: PLC0415
    from redis.connection import AbstractConnection  # noqa: PLC0415

    _listen(Transport, "perform_request", "Elasticsearch")
    _listen(AbstractConnection, "send_packed_command", "Redis")
    if "sqlite" not in settings.DATABASES["default"]["ENGINE"]:
        from django.db.backends.mysql.base import CursorWrapper  # noqa: PLC0415 - needs mysqlclient

        _listen(CursorWrapper, "execute", "MariaDB")


def _listen(owner: type, name: str, label: str) -> None:
    original: Callable[..., Any] = getattr(owner, name)

    @functools.wraps(original)
    def overheard(*arguments: Any, **options: Any) -> Any:
        _spoken_to.add(label)
        return original(*arguments, **options)

    setattr(owner, name, overheard)


def needs_servers(items: Sequence[pytest.Item]) -> list[pytest.Item]:
    """Return the tests of the files in which at least one reaches a database or starts processes; all if none does."""
    files = {item.path for item in items if _reaches_a_database(item)}
    return [item for item in items if item.path in files] or list(items)


def _reaches_a_database(item: pytest.Item) -> bool:
    fixtures = set(getattr(item, "fixturenames", ()))
    return bool(fixtures & DATABASE_FIXTURES) or any(item.get_closest_marker(name) for name in MARKS)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what needs no server."""
    if os.environ.get("ALL_TESTS"):
        return
    kept = needs_servers(items)
    chosen = set(kept)
    left_out = [item for item in items if item not in chosen]
    if left_out:
        config.hook.pytest_deselected(items=left_out)
    items[:] = kept
    _left_out[0] = len(left_out)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Tell the controller how many were left out."""
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput["left_out"] = _left_out[0]


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Hear it from a parallel worker."""
    _left_out[0] = getattr(node, "workeroutput", {}).get("left_out", _left_out[0])


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol() -> Generator[None, object, object]:
    """Begin each test with nobody spoken to."""
    _spoken_to.clear()
    return (yield)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(call: pytest.CallInfo[None]) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Write onto a test's last report, which travels from worker to controller, whom it spoke to."""
    report = yield
    if call.when == "teardown":
        report.user_properties += [(SERVER, label) for label in sorted(_spoken_to)]
    return report


def pytest_terminal_summary(terminalreporter: "TerminalReporter") -> None:
    """Print the number of tests that spoke to each server."""
    reports = [report for group in terminalreporter.stats.values() for report in group]
    counted = Counter(
        label
        for report in reports
        if getattr(report, "when", None) == "teardown"
        for name, label in report.user_properties
        if name == SERVER
    )
    terminalreporter.section("tests on each server")
    for label in LABELS:
        terminalreporter.write_line(f"{label}: {counted[label]} tests")
    if _left_out[0]:
        terminalreporter.write_line(
            f"None: {_left_out[0]} tests in files without a database, left to `make test` (ALL_TESTS=1 runs them here)"
        )
