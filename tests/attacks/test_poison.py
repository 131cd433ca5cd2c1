"""A mail that kills its worker, takes too much work or makes our code fall over stops nobody's sync but its own."""

import subprocess
import sys
from pathlib import Path

import pytest
from django.urls import reverse

from mailsync.domain.counts import Kept
from mailsync.domain.replies import split_reply
from mailsync.domain.suspicion import MOST_DEATHS, MOST_SUSPECTS, after_death, is_stepped_over, read, written
from mailsync.models import AtWork, Mailbox, SyncRun
from mailsync.selectors.mailboxes import failures_of
from mailsync.services.explain import explain_message
from mailsync.services.suspects import CopyKeys, write_marks
from tests.support.commands import ROOT
from tests.support.mailboxes import World, enter_crm
from tests.support.store import Store, environment_of
from tests.support.syncing import stored_ids
from tests.support.waiting import PATIENCE

DEADLY = """
import os, signal, sys
import django
django.setup()
from django.core.management import call_command
from mailsync.domain import compose
whole = compose.body_text
def body_text(body, *, is_html):
    if "drop dead" in body:
        os.kill(os.getpid(), signal.SIGKILL)
    return whole(body, is_html=is_html)
compose.body_text = body_text
call_command("sync_mailboxes", "--json")
"""


def ending(store: Store, world: World) -> int:
    """How a worker ended that dies of some mail: 0 where the mailbox was in sync, minus the signal that killed it."""
    settings = {"DJANGO_SETTINGS_MODULE": "jiminny_sync.settings"}
    worker = subprocess.run(
        [sys.executable, "-c", DEADLY],
        cwd=ROOT,
        env=environment_of(store, world) | settings,
        stdout=subprocess.DEVNULL,
        timeout=PATIENCE,
        check=False,
    )
    return worker.returncode


def stored(world: World) -> Mailbox:
    return Mailbox.objects.get(pk=world.mailbox.pk)


@pytest.mark.processes
@pytest.mark.django_db(transaction=True)
def test_a_mail_that_kills_its_worker_is_found_among_its_page_and_stepped_over(world: World, tmp_path: Path):
    world.deliver(subject="Before", text="Hello")
    poison = world.deliver(subject="Poison", text="drop dead")
    world.deliver(subject="After", text="Hello")
    store = Store(tmp_path)

    endings = [ending(store, world) for _ in range(2 + MOST_DEATHS)]

    store.fetch()
    assert endings == [-9] * (1 + MOST_DEATHS) + [0]
    wanted = world.wanted_ids()
    del wanted[poison["immutable_id"]]
    assert stored_ids(world.mailbox) == wanted
    assert sum(SyncRun.objects.values_list("stepped_over", flat=True)) >= 1
    row = AtWork.objects.get()
    assert (row.mails, list(read(row.suspects).values())) == ("", [MOST_DEATHS])
    assert poison["immutable_id"] not in row.suspects


@pytest.mark.processes
@pytest.mark.django_db(transaction=True)
def test_it_is_found_just_so_where_a_new_customer_brings_it_in(world: World, tmp_path: Path):
    assert world.sync().is_in_sync
    stranger = "stranger@newcomer.example"
    world.deliver(from_=stranger, subject="Poison", text="drop dead")
    world.deliver(from_=stranger, subject="Beside it", text="Hello")
    assert world.sync().is_in_sync
    enter_crm(world, stranger)
    store = Store(tmp_path)

    endings = [ending(store, world) for _ in range(2 + MOST_DEATHS)]

    store.fetch()
    assert endings == [-9] * (1 + MOST_DEATHS) + [0]
    subjects = world.organization.emails.values_list("engagement__subject", flat=True)
    assert "Beside it" in subjects
    assert "Poison" not in subjects


def test_a_run_that_ends_in_order_leaves_nothing_at_work(synced: World):
    synced.deliver(subject="One")
    assert synced.sync().is_in_sync
    assert AtWork.objects.get().mails == ""


def test_the_mails_at_work_are_named_before_the_work_and_by_hashes_alone(synced: World, monkeypatch):
    copy = synced.deliver(subject="One", text="the words of it")
    named: list[AtWork] = []

    def look(*given, **options):
        named.append(AtWork.objects.get())
        return split_reply(*given, **options)

    monkeypatch.setattr("mailsync.domain.compose.split_reply", look)
    synced.round()
    assert named[0].mails == CopyKeys(synced.mailbox).key(copy["immutable_id"])
    assert copy["immutable_id"] not in named[0].mails


def test_a_worker_that_lost_its_mailbox_marks_nothing(synced: World):
    Mailbox.objects.filter(pk=synced.mailbox.pk).update(claim="another")
    assert not write_marks(synced.mailbox, "mine", mails=["a"], is_alone=False, suspects={})
    assert not AtWork.objects.filter(mails="a").exists()


@pytest.fixture
def slow_mail(monkeypatch):
    """One mail's text takes two seconds of this thread, by a clock that counts nothing else."""
    passed = [0.0]

    def split(text, **options):
        passed[0] += 2.0 * ("laborious" in text)
        return split_reply(text, **options)

    monkeypatch.setattr("mailsync.services.efforts.thread_time", lambda: passed[0])
    monkeypatch.setattr("mailsync.domain.compose.split_reply", split)


@pytest.mark.usefixtures("slow_mail")
def test_a_mail_that_takes_too_much_work_is_counted_and_stops_no_other(synced: World, client):
    synced.deliver(subject="Slow", text="a laborious mail", message_id="<slow@globex.example>")
    synced.deliver(subject="Quick", text="Hello")
    assert synced.sync().is_in_sync
    run = SyncRun.objects.filter(mailbox=synced.mailbox).latest("started_at")
    assert (run.failed, run.too_laborious, failures_of(run)[Kept.TOO_LABORIOUS]) == (1, 1, 1)
    assert run.seen == run.kept + sum(run.dropped.values()) + run.failed
    subjects = synced.organization.emails.values_list("engagement__subject", flat=True)
    assert ("Quick" in subjects, "Slow" in subjects) == (True, False)
    client.force_login(synced.mailbox.user)
    assert "took more work than an email may" in client.get(reverse("integrations")).content.decode()
    told = explain_message(mailbox=stored(synced), message_id="<slow@globex.example>")
    assert [each.sentence for each in told] == [
        "Reading it took more than a second of work, so it was left out to let the others through."
    ]


def test_a_mail_that_our_code_falls_over_is_counted_and_stops_no_other(synced: World, monkeypatch, caplog):
    def fall_over(text, **options):
        if "unlucky" in text:
            raise ZeroDivisionError(text)
        return split_reply(text, **options)

    monkeypatch.setattr("mailsync.domain.compose.split_reply", fall_over)
    synced.deliver(subject="Unlucky", text="an unlucky mail")
    synced.deliver(subject="Lucky", text="Hello")
    assert synced.sync().is_in_sync
    run = SyncRun.objects.filter(mailbox=synced.mailbox).latest("started_at")
    assert (run.failed, run.defective) == (1, 1)
    assert "Lucky" in synced.organization.emails.values_list("engagement__subject", flat=True)
    assert "unlucky" not in caplog.text


def test_a_mail_that_workers_died_of_is_not_tried_by_a_question_about_it(synced: World, client, monkeypatch):
    copy = synced.deliver(subject="Deadly", text="Hello", message_id="<deadly@globex.example>")
    key = CopyKeys(synced.mailbox).key(copy["immutable_id"])
    AtWork.objects.update_or_create(mailbox=synced.mailbox, defaults={"suspects": f"{key}={MOST_DEATHS}"})
    monkeypatch.setattr("mailsync.services.explain.explain_content", None)
    told = explain_message(mailbox=stored(synced), message_id="<deadly@globex.example>")
    assert told[0].sentence.startswith("The sync stopped while reading it")
    assert synced.sync().is_in_sync
    assert "Deadly" not in synced.organization.emails.values_list("engagement__subject", flat=True)
    client.force_login(synced.mailbox.user)
    assert "again and again" in client.get(reverse("integrations")).content.decode()


def test_a_page_s_death_makes_suspects_and_deaths_alone_convict():
    suspects = after_death({}, ["a", "b"], is_alone=False)
    assert suspects == {"a": 0, "b": 0}
    for deaths in range(1, MOST_DEATHS + 1):
        suspects = after_death(suspects, ["a"], is_alone=True)
        assert is_stepped_over("a", suspects) == (deaths == MOST_DEATHS)
    assert not is_stepped_over("b", suspects)
    assert read(written(suspects)) == suspects


def test_no_more_suspects_are_remembered_than_a_row_may_hold():
    suspects = after_death({"old": 1}, map(str, range(MOST_SUSPECTS)), is_alone=False)
    assert len(suspects) == MOST_SUSPECTS
    assert "old" not in suspects
