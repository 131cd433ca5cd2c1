"""The floor: one requests session that makes the calls the product made, and sqlite3 that writes the rows it wrote.

No screening, no matching, no text, no framework: what is left is HTTPS, JSON and `executemany`, a commit a page.
"""

import argparse
import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import requests

from benchmarks.first_sync.gauge import Gauge

TABLES = (
    "timeline_conversation",
    "timeline_threadreference",
    "timeline_engagement",
    "timeline_emailmessage",
    "timeline_participant",
    "timeline_association",
    "timeline_searchtext",
    "timeline_change",
    "mailsync_sighting",
)
Row = tuple[Any, ...]


def main() -> None:
    parser = argparse.ArgumentParser()
    for name in ("graph", "ca", "token", "log", "filled", "empty"):
        parser.add_argument(f"--{name}", required=True)
    asked = parser.parse_args()
    calls = json.loads(Path(asked.log).read_text())
    pages = sum(1 for call in calls if is_page(call))
    rows = rows_by_page(asked.filled, pages)
    walker = Walker(asked.graph, asked.ca, asked.token)
    with Gauge() as gauge, closing(sqlite3.connect(asked.empty)) as database:
        database.execute("PRAGMA journal_mode=WAL")
        database.execute("PRAGMA synchronous=NORMAL")
        for call in calls:
            walker.make(call)
            if is_page(call):
                for statement, some in next(rows, ()):
                    database.executemany(statement, some)
                database.commit()
                gauge.note()
    print(json.dumps({**gauge.report(), "requests": walker.requests}))


def is_page(call: dict[str, Any]) -> bool:
    """Whether a logged call was a page of envelopes: a delta or a list."""
    return not call["in_batch"] and call["path"].endswith(("/delta", "/messages"))


class Walker:
    """Makes the logged calls; links are this walk's own, for the product's have been used up."""

    def __init__(self, graph: str, ca: str, token: str) -> None:
        self.session = requests.Session()
        self.session.trust_env = False
        self.session.verify = ca
        self.session.headers["Authorization"] = f"Bearer {token}"
        self.graph = graph
        self.links: dict[str, str] = {}
        self.batch: list[dict[str, Any]] = []
        self.requests = 0

    def make(self, call: dict[str, Any]) -> None:
        """One logged call; the parts of a `$batch` are logged before it and sent with it."""
        if call["in_batch"]:
            self.batch.append(call)
        elif call["path"].endswith("/$batch"):
            self._send_batch()
        else:
            self._get(call)

    def _get(self, call: dict[str, Any]) -> None:
        is_continued = "$skiptoken" in call["query"] or "$skip=" in call["query"] or "$deltatoken" in call["query"]
        place = _place(call["path"])
        link = self.links.get(place) if is_continued else None
        address = link or f"{self.graph}{call['path']}?{call['query']}"
        answer = self.session.get(address, headers={"Prefer": call["prefer"]}, timeout=60)
        answer.raise_for_status()
        self.requests += 1
        body = answer.json()
        if following := body.get("@odata.nextLink") or body.get("@odata.deltaLink"):
            self.links[place] = following

    def _send_batch(self) -> None:
        parts = [
            {
                "id": str(number),
                "method": "GET",
                "url": self._address(part),
                "headers": {"Prefer": part["prefer"]},
            }
            for number, part in enumerate(self.batch)
        ]
        self.batch = []
        answer = self.session.post(f"{self.graph}/$batch", json={"requests": parts}, timeout=60)
        answer.raise_for_status()
        answer.json()
        self.requests += 1

    def _address(self, part: dict[str, Any]) -> str:
        link = self.links.get(_place(part["path"])) if "token" in part["query"] else None
        return link.removeprefix(self.graph) if link else f"{part['path']}?{part['query']}"


def _place(path: str) -> str:
    """The folder and view that a path is about; Graph writes it as `mailFolders/ID/…` and as `mailfolders('ID')/…`."""
    return path.replace("('", "/").replace("')", "").lower()


def stored_rows(path: Path) -> dict[str, list[Row]]:
    """What a database holds of the mails, table by table."""
    with closing(sqlite3.connect(path)) as database:
        return {
            table: sorted(database.execute(f"SELECT * FROM {table}"), key=repr)  # noqa: S608 - names from above
            for table in TABLES
        }


def rows_by_page(filled: str, pages: int) -> Iterator[list[tuple[str, list[Row]]]]:
    """The rows of the product's database in as many even shares as there were pages, parents first."""
    shares: list[list[tuple[str, list[Row]]]] = [[] for _ in range(max(pages, 1))]
    with closing(sqlite3.connect(filled)) as database:
        for table in TABLES:
            rows = database.execute(f"SELECT * FROM {table}").fetchall()  # noqa: S608 - names from above
            if not rows:
                continue
            statement = f"INSERT INTO {table} VALUES ({','.join('?' * len(rows[0]))})"  # noqa: S608 - as above
            for number, share in enumerate(shares):
                some = rows[len(rows) * number // len(shares) : len(rows) * (number + 1) // len(shares)]
                if some:
                    share.append((statement, some))
    return iter(shares)


if __name__ == "__main__":
    main()
