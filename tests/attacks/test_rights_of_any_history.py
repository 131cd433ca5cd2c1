"""Whatever happens in whichever order, each person reads exactly what they took part in, hold, or visibility says.

a history: arrivals and takings-back of mail in mailboxes with settings of their own, filing, filing rules, changed
owners of deals, addresses learned and let go, logins deleted and made anew

    ──▶ the product      ┐ existence, subject, text, finding and deleting
    ──▶ Oracle, plainly  ┘ are the same for each person and mail
"""

import contextlib
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.domain.vocabulary import Detail, Role, Visibility
from accounts.models import Organization, User
from accounts.reading import reading
from accounts.services.people import create_user
from crm.domain.changes import CustomerChanges
from mailsync.models import Sighting
from mailsync.services.addresses import learn_addresses
from mailsync.services.copies import forget_copies
from tests.support.factories import (
    A_MONDAY,
    AccountFactory,
    ContactFactory,
    MailboxFactory,
    OpportunityFactory,
    OrganizationFactory,
    SightingFactory,
    UserFactory,
)
from tests.support.recording import JANE, compose, record
from timeline.assignment.correct import correct_opportunity
from timeline.assignment.learn import make_rule
from timeline.assignment.reassess import reassess
from timeline.documents import EngagementDocument
from timeline.domain.refusals import NotAllowed
from timeline.models import EmailMessage, Engagement
from timeline.search import search_engagements
from timeline.selectors import engagements_for, presented, with_parts
from timeline.visibility import may_be_deleted_by

pytestmark = pytest.mark.django_db

PEOPLE = {"alice": Role.ADMIN, "bob": Role.MANAGER, "carol": Role.REP, "dave": Role.REP, "erin": Role.REP}
REPS = ("carol", "dave", "erin")
ALIASES = ("sales@acme.example", "desk@acme.example")
OURS = (*(f"{name}@acme.example" for name in REPS), *ALIASES)
AFTER_ALL = datetime(2099, 1, 1, tzinfo=UTC)
WORDS = [f"zebra{letter}" for letter in "abcd"]
WIDTH = {Visibility.OWNER_ONLY: 0, Visibility.PARTICIPANTS_AND_MANAGERS: 1, Visibility.EVERYONE: 2}
FULLNESS = {Detail.METADATA: 0, Detail.SUBJECT: 1, Detail.FULL_TEXT: 2}


@dataclass(frozen=True)
class Planned:
    """A mail that may arrive: with Jane, to or from some of us, in a thread or not, before or after all moves."""

    sender: str
    to: tuple[str, ...]
    answers: frozenset[int]
    is_young: bool

    @property
    def addresses(self) -> set[str]:
        return {self.sender, *self.to} - {JANE}


@dataclass
class Kept:
    """What the oracle knows of a mail that is stored."""

    parts: dict[str, str | None]
    copies: dict[str, tuple[Visibility, Detail]] = field(default_factory=dict)


class Oracle:
    """Who reads what, told from the history without a look at the product."""

    def __init__(self, plan: list[Planned]) -> None:
        self.plan = plan
        self.mails: dict[int, Kept] = {}
        self.book: dict[str, str] = {f"{name}@acme.example": name for name in PEOPLE}
        self.former: dict[str, set[str]] = {}

    def _whose(self, number: int, address: str) -> str | None:
        person = self.book.get(address)
        has_moved = self.former.get(address, set()) - {person}
        return None if has_moved and not self.plan[number].is_young else person

    def arrives(self, person: str, number: int, visibility: Visibility, detail: Detail) -> None:
        addresses = self.plan[number].addresses
        kept = self.mails.setdefault(number, Kept({each: self._whose(number, each) for each in addresses}))
        kept.copies.setdefault(person, (visibility, detail))

    def takes_back(self, person: str, number: int) -> None:
        kept = self.mails.get(number)
        if kept and kept.copies.pop(person, None) and not kept.copies:
            del self.mails[number]

    def has(self, person: str, aliases: set[str]) -> None:
        for address in [each for each, whose in self.book.items() if whose == person and each in ALIASES]:
            if address not in aliases:
                del self.book[address]
                self.former.setdefault(address, set()).add(person)
        for address in aliases:
            self.book.setdefault(address, person)
        for number, kept in self.mails.items():
            for address, whose in kept.parts.items():
                if whose is None and self.book.get(address) == person:
                    kept.parts[address] = self._whose(number, address)

    def leaves(self, person: str) -> None:
        """The login is deleted and made anew: nobody of whom anything is known."""
        gone = f"{person}, gone {len(self.former)} {sum(map(len, self.former.values()))}"
        for kept in self.mails.values():
            kept.parts = {each: None if whose == person else whose for each, whose in kept.parts.items()}
            if copy := kept.copies.pop(person, None):
                kept.copies[gone] = copy
        for address in [each for each, whose in self.book.items() if whose == person]:
            del self.book[address]
            self.former.setdefault(address, set()).add(gone)
        self.book[f"{person}@acme.example"] = person
        self.has(person, set())

    def own(self, person: str, number: int) -> bool:
        kept = self.mails[number]
        return person in kept.parts.values() or person in kept.copies

    def reads(self, person: str, number: int) -> tuple[bool, bool, bool]:
        """Whether the mail exists for a person, and its subject and its text."""
        if self.own(person, number):
            return True, True, True
        visibility, detail = max(
            self.mails[number].copies.values(), key=lambda each: (WIDTH[each[0]], FULLNESS[each[1]])
        )
        exists = WIDTH[visibility] >= (2 if PEOPLE[person] == Role.REP else 1)
        return exists, exists and FULLNESS[detail] >= 1, exists and FULLNESS[detail] == 2

    def may_delete(self, rep: str, number: int) -> bool:
        kept = self.mails[number]
        if kept.parts.get(self.plan[number].sender) == rep:
            return True
        return self.own(rep, number) and not ({*kept.parts.values(), *kept.copies} - {rep, None})


class Product:
    """The same history, lived through by the product."""

    def __init__(self, plan: list[Planned]) -> None:
        self.acme: Organization = OrganizationFactory(name="Acme", slug="acme")
        self.people: dict[str, User] = {
            name: UserFactory(organization=self.acme, email=f"{name}@acme.example", role=role)
            for name, role in PEOPLE.items()
        }
        self.mailboxes = {name: MailboxFactory(user=person) for name, person in self.people.items()}
        account = AccountFactory(organization=self.acme)
        self.jane = ContactFactory(organization=self.acme, account=account, address=JANE)
        self.deals = [OpportunityFactory(organization=self.acme, account=account)] + [
            OpportunityFactory(organization=self.acme, owner=self.people[name]) for name in ("dave", "bob")
        ]
        self.mails = [
            compose(
                self.acme,
                number,
                sender=mail.sender,
                to=mail.to,
                subject=f"s{WORDS[number]}",
                text=f"t{WORDS[number]}",
                new_text=f"t{WORDS[number]}",
                references=tuple(f"<{each}@globex.example>" for each in sorted(mail.answers)),
                occurred_at=(AFTER_ALL if mail.is_young else A_MONDAY) + timedelta(minutes=20 * number),
            )
            for number, mail in enumerate(plan)
        ]

    def stored(self, number: int) -> Engagement | None:
        return Engagement.objects.filter(email__message_key=self.mails[number].message_key).first()

    def arrives(self, person: str, number: int, visibility: Visibility, detail: Detail) -> None:
        record(self.acme, self.people[person], self.mails[number], visibility=visibility, detail=detail)
        email = EmailMessage.objects.get(message_key=self.mails[number].message_key)
        if not Sighting.objects.filter(email=email, mailbox=self.mailboxes[person]).exists():
            SightingFactory(email=email, mailbox=self.mailboxes[person])

    def takes_back(self, person: str, number: int) -> None:
        key = self.mails[number].message_key
        forget_copies(self.mailboxes[person], Sighting.objects.filter(email__message_key=key))

    def files(self, person: str, number: int, deal: int) -> None:
        self.deals[deal].refresh_from_db()
        if mail := self.stored(number):
            correct_opportunity(engagement=mail, opportunity=self.deals[deal], actor=self.people[person])

    def makes_a_rule(self, person: str, deal: int) -> None:
        with contextlib.suppress(NotAllowed):
            make_rule(contact=self.jane, opportunity=self.deals[deal], actor=self.people[person])

    def owner_changes(self, deal: int, person: str) -> None:
        self.deals[deal].owner = self.people[person]
        self.deals[deal].save()
        reassess(organization=self.acme, changes=CustomerChanges(self.acme.pk, deals={self.deals[deal].pk}))

    def has(self, person: str, aliases: set[str]) -> None:
        learn_addresses(self.mailboxes[person], [self.people[person].email, *sorted(aliases)])

    def leaves(self, person: str) -> None:
        self.people[person].delete()
        email, secret = f"{person}@acme.example", "a long passphrase here"
        self.people[person] = create_user(organization=self.acme, email=email, password=secret, role=PEOPLE[person])
        self.mailboxes[person] = MailboxFactory(user=self.people[person])


MAILS = st.builds(
    Planned,
    sender=st.sampled_from([JANE, JANE, "carol@acme.example", "dave@acme.example"]),
    to=st.lists(st.sampled_from(OURS), min_size=1, max_size=3, unique=True).map(tuple),
    answers=st.frozensets(st.integers(0, 3), max_size=2),
    is_young=st.booleans(),
)
person, rep, number, deal = st.sampled_from([*PEOPLE]), st.sampled_from(REPS), st.integers(0, 3), st.integers(0, 2)
arrival = st.tuples(st.just("arrives"), person, number, st.sampled_from(Visibility), st.sampled_from(Detail))
HAPPENINGS = st.one_of(
    arrival,
    arrival,
    st.tuples(st.just("takes_back"), person, number),
    st.tuples(st.just("files"), rep, number, deal),
    st.tuples(st.just("makes_a_rule"), rep, deal),
    st.tuples(st.just("owner_changes"), deal, person),
    st.tuples(st.just("leaves"), rep),
    st.tuples(st.just("has"), rep, st.sets(st.sampled_from(ALIASES))),
)
ONLY_FILED = {"files", "makes_a_rule", "owner_changes"}


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(plan=st.lists(MAILS, min_size=4, max_size=4), history=st.lists(HAPPENINGS, min_size=1, max_size=14))
def test_each_person_reads_exactly_what_they_took_part_in_or_hold_or_visibility_says(db, plan, history):
    with transaction.atomic():
        oracle, product = Oracle(plan), Product(plan)
        for name, *what in history:
            getattr(product, name)(*what)
            if name not in ONLY_FILED:
                getattr(oracle, name)(*what)
        for viewer in PEOPLE:
            compare(oracle, product, viewer)
        transaction.set_rollback(True)


def compare(oracle: Oracle, product: Product, viewer: str) -> None:
    user = product.people[viewer]
    expected = {each: oracle.reads(viewer, each) for each in oracle.mails}
    numbers = {product.stored(each).pk: each for each in oracle.mails}
    with reading():
        shown = [presented(row, user) for row in with_parts(engagements_for(user))]
        told = {numbers[each.engagement.pk]: (each.subject, each.text, each.new_text) for each in shown}
    for each, (exists, subject, text) in expected.items():
        words = (f"s{WORDS[each]}" if subject else "", *[f"t{WORDS[each]}" if text else ""] * 2)
        assert told.pop(each, None) == (words if exists else None), (viewer, each)
        for beginning, is_readable in (("s", subject), ("t", text)):
            found = search_engagements(user, f"{beginning}{WORDS[each]}").engagements
            assert found.exists() == is_readable, (viewer, each, beginning)
    assert told == {}
    if viewer in REPS:
        for row in Engagement.objects.all():
            is_reader = str(user.pk) in EngagementDocument().prepare_readers(row)
            assert is_reader == oracle.own(viewer, numbers[row.pk])
        deletable = Engagement.objects.filter(may_be_deleted_by(user)).values_list("pk", flat=True)
        assert {numbers[pk] for pk in deletable} == {each for each in expected if oracle.may_delete(viewer, each)}
