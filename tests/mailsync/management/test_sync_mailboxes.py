"""`sync_mailboxes`: what it prints, and that its exit code tells the truth."""

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from mailsync.services.switch import set_import
from tests.support.mailboxes import JONAS, RITA, World


def run(*arguments: str) -> tuple[int, str]:
    out = StringIO()
    try:
        call_command("sync_mailboxes", *arguments, stdout=out)
    except SystemExit as end:
        return int(str(end.code)), out.getvalue()
    return 0, out.getvalue()


def test_all_mailboxes_in_sync_is_exit_code_0_with_a_summary_by_reason(enter):
    world = enter(RITA, JONAS)
    code, text = run()
    assert code == 0
    assert f"{RITA}: in sync" in text
    assert f"{JONAS}: in sync" in text
    assert "no_crm_match" in text
    assert world.is_exact()


def test_json_holds_the_counts_and_they_add_up(world: World):
    code, text = run("--json")
    told = json.loads(text)
    assert (code, told["in_sync"]) == (0, True)
    (mailbox,) = told["mailboxes"]
    assert mailbox["user"] == RITA
    assert mailbox["state"] == "in_sync"
    assert mailbox["seen"] == mailbox["kept"] + sum(mailbox["dropped"].values()) + mailbox["failed"]


def test_one_mailbox_that_is_not_in_sync_is_exit_code_1_and_says_what_to_do(enter):
    world = enter(RITA, JONAS)
    world.control.set_mailbox(JONAS, enabled=False)
    code, text = run()
    assert code == 1
    assert f"{RITA}: in sync" in text
    assert "MailboxNotEnabledForRESTAPI" in text
    assert "administrator" in text


def test_one_person_alone_can_be_synced(enter):
    enter(RITA, JONAS)
    code, text = run("--user", JONAS.upper())
    assert code == 0
    assert RITA not in text


def test_an_unknown_person_or_one_that_is_switched_off_is_told(world: World):
    with pytest.raises(CommandError, match="no mailbox"):
        call_command("sync_mailboxes", "--user", "nobody@acme.example")
    set_import(user=world.mailbox.user, enabled=False)
    with pytest.raises(CommandError, match="switched on"):
        call_command("sync_mailboxes", "--user", RITA)
    assert run() == (0, "No mailbox has import switched on.\n")
