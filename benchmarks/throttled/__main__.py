"""First syncs of a mailbox while Microsoft refuses parts of each `$batch` and whole requests, beside undisturbed ones.

    share of refused parts × share of refused requests × page size ──▶ requests, seconds, the same rows?

What is refused asks to wait a second, and a run waits for it (mailsync.graph.patience). Ends with 1 where a run does
not end in sync or its rows differ from the undisturbed run's: emails with texts, parents and people, and sightings.
"""

import argparse
import shutil
import sqlite3
import sys
import tempfile
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.first_sync.__main__ import REP, prepared, run
from sandbox.testing import SandboxProcess
from tools.stack import Stack

SHARES = ((0.0, 0.0), (0.2, 0.0), (0.0, 0.1), (0.2, 0.1), (0.5, 0.2))
PAGES = (50, 200, 1_000)
_STORED = """
    SELECT mail.message_key, mail.fingerprint, engagement.subject, engagement.occurred_at, mail.text, mail.new_text,
           mail.in_reply_to, mail."references", sighting.copy_id, sighting.folder_id,
           (SELECT group_concat(address || role, ' ') FROM
               (SELECT address, role FROM timeline_participant
                WHERE engagement_id = engagement.id ORDER BY address, role)),
           (SELECT min(other.message_key) FROM timeline_engagement AS mate
            JOIN timeline_emailmessage AS other ON other.engagement_id = mate.id
            WHERE mate.conversation_id = engagement.conversation_id)
    FROM timeline_emailmessage AS mail
    JOIN timeline_engagement AS engagement ON engagement.id = mail.engagement_id
    JOIN mailsync_sighting AS sighting ON sighting.email_id = mail.engagement_id
"""


@dataclass(frozen=True, slots=True)
class Disturbance:
    """The shares of a `$batch`'s parts and of whole requests that are refused, and the size of a page."""

    parts: float
    requests: float
    page: int


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mails", type=int, default=2_000)
    parser.add_argument("--wait", type=int, default=1, help="seconds that each refusal asks for")
    asked = parser.parse_args()
    print(f"{asked.mails:,} mails; each refusal asks to wait {asked.wait} s")
    print(f"{'parts':>7} {'requests':>9} {'page':>6} {'sent':>7} {'seconds':>8} {'times':>6}  rows")
    with (
        tempfile.TemporaryDirectory(prefix="throttled-") as folder,
        SandboxProcess(mails=asked.mails, days=90, profile="bench") as sandbox,
    ):
        stack = prepared(Path(folder), sandbox)
        shutil.copy(Path(folder) / "db.sqlite3", Path(folder) / "nothing-read.sqlite3")
        is_right = sum(_page(stack, sandbox, page, asked.wait) for page in PAGES) == len(PAGES)
    return 0 if is_right else 1


def _page(stack: Stack, sandbox: SandboxProcess, page: int, wait: int) -> bool:
    """The rows of the table with one page size; whether all of them came to the undisturbed one's end."""
    first: tuple[dict[str, Any], Any] | None = None
    is_right = True
    for parts, requests in SHARES:
        figures, rows = _one(stack, sandbox, Disturbance(parts, requests, page), wait)
        first = first or (figures, rows)
        is_same = figures["state"] == "in_sync" and rows == first[1] and bool(rows)
        is_right &= is_same
        times = figures["wall"] / first[0]["wall"]
        end = f"{len(rows):,}, the same" if is_same else f"{figures['state']}, others"
        print(
            f"{parts:>7.0%} {requests:>9.0%} {page:>6,} {figures['requests']:>7,} {figures['wall']:>8.1f} {times:>6.1f}"
            f"  {end}",
            flush=True,
        )
    return is_right


def _one(stack: Stack, sandbox: SandboxProcess, given: Disturbance, wait: int) -> tuple[dict[str, Any], Any]:
    """A first sync of an installation that has read nothing."""
    database = stack.var / "db.sqlite3"
    for beside in stack.var.glob("db.sqlite3-*"):
        beside.unlink()
    shutil.copy(stack.var / "nothing-read.sqlite3", database)
    headers = {"Retry-After": str(wait)}
    code = "ApplicationThrottled"
    sandbox.control.fault("batch_item", share=given.parts, count=-1, status=429, code=code, headers=headers)
    sandbox.control.fault("throttle_429", share=given.requests, count=-1, whole=True, retry_after=wait)
    figures = run(stack, "benchmarks.throttled.run", REP, str(given.page))
    sandbox.control.clear_faults()
    with closing(sqlite3.connect(database)) as opened:
        return figures, sorted(opened.execute(_STORED), key=repr)


if __name__ == "__main__":
    sys.exit(main())
