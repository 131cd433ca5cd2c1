"""Who may read or delete a mail follows from who took part and whose mailbox holds it, and from nothing that people do.

a colleague files it · makes a rule · files it under a third person's deal · the CRM changes an owner ·
a stranger's mail joins two threads · an address moves        ──▶ every page, list, search, export, deletion
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import pytest
from django.test import Client
from django.utils import timezone

from accounts.domain.vocabulary import Detail, Role, Visibility
from accounts.models import User, UserAddress
from accounts.services.people import create_user
from crm.domain.changes import CustomerChanges
from crm.models import Account, Contact, Opportunity
from mailsync.services.addresses import learn_addresses
from tests.support.api_client import PREFIX, client_of
from tests.support.factories import (
    A_MONDAY,
    AccountFactory,
    ContactFactory,
    ExclusionFactory,
    MailboxFactory,
    OpportunityFactory,
    UserAddressFactory,
    UserFactory,
)
from tests.support.recording import JANE, compose, record
from tests.support.routes import filled, pages
from timeline.assignment.reassess import reassess
from timeline.models import Engagement

pytestmark = pytest.mark.django_db

CANARY = "Xyzzycanary"
BESIDE = "falcon"
"""A word that stands wherever the canary does, to search by: the page of a search says what was searched for."""

SECRET = f"{CANARY} {BESIDE}"
ENDS_THE_VISIT = {"logout", "grant-consent", "consent-callback"}
GROUP = "sales@acme.example"


@dataclass
class World:
    """Carol's customer Globex with Jane; Dave, who was copied once; Erin, who has to do with none of it."""

    carol: User
    dave: User
    erin: User
    globex: Account
    jane: Contact
    deals: Mapping[str, Opportunity]

    def arrives(self, number, *, visibility=Visibility.OWNER_ONLY, detail=Detail.FULL_TEXT, owner=None, **fields):
        """Jane's mail `number` comes into Carol's mailbox; which one it is."""
        mail = compose(self.carol.organization, number, **{"subject": f"Re: {SECRET}", **fields})
        record(self.carol.organization, owner or self.carol, mail, visibility=visibility, detail=detail)
        return Engagement.objects.get(email__message_key=mail.message_key)

    def files(self, actor, mail, deal):
        client_of(actor).patch(f"{PREFIX}engagements/{mail.pk}/", {"opportunity": str(self.deals[deal].pk)})

    def makes_a_rule(self, actor, mail):
        client = Client()
        client.force_login(actor)
        client.post(f"/engagements/{mail.pk}/assignment/rule/", {"contact": str(self.jane.pk)})


@pytest.fixture
def world(acme, carol, dave):
    erin = UserFactory(organization=acme, email="erin@acme.example", role=Role.REP)
    globex = AccountFactory(organization=acme, name="Globex")
    jane = ContactFactory(organization=acme, account=globex, address=JANE)
    deals = {
        "carol": OpportunityFactory(organization=acme, account=globex, owner=carol, name="Globex 2027"),
        "dave": OpportunityFactory(organization=acme, owner=dave, name="Unrelated"),
        "erin": OpportunityFactory(organization=acme, owner=erin, name="Erin's"),
    }
    return World(carol, dave, erin, globex, jane, deals)


def files_under_the_own_deal(world, first):
    world.files(world.dave, first, "dave")


def makes_a_filing_rule(world, first):
    world.files(world.dave, first, "dave")
    world.makes_a_rule(world.dave, first)


def files_under_a_third_persons_deal(world, first):
    world.files(world.dave, first, "erin")
    world.makes_a_rule(world.dave, first)


def the_crm_changes_the_owner(world, _):
    for owner in (world.dave, world.erin):
        Opportunity.objects.filter(pk=world.deals["carol"].pk).update(owner=owner)
        changes = CustomerChanges(world.globex.organization_id, deals={world.deals["carol"].pk})
        reassess(organization=world.globex.organization, changes=changes)


def a_mail_joins_two_threads(world, first):
    own = world.arrives(50, owner=world.dave, to=(world.dave.email,), subject="Mine")
    world.files(world.dave, own, "dave")
    joining = ("<50@globex.example>", first.email.internet_message_id, "<8@globex.example>")
    world.arrives(51, owner=world.dave, to=(world.dave.email,), subject="Mine", references=joining)


WAYS = [
    files_under_the_own_deal,
    makes_a_filing_rule,
    files_under_a_third_persons_deal,
    the_crm_changes_the_owner,
    a_mail_joins_two_threads,
]


def answers(viewer: User, mails: list[Engagement], world: World) -> dict[str, str]:
    """What every page and every endpoint that tells of engagements answers the viewer, by address."""
    client = Client()
    client.force_login(viewer)
    some = mails[-1]
    ids = {"account": world.globex.pk, "contact": world.jane.pk, "conversation": some.conversation_id,
           "delete-conversation": some.conversation_id, "engagement": some.pk,
           "exclusion": ExclusionFactory(organization=viewer.organization, user=viewer).pk}  # fmt: skip
    addresses = [
        filled(path, {**ids, "deal": deal.pk}, name) + f"?q={BESIDE}"
        for number, deal in enumerate(world.deals.values())
        for name, path in pages()
        if (number == 0 or name == "deal") and name not in ENDS_THE_VISIT
    ]
    lists = f"{PREFIX}engagements/"
    narrowed = [f"opportunity={deal.pk}" for deal in world.deals.values()] + [f"owner={viewer.pk}", f"search={BESIDE}"]
    addresses += [lists, f"{PREFIX}conversations/", *(f"{lists}?{each}" for each in narrowed)]
    for thread in {f"{PREFIX}conversations/{mail.conversation_id}/" for mail in mails}:
        addresses += [thread, *(f"{thread}export/?as={form}" for form in ("json", "eml", "csv"))]
    addresses += [f"{lists}{mail.pk}/" for mail in mails]
    return {address: client.get(address).content.decode() for address in addresses}


def told_of(viewer: User, mails: list[Engagement], world: World) -> set[str]:
    """The addresses that tell the viewer the canary."""
    return {address for address, content in answers(viewer, mails, world).items() if CANARY in content}


def deletable(viewer: User, mails: list[Engagement]) -> set[UUID]:
    """Those of the mails that are gone after the viewer tried to delete each, and the thread of each."""
    for mail in mails:
        client_of(viewer).delete(f"{PREFIX}engagements/{mail.pk}/")
        client_of(viewer).delete(f"{PREFIX}conversations/{mail.conversation_id}/")
    ids = {mail.pk for mail in mails}
    return ids - set(Engagement.objects.filter(pk__in=ids).values_list("pk", flat=True))


@pytest.mark.parametrize("is_later", [True, False], ids=["mail-after-it", "mail-before-it"])
@pytest.mark.parametrize("way", WAYS)
def test_nothing_that_is_done_tells_a_colleague_of_private_mail(world, way, is_later):
    first = world.arrives(1, to=(world.carol.email,), cc=(world.dave.email,), subject="Hello")
    if is_later:
        way(world, first)
    private = [
        world.arrives(7, references=("<1@globex.example>",)),
        world.arrives(8),
        world.arrives(9, to=(JANE,), sender=world.carol.email, references=("<8@globex.example>",)),
    ]
    if not is_later:
        way(world, first)
    private = list(Engagement.objects.filter(pk__in=[mail.pk for mail in private]).order_by("occurred_at"))
    for reader in (world.dave, world.erin):
        assert told_of(reader, private, world) == set(), reader.email
        assert deletable(reader, private) == set(), reader.email
    assert len(told_of(world.carol, private, world)) > 10, "the walk looks where it would be told"


@pytest.mark.parametrize("detail", [Detail.METADATA, Detail.SUBJECT])
@pytest.mark.parametrize("way", WAYS)
def test_nothing_that_is_done_shows_a_colleague_more_than_detail_says(world, bob, way, detail):
    first = world.arrives(1, to=(world.carol.email,), cc=(world.dave.email,), subject="Hello")
    way(world, first)
    words = {"subject": "Hello", "text": SECRET, "new_text": SECRET, "visibility": Visibility.EVERYONE}
    mails = [
        world.arrives(7, references=("<1@globex.example>",), detail=detail, **words),
        world.arrives(8, detail=detail, **words),
    ]
    mails = list(Engagement.objects.filter(pk__in=[mail.pk for mail in mails]))
    Opportunity.objects.filter(pk=world.deals["carol"].pk).update(owner=bob)
    for reader in (world.dave, world.erin, bob):
        assert told_of(reader, mails, world) == set(), reader.email
    assert deletable(world.dave, mails) == deletable(world.erin, mails) == set()


def test_what_a_stranger_joins_takes_nothing_from_anybody(world):
    mine = world.arrives(1, owner=world.dave, to=(world.dave.email,))
    carols = world.arrives(2)
    world.arrives(3, owner=world.dave, to=(world.dave.email,), references=("<1@globex.example>", "<2@globex.example>"))
    assert Engagement.objects.values("conversation").distinct().count() == 1
    assert client_of(world.dave).delete(f"{PREFIX}engagements/{mine.pk}/").status_code == 204
    assert client_of(world.carol).delete(f"{PREFIX}engagements/{carols.pk}/").status_code == 204


def test_who_is_copied_deletes_nothing_for_everybody_and_the_author_does(world):
    fields = {"sender": world.carol.email, "to": (JANE,), "cc": (world.dave.email,), "visibility": Visibility.EVERYONE}
    mail = world.arrives(1, **fields)
    world.arrives(1, owner=world.dave, **fields)
    refusal = client_of(world.dave).delete(f"{PREFIX}conversations/{mail.conversation_id}/")
    assert refusal.status_code == 403
    assert "ask an admin" in refusal.json()["detail"]
    assert client_of(world.carol).delete(f"{PREFIX}conversations/{mail.conversation_id}/").status_code == 204


def test_what_a_colleagues_mailbox_holds_is_not_one_persons_to_delete(world):
    mail = world.arrives(1, to=(GROUP,))
    world.arrives(1, owner=world.dave, to=(GROUP,))
    assert deletable(world.carol, [mail]) == deletable(world.dave, [mail]) == set()


def post_call(actor, **fields):
    body = {"kind": "call", "source": "dialer", "external_id": "1", "occurred_at": "2026-11-20T10:00:00Z",
            "subject": CANARY, "notes": CANARY, "participants": []}  # fmt: skip
    return client_of(actor).post(f"{PREFIX}engagements/", {**body, **fields})


def test_the_reporter_and_the_host_took_part_in_a_call_and_nobody_else(world):
    acme = world.carol.organization
    acme.visibility = Visibility.OWNER_ONLY
    acme.save()
    people = [{"role": "host", "address": world.carol.email}, {"role": "attendee", "address": JANE}]
    answer = post_call(world.dave, participants=people, opportunity=str(world.deals["erin"].pk))
    assert (answer.status_code, answer.json()["notes"]) == (201, CANARY)
    assert [each["role"] for each in answer.json()["participants"]] == ["host", "attendee"]
    call = Engagement.objects.get()
    assert call.owner == world.erin
    for person, status in ((world.dave, 200), (world.carol, 200), (world.erin, 404)):
        assert client_of(person).get(f"{PREFIX}engagements/{call.pk}/").status_code == status
    assert post_call(world.erin).status_code == 403
    assert client_of(world.carol).delete(f"{PREFIX}engagements/{call.pk}/").status_code == 204


class TestAddresses:
    """An address that moves to another person moves no past mail."""

    OLD = "former@acme.example"

    def readers(self, mail):
        return {
            user.email
            for user in User.objects.filter(organization=mail.organization_id)
            if client_of(user).get(f"{PREFIX}engagements/{mail.pk}/").status_code == 200
        }

    def test_a_login_made_anew_with_the_address_of_a_deleted_one_reads_none_of_its_mail(self, world):
        former = UserFactory(organization=world.carol.organization, email=self.OLD)
        mail = world.arrives(1, cc=(self.OLD,))
        assert self.readers(mail) == {world.carol.email, self.OLD}
        former.delete()
        create_user(organization=mail.organization, email=self.OLD, password="a long passphrase", role=Role.REP)
        assert self.readers(mail) == {world.carol.email}

    @pytest.mark.parametrize("is_recorded_late", [True, False], ids=["mail read after it", "mail read before it"])
    def test_an_alias_that_microsoft_lists_elsewhere_takes_no_past_mail_along(self, world, is_recorded_late):
        mailboxes = {person: MailboxFactory(user=person) for person in (world.dave, world.erin)}
        learn_addresses(mailboxes[world.dave], [world.dave.email, GROUP])
        fields = {"to": (GROUP,), "occurred_at": A_MONDAY}
        mail = None if is_recorded_late else world.arrives(1, **fields)
        learn_addresses(mailboxes[world.dave], [world.dave.email])
        between = world.arrives(2, **fields)
        learn_addresses(mailboxes[world.erin], [world.erin.email, GROUP])
        mail = mail or world.arrives(1, **fields)
        later = world.arrives(3, to=(GROUP,), occurred_at=timezone.now() + timedelta(days=1))
        assert world.erin.email not in self.readers(mail) | self.readers(between)
        assert world.erin.email in self.readers(later)

    def test_who_lets_an_address_go_and_has_it_again_keeps_what_was_exchanged(self, world):
        mailbox = MailboxFactory(user=world.dave)
        learn_addresses(mailbox, [world.dave.email, GROUP])
        learn_addresses(mailbox, [world.dave.email])
        mail = world.arrives(1, to=(GROUP,), occurred_at=A_MONDAY)
        learn_addresses(mailbox, [world.dave.email, GROUP])
        assert self.readers(mail) == {world.carol.email, world.dave.email}

    def test_who_joins_took_part_in_mail_with_an_address_that_stood_with_nobody(self, world):
        mail = world.arrives(1, cc=("new+deals@acme.example",))
        create_user(
            organization=mail.organization, email="new@acme.example", password="a long passphrase", role=Role.REP
        )
        assert self.readers(mail) == {world.carol.email, "new@acme.example"}

    def test_a_deactivated_colleagues_address_stays_with_them(self, world):
        mail = world.arrives(1, cc=(world.dave.email,))
        User.objects.filter(pk=world.dave.pk).update(is_active=False)
        learn_addresses(MailboxFactory(user=world.erin), [world.erin.email, world.dave.email])
        assert world.erin.email not in self.readers(mail)

    def test_an_organization_goes_with_its_addresses(self, world):
        UserAddressFactory(user=world.dave, address=self.OLD)
        world.carol.organization.delete()
        assert not UserAddress.objects.exists()
