"""Whatever goes wrong at Microsoft's side, the rows end as they would have, or the mailbox says plainly that not."""

from collections.abc import Callable
from typing import Any

import pytest

from crm.models import Contact
from crm.services.directory import set_contact_addresses
from mailsync.domain.vocabulary import MailboxState
from mailsync.models import Mailbox, SyncRun
from mailsync.sync import fetching
from mailsync.sync.foreground import sync_until_settled
from tests.support.mailboxes import RITA, World
from tests.support.syncing import connect, stored_ids

DELTA, ITEM, TREE, BATCH = r"/messages/delta", r"^/me/messages/[^?/]+\?", r"(?i)/mailfolders\?|childfolders", r"\$batch"
LIST = r"^/me/messages\?"

NO_FAULT_OF_A_LISTING = "a page without its links"
"""A listing's last page has none."""

PASSING: dict[str, list[tuple[str, dict[str, Any]]]] = {
    "429 on a page": [("throttle_429", {"path": DELTA})],
    "429 that asks for a second": [("throttle_429", {"path": DELTA, "retry_after": 1, "count": 3})],
    "429 on a batch": [("throttle_429", {"path": BATCH, "count": 2})],
    "429 on an item of a batch": [("throttle_429", {"path": ITEM})],
    "empty 503": [("empty_503", {"path": DELTA, "count": 2})],
    "503 that asks to wait": [("empty_503", {"path": DELTA, "retry_after": 3})],
    "503 on the folder tree": [("empty_503", {"path": TREE})],
    "503 on a round's first page and the next": [("empty_503", {"path": DELTA, "count": 1, "after": 1})],
    "504 on a page": [("504", {"path": DELTA, "count": 3})],
    "504 on a batch": [("504", {"path": BATCH})],
    "500 on items of a batch": [("batch_item", {"path": ITEM, "status": 500, "count": 3})],
    "404 on nothing that exists": [("empty_pages", {"path": DELTA, "n": 4})],
    "truncated JSON with status 200": [("truncated_json", {"path": DELTA, "count": 2})],
    "truncated JSON of a batch": [("truncated_json", {"path": BATCH})],
    "a dropped connection": [("drop_connection", {"path": DELTA, "count": 2})],
    "duplicate items": [("duplicate_items", {"path": DELTA, "count": 5})],
    "a replayed page": [("replay", {"path": DELTA, "count": 1})],
    "a nextLink that loops for a while": [("next_link_loop", {"path": DELTA, "count": 3})],
    "a link to a foreign host": [("foreign_next_link", {"path": DELTA, "count": 2})],
    "410 in the middle": [("sync_state_gone", {"path": DELTA, "after": 1})],
    "410 with a Location": [("sync_state_gone", {"path": DELTA, "with_location": True})],
    "410 under another name": [("sync_state_gone", {"path": DELTA, "code": "resyncRequired", "status": 400})],
    "410 on the folder tree": [("sync_state_gone", {"path": "mailFolders/delta"})],
    "400 on a continuation": [("status", {"path": f"{DELTA}.*token", "status": 400, "code": "BadRequest", "count": 2})],
    "400 on a folder": [("status", {"path": DELTA, "status": 400, "code": "ErrorInvalidRequest", "count": 2})],
    "404 on a folder that is there": [("status", {"path": DELTA, "status": 404, "code": "ErrorItemNotFound"})],
    "401 on a token that looks good": [
        ("status", {"path": f"{DELTA}|{BATCH}", "status": 401, "code": "InvalidAuthenticationToken"})
    ],
    "a page of a proxy with status 200": [("status", {"path": DELTA, "status": 200, "body": "<html>Sign in</html>"})],
    NO_FAULT_OF_A_LISTING: [("status", {"path": DELTA, "status": 200, "body": {"value": []}})],
    "an error among the rows": [
        ("status", {"path": DELTA, "status": 200, "body": {"value": [{"error": {"code": "ErrorInvalidIdMalformed"}}]}})
    ],
    "a redirect": [("status", {"path": DELTA, "status": 302, "headers": {"Location": "https://127.0.0.1:1/"}})],
    "a status that nobody documented": [("status", {"path": DELTA, "status": 418, "code": "ImATeapot"})],
    "truncated JSON of the folders": [("truncated_json", {"path": "(?i)mailfolders"})],
    "truncated JSON of an item": [("truncated_json", {"path": ITEM, "count": 2})],
    "a wait until a date": [("throttle_429", {"path": DELTA, "retry_after": "Fri, 20 Nov 2026 10:02:00 GMT"})],
    "a wait that is no time": [("throttle_429", {"path": DELTA, "retry_after": "soon"})],
    "a slow answer": [("slow", {"path": DELTA, "seconds": 0.2})],
    "a batch in which answers are missing": [("status", {"path": BATCH, "status": 200, "body": {"responses": []}})],
    "answers out of order": [("batch_shuffle", {"path": BATCH, "count": 10})],
    "everything at once": [
        ("throttle_429", {"path": ITEM}),
        ("504", {"path": DELTA, "after": 1, "count": 2}),
        ("sync_state_gone", {"path": DELTA, "after": 3}),
        ("truncated_json", {"path": BATCH, "after": 1}),
        ("duplicate_items", {"path": DELTA, "count": 3}),
    ],
}


@pytest.fixture(autouse=True)
def _no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetching, "_PAUSE_SECONDS", 0.0)


def inject(world: World, name: str, *, instead_of_delta: str = DELTA) -> None:
    for kind, arguments in PASSING[name]:
        path = instead_of_delta if arguments["path"] == DELTA else arguments["path"]
        world.control.fault(kind, **(arguments | {"path": path}))


def test_each_fault_in_a_first_sync_ends_with_the_rows_of_an_undisturbed_one(world: World, subtests: pytest.Subtests):
    assert world.sync().is_in_sync
    undisturbed = world.rows()
    assert undisturbed["emails"]
    for name in PASSING:
        with subtests.test(name):
            world.begin_anew()
            inject(world, name)
            settle(world)
            assert world.rows() == undisturbed


def test_each_fault_in_a_later_sync_ends_with_the_rows_of_an_undisturbed_one(synced: World, subtests: pytest.Subtests):
    for name in PASSING:
        with subtests.test(name):
            for number in range(2):
                synced.deliver(subject=f"News {number}")
            moved = synced.deliver(subject="Filed away")
            synced.control.move(RITA, moved["id"], "archive")
            inject(synced, name)
            settle(synced)
    assert synced.rows() == synced.undisturbed_rows()


def test_each_fault_in_a_late_match_ends_with_the_rows_of_an_undisturbed_one(synced: World, subtests: pytest.Subtests):
    faults = [name for name in PASSING if name != NO_FAULT_OF_A_LISTING]
    for position, name in enumerate(faults):
        with subtests.test(name):
            newcomer = f"newcomer@unknown-corp-{position}.example"
            for number in range(3):
                synced.deliver(from_=newcomer, subject=f"Before we met {number}")
            assert synced.sync().kept == 0
            enter_crm(synced, newcomer)
            inject(synced, name, instead_of_delta=LIST)
            settle(synced)
    met = synced.organization.emails.filter(engagement__subject__startswith="Before we met")
    assert met.count() == 3 * len(faults)
    assert synced.rows() == synced.undisturbed_rows()


def settle(world: World) -> None:
    """Sync until all is as it should be, and what is left of the faults is over."""
    world.sync()
    world.control.clear_faults()
    world.skip_waits()
    assert world.sync().is_in_sync
    assert world.is_exact()


LOST: dict[str, tuple[MailboxState, Callable[[Any], object], Callable[[Any], object]]] = {
    "no mailbox in Exchange": (
        MailboxState.MAILBOX_UNAVAILABLE,
        lambda control: control.set_mailbox(RITA, enabled=False),
        lambda control: control.set_mailbox(RITA, enabled=True),
    ),
    "a revoked session": (MailboxState.NEEDS_SIGN_IN, lambda control: control.revoke(RITA), lambda _: None),
    "withdrawn consent": (
        MailboxState.NEEDS_CONSENT,
        lambda control: control.withdraw_consent(RITA),
        lambda control: control.grant_tenant(),
    ),
    "a disabled user": (
        MailboxState.USER_DISABLED,
        lambda control: control.disable_user(RITA),
        lambda control: control.disable_user(RITA, disabled=False),
    ),
    "a claims challenge": (
        MailboxState.NEEDS_SIGN_IN,
        lambda control: control.fault("claims_challenge", path=r"/me|\$batch", count=-1),
        lambda control: control.clear_faults(),
    ),
}


@pytest.mark.parametrize("phase", ["first sync", "later sync", "late match"])
def test_what_takes_the_mailbox_from_us_is_told_and_once_mended_nothing_is_lost(
    world: World, subtests: pytest.Subtests, phase
):
    assert world.sync().is_in_sync
    for position, (name, (state, take, give_back)) in enumerate(LOST.items()):
        with subtests.test(name):
            if phase == "first sync":
                world.begin_anew()
            newcomer = f"newcomer@unknown-corp-{position}.example"
            world.deliver(from_=newcomer if phase == "late match" else world.customer(), subject="Under way")
            if phase == "late match":
                world.sync()
                enter_crm(world, newcomer)
            take(world.control)
            world.control.expire_access_tokens(RITA)
            world.round()
            assert world.state() == state
            give_back(world.control)
            connect(world.mailbox.user, world.tenant)
            settle(world)
    assert world.rows() == world.undisturbed_rows()


def enter_crm(world: World, address: str) -> None:
    contact = Contact.objects.filter(organization=world.organization).earliest("external_id")
    addresses = set(contact.addresses.values_list("address", flat=True))
    set_contact_addresses(world.organization.pk, {contact.pk: {*addresses, address}})
    world.control.add_to_crm(addresses=[address])


def test_one_poison_mail_is_stepped_over_and_counted_and_the_others_come(world: World):
    rows = [row for row in world.truth() if row["import"] and row["folder"] == "inbox"]
    poison = sorted(rows, key=lambda row: row["received"])[len(rows) // 2]
    world.control.fault("poison_item", id=poison["id"])
    assert world.sync().is_in_sync
    wanted = world.wanted_ids()
    del wanted[poison["id"]]
    assert stored_ids(world.mailbox) == wanted
    assert sum(run.failed for run in SyncRun.objects.filter(mailbox=world.mailbox)) == 1
    # new mail still arrives behind it
    world.deliver(subject="After the poison")
    assert world.sync().kept == 1


def test_a_new_poison_mail_does_not_keep_the_others_out(synced: World):
    synced.deliver(subject="Before")
    poison = synced.deliver(subject="Poison")
    synced.control.advance(60)
    synced.deliver(subject="After")
    synced.control.fault("poison_item", id=poison["immutable_id"])
    assert synced.sync().is_in_sync
    subjects = set(synced.organization.emails.values_list("engagement__subject", flat=True))
    assert {"Before", "After"} <= subjects
    assert "Poison" not in subjects


def test_a_wait_that_microsoft_asks_for_is_remembered_on_the_mailbox_and_no_worker_sleeps(world: World):
    world.control.fault("throttle_429", path=DELTA, retry_after=120)
    world.round()
    mailbox = Mailbox.objects.get(pk=world.mailbox.pk)
    assert mailbox.state == MailboxState.THROTTLED
    assert mailbox.not_before is not None
    assert mailbox.due_at == mailbox.not_before
    assert (mailbox.not_before - mailbox.state_changed_at).total_seconds() >= 119
    assert mailbox.claim == ""


def test_a_wait_longer_than_a_minute_is_not_sat_out_in_the_foreground(world: World):
    world.control.fault("throttle_429", path=DELTA, retry_after=300)
    slept: list[float] = []
    assert not sync_until_settled(world.mailbox, sleep=slept.append).is_in_sync
    assert slept == []


def test_an_outage_is_never_shown_as_in_sync(synced: World):
    synced.deliver(subject="Under way")
    synced.control.fault("empty_503", path=r"/me|\$batch", count=-1)
    synced.round()
    assert synced.state() == MailboxState.CATCHING_UP
    assert Mailbox.objects.get(pk=synced.mailbox.pk).failures == 1
    synced.control.clear_faults()
    synced.skip_waits()
    synced.round()
    assert synced.state() == MailboxState.IN_SYNC
    assert synced.is_exact()


def test_an_outage_of_hours_waits_longer_and_longer_and_never_storms(synced: World):
    synced.control.fault("empty_503", path=r"/me|\$batch", count=-1)
    waits = []
    for _ in range(6):
        synced.round()
        mailbox = Mailbox.objects.get(pk=synced.mailbox.pk)
        waits.append((mailbox.not_before - SyncRun.objects.latest("started_at").ended_at).total_seconds())
        synced.skip_waits()
    assert waits == sorted(waits)
    assert waits[-1] > 16 * waits[0]


def test_a_foreign_link_never_receives_a_token(world: World, monkeypatch):
    monkeypatch.setattr("mailsync.sync.mail_run.PAGE_SIZE", 5)
    world.control.fault("foreign_next_link", path=DELTA, count=-1, base="https://127.0.0.1:1/v1.0")
    world.round()
    assert world.state() == MailboxState.INITIAL
    assert Mailbox.objects.get(pk=world.mailbox.pk).state_reason == "ForeignLink"


def test_one_item_that_is_gone_stays_the_only_loss(world: World):
    rows = [row for row in world.truth() if row["import"]]
    gone = rows[0]["id"]
    world.control.fault("batch_item", path=gone.replace("=", "=")[:40], status=404, code="ErrorItemNotFound", count=-1)
    assert world.sync().is_in_sync
    run = SyncRun.objects.filter(mailbox=world.mailbox).earliest("started_at")
    assert run.dropped.get("gone") == 1
    assert run.kept == sum(row["import"] for row in world.truth()) - 1
