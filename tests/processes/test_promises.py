"""The promises, kept by the real processes: what was imported, what was asked of Microsoft, and what was left lying.

One stack for the whole file: sandbox tenant, web server, commands; everybody connects and syncs, then mail goes on
arriving and is synced again.
"""

import json
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.person import Person
from tests.rooms import files_of_servers, own_rooms
from tools.stack import ROOT, Stack

pytestmark = [pytest.mark.processes, pytest.mark.xdist_group("promises")]

MAILS, DAYS, LIVE = 900, 60, 120
LEFT_BY_THE_TENANT = {"sandbox", "demo-crm", "sandbox.log"}
ALLOWED_SCOPES = {"openid", "profile", "email", "offline_access", "User.Read", "Mail.Read"}
CONTENT = re.compile(
    r"\b(body|uniqueBody|bodyPreview|attachments|bccRecipients|hasAttachments)\b|\$value|\$expand", re.IGNORECASE
)

Json = dict[str, Any]


@dataclass
class World:
    """The running stack, everybody's mailbox in sync."""

    stack: Stack
    outcome: Json

    def control(self, path: str, body: Json | None = None) -> Any:
        details = self.stack.sandbox
        assert details is not None
        answer = requests.request(
            "GET" if body is None else "POST",
            f"{details['control_url']}/{path}",
            json=body,
            headers={"X-Control-Token": details["control_token"]},
            verify=str(self.stack.var / "sandbox" / "ca.pem"),
            timeout=60,
        )
        answer.raise_for_status()
        return answer.json()

    def query(self, code: str) -> Any:
        """The JSON that `code` prints in the product's shell."""
        return json.loads(self.stack.manage("shell", "--no-imports", "--command", f"import json\n{code}"))

    def sync(self) -> Json:
        """`sync_mailboxes --json`, as the operator runs it."""
        done = subprocess.run(
            [sys.executable, "manage.py", "sync_mailboxes", "--json"],
            cwd=ROOT, env=self.stack.environment, capture_output=True, text=True, check=False,
        )  # fmt: skip
        with (self.stack.logs / "sync.log").open("a") as log:
            log.write(done.stdout + done.stderr)
        assert done.returncode == 0, done.stdout + done.stderr
        outcome: Json = json.loads(done.stdout)
        return outcome


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("promises")
    temporary = folder / "tmp"
    temporary.mkdir()
    with own_rooms() as rooms:
        stack = Stack(folder, variables={"TMPDIR": str(temporary), **rooms})
        try:
            stack.start_sandbox("--mails", str(MAILS), "--days", str(DAYS))
            stack.load()
            stack.start_web()
            for person in stack.people:
                Person(f"http://localhost:{stack.port}", person["email"]).sign_in().connect().switch(on=True)
            world = World(stack, {})
            world.sync()
            world.control("do/deliver_random", {"count": LIVE})
            world.outcome = world.sync()
            yield world
        finally:
            stack.close()


IMPORTED = """
from mailsync.models import Sighting
rows = Sighting.objects.filter(gone_at=None).values_list("mailbox__user__email", "graph_id")
print(json.dumps([list(row) for row in rows]))
"""
SINCE = """
from mailsync.models import Mailbox
print(json.dumps({m.user.email: m.lookback_from.isoformat() for m in Mailbox.objects.select_related("user")}))
"""
DROPPED = """
from mailsync.models import SyncRun
print(json.dumps([[r.mailbox.user.email, r.dropped] for r in SyncRun.objects.select_related("mailbox__user")]))
"""
ROWS = """
from django.apps import apps
from timeline.models import Engagement, EmailMessage, Participant, Association, Conversation
from mailsync.models import Sighting
emails = EmailMessage.objects.select_related("engagement").order_by("message_key")
print(json.dumps([
    [[e.message_key, e.text, e.new_text, e.engagement.subject, str(e.engagement.occurred_at)] for e in emails],
    [Engagement.objects.count(), Participant.objects.count(), Association.objects.count(),
     Conversation.objects.count(), Sighting.objects.count()],
]))
"""


def test_every_mail_that_belongs_here_is_imported_once_and_no_other(world: World):
    truth = _truth(world)
    wanted = {(box, item["id"]) for box, items in truth.items() for item in items if item["import"]}
    found = [tuple(row) for row in world.query(IMPORTED)]
    assert len(found) == len(set(found))
    assert set(found) == wanted


def test_what_was_dropped_was_dropped_for_the_right_reason(world: World):
    truth = _truth(world)
    dropped: dict[str, Counter[str]] = {email: Counter() for email in truth}
    for email, counts in world.query(DROPPED):
        dropped[email].update(counts)
    for email, items in truth.items():
        expected = Counter(item["reason"] for item in items if item["seen"] and not item["import"])
        assert dropped[email] == expected, email


def test_no_trace_of_what_was_not_imported_is_left_on_disk(world: World):
    canaries = {text for texts in world.control("canaries").values() for text in texts}
    assert len(canaries) > 100
    pattern = re.compile(b"canary-[a-z_]+-[0-9a-f]+")
    servers = files_of_servers()
    files = [path for path in _left_by_the_product(world.stack.var) if path.is_file()]
    database = "ibdata1" if servers else "db.sqlite3"
    assert {database, "web.log", "sync.log"} <= {path.name for path in [*servers, *files]}
    found = {
        (path.name, text)
        for path in [*servers, *files]
        for text in (match.decode() for match in pattern.findall(_content(path)))
        if text in canaries
    }
    assert found == set()


def test_microsoft_was_only_ever_read(world: World):
    calls = [call for call in world.control("log") if call["door"] == "graph"]
    assert len(calls) > 100
    writes = {(call["method"], call["path"]) for call in calls if call["method"] != "GET"}
    assert {path for _, path in writes} <= {"/$batch"}


def test_no_content_was_asked_for_beyond_what_was_kept(world: World):
    kept = {graph_id for _, graph_id in map(tuple, world.query(IMPORTED))}
    calls = [call for call in world.control("log") if call["door"] == "graph" and CONTENT.search(_asked(call))]
    assert calls
    assert {call["path"].rpartition("/")[2] for call in calls} <= kept
    assert {term.lower() for call in calls for term in CONTENT.findall(_asked(call))} == {"body"}


def test_no_scope_beyond_reading_was_asked_for(world: World):
    asked = {scope for call in world.control("log") for scope in call.get("scope", "").split()}
    assert "Mail.Read" in asked
    assert asked <= ALLOWED_SCOPES


def test_every_run_accounts_for_all_it_saw(world: World):
    runs = world.query(
        "from mailsync.models import SyncRun\n"
        "print(json.dumps([[r.seen, r.kept, sum(r.dropped.values()), r.failed] for r in SyncRun.objects.all()]))"
    )
    assert any(run[0] for run in runs)
    assert all(seen == kept + dropped + failed for seen, kept, dropped, failed in runs)


def test_another_round_changes_no_row(world: World):
    before = world.query(ROWS)
    world.sync()
    assert world.query(ROWS) == before


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:  # a server merges and removes its files as it likes
        return b""


def _left_by_the_product(folder: Path) -> Iterator[Path]:
    for path in folder.iterdir():
        if path.name in LEFT_BY_THE_TENANT:
            continue
        if path.is_dir():
            yield from _left_by_the_product(path)
        else:
            yield path


def _asked(call: Json) -> str:
    return f"{call['path'].rpartition('/')[2] if call['path'].endswith('$value') else ''} {call['query']}"


def _truth(world: World) -> dict[str, list[Json]]:
    (since,) = set(world.query(SINCE).values())
    truth: dict[str, list[Json]] = world.control(f"truth?since={since.replace('+', '%2B')}")
    return truth
