"""A Graph that offers less than the sandbox: the same mails, with more requests.

Each of these is something that Graph's documentation leaves open, or that only some of its servers are reported to do.
"""

import re
from typing import Any

import pytest

from mailsync.models import SyncRun
from mailsync.sync import fetching
from tests.support.mailboxes import RITA, World

MARKUP = re.compile(
    r"</?(?:html|body|div|p|span|br|table|tr|td|a|b|i|u|ul|li|blockquote)(?:\s[^>]*)?/?>", re.IGNORECASE
)
"""Elements, and not an address in angle brackets, which a quote's first line may well hold."""

REFUSED = {"status": 400, "code": "BadRequest", "count": -1}
LACKING: dict[str, tuple[str, dict[str, Any]]] = {
    "no delta of folders": ("status", {"path": r"/mailFolders/delta", **REFUSED}),
    "a delta of folders that breaks": ("status", {"path": r"/mailFolders/delta", "status": 500, "count": -1}),
    "no conversationIndex": ("batch_item", {"path": "conversationIndex", **REFUSED}),
    "no order within a filtered delta": ("status", {"path": r"/messages/delta\?.*orderby", **REFUSED}),
}


@pytest.fixture(autouse=True)
def _no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetching, "_PAUSE_SECONDS", 0.0)


@pytest.mark.parametrize("name", LACKING)
def test_what_a_server_does_not_offer_is_done_without(world: World, name):
    kind, arguments = LACKING[name]
    world.control.fault(kind, **arguments)
    assert world.sync().is_in_sync
    assert world.is_exact()


def test_without_a_delta_of_folders_a_new_folder_is_found_all_the_same(world: World):
    kind, arguments = LACKING["no delta of folders"]
    world.control.fault(kind, **arguments)
    world.sync()
    made = world.control.create_folder(RITA, "Tenders", "inbox")
    world.deliver(subject="In a folder of its own", folder=made["slug"])
    assert world.sync().kept == 1
    assert world.is_exact()


def test_bodies_that_come_as_markup_whatever_was_asked_are_kept_as_text(world: World):
    world.control.switch(body_text_supported=False)
    assert world.sync().is_in_sync
    assert world.is_exact()
    texts = list(world.organization.emails.values_list("text", flat=True))
    assert texts
    assert not [text for text in texts if MARKUP.search(text)]


def test_a_profile_without_aliases_still_says_whose_mailbox_it_is(world: World):
    person = {"id": "1", "displayName": "Rita", "mail": RITA, "userPrincipalName": RITA}
    world.control.fault("status", path=r"^/me\?", status=200, body=person, count=-1)
    assert world.sync().is_in_sync
    assert RITA in set(world.mailbox.user.addresses.values_list("address", flat=True))


def test_a_question_that_the_server_does_not_understand_is_no_sign_that_the_mail_is_gone(world: World):
    wanted = [row["id"] for row in world.truth() if row["import"]]
    world.control.fault("batch_item", path=wanted[0], **REFUSED)
    assert world.sync().is_in_sync
    run = SyncRun.objects.filter(mailbox=world.mailbox).earliest("started_at")
    assert (run.failed, run.dropped.get("gone")) == (1, None)
    assert run.kept == len(wanted) - 1
