"""The intake writes what any CRM gives, and hands back what it cannot write: it knows no file and no line."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from crm.domain.records import (
    AccountRecord,
    ContactRecord,
    ContactRoleRecord,
    LeadRecord,
    OpportunityRecord,
    Reference,
    Refusal,
)
from crm.models import Account, Contact, Lead, Opportunity, OpportunityContactRole
from crm.services.intake import Intake, Written

GLOBEX = AccountRecord(external_id="A1", name="Globex", website="globex.example", owner_email="carol@acme.example")
CREATED = datetime(2026, 10, 1, 8, tzinfo=UTC)


def contact(external_id="C1", account_id="A1", **fields):
    defaults: dict[str, Any] = {
        "first_name": "Jane",
        "last_name": "Doe",
        "addresses": ("jane@globex.example",),
        "title": "CFO",
    }
    return ContactRecord(external_id=external_id, account_id=account_id, owner_email="", **(defaults | fields))


def lead(converted_contact_id, **fields):
    defaults: dict[str, Any] = {
        "first_name": "Jo",
        "last_name": "Roe",
        "company": "Initech",
        "addresses": (),
        "status": "Open",
    }
    return LeadRecord(
        external_id="L1",
        owner_email="",
        is_converted=bool(converted_contact_id),
        converted_contact_id=converted_contact_id,
        **(defaults | fields),
    )


def deal(external_id="O1", account_id="A1", **fields):
    defaults: dict[str, Any] = {
        "stage": "Proposal",
        "is_closed": False,
        "is_won": False,
        "amount": Decimal("12.50"),
        "currency": "EUR",
    }
    return OpportunityRecord(
        external_id=external_id,
        account_id=account_id,
        name="Renewal",
        created_at=CREATED,
        modified_at=CREATED,
        close_date=date(2026, 12, 31),
        owner_email="carol@acme.example",
        **(defaults | fields),
    )


def role(opportunity_id="O1", contact_id="C1"):
    return ContactRoleRecord(opportunity_id=opportunity_id, contact_id=contact_id, role="Buyer", is_primary=True)


@pytest.fixture
def intake(acme):
    return Intake(acme, source="salesforce")


def test_records_of_any_crm_are_written_under_its_name(acme, carol):
    intake = Intake(acme, source="salesforce")
    assert intake.accounts([GLOBEX]) == Written(new=1, changed=0, unchanged=0)
    intake.contacts([contact()])
    intake.leads([lead("C1")])
    intake.opportunities([deal()])
    intake.contact_roles([role()], is_whole=True)
    account, person, prospect, opportunity = (
        Account.objects.get(),
        Contact.objects.get(),
        Lead.objects.get(),
        Opportunity.objects.get(),
    )
    assert {row.source for row in (account, person, prospect, opportunity)} == {"salesforce"}
    assert (account.owner, person.account, prospect.converted_contact) == (carol, account, person)
    assert (opportunity.account, opportunity.amount, opportunity.crm_created_at) == (account, Decimal("12.50"), CREATED)
    assert OpportunityContactRole.objects.get().contact == person


def test_records_that_stand_already_are_counted_apart(intake):
    intake.accounts([GLOBEX])
    other = AccountRecord(external_id="A2", name="Initech", website="", owner_email="")
    renamed = AccountRecord(external_id="A1", name="Globex AG", website="globex.example", owner_email="")
    assert intake.accounts([GLOBEX, other]) == Written(new=1, changed=0, unchanged=1)
    assert intake.accounts([renamed, other]) == Written(new=0, changed=1, unchanged=1)


@pytest.mark.parametrize(
    ("write", "record", "reference", "named"),
    [
        (Intake.contacts, contact(account_id="A9"), Reference.ACCOUNT, "A9"),
        (Intake.leads, lead("C9"), Reference.CONVERTED_CONTACT, "C9"),
        (Intake.opportunities, deal(account_id="A9"), Reference.ACCOUNT, "A9"),
    ],
)
def test_a_record_that_names_a_stranger_is_handed_back_and_the_others_are_written(
    intake, write, record, reference, named
):
    intake.accounts([GLOBEX])
    written = write(intake, [record])
    assert written == Written(0, 0, 0, refused=(Refusal(record, reference, named),))


def test_a_role_names_what_is_missing(intake):
    intake.accounts([GLOBEX])
    intake.contacts([contact()])
    intake.opportunities([deal()])
    nowhere, of_nobody = role(opportunity_id="O9"), role(contact_id="C9")
    written = intake.contact_roles([role(), nowhere, of_nobody], is_whole=True)
    assert written.new == 1
    assert written.refused == (
        Refusal(nowhere, Reference.OPPORTUNITY, "O9"),
        Refusal(of_nobody, Reference.CONTACT, "C9"),
    )


@pytest.mark.parametrize(
    ("roles", "is_whole", "left"),
    [
        ([role(contact_id="C2")], True, {"C2"}),
        ([role(contact_id="C2")], False, {"C1", "C2"}),
        ([role(contact_id="C2"), role(contact_id="C9")], True, {"C1", "C2"}),
    ],
)
def test_a_deal_loses_a_role_only_where_all_of_them_could_be_read(intake, roles, is_whole, left):
    intake.accounts([GLOBEX])
    intake.contacts([contact(), contact("C2", addresses=())])
    intake.opportunities([deal()])
    intake.contact_roles([role()], is_whole=True)
    intake.contact_roles(roles, is_whole=is_whole)
    assert set(OpportunityContactRole.objects.values_list("contact__external_id", flat=True)) == left


def test_two_crms_share_no_ids(intake, acme):
    intake.accounts([GLOBEX])
    other = Intake(acme, source="hubspot")
    assert other.contacts([contact()]).refused
    assert other.accounts([GLOBEX]).new == 1
    assert Account.objects.count() == 2
