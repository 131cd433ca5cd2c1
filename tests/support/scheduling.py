"""How the tests are spread over parallel workers: what takes long begins first, and some files stay together.

    tests/processes, tests/journeys, the corridor ── one unit a file: its tests share a running product or a browser
    all others                                    ── one unit a test

pytest-xdist's own groups (--dist loadgroup) go unheeded with pytest 9.2: https://github.com/pytest-dev/pytest-xdist/issues/1386
"""

import os
from collections.abc import Generator
from typing import Any

import pytest
from xdist.scheduler import LoadScopeScheduling

TOGETHER = ("tests/processes/", "tests/journeys/", "tests/servers/test_corridor.py")
LONG = ("services", "processes", "journey")


class FilesTogether(LoadScopeScheduling):
    """Hands out the largest unit first, and of those alike the one that was collected first."""

    def _split_scope(self, nodeid: str) -> str:
        return unit_of(nodeid)


def unit_of(nodeid: str) -> str:
    """Return the name of the unit in which a test goes to a worker."""
    path = nodeid.partition("::")[0]
    return path if path.startswith(TOGETHER) else nodeid


@pytest.hookimpl(wrapper=True, optionalhook=True)
def pytest_xdist_auto_num_workers() -> Generator[None, int, int]:
    """Make `-n auto` one worker more than there are cores: much of what takes long waits for processes and servers."""
    return (yield) + 1


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> FilesTogether:
    """Take this scheduler, whatever --dist says; tests/conftest.py lends this hook to pytest."""
    return FilesTogether(config, log)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes long, so that workers end together; the order is otherwise a random one."""
    items.sort(key=lambda item: not any(item.get_closest_marker(name) for name in LONG))


def assert_built_once(tmp_path_factory: pytest.TempPathFactory, name: str) -> None:
    """Fail where another worker of the same run has built what the tests of one file share."""
    if "PYTEST_XDIST_WORKER" in os.environ:
        (tmp_path_factory.getbasetemp().parent / f"{name}.built").touch(exist_ok=False)
