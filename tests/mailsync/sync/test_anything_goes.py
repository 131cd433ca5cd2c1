"""Tenant and client driven at random: whatever happens, what is stored is what should be, and in sync is never a lie.

`RANDOM_EXAMPLES=200` goes on for long; the default is a handful, so that the suite stays quick.
"""

import os
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from accounts.domain.vocabulary import DeletionPolicy
from accounts.models import Organization
from crm.models import Contact
from crm.services.directory import set_contact_addresses
from mailsync.domain.vocabulary import MailboxState
from mailsync.models import Mailbox, Sighting, SyncRun
from mailsync.services.switch import set_import
from mailsync.sync import fetching, removals
from mailsync.sync.late_match import newest_change
from tests.support.mailboxes import RITA, World
from tests.support.syncing import acme_of, connect, stored_ids, switched_on

EXAMPLES = int(os.environ.get("RANDOM_EXAMPLES", "6"))
STRANGER = "newcomer@unknown-corp.example"
FOLDERS = st.sampled_from(["inbox", "archive", "deleteditems", "junkemail"])
FAULTS = st.sampled_from(
    [
        ("throttle_429", {"path": "delta|batch", "count": 2}),
        ("empty_503", {"path": "delta|batch", "count": 2}),
        ("504", {"path": "messages/delta", "count": 3}),
        ("truncated_json", {"path": "batch", "count": 1}),
        ("sync_state_gone", {"path": "messages/delta", "count": 1}),
        ("duplicate_items", {"path": "messages/delta", "count": 3}),
        ("drop_connection", {"path": "messages/delta", "count": 1}),
        ("batch_item", {"path": "^/me/messages/", "status": 503, "count": 2}),
    ]
)


class Anything(RuleBasedStateMachine):
    """One mailbox of an organization that follows deletions."""

    world: World

    def __init__(self) -> None:
        super().__init__()
        tenant = self.tenant
        tenant.reset()
        organization = acme_of(tenant, RITA)
        organization.deletion_policy = DeletionPolicy.FOLLOW
        organization.save()
        self.world = World(tenant, organization, switched_on(tenant, organization.users.get(email=RITA)))
        self.items: list[dict[str, Any]] = []
        self.is_known = False

    tenant: Any = None

    def teardown(self) -> None:
        Organization.objects.all().delete()

    @rule(is_customer=st.booleans(), folder=FOLDERS)
    def deliver(self, is_customer: bool, folder: str) -> None:
        sender = self.world.customer() if is_customer else STRANGER
        self.items.append(self.world.deliver(from_=sender, subject=f"Mail {len(self.items)}", folder=folder))

    @precondition(lambda self: self.items)
    @rule(data=st.data(), folder=FOLDERS)
    def move(self, data: st.DataObject, folder: str) -> None:
        position = data.draw(st.integers(0, len(self.items) - 1))
        self.items[position] = self.world.control.move(RITA, self.items[position]["id"], folder)

    @precondition(lambda self: self.items)
    @rule(data=st.data())
    def delete(self, data: st.DataObject) -> None:
        item = self.items.pop(data.draw(st.integers(0, len(self.items) - 1)))
        self.world.control.delete(RITA, item["id"], hard=True)

    @rule()
    def write_and_send_a_draft(self) -> None:
        draft = self.world.deliver(
            from_=RITA, to=[self.world.customer()], subject="Offer", folder="drafts", is_draft=True
        )
        self.world.control.send_draft(RITA, draft["id"])

    @rule(number=st.integers(1, 3))
    def deliver_what_comes(self, number: int) -> None:
        self.world.control.deliver_random(number)

    @rule()
    def expire(self) -> None:
        self.world.control.expire_sync_state(RITA)

    @rule(fault=FAULTS)
    def trouble(self, fault: tuple[str, dict[str, Any]]) -> None:
        self.world.control.fault(fault[0], **fault[1])

    @rule()
    def revoke_and_read(self) -> None:
        self.world.control.revoke(RITA)
        self.world.control.expire_access_tokens(RITA)
        self.world.sync()
        assert self.world.state() != MailboxState.IN_SYNC

    @rule()
    def connect_again(self) -> None:
        connect(self.world.mailbox.user, self.tenant)

    @rule()
    def switch_off_and_on(self) -> None:
        set_import(user=self.world.mailbox.user, enabled=False)
        set_import(user=self.world.mailbox.user, enabled=True)

    @precondition(lambda self: not self.is_known)
    @rule()
    def the_stranger_enters_the_crm(self) -> None:
        contact = Contact.objects.filter(organization=self.world.organization).earliest("external_id")
        known = set(contact.addresses.values_list("address", flat=True))
        set_contact_addresses(self.world.organization.pk, {contact.pk: {*known, STRANGER}})
        self.world.control.add_to_crm(addresses=[STRANGER])
        self.is_known = True

    @rule()
    def read(self) -> None:
        self.world.control.clear_faults()
        self.world.sync()
        self.nothing_is_missing_in_sync()
        if self.world.state() == MailboxState.IN_SYNC:
            self.world.sync()  # settles what the first one marked as missing
            assert stored_ids(self.world.mailbox) == self.world.wanted_ids()

    @rule()
    def read_in_trouble(self) -> None:
        self.world.round()
        self.nothing_is_missing_in_sync()

    def nothing_is_missing_in_sync(self) -> None:
        """Right after a round that says so; what the CRM knows only since then is still to be looked for."""
        mailbox = Mailbox.objects.get(pk=self.world.mailbox.pk)
        if mailbox.state == MailboxState.IN_SYNC and mailbox.last_change_id == newest_change(mailbox):
            assert not self.world.wanted_ids() - stored_ids(mailbox)

    @invariant()
    def every_run_adds_up(self) -> None:
        for run in SyncRun.objects.filter(mailbox=self.world.mailbox):
            assert run.seen == run.kept + sum(run.dropped.values()) + run.failed

    @invariant()
    def no_copy_is_stored_twice_and_no_claim_is_left(self) -> None:
        ids = list(Sighting.objects.filter(mailbox=self.world.mailbox).values_list("copy_id", flat=True))
        assert len(ids) == len(set(ids))
        assert Mailbox.objects.get(pk=self.world.mailbox.pk).claim == ""


@pytest.mark.timeout(1200 + 30 * EXAMPLES)
def test_whatever_happens_in_sync_is_never_a_lie(tenant, db, monkeypatch):
    monkeypatch.setattr(removals, "GRACE", timedelta(0))
    monkeypatch.setattr("mailsync.sync.run.GRACE", timedelta(0))
    monkeypatch.setattr(fetching, "_PAUSE_SECONDS", 0.0)
    machine = type("Machine", (Anything,), {"tenant": tenant})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=15,
            suppress_health_check=list(HealthCheck),
            derandomize=EXAMPLES < 50,
        ),
    )
