"""A party that enters the CRM brings in its past mail, and nobody else's."""

import pytest

from crm.models import Account
from crm.services.directory import set_account_websites
from mailsync.domain.vocabulary import RunKind
from mailsync.models import Mailbox, MailboxWalk, SyncRun
from mailsync.sync.mail_run import Terms
from tests.support.mailboxes import JONAS, RITA, World, enter_crm
from tests.support.syncing import stored_ids
from timeline.services.erasure import erase_person

NEWCOMER = "newcomer@unknown-corp.example"


def test_a_new_address_brings_in_its_past_mail_and_no_other(synced: World):
    for number in range(3):
        synced.deliver(from_=NEWCOMER, subject=f"Before we met {number}")
    synced.deliver(from_="stranger@elsewhere.example", subject="Still a stranger")
    synced.deliver(from_=RITA, to=[NEWCOMER], subject="Our first answer")
    synced.sync()
    before = stored_ids(synced.mailbox)
    enter_crm(synced, NEWCOMER)
    tally = synced.sync()
    assert tally.kept == 4
    assert synced.is_exact()
    assert sum((stored_ids(synced.mailbox) - before).values()) == 4
    walk = MailboxWalk.objects.get(mailbox=synced.mailbox)
    assert (walk.kind, walk.found) == (RunKind.LATE_MATCH, 4)
    assert walk.ended_at


def test_what_was_erased_is_not_told_as_brought_in(synced: World, alice):
    for number in range(3):
        synced.deliver(from_=NEWCOMER, subject=f"Before we met {number}")
    synced.deliver(from_="colleague@unknown-corp.example", subject="Not erased")
    synced.sync()
    erase_person(organization=synced.organization, raw_address=NEWCOMER, actor=alice)
    enter_crm(synced, NEWCOMER)
    enter_crm(synced, "colleague@unknown-corp.example")
    assert synced.sync().kept == 1
    assert [walk.found for walk in MailboxWalk.objects.all()] == [1]


def test_it_is_done_once_for_each_change(synced: World):
    synced.deliver(from_=NEWCOMER)
    synced.sync()
    enter_crm(synced, NEWCOMER)
    synced.sync()
    synced.sync()
    assert MailboxWalk.objects.count() == 1
    assert SyncRun.objects.filter(kind=RunKind.LATE_MATCH).count() == 1


def test_a_new_corporate_domain_brings_in_its_people(synced: World):
    synced.deliver(from_="somebody@sales.unknown-corp.example", subject="From a subdomain")
    synced.sync()
    account = Account.objects.filter(organization=synced.organization).earliest("external_id")
    set_account_websites(synced.organization.pk, {account.pk: "https://www.unknown-corp.example"})
    synced.sync()
    assert synced.organization.emails.filter(engagement__subject="From a subdomain").exists()


def test_what_the_crm_knew_before_the_first_sync_needs_no_second_look(world: World):
    assert world.sync().is_in_sync
    assert not MailboxWalk.objects.exists()


def test_no_body_of_anybody_else_is_asked_for(synced: World):
    synced.deliver(from_=NEWCOMER, subject="Wanted")
    synced.sync()
    enter_crm(synced, NEWCOMER)
    last = synced.last_log()
    synced.sync()
    bodies = [entry for entry in synced.log(last) if "body" in str(entry)]
    assert len(bodies) == 1


def test_a_walk_goes_on_where_it_stopped(synced: World, monkeypatch):
    monkeypatch.setattr("mailsync.sync.mail_run.PAGE_SIZE", 5)
    for number in range(12):
        synced.deliver(from_=NEWCOMER, subject=f"Before we met {number}", received=synced.days_ago(20 - number))
    synced.sync()
    enter_crm(synced, NEWCOMER)
    looked_at = []

    def note(run):
        if run.row.kind == RunKind.LATE_MATCH:
            looked_at.append(MailboxWalk.objects.get().looked_at)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        synced.round(terms=Terms(on_progress=note))
    synced.skip_waits()
    synced.sync()
    walk = MailboxWalk.objects.get()
    assert looked_at[0] > 0
    assert walk.ended_at
    assert synced.is_exact()
    assert walk.looked_at < 2 * len(synced.truth()), "it did not begin again"


def test_every_mailbox_of_the_organization_looks_back(enter):
    world = enter(RITA, JONAS)
    for mailbox in world.mailboxes:
        world.sync(mailbox)
        world.deliver(from_=NEWCOMER, to=[mailbox.user.email])
        world.sync(mailbox)
    enter_crm(world, NEWCOMER)
    for mailbox in world.mailboxes:
        world.sync(mailbox)
    assert world.is_exact()
    assert len(set(Mailbox.objects.values_list("last_change_id", flat=True))) == 1
