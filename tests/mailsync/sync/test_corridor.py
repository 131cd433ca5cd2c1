"""From a mailbox to the timeline: exactly what should be stored is, counted by reason, and nothing else is fetched."""

from collections import Counter
from urllib.parse import unquote

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from mailsync.domain.vocabulary import MailboxState
from mailsync.models import Mailbox, Sighting, SyncRun
from mailsync.sync.mail_run import Terms
from mailsync.sync.run import sync_mailbox
from tests.support.mailboxes import EVERYONE, RITA, World
from tests.support.syncing import stored_ids


def test_every_mail_that_should_be_imported_is_exactly_once_and_no_other_for_all_mailboxes(enter):
    world = enter(*EVERYONE)
    for mailbox in world.mailboxes:
        assert world.sync(mailbox).is_in_sync
    for mailbox in world.mailboxes:
        assert stored_ids(mailbox) == world.wanted_ids(mailbox)  # on some days one of them has none
    assert Sighting.objects.count() > len(EVERYONE) * 5


def test_a_run_counts_every_mail_once_under_the_reason_that_the_tenant_knows(enter):
    world = enter(*EVERYONE)
    for mailbox in world.mailboxes:
        world.sync(mailbox)
        run = SyncRun.objects.get(mailbox=mailbox)
        seen = [row for row in world.truth(mailbox) if row["seen"]]
        assert Counter(run.dropped) == Counter(row["reason"] for row in seen if not row["import"])
        assert run.kept == sum(row["import"] for row in seen)
        assert (run.seen, run.failed) == (run.kept + sum(run.dropped.values()), 0)
        assert run.is_complete


def test_a_mail_in_several_mailboxes_is_one_email_with_a_sighting_each(enter):
    world = enter(*EVERYONE)
    for mailbox in world.mailboxes:
        world.sync(mailbox)
    by_message = Counter(
        row["internetMessageId"] for mailbox in world.mailboxes for row in world.truth(mailbox) if row["import"]
    )
    shared = {message for message, copies in by_message.items() if message and copies > 1}
    assert shared
    stored = Counter(
        Sighting.objects.filter(email__internet_message_id__in=shared).values_list(
            "email__internet_message_id", flat=True
        )
    )
    assert stored == Counter({message: by_message[message] for message in shared})
    emails = world.organization.emails.filter(internet_message_id__in=shared)
    assert emails.count() == len(shared)


def test_syncing_again_leaves_the_same_rows(synced: World):
    before = synced.rows()
    assert synced.sync().is_in_sync
    assert synced.rows() == before


def test_a_folder_read_again_from_the_start_leaves_the_same_rows(synced: World):
    before = synced.rows()
    synced.control.expire_sync_state(RITA)
    assert synced.sync().is_in_sync
    assert synced.rows() == before


def test_an_idle_cycle_costs_one_request_and_at_most_five_queries(synced: World):
    synced.round()
    with CaptureQueriesContext(
        connection,
    ) as queries:
        result = sync_mailbox(synced.mailbox.pk)[0]
    told = [query["sql"] for query in queries.captured_queries]
    statements = [sql for sql in told if sql.split()[0] in {"SELECT", "UPDATE", "INSERT", "DELETE"}]
    assert result.row is not None
    assert result.row.requests == 1
    assert len(statements) <= 5, statements
    assert synced.state() == MailboxState.IN_SYNC


def test_an_idle_cycle_leaves_no_run_and_no_transition_behind(synced: World):
    runs, transitions = SyncRun.objects.count(), synced.mailbox.transitions.count()
    synced.round()
    assert SyncRun.objects.count() == runs
    assert synced.mailbox.transitions.count() == transitions


def test_a_body_is_asked_for_only_of_mail_that_is_kept(world: World):
    world.sync()
    kept = set(world.wanted_ids())
    bodies = [entry for entry in world.log() if "body" in unquote(str(entry.get("query", "")))]
    asked = {unquote(entry["path"].rpartition("/")[2]) for entry in bodies}
    assert asked
    assert asked <= kept


def test_nothing_but_reading_is_ever_asked_for(world: World):
    world.sync()
    entries = world.log()
    assert {entry["method"] for entry in entries if "$batch" not in entry["path"] and "/me" in entry["path"]} == {"GET"}
    forbidden = ("bccRecipients", "bodyPreview", "attachments", "uniqueBody", "$value", "isRead")
    told = " ".join(unquote(f"{entry['path']}?{entry.get('query', '')}") for entry in entries)
    assert not [word for word in forbidden if word in told]


def test_new_mail_arrives_with_the_next_round(synced: World):
    copy = synced.deliver(subject="Shall we meet?", text="Thursday would suit me.")
    result = synced.round()
    assert result.row is not None
    assert (result.row.seen, result.row.kept) == (1, 1)
    email = Sighting.objects.get(copy_id=copy["immutable_id"]).email
    assert email.engagement.subject == "Shall we meet?"
    assert "Thursday" in email.text
    assert synced.state() == MailboxState.IN_SYNC


def test_what_comes_while_a_first_round_goes_on_is_there_when_it_says_in_sync(world: World, monkeypatch):
    monkeypatch.setattr("mailsync.sync.mail_run.PAGE_SIZE", 5)
    pages = []

    def deliver(_reading):
        pages.append(1)
        if len(pages) in {1, 4, 7}:
            world.deliver(subject="Meanwhile")

    world.round(terms=Terms(on_progress=deliver, slice_length=None))
    assert world.state() == MailboxState.IN_SYNC
    assert world.organization.emails.filter(engagement__subject="Meanwhile").count() == 3
    assert world.is_exact()


def test_the_state_says_how_the_mailbox_came_into_sync(synced: World):
    moves = list(synced.mailbox.transitions.order_by("id").values_list("before", "after"))
    assert moves == [("off", "connecting"), ("connecting", "initial"), ("initial", "in_sync")]
    mailbox = Mailbox.objects.get(pk=synced.mailbox.pk)
    assert mailbox.last_synced_at
    assert mailbox.due_at
    assert mailbox.progress_done == mailbox.progress_total == SyncRun.objects.get(mailbox=mailbox).seen


def test_aliases_of_the_mailbox_are_known_as_ours(synced: World):
    addresses = set(synced.mailbox.user.addresses.values_list("address", flat=True))
    assert {"rita.lindqvist@acme.example", "rita@acme.example", "r.lindqvist@mail.acme.example"} <= addresses


@pytest.mark.parametrize("cap", [5, 20])
def test_a_first_round_that_ends_at_the_filter_cap_goes_on_by_list_until_complete(world: World, cap):
    world.control.switch(filter_cap=cap)
    assert world.sync().is_in_sync
    assert world.is_exact()
    run = SyncRun.objects.get(mailbox=world.mailbox)
    assert run.seen == sum(row["seen"] for row in world.truth())
