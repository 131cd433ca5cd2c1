"""Whoever wrote last, an engagement stands where settle() says by its rows and the CRM, and is whose it says.

a history of every writer: arrivals, later copies, copies taken back, corrections, filing rules, reported calls, mails
that join conversations, contacts who move, roles, deals that open, close, change hands and customers, holds

    ──▶ each row's columns  =  settle() of its facts, read plainly, one engagement at a time
"""

import contextlib
from uuid import UUID

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.domain.vocabulary import Role
from crm.domain.changes import CustomerChanges
from crm.models import Opportunity, OpportunityContactRole, PersonAddress
from crm.selectors import directory_for
from mailsync.services.addresses import learn_addresses
from tests.support.factories import (
    A_MONDAY,
    AccountFactory,
    ContactFactory,
    LegalHoldFactory,
    MailboxFactory,
    OpportunityFactory,
    OrganizationFactory,
    UserFactory,
)
from tests.support.recording import JANE, compose, record
from timeline.assignment.correct import correct_opportunity
from timeline.assignment.learn import make_rule, take_back_rule
from timeline.assignment.reassess import reassess
from timeline.copies import take_back
from timeline.domain import assignment
from timeline.domain.assignment import HeldRecords, MailFacts, Place, Settled, nearest_inbox_owner, pinned, settle
from timeline.domain.choosing import Assignment, AssignmentRules, Candidate, Candidates
from timeline.domain.refusals import NotAllowed, OnHold
from timeline.domain.vocabulary import AssignmentRule, ParticipantRole
from timeline.models import Engagement, FilingRule, LegalHold
from timeline.services.calls_and_meetings import ParticipantGiven, record_activity

pytestmark = pytest.mark.django_db

JO = "jo@initech.example"
PEOPLE = ("bob", "carol", "dave")
ALIAS = "sales@acme.example"
OURS = ("carol@acme.example", "dave@acme.example", ALIAS)
DEALS, ACCOUNTS, MAILS, CALLS = range(4), range(2), range(4), range(2)


class History:
    """An organization with two customers, and what happens to it."""

    def __init__(self, plan, *, owner_priority, order):
        self.acme = OrganizationFactory(name="Acme", slug="acme", owner_priority=owner_priority)
        self.people = {
            name: UserFactory(
                id=UUID(int=order.index(name) + 1),
                organization=self.acme,
                email=f"{name}@acme.example",
                role=Role.MANAGER if name == "bob" else Role.REP,
            )
            for name in PEOPLE
        }
        self.plan = plan
        self.accounts = [AccountFactory(organization=self.acme, name=name) for name in ("Globex", "Initech")]
        self.contacts = [
            ContactFactory(organization=self.acme, account=account, address=address)
            for account, address in zip(self.accounts, (JANE, JO), strict=True)
        ]
        globex, initech = self.accounts
        self.deals = [
            OpportunityFactory(organization=self.acme, account=globex, name="Globex 1"),
            OpportunityFactory(organization=self.acme, account=globex, name="Globex 2", owner=self.people["dave"]),
            OpportunityFactory(organization=self.acme, account=initech, name="Initech", owner=self.people["bob"]),
            OpportunityFactory(organization=self.acme, account=None, name="Nobody's"),
        ]

    def tell(self, **changes):
        reassess(organization=self.acme, changes=CustomerChanges(self.acme.pk, **changes))

    def arrives(self, person, number):
        sender, to, answers, names_all = self.plan[number]
        mail = compose(
            self.acme,
            number,
            sender=sender,
            to=to if names_all or sender in OURS else (),
            references=tuple(f"<{each}@globex.example>" for each in sorted(answers)),
        )
        if mail.match:
            record(self.acme, self.people[person], mail)
        self.plan[number] = (sender, to, answers, True)

    def goes(self, person, number):
        rows = Engagement.objects.filter(email__internet_message_id=f"<{number}@globex.example>")
        take_back(self.acme, self.people[person].pk, list(rows.values_list("pk", flat=True)), now=A_MONDAY)

    def reports(self, number, people, account, opportunity):
        parts = [ParticipantGiven(role="attendee", name="", address=address) for address in people]
        record_activity(
            actor=self.people["carol"], kind="call", source="api", external_id=str(number), occurred_at=A_MONDAY,
            direction=None, subject="", notes="", duration_seconds=None, participants=parts,
            account=None if account is None else self.accounts[account],
            opportunity=None if opportunity is None else self.deals[opportunity],
        )  # fmt: skip

    def corrects(self, which, opportunity):
        rows = list(Engagement.objects.order_by("occurred_at", "pk"))
        if rows:
            with contextlib.suppress(OnHold):
                deal = None if opportunity is None else self.deals[opportunity]
                correct_opportunity(engagement=rows[which % len(rows)], opportunity=deal, actor=self.people["bob"])

    def learns(self, contact, deal):
        with contextlib.suppress(NotAllowed):
            make_rule(contact=self.contacts[contact], opportunity=self.deals[deal], actor=self.people["bob"])

    def forgets(self):
        for rule in FilingRule.objects.all()[:1]:
            take_back_rule(rule=rule, actor=self.people["bob"])

    def changes(self, deal, **columns):
        before = self.deals[deal].account_id
        Opportunity.objects.filter(pk=self.deals[deal].pk).update(**columns)
        self.deals[deal].refresh_from_db()
        moved = {each for each in (before, self.deals[deal].account_id) if each}
        self.tell(deals={self.deals[deal].pk}, accounts=moved)

    def changes_hands(self, deal, person):
        self.changes(deal, owner=None if person is None else self.people[person])

    def changes_customer(self, deal, account):
        self.changes(deal, account=None if account is None else self.accounts[account])

    def closes(self, deal, is_closed):
        self.changes(deal, is_closed=is_closed, close_date=A_MONDAY.date() if is_closed else None)

    def has_role(self, contact, deal, is_in):
        roles = OpportunityContactRole.objects.filter(contact=self.contacts[contact], opportunity=self.deals[deal])
        roles.delete()
        if is_in:
            OpportunityContactRole.objects.create(
                organization=self.acme, contact=self.contacts[contact], opportunity=self.deals[deal], role="Buyer"
            )
        self.tell(contacts={self.contacts[contact].pk}, deals={self.deals[deal].pk})

    def moves(self, contact, account):
        self.contacts[contact].account = None if account is None else self.accounts[account]
        self.contacts[contact].save()
        self.tell(contacts={self.contacts[contact].pk})

    def has_address(self, contact, is_known):
        address = (JANE, JO)[contact]
        PersonAddress.objects.filter(address=address).delete()
        if is_known:
            PersonAddress.objects.create(organization=self.acme, contact=self.contacts[contact], address=address)
        self.tell(addresses={address})

    def has_alias(self, person):
        learn_addresses(self._mailbox(person), [self.people[person].email, ALIAS])

    def _mailbox(self, person):
        user = self.people[person]
        return getattr(user, "mailbox", None) or MailboxFactory(user=user)

    def holds(self, scope, number):
        record_ = self.deals[number] if scope == "opportunity" else self.accounts[number % 2]
        LegalHoldFactory(organization=self.acme, scope=scope, **{scope: record_})


def plainly_settled(row):
    """What settle() says of one engagement, its facts read without the product's own reading of pages."""
    people = list(row.participants.order_by("position", "pk"))
    places: dict[UUID, Place] = {}
    for part in sorted(people, key=lambda each: (assignment.place_of(ParticipantRole(each.role)), each.position)):
        if part.user_id:
            places.setdefault(part.user_id, (ParticipantRole(part.role), part.position))
    outsiders = [part.address for part in people if part.user_id is None and not part.address.endswith("@acme.example")]
    holders = set(row.copies.filter(taken_back_at=None, user__isnull=False).values_list("user_id", flat=True))
    email = getattr(row, "email", None)
    if email is not None:
        inbox_owner = nearest_inbox_owner(holders, places) or email.inbox_owner_id
        assert email.inbox_owner_id == inbox_owner
    else:
        inbox_owner = nearest_inbox_owner(set(places) or holders, places)
    standing = Assignment(
        row.opportunity_id, AssignmentRule(row.assignment_rule), row.assignment_certain,
        tuple(each.pk for each in Opportunity.objects.all() if str(each.pk) in row.assignment_candidates),
    )  # fmt: skip
    facts = MailFacts(
        occurred_at=row.occurred_at,
        parts=[(ParticipantRole(part.role), part.address) for part in people],
        match=directory_for(row.organization, outsiders).match(outsiders),
        users=frozenset(places),
        inbox_owner=inbox_owner,
        decided=decided_for(row, standing),
        reported_account=row.reported_account_id,
        standing=Settled(standing, row.account_id, row.owner_id),
        concerned=frozenset(row.associations.exclude(account=None).values_list("account_id", flat=True)),
    )
    return settle(facts, everything(), AssignmentRules(owner_priority=row.organization.owner_priority), held_anywhere())


def decided_for(row, standing):
    if row.conversation is not None:
        return pinned(row.conversation.pinned_opportunity_id) if row.conversation.pinned_at else None
    return standing if row.assignment_rule in {"pinned", "given"} else None


def everything():
    deals = [
        Candidate(
            each.pk, each.account_id, each.owner_id, each.is_closed, each.close_date, each.crm_created_at,
            each.crm_modified_at, frozenset(each.contact_roles.values_list("contact_id", flat=True)),
            frozenset(FilingRule.objects.filter(opportunity=each).values_list("contact_id", flat=True)),
        )
        for each in Opportunity.objects.all()
    ]  # fmt: skip
    accounts = {
        each.account: [deal for deal in deals if deal.account == each.account] for each in deals if each.account
    }
    contacts = {who for each in deals for who in each.contacts | each.learned}
    led = {who: [deal for deal in deals if who in deal.contacts | deal.learned] for who in contacts}
    return Candidates({each.id: each for each in deals}, accounts, led)


def held_anywhere():
    holds = LegalHold.objects.all()
    return HeldRecords(
        frozenset(each.opportunity_id for each in holds if each.opportunity_id),
        frozenset(each.account_id for each in holds if each.account_id),
    )


plan = st.lists(
    st.tuples(
        st.sampled_from([JANE, JO, "carol@acme.example"]),
        st.lists(st.sampled_from([*OURS, JANE, JO]), min_size=1, max_size=3, unique=True).map(tuple),
        st.frozensets(st.sampled_from(MAILS), max_size=2),
        st.booleans(),
    ),
    min_size=len(MAILS), max_size=len(MAILS),
)  # fmt: skip
who, mail, deal = st.sampled_from(PEOPLE), st.sampled_from(MAILS), st.sampled_from(DEALS)
account, contact = st.sampled_from(ACCOUNTS), st.sampled_from(range(2))
reported = st.lists(st.sampled_from([*OURS, JANE, JO]), max_size=3, unique=True)
WRITERS = {
    "arrives": (who, mail),
    "goes": (who, mail),
    "reports": (st.sampled_from(CALLS), reported, st.none() | account, st.none() | deal),
    "corrects": (st.sampled_from(range(6)), st.none() | deal),
    "learns": (contact, deal),
    "forgets": (),
    "changes_hands": (deal, st.none() | who),
    "changes_customer": (deal, st.none() | account),
    "closes": (deal, st.booleans()),
    "has_role": (contact, deal, st.booleans()),
    "moves": (contact, st.none() | account),
    "has_address": (contact, st.booleans()),
    "has_alias": (st.sampled_from(["carol", "dave"]),),
    "holds": (st.sampled_from(["opportunity", "account"]), deal),
}
step = st.one_of([st.tuples(st.just(name), st.tuples(*given_)) for name, given_ in WRITERS.items()])
arrivals = st.lists(st.tuples(st.just("arrives"), st.tuples(who, mail)), min_size=1, max_size=4)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(
    plan=plan,
    first=arrivals,
    history=st.lists(step, min_size=1, max_size=10),
    owner_priority=st.booleans(),
    order=st.permutations(PEOPLE),
)
def test_each_engagement_stands_where_its_facts_say(db, plan, first, history, owner_priority, order):
    with transaction.atomic():
        world = History(list(plan), owner_priority=owner_priority, order=order)
        for name, arguments in [*first, *history]:
            getattr(world, name)(*arguments)
        for row in Engagement.objects.select_related("conversation", "email", "organization"):
            settled = plainly_settled(row)
            assert (row.opportunity_id, row.account_id, row.owner_id, row.assignment_rule) == (
                settled.assignment.opportunity, settled.account, settled.owner, settled.assignment.rule,
            ), (row.kind, name)  # fmt: skip
        transaction.set_rollback(True)
