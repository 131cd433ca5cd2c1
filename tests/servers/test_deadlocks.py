"""A deadlock and a lock wait, brought about for certain on MariaDB: what a person asked for is done all the same.

    another worker ── locks `first` ──────────────────────────────────── asks for `second` ──▶ deadlock
    a person       ────────────────── locks `second`, waits for `first` ────┘

InnoDB undoes who has written less. The other worker has written a hundred rows, so it is the person; and that the
worker then gets `second` proves that the person's transaction, which held it, was undone.
"""

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import OperationalError, connection, connections
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEvent
from accounts.selectors.audit import verify_trail
from core.db import unit_of_work as units
from crm.models import Account, AccountDomain
from crm.services.csv_import import import_folder
from mailsync.domain.import_rules import ImportRule
from mailsync.domain.vocabulary import BlockKind
from mailsync.models import BlockedDomain
from mailsync.services.organization_rules import add_rules
from mailsync.services.switch import set_import
from tests.support.factories import (
    AccountFactory,
    AssociationFactory,
    ContactFactory,
    EmailMessageFactory,
    EngagementFactory,
    MailboxFactory,
    OpportunityFactory,
    ParticipantFactory,
)
from tests.support.waiting import PATIENCE, wait_until
from timeline.assignment.correct import correct_opportunity
from timeline.assignment.learn import make_rule
from timeline.models import Engagement, FilingRule
from timeline.services.hiding import hide
from timeline.services.retention import purge_expired

pytestmark = [pytest.mark.services, pytest.mark.django_db(transaction=True)]

A_LOCK_IS_WAITED_FOR = "SELECT trx_id FROM information_schema.innodb_trx WHERE trx_state = 'LOCK WAIT' AND {whose}"
_A_FRESH_LOOK = 0.15  # seconds: asked more often than ten times a second, InnoDB shows what it showed before


class Person:
    """Does something in a thread and on a connection of its own, as a request does."""

    def __init__(self, pool: ThreadPoolExecutor) -> None:
        self._pool = pool
        self.seconds_of_patience: int | None = None
        self.number = 0

    def begins(self, work: Callable[[], Any]) -> "Future[Any]":
        return self._pool.submit(self._run, work)

    def _run(self, work: Callable[[], Any]) -> Any:
        try:
            with connection.cursor() as cursor:
                cursor.execute("SELECT CONNECTION_ID()")
                ((self.number,),) = cursor.fetchall()
                if self.seconds_of_patience:
                    cursor.execute(f"SET innodb_lock_wait_timeout = {self.seconds_of_patience}")
            return work()
        finally:
            connections.close_all()


class OtherWorker:
    """A transaction on a connection of its own that has written more than any person's."""

    def __init__(self) -> None:
        self._connection = connection.copy()
        self._connection.set_autocommit(False)
        for number in range(100):
            key = f"{number:064}"
            self.asks("INSERT INTO accounts_guesscount (key_hash, count, began_at) VALUES (%s, 1, NOW(6))", key)

    def locks(self, row) -> None:
        table, key = row._meta.db_table, row._meta.pk
        value = key.get_db_prep_value(row.pk, self._connection)
        self.asks(f"SELECT 1 FROM {table} WHERE {key.column} = %s FOR UPDATE", value)  # noqa: S608 - a model's names

    def asks(self, statement: str, *arguments: Any) -> Any:
        with self._connection.cursor() as cursor:
            cursor.execute(statement, arguments)
            return cursor.fetchall()

    def waits_for(self, person: Person, work: "Future[Any]", *, after: object = None) -> Any:
        """Until `person` waits for a lock, in another transaction than `after`; which transaction that is."""
        waiting: list[Any] = []

        def waits() -> bool:
            whose = f"trx_mysql_thread_id = {person.number}"
            rows = self.asks(A_LOCK_IS_WAITED_FOR.format(whose=whose)) if person.number else ()
            waiting.extend(row[0] for row in rows[:1] if row[0] != after)
            return bool(waiting)

        wait_until(lambda: waits() or work.done(), "a lock's being waited for", every=_A_FRESH_LOOK)
        assert waiting, f"{work.result()}, and no lock was waited for"
        return waiting[0]

    def ends(self) -> None:
        self._connection.rollback()

    def closes(self) -> None:
        self._connection.close()


@pytest.fixture
def other() -> Iterator[OtherWorker]:
    worker = OtherWorker()
    yield worker
    worker.closes()


@pytest.fixture
def person() -> Iterator[Person]:
    with ThreadPoolExecutor(1) as pool:
        yield Person(pool)


def meet(other: OtherWorker, person: Person, work: Callable[[], Any], *, first: Any, second: Any) -> Any:
    """Let `work`, which locks `second` before `first`, meet a worker that does it the other way round."""
    other.locks(first)
    done = person.begins(work)
    other.waits_for(person, done)
    other.locks(second)  # returns, because the person's transaction is undone
    other.ends()
    return done.result(PATIENCE)


@pytest.fixture
def mails(acme):
    """Two emails with Jane of Globex, in the order in which their rows are locked."""
    globex = AccountFactory(organization=acme, external_id="A1", name="Globex")
    jane = ContactFactory(organization=acme, account=globex, address="jane@globex.example")
    found = []
    for _ in range(2):
        mail = EmailMessageFactory(engagement=EngagementFactory(organization=acme))
        ParticipantFactory(engagement=mail.engagement, address="jane@globex.example", contact=jane)
        AssociationFactory(engagement=mail.engagement, account=globex)
        AssociationFactory(engagement=mail.engagement, account=None, contact=jane)
        found.append(mail.engagement)
    return sorted(found, key=lambda each: each.pk)


@pytest.fixture
def jane(mails):
    return mails[0].associations.get(account=None).contact


@pytest.fixture
def deal(acme, alice, mails):
    return OpportunityFactory(organization=acme, account=Account.objects.get(), owner=alice)


def test_the_deadlock_of_these_tests_is_one(acme, mails, person, other, monkeypatch):
    monkeypatch.setattr(units, "_MOST_SECONDS", -1)

    with pytest.raises(OperationalError) as told:
        meet(
            other,
            person,
            lambda: hide(organization=acme, ids=[each.pk for each in mails], rule="x", now=timezone.now()),
            first=mails[1],
            second=mails[0],
        )

    assert told.value.args[0] == 1213
    assert not Engagement.objects.filter(hidden_by_rule="x").exists()


def test_a_pin_that_meets_a_deadlock_is_set(mails, deal, alice, person, other):
    [mail, _] = mails

    meet(
        other,
        person,
        lambda: correct_opportunity(engagement=mail, opportunity=deal, actor=alice),
        first=mail,
        second=mail.conversation,
    )

    assert Engagement.objects.get(pk=mail.pk).opportunity == deal
    mail.conversation.refresh_from_db()
    assert mail.conversation.pinned_opportunity == deal
    assert AuditEvent.objects.filter(verb="corrected").count() == 1


def test_mail_is_hidden_across_a_deadlock(acme, mails, person, other):
    hidden = meet(
        other,
        person,
        lambda: hide(organization=acme, ids=[each.pk for each in mails], rule="x", now=timezone.now()),
        first=mails[1],
        second=mails[0],
    )

    assert hidden == 2
    assert Engagement.objects.filter(hidden_by_rule="x").count() == 2


def test_a_blocked_domain_that_meets_a_deadlock_is_there_once(acme, alice, mails, person, other):
    rule = ImportRule(BlockKind.NEVER_IMPORT, "globex.example")

    rows, hidden = meet(
        other,
        person,
        lambda: add_rules(organization=acme, rules=[rule], actor=alice),
        first=mails[1],
        second=mails[0],
    )

    assert [row.domain for row in rows] == ["globex.example"]
    assert BlockedDomain.objects.filter(organization=acme).count() == 1
    assert hidden == Engagement.objects.exclude(hidden_at=None).count() == 2
    assert AuditEvent.objects.filter(verb="added", subject_id=str(rows[0].pk)).count() == 1


def test_a_rule_taken_back_in_the_admin_console_across_a_deadlock_is_gone(acme, alice, mails, person, other):
    alice.is_staff = True
    alice.save()
    rule = ImportRule(BlockKind.NEVER_IMPORT, "globex.example")
    [row], _ = add_rules(organization=acme, rules=[rule], actor=alice)
    client = Client()
    client.force_login(alice)
    page = reverse("admin:mailsync_blockeddomain_delete", args=[row.pk])

    answer = meet(other, person, lambda: client.post(page, {"post": "yes"}), first=mails[1], second=mails[0])

    assert answer.status_code == 302
    assert not BlockedDomain.objects.filter(pk=row.pk).exists()
    assert Engagement.objects.filter(hidden_at=None).count() == 2
    told = client.get(reverse("admin:mailsync_blockeddomain_changelist")).content.decode()
    assert told.count("Shown again: 2 engagements.") == 1


def test_a_filing_rule_files_the_mail_across_a_deadlock(mails, jane, deal, alice, person, other):
    meet(
        other,
        person,
        lambda: make_rule(contact=jane, opportunity=deal, actor=alice),
        first=mails[1],
        second=mails[0],
    )

    assert FilingRule.objects.get().opportunity == deal
    assert set(Engagement.objects.values_list("opportunity", flat=True)) == {deal.pk}


def test_an_import_from_the_crm_counts_each_row_once_across_a_deadlock(acme, tmp_path: Path, person, other):
    known = [AccountFactory(organization=acme, external_id=f"A{number}", source="csv") for number in (1, 2)]
    rows = "A1,Globex,https://globex.example\nA2,Initech,https://initech.example\nA3,Hooli,https://hooli.example\n"
    (tmp_path / "accounts.csv").write_text(f"Id,Name,Website\n{rows}")

    report = meet(
        other,
        person,
        lambda: import_folder(organization=acme, folder=tmp_path),
        first=known[1],
        second=known[0],
    )

    [file] = report.files
    assert (file.new, file.changed, file.unchanged, file.problems) == (1, 2, 0, [])
    assert set(Account.objects.values_list("name", flat=True)) == {"Globex", "Initech", "Hooli"}
    assert AccountDomain.objects.count() == 3


def test_a_purge_deletes_and_notes_it_once_across_a_deadlock(acme, mails, person, other):
    hide(organization=acme, ids=[each.pk for each in mails], rule="x", now=timezone.now() - timedelta(days=60))
    [one, another] = sorted((each.conversation for each in mails), key=lambda each: each.pk)

    purge = meet(other, person, lambda: purge_expired(organization=acme, now=timezone.now()), first=another, second=one)

    assert purge.engagements == 2
    assert Engagement.objects.count() == 0
    assert [each.detail["engagements"] for each in AuditEvent.objects.filter(verb="purged")] == [2]
    assert verify_trail(acme).holds


def test_a_switch_that_meets_a_deadlock_is_thrown(acme, carol, person, other):
    mailbox = MailboxFactory(organization=acme, user=carol, import_enabled=False, state="off")

    meet(
        other,
        person,
        lambda: set_import(user=carol, enabled=True),
        first=acme.audit_chain,
        second=mailbox,
    )

    mailbox.refresh_from_db()
    assert mailbox.import_enabled
    assert AuditEvent.objects.filter(verb="switched_on").count() == 1


def test_a_pin_that_waited_too_long_for_a_lock_is_set_once_it_is_free(mails, deal, alice, person, other):
    [mail, _] = mails
    person.seconds_of_patience = 1
    other.locks(mail)

    done = person.begins(lambda: correct_opportunity(engagement=mail, opportunity=deal, actor=alice))
    given_up = other.waits_for(person, done)
    other.waits_for(person, done, after=given_up)  # MariaDB said 1205, and the person's work began again
    other.ends()

    assert done.result(PATIENCE).opportunity == deal
    assert AuditEvent.objects.filter(verb="corrected").count() == 1
