"""Where a mail ends depends on the mail and on what the CRM says now, not on which of the two came first."""

import sys
from datetime import timedelta

import pytest

from accounts.domain.vocabulary import Detail, Role, Visibility
from accounts.models import Organization
from accounts.reading import reading
from accounts.services.people import create_user
from crm.selectors import directory_for
from crm.services.csv_import import import_folder
from mailsync.services import addresses
from mailsync.services.addresses import learn_addresses
from tests.support.factories import A_MONDAY, ContactFactory, MailboxFactory
from tests.support.recording import JANE, compose, record
from timeline.models import Association, Engagement, Participant
from timeline.selectors import engagements_for, presented, with_parts

pytestmark = pytest.mark.django_db

ACCOUNTS = "Id,Name,Website,OwnerEmail"
CONTACTS = "Id,AccountId,FirstName,LastName,Email"
DEALS = "Id,AccountId,Name,IsClosed,CreatedDate,CloseDate,LastModifiedDate,OwnerEmail"
ROLES = "OpportunityId,ContactId,Role,IsPrimary"
GLOBEX, INITECH = "A1,Globex,globex.example,", "A2,Initech,initech.example,"
JANE_AT_GLOBEX = f"C1,A1,Jane,Doe,{JANE}"


def deal(name, account="A1", *, created=-30, modified=-1, closed=None, owner=""):
    """A line of opportunities.csv; days are counted from A_MONDAY."""
    day = {key: (A_MONDAY + timedelta(days=value)).date() for key, value in (("c", created), ("m", modified))}
    close = (A_MONDAY + timedelta(days=closed)).date() if closed is not None else ""
    is_closed = "false" if closed is None else "true"
    return f"{name},{account},{name},{is_closed},{day['c']},{close},{day['m']},{owner}"


def export(*, accounts=(GLOBEX, INITECH), contacts=(JANE_AT_GLOBEX,), deals=(), roles=None):
    """What a CRM exports at one time."""
    files = {"accounts": [ACCOUNTS, *accounts], "contacts": [CONTACTS, *contacts], "opportunities": [DEALS, *deals]}
    if roles is not None:
        files["opportunity_contact_roles"] = [ROLES, *roles]
    return files


HISTORIES = {
    "a deal opens": [export(), export(deals=[deal("One")])],
    "a second deal opens that was updated last": [
        export(deals=[deal("One", modified=-5)]),
        export(deals=[deal("One", modified=-5), deal("Two", created=-10, modified=-2)]),
    ],
    "a deal opens that was created after the mail": [
        export(deals=[deal("One")]),
        export(deals=[deal("One"), deal("Next", created=3, modified=4)]),
    ],
    "the deal is won and the next one opens": [
        export(deals=[deal("One")]),
        export(deals=[deal("One", closed=1, modified=1)]),
        export(deals=[deal("One", closed=1, modified=1), deal("Next", created=2, modified=9)]),
    ],
    "the deal closes and another stays open": [
        export(deals=[deal("One"), deal("Two", modified=-9)]),
        export(deals=[deal("One", closed=0, modified=0), deal("Two", modified=-9)]),
    ],
    "a deal opens again": [
        export(deals=[deal("One", closed=-60, modified=-60, created=-90)]),
        export(deals=[deal("One", modified=5, created=-90)]),
    ],
    "a deal of another customer, in which the contact has a role, opens again": [
        export(deals=[deal("Hers", "A2", closed=-60, modified=-60, created=-90)], roles=["Hers,C1,Buyer,true"]),
        export(deals=[deal("Hers", "A2", modified=5, created=-90)]),
    ],
    "a deal without a customer, in which the contact has a role, opens again": [
        export(deals=[deal("Hers", "", closed=-60, modified=-60, created=-90)], roles=["Hers,C1,Buyer,true"]),
        export(deals=[deal("Hers", "", modified=5, created=-90)]),
    ],
    "a deal changes hands": [
        export(deals=[deal("One", owner="dave@acme.example"), deal("Two", modified=-9, owner="dave@acme.example")]),
        export(deals=[deal("One", owner="dave@acme.example"), deal("Two", modified=-9, owner="carol@acme.example")]),
    ],
    "a deal moves to another customer": [
        export(deals=[deal("One"), deal("Two", modified=-9)]),
        export(deals=[deal("One", "A2"), deal("Two", modified=-9)]),
    ],
    "a deal loses its customer": [
        export(deals=[deal("One"), deal("Two", modified=-9)]),
        export(deals=[deal("One", ""), deal("Two", modified=-9)]),
    ],
    "a contact moves to another customer": [
        export(deals=[deal("One"), deal("Other", "A2")]),
        export(deals=[deal("One"), deal("Other", "A2")], contacts=[f"C1,A2,Jane,Doe,{JANE}"]),
    ],
    "an address moves to another contact": [
        export(deals=[deal("One"), deal("Other", "A2")], contacts=[JANE_AT_GLOBEX, "C2,A2,Jo,Roe,"]),
        export(deals=[deal("One"), deal("Other", "A2")], contacts=["C1,A1,Jane,Doe,", f"C2,A2,Jo,Roe,{JANE}"]),
    ],
    "a role is given and taken": [
        export(deals=[deal("One"), deal("Hers", "A2")], roles=["Hers,C1,Buyer,true"]),
        export(deals=[deal("One"), deal("Hers", "A2")], roles=["Hers,C2,Buyer,true"], contacts=[
            JANE_AT_GLOBEX, "C2,A2,Jo,Roe,jo@initech.example"]),
    ],
    "two customers are merged: people, deals and the domain move": [
        export(deals=[deal("One"), deal("Other", "A2")]),
        export(
            accounts=["A1,Globex,,", "A2,Initech,globex.example,"],
            contacts=[f"C1,A2,Jane,Doe,{JANE}"],
            deals=[deal("One", "A2", modified=-9), deal("Other", "A2")],
        ),
    ],
    "a customer's domain moves to another customer": [
        export(contacts=[], deals=[deal("One"), deal("Other", "A2")]),
        export(
            accounts=["A1,Globex,,", "A2,Initech,globex.example,"],
            contacts=[],
            deals=[deal("One"), deal("Other", "A2")],
        ),
    ],
}  # fmt: skip


@pytest.fixture
def told(acme, tmp_path):
    """Imports one export of the CRM."""

    def tell(files):
        for name, lines in files.items():
            (tmp_path / f"{name}.csv").write_text("\n".join(lines) + "\n")
        report = import_folder(organization=acme, folder=tmp_path)
        assert report.is_clean, report.problems
        for path in tmp_path.iterdir():
            path.unlink()

    return tell


def mails(organization):
    return [compose(organization, 1, cc=("jo@globex.example",)), compose(organization, 2, sender="jo@globex.example")]


def record_what_is_known(organization, owner):
    known = [mail for mail in mails(organization) if mail.match]
    record(organization, owner, *known)


def state():
    """Everything that filing decides, in names."""
    engagements = list(
        Engagement.objects.order_by("occurred_at").values_list(
            "occurred_at", "opportunity__name", "assignment_rule", "assignment_certain", "account__name",
            "owner__email",
        )
    )  # fmt: skip
    candidates = [len(row.assignment_candidates) for row in Engagement.objects.order_by("occurred_at")]
    people = sorted(
        Participant.objects.values_list("engagement__occurred_at", "address", "contact__external_id", "user__email"),
        key=str,
    )
    records = sorted(
        Association.objects.values_list("engagement__occurred_at", "account__name", "contact__external_id"), key=str
    )
    return engagements, candidates, people, records


@pytest.mark.parametrize("history", HISTORIES.values(), ids=HISTORIES)
@pytest.mark.parametrize("owner_priority", [False, True])
def test_mail_first_or_crm_first_ends_the_same(acme, carol, dave, told, history, owner_priority):
    Organization.objects.filter(pk=acme.pk).update(owner_priority=owner_priority)
    acme.refresh_from_db()
    ends = []
    for moment in range(len(history)):
        Engagement.objects.all().delete()
        for row in ("opportunities", "contacts", "accounts"):
            getattr(acme, row).all().delete()
        for number, files in enumerate(history):
            told(files)
            if number == moment:
                record_what_is_known(acme, carol)
        ends.append(state())
    assert ends[0][0], "the scenario records nothing"
    assert all(end == ends[0] for end in ends)


def test_a_colleague_who_joins_later_has_taken_part(acme, carol, told):
    told(export(deals=[deal("One", owner="erin@acme.example"), deal("Two", owner="", modified=0)]))
    Organization.objects.filter(pk=acme.pk).update(owner_priority=True)
    acme.refresh_from_db()
    record(acme, carol, compose(acme, 1, cc=("erin@acme.example",)))
    assert Engagement.objects.get().opportunity.name == "Two"
    erin = create_user(organization=acme, email="erin@acme.example", password="a long passphrase here", role=Role.REP)
    assert Participant.objects.get(address="erin@acme.example").user == erin
    mail = Engagement.objects.get()
    assert (mail.opportunity.name, mail.assignment_rule, mail.owner) == ("One", "owner_priority", erin)


def test_an_address_learned_later_makes_old_mail_the_persons_own(acme, carol, dave, told):
    told(export())
    mail = compose(acme, 1, cc=("d.ve@acme.example",))
    record(acme, carol, mail, visibility=Visibility.OWNER_ONLY, detail=Detail.METADATA)
    assert not engagements_for(dave).exists()
    learn_addresses(MailboxFactory(user=dave), [dave.email, "d.ve@acme.example"])
    [own] = with_parts(engagements_for(dave))
    with reading():
        assert presented(own, dave).text == "Shall we talk?"
    assert Participant.objects.get(address="d.ve@acme.example").user == dave


def test_a_worker_killed_after_it_learned_an_address_leaves_nothing_undone(acme, carol, dave, told, monkeypatch):
    told(export())
    record(acme, carol, compose(acme, 1, cc=("d.ve@acme.example",)))
    mailbox, own = MailboxFactory(user=dave), [dave.email, "d.ve@acme.example"]
    with monkeypatch.context() as killed:
        killed.setattr(addresses, "link_colleague", lambda **_: sys.exit())
        with pytest.raises(SystemExit):
            learn_addresses(mailbox, own)
    assert set(own) <= set(dave.addresses.values_list("address", flat=True))

    learn_addresses(mailbox, own)

    assert Participant.objects.get(address="d.ve@acme.example").user == dave


def test_a_colleague_in_the_crm_is_no_customer_once_there_is_a_login(acme, carol, told):
    told(export(contacts=[JANE_AT_GLOBEX, "C9,A2,Erin,Ash,erin@acme.example"]))
    customers = {JANE, "erin@acme.example"}
    match = directory_for(acme, customers).match(customers)
    record(acme, carol, compose(acme, 1, cc=("erin@acme.example",), match=match))
    assert Association.objects.filter(contact__external_id="C9").exists()
    create_user(organization=acme, email="erin@acme.example", password="a long passphrase here", role=Role.REP)
    assert not Association.objects.filter(contact__external_id="C9").exists()
    assert Participant.objects.get(address="erin@acme.example").contact is None


def test_another_organizations_mail_is_not_touched_by_who_joins(acme, rival, carol, mallory, told):
    ContactFactory(organization=rival, address=JANE)
    record(rival, mallory, compose(rival, 1, cc=("erin@acme.example",)))
    create_user(organization=acme, email="erin@acme.example", password="a long passphrase here", role=Role.REP)
    assert Participant.objects.get(address="erin@acme.example").user is None
