"""Mail is recorded from two mailboxes while people file it, keep it out and import customers: none notices the others.

Which transactions meet is chance; that they meet is certain. Each deadlock by itself: test_deadlocks.py.
"""

import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait
from functools import partial

import pytest
from django.db import connections
from django.utils import timezone

from accounts.selectors.audit import verify_trail
from core.db import unit_of_work as units
from core.db.unit_of_work import unit_of_work
from crm.services.csv_import import import_folder
from mailsync.domain.import_rules import ImportRule
from mailsync.domain.vocabulary import BlockKind
from mailsync.services.organization_rules import add_rules, remove_rule
from tests.support.factories import AccountFactory, ContactFactory, OpportunityFactory
from tests.support.recording import JANE, compose, record
from tests.support.standings import assert_sums_are_those_of_the_history
from tests.support.waiting import PATIENCE
from timeline.assignment.correct import correct_opportunity
from timeline.assignment.learn import make_rule, take_back_rule
from timeline.changes.following import StandingsDrift, follow, mend_standings
from timeline.models import Conversation, Engagement

pytestmark = [pytest.mark.services, pytest.mark.django_db(transaction=True)]

MAILS, THREADS, A_PAGE = 120, 8, 10


class Office:
    """What people of Acme do, each over and over; `turns` are how often each was done."""

    def __init__(self, organization, actor, owners, folder):
        self.organization, self.actor, self.folder = organization, actor, folder
        globex = AccountFactory(organization=organization, external_id="A1", source="csv", name="Globex")
        self.contact = ContactFactory(
            organization=organization, account=globex, address=JANE, external_id="C1", source="csv"
        )
        self.deals = [OpportunityFactory(organization=organization, account=globex, owner=owner) for owner in owners]
        self.is_closed = threading.Event()
        self.turns = Counter[str]()

    def pin(self, turn: int) -> None:
        if mail := Engagement.objects.order_by("?").first():
            correct_opportunity(engagement=mail, opportunity=self.deals[turn % 2], actor=self.actor)

    def block_a_domain_and_take_it_back(self, _: int) -> None:
        rule = ImportRule(BlockKind.NEVER_IMPORT, "globex.example")
        [row], _ = add_rules(organization=self.organization, rules=[rule], actor=self.actor)
        remove_rule(row=row, actor=self.actor)

    def make_a_filing_rule_and_take_it_back(self, turn: int) -> None:
        rule = make_rule(contact=self.contact, opportunity=self.deals[turn % 2], actor=self.actor)
        take_back_rule(rule=rule, actor=self.actor)

    def import_customers(self, turn: int) -> None:
        (self.folder / "accounts.csv").write_text(f"Id,Name,Website\nA1,Globex {turn},https://globex.example\n")
        (self.folder / "contacts.csv").write_text(f"Id,AccountId,LastName,Email\nC1,A1,Doe {turn},{JANE}\n")
        assert import_folder(organization=self.organization, folder=self.folder).is_clean

    def let_the_sums_follow(self, _: int) -> None:
        follow(now=timezone.now())
        assert mend_standings(organization=self.organization, now=timezone.now()) == StandingsDrift()

    @property
    def work(self) -> list[Callable[[int], None]]:
        return [
            self.pin,
            self.block_a_domain_and_take_it_back,
            self.make_a_filing_rule_and_take_it_back,
            self.import_customers,
            self.let_the_sums_follow,
        ]

    def goes_on(self, work: Callable[[int], None]) -> None:
        while not self.is_closed.is_set():
            work(self.turns[work.__name__])
            self.turns[work.__name__] += 1


def alone(work):
    """On a connection that is closed afterwards."""
    try:
        return work()
    finally:
        connections.close_all()


def pages(organization):
    mails = [
        compose(
            organization,
            number,
            to=("carol@acme.example", "dave@acme.example"),
            references=(f"<{number - THREADS}@globex.example>",) if number >= THREADS else (),
        )
        for number in range(MAILS)
    ]
    return [mails[start : start + A_PAGE] for start in range(0, len(mails), A_PAGE)]


def recorded(organization, owner, some_pages):
    for page in some_pages:
        unit_of_work(partial(record, organization, owner, *page))


def test_no_deadlock_reaches_anybody(acme, alice, carol, dave, tmp_path, monkeypatch):
    monkeypatch.setattr(units, "_MOST_SECONDS", PATIENCE)  # a busy machine needs longer for the same number of tries
    office, some_pages = Office(acme, alice, (carol, dave), tmp_path), pages(acme)

    with ThreadPoolExecutor(len(office.work) + 2) as pool:
        people = [pool.submit(alone, partial(office.goes_on, work)) for work in office.work]
        mailboxes = [pool.submit(alone, partial(recorded, acme, owner, some_pages)) for owner in (carol, dave)]
        wait(mailboxes)
        office.is_closed.set()
        for each in (*mailboxes, *people):
            each.result(PATIENCE)

    assert all(office.turns[work.__name__] for work in office.work), office.turns
    assert Engagement.objects.filter(hidden_at=None).count() == MAILS
    counted = {row.pk: row.engagements.count() for row in Conversation.objects.all()}
    assert counted == dict(Conversation.objects.values_list("pk", "email_count"))
    assert len(counted) == THREADS
    assert verify_trail(acme).holds
    follow(now=timezone.now())
    assert_sums_are_those_of_the_history((alice, carol, dave))
