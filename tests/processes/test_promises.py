"""The promises, kept by the real processes: what was imported, what was asked of Microsoft, and what was left lying.

One stack for the whole file: sandbox tenant, web server, worker, beat, commands. Everybody connects and syncs; then the
mail of an hour arrives at the demo's pace, in four rounds; people look at pages and ask why a mail is missing.

`PROMISES_MAILS=4000 PROMISES_DAYS=120 PROMISES_LIVE=720` is the demo's whole tenant and four such hours.
"""

import json
import os
import re
import sqlite3
import time
from base64 import b64encode
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.leaks import Forbidden, files_below, forbidden, found_in
from tests.support.person import Person
from tests.support.promised_rules import set_rules
from tests.support.promises import IMPORTED, PARENTS, Json, World, look_around, truth_of
from tests.support.rooms import files_of_servers, own_rooms
from tests.support.scheduling import assert_built_once
from tools.stack import Stack

pytestmark = pytest.mark.processes

MAILS = int(os.environ.get("PROMISES_MAILS", "900"))
DAYS = int(os.environ.get("PROMISES_DAYS", "60"))
LIVE = int(os.environ.get("PROMISES_LIVE", "180"))
"""Live mails: the demo's one in twenty seconds, for an hour."""

ROUNDS = 4
LEFT_BY_THE_TENANT = frozenset({"sandbox", "demo-crm", "sandbox.log"})
ALLOWED_SCOPES = {"openid", "profile", "email", "offline_access", "User.Read", "Mail.Read"}
CONTENT = {"body", "uniquebody", "bodypreview", "attachments", "bccrecipients", "hasattachments"}
WELL_KNOWN_REASONS = {
    "draft", "malformed", "never_import", "internal", "no_crm_match", "excluded", "sensitivity", "bounce", "auto_reply",
    "calendar", "bulk", "transactional",
}  # fmt: skip


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    assert_built_once(tmp_path_factory, "promises")
    folder = tmp_path_factory.mktemp("promises")
    temporary = folder / "tmp"
    temporary.mkdir()
    with own_rooms() as rooms:
        stack = Stack(folder, variables={"TMPDIR": str(temporary), **rooms})
        try:
            stack.start_sandbox("--mails", str(MAILS), "--days", str(DAYS), "--seed", _seed())
            stack.load()
            stack.start_web()
            stack.start_worker()
            stack.start_beat()
            world = World(stack, {})
            set_rules(world)
            people = [Person(f"http://localhost:{stack.port}", person["email"]).sign_in() for person in stack.people]
            for person in people:
                person.connect().switch(on=True)
            world.sync()
            world.control("switches", {"body_text_supported": False})  # from here on bodies come with all their tags
            for _ in range(ROUNDS):
                world.control("do/deliver_random", {"count": LIVE // ROUNDS})
                world.outcome = world.sync()
            for person in people:
                look_around(world, person)
            yield world
        finally:
            stack.close()


def _seed() -> str:
    """On servers one of its own: their files remember other tenants' mails, which bear the same names."""
    return str(time.time_ns() // 10**9) if files_of_servers() else "7"


@pytest.fixture(scope="module")
def what(world: World) -> Forbidden:
    """Everything that may lie nowhere."""
    canaries = [text for texts in world.control("canaries").values() for text in texts]
    return forbidden(canaries, truth_of(world), world.query(PARENTS))


DROPPED = """
from mailsync.models import SyncRun
print(json.dumps([[r.mailbox.user.email, r.dropped] for r in SyncRun.objects.select_related("mailbox__user")]))
"""
ROWS = """
from django.apps import apps
from mailsync.models import Sighting
from timeline.changes import log
from timeline.models import ChangeCursor, CountedShare, DealSum
log.number()
models = {*apps.get_app_config("timeline").get_models(), *apps.get_app_config("crm").get_models(), Sighting}
models -= {ChangeCursor, CountedShare, DealSum}
print(json.dumps({m.__name__: sorted(map(str, m.objects.values_list())) for m in models}))
"""
"""What stands in the tables of mail and CRM; what changed has its number, which beat would give it in its minute. How
far the search index has read, and what is counted yet for the sums by deal, says nothing of a row."""


def test_every_mail_that_belongs_here_is_imported_once_and_no_other(world: World):
    truth = truth_of(world)
    wanted = {(box, item["id"]) for box, items in truth.items() for item in items if item["import"]}
    found = [tuple(row) for row in world.query(IMPORTED)]
    assert len(found) == len(set(found))
    assert set(found) == wanted


def test_what_was_dropped_was_dropped_for_the_right_reason(world: World):
    truth = truth_of(world)
    dropped: dict[str, Counter[str]] = {email: Counter() for email in truth}
    for email, counts in world.query(DROPPED):
        dropped[email].update(counts)
    for email, items in truth.items():
        expected = Counter(item["reason"] for item in items if item["seen"] and not item["import"])
        assert dropped[email] == expected, email
    assert {reason for counts in dropped.values() for reason in counts} >= WELL_KNOWN_REASONS


def test_no_trace_of_what_was_not_imported_is_left_on_disk(world: World, what: Forbidden):
    files = [*files_of_servers(), *files_below(world.stack.var, LEFT_BY_THE_TENANT)]
    database = "ibdata1" if files_of_servers() else "db.sqlite3"
    assert {database, "web.log", "worker.log", "beat.log", "sync.log"} <= {path.name for path in files}
    assert found_in(files, what) == set()


def test_each_kind_of_canary_is_there_to_be_left_lying(world: World, what: Forbidden):
    by_kind = world.control("canaries")
    assert set(by_kind) == {
        "unmatched_subject", "unmatched_body", "unmatched_address", "bcc", "attachment", "html"
    }  # fmt: skip
    assert min(len(texts) for texts in by_kind.values()) >= 5
    assert len(what.canaries) == len({text for texts in by_kind.values() for text in texts})
    assert min(len(what.message_ids), len(what.copy_ids)) > 100


@pytest.mark.parametrize("place", ["db.sqlite3", "db.sqlite3-wal", "queue/task.msg", "logs/worker.log", "tmp/spool"])
def test_the_search_finds_what_is_put_anywhere(what: Forbidden, tmp_path: Path, place: str):
    planted = [*list(what.canaries.values())[:2], min(what.message_ids).decode(), min(what.copy_ids).decode()]
    path = tmp_path / place
    path.parent.mkdir(exist_ok=True)
    if place.startswith("db."):
        connection = sqlite3.connect(tmp_path / "db.sqlite3", isolation_level=None)
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("CREATE TABLE planted (id INTEGER, before TEXT, text TEXT, after TEXT)")
        connection.executemany("INSERT INTO planted VALUES (1, 'abc', ?, 'abc123')", [(text,) for text in planted])
        connection.execute("PRAGMA wal_checkpoint" if place == "db.sqlite3" else "PRAGMA user_version")
    elif place.startswith("queue"):
        path.write_text(json.dumps({"body": b64encode(json.dumps(planted).encode()).decode()}))
    else:
        path.write_text(f"2026-11-20 INFO {json.dumps(planted)} was seen\n")
    assert {text for name, text in found_in(files_below(tmp_path), what) if name == path.name} == set(planted)
    if place.startswith("db."):
        connection.close()


def test_microsoft_was_only_ever_read(world: World):
    calls = [call for call in world.control("log") if call["door"] == "graph"]
    assert len(calls) > 100
    writes = {(call["method"], call["path"]) for call in calls if call["method"] != "GET"}
    assert {path for _, path in writes} <= {"/$batch"}


def test_no_content_was_asked_for_beyond_what_was_kept(world: World):
    kept = {copy_id for _, copy_id in map(tuple, world.query(IMPORTED))}
    calls = [call for call in world.control("log") if call["door"] == "graph" and _content_asked_for(call)]
    assert calls
    assert {term for call in calls for term in _content_asked_for(call)} == {"body"}
    assert {call["path"].rpartition("/")[2] for call in calls} <= kept


@pytest.mark.parametrize(
    ("path", "query", "asked"),
    [
        ("/me/messages/AAk1", "$select=id,body", {"body"}),
        ("/me/messages/AAk1", "$select=id,internetMessageHeaders", set()),
        ("/me/messages/AAk1", "", CONTENT),
        ("/me/mailFolders/inbox/messages/delta", "$filter=receivedDateTime ge 2026-01-01T00:00:00Z", CONTENT),
        ("/me/mailFolders/inbox/messages/delta", "$select=subject,bccRecipients", {"bccrecipients"}),
        ("/me/mailfolders('inbox')/messages/delta", "$skiptoken=abc", set()),
        ("/me/messages/AAk1/$value", "", CONTENT),
        ("/me/messages/AAk1/attachments", "$select=name", CONTENT),
        ("/me/messages", "$select=id&$expand=attachments", CONTENT),
        ("/me/mailFolders", "$top=100", set()),
    ],
)
def test_what_a_request_would_bring_is_told_from_its_address(path, query, asked):
    assert _content_asked_for({"path": path, "query": query}) == asked


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


def _content_asked_for(call: Json) -> set[str]:
    """What of a mail beyond its envelope a request would bring; one without a $select brings everything."""
    path, query = call["path"].lower(), call["query"].lower()
    if "/messages" not in path or re.search(r"\$(skip|delta)token=", query):
        return set()  # a continuation brings what its first request asked for
    if "$value" in path or "attachments" in path or "$expand" in query or "$select=" not in query:
        return CONTENT
    return CONTENT & set(re.findall(r"\$select=([^&]*)", query)[0].split(","))
