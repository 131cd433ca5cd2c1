"""`make bench`, the pages: CPU of a manager's GET at 100,000 engagements on SQLite, beside its floor.

page    through Django to the last byte, signed in; the second look, when templates are compiled
floor   the statements that it asked, by sqlite3 alone, every row of the answers fetched
"""

import argparse
import os
import re
import secrets
import statistics
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import django
from cryptography.fernet import Fernet

if TYPE_CHECKING:
    from django.test import Client

TIMES = 5
_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--engagements", type=int, default=100_000)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="pages-") as folder:
        _set_up(Path(folder))
        _measure(asked.engagements)


def _set_up(folder: Path) -> None:
    os.environ |= {
        "DJANGO_SETTINGS_MODULE": "jiminny_sync.settings",
        "DEBUG": "0",
        "VAR_DIR": str(folder),
        "BASE_URL": "http://localhost:8000",
        "ALLOWED_HOSTS": "localhost",
        "SECRET_KEY": secrets.token_hex(32),
        "FIELD_ENCRYPTION_KEYS": Fernet.generate_key().decode(),
        "DATABASE_URL": f"sqlite:///{folder / 'db.sqlite3'}",
    }
    django.setup()
    from django.core.management import call_command  # noqa: PLC0415 - after setup

    call_command("migrate", verbosity=0)
    call_command("collectstatic", verbosity=0, interactive=False)


def _measure(engagements: int) -> None:
    from django.test import Client  # noqa: PLC0415 - after setup
    from django.utils import timezone  # noqa: PLC0415

    from benchmarks.pages.organization import build_organization  # noqa: PLC0415

    large = build_organization(engagements, timezone.now())
    client = Client(headers={"host": "localhost:8000"})
    client.force_login(large.viewer)
    print(f"\nPages of an organization with {engagements:,} engagements on SQLite, CPU milliseconds:")
    print(f"{'':40}{'page':>9}{'floor':>9}{'ratio':>8}{'queries':>9}")
    for address in large.addresses:
        statements = _statements(client, address)
        page = _milliseconds(partial(_look, client, address))
        floor = _milliseconds(partial(_ask, statements))
        name = _ID.sub("…", address)
        print(f"{name:40}{page:>9.1f}{floor:>9.1f}{page / floor:>8.2f}{len(statements):>9}")


def _look(client: "Client", address: str) -> None:
    answer = client.get(address)
    assert answer.status_code == 200, (address, answer.status_code)  # noqa: PLR2004 - nothing else may be measured


def _statements(client: "Client", address: str) -> list[str]:
    """What a page reads."""
    from django.db import connection  # noqa: PLC0415 - after setup
    from django.test.utils import CaptureQueriesContext  # noqa: PLC0415

    with CaptureQueriesContext(connection) as seen:
        _look(client, address)
    return [each["sql"] for each in seen.captured_queries if each["sql"].startswith("SELECT")]


def _ask(statements: list[str]) -> None:
    """The bare sqlite3 connection, which knows the functions that Django's SQL calls."""
    from django.db import connection  # noqa: PLC0415 - after setup

    for statement in statements:
        connection.connection.execute(statement).fetchall()


def _milliseconds(work: Callable[[], object]) -> float:
    """The median of some times, without the first."""
    taken = []
    for _ in range(TIMES + 1):
        begun = time.process_time()
        work()
        taken.append((time.process_time() - begun) * 1_000)
    return statistics.median(taken[1:])


if __name__ == "__main__":
    main()
