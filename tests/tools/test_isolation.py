"""Which tests a run on servers repeats."""

from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest

from tools.servers.isolation import needs_servers


def collected(path: str, *fixtures: str, mark: str = "") -> pytest.Item:
    item = SimpleNamespace(path=Path(path), fixturenames=fixtures, get_closest_marker=lambda name: name == mark)
    return cast("pytest.Item", item)


@pytest.mark.parametrize(
    "reaching",
    [
        {"fixtures": ("settings", "db")},
        {"fixtures": ("transactional_db",)},
        {"fixtures": ("server",)},
        {"mark": "django_db"},
        {"mark": "services"},
        {"mark": "processes"},
        {"mark": "journey"},
    ],
)
def test_a_file_with_one_test_that_reaches_a_server_is_repeated_as_a_whole(reaching):
    beside = collected("test_sync.py", "settings")
    one = collected("test_sync.py", *reaching.get("fixtures", ()), mark=reaching.get("mark", ""))
    pure = collected("test_text.py", "tmp_path")

    assert needs_servers([beside, pure, one]) == [beside, one]


def test_what_alone_was_asked_for_runs_whatever_it_needs():
    pure = collected("test_text.py")

    assert needs_servers([pure]) == [pure]
