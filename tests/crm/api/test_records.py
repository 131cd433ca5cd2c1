"""Accounts, contacts, leads and opportunities by the API."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from tests.support.api_client import client_of
from tests.support.factories import (
    A_MONDAY,
    AccountDomainFactory,
    AccountFactory,
    ContactFactory,
    LeadFactory,
    OpportunityFactory,
)

API = "/api/v1"
MAKERS = {
    "accounts": AccountFactory,
    "contacts": ContactFactory,
    "leads": LeadFactory,
    "opportunities": OpportunityFactory,
}


def test_an_account_names_its_domains_and_owner(acme, carol):
    account = AccountFactory(organization=acme, name="Globex", website="globex.example", owner=carol)
    AccountDomainFactory(account=account, domain="globex.example")
    assert client_of(carol).get(f"{API}/accounts/{account.pk}/").json() == {
        "id": str(account.pk), "name": "Globex", "website": "globex.example", "domains": ["globex.example"],
        "owner": {"id": str(carol.pk), "email": "carol@acme.example", "name": "Carol"}, "source": "csv",
        "external_id": account.external_id,
    }  # fmt: skip


def test_a_contact_names_its_account_and_addresses(acme, carol):
    contact = ContactFactory(
        organization=acme, first_name="Jane", last_name="Doe", title="CFO", address="jane@globex.example"
    )
    row = client_of(carol).get(f"{API}/contacts/{contact.pk}/").json()
    assert (row["name"], row["title"], row["addresses"]) == ("Jane Doe", "CFO", ["jane@globex.example"])
    assert row["account"] == {"id": str(contact.account_id), "name": contact.account.name}


def test_a_lead_names_what_it_became(acme, carol):
    contact = ContactFactory(organization=acme)
    lead = LeadFactory(organization=acme, is_converted=True, converted_contact=contact)
    row = client_of(carol).get(f"{API}/leads/{lead.pk}/").json()
    assert (row["is_converted"], row["converted_contact"], row["owner"]) == (True, str(contact.pk), None)


def test_an_opportunity_has_the_crms_dates_and_amount(acme, carol):
    deal = OpportunityFactory(
        organization=acme, amount=Decimal("1234.50"), currency="EUR", close_date=date(2026, 12, 31), is_won=True,
        crm_created_at=A_MONDAY, crm_modified_at=A_MONDAY + timedelta(seconds=1, microseconds=5),
    )  # fmt: skip
    row = client_of(carol).get(f"{API}/opportunities/{deal.pk}/").json()
    assert (row["amount"], row["currency"], row["close_date"]) == ("1234.50", "EUR", "2026-12-31")
    assert (row["created_at"], row["modified_at"]) == ("2026-11-16T09:00:00Z", "2026-11-16T09:00:01Z")


@pytest.mark.parametrize("resource", MAKERS)
def test_every_colleague_reads_and_nobody_writes(acme, carol, resource):
    record = MAKERS[resource](organization=acme)
    client = client_of(carol)
    assert [row["id"] for row in client.get(f"{API}/{resource}/").json()["results"]] == [str(record.pk)]
    for verb in ("post", "put", "patch", "delete"):
        assert getattr(client, verb)(f"{API}/{resource}/{record.pk}/").status_code == 405
    assert client.post(f"{API}/{resource}/", {}).status_code == 405


@pytest.mark.parametrize("resource", MAKERS)
def test_another_organizations_records_do_not_exist(acme, rival, carol, resource):
    foreign = MAKERS[resource](organization=rival)
    client = client_of(carol)
    assert client.get(f"{API}/{resource}/").json()["results"] == []
    assert client.get(f"{API}/{resource}/{foreign.pk}/").status_code == 404


@pytest.mark.parametrize("resource", MAKERS)
def test_the_number_of_queries_does_not_grow_with_the_page(acme, carol, resource, django_assert_max_num_queries):
    client = client_of(carol)
    MAKERS[resource](organization=acme, owner=carol)
    client.get(f"{API}/{resource}/")  # the token's last use is noted once
    with django_assert_max_num_queries(3) as few:
        client.get(f"{API}/{resource}/")
    for _ in range(5):
        record = MAKERS[resource](organization=acme, owner=carol)
        if resource == "accounts":
            AccountDomainFactory(account=record)
    with django_assert_max_num_queries(len(few)):
        assert len(client.get(f"{API}/{resource}/").json()["results"]) == 6


@pytest.mark.parametrize("resource", MAKERS)
def test_lists_are_paged_to_the_end(acme, carol, resource):
    for _ in range(5):
        MAKERS[resource](organization=acme)
    client, url, seen = client_of(carol), f"{API}/{resource}/?page_size=2", []
    while url:
        page = client.get(url).json()
        seen += [row["id"] for row in page["results"]]
        url = page["next"]
    assert len(seen) == len(set(seen)) == 5


def test_filters_narrow(acme, carol):
    account = AccountFactory(organization=acme, name="Globex", owner=carol)
    AccountDomainFactory(account=account, domain="globex.example")
    contact = ContactFactory(organization=acme, account=account, address="jane@globex.example")
    lead = LeadFactory(organization=acme, is_converted=True, address="jo@initech.example")
    deal = OpportunityFactory(organization=acme, account=account, is_closed=True)
    AccountFactory(organization=acme), ContactFactory(organization=acme), LeadFactory(organization=acme)
    OpportunityFactory(organization=acme)
    for path, record in {
        "accounts/?name=LOB": account,
        "accounts/?domain=Globex.example": account,
        f"accounts/?owner={carol.pk}": account,
        "contacts/?address=Jane@globex.example": contact,
        f"contacts/?account={account.pk}": contact,
        "leads/?is_converted=true": lead,
        "leads/?address=jo@initech.example": lead,
        "opportunities/?is_closed=true": deal,
        f"opportunities/?account={account.pk}": deal,
    }.items():
        rows = client_of(carol).get(f"{API}/{path}").json()["results"]
        assert [row["id"] for row in rows] == [str(record.pk)], path


@pytest.mark.parametrize(
    "query",
    ["accounts/?owner=1", "accounts/?name=%00", "contacts/?address=jane", "contacts/?account=x",
     "leads/?is_converted=maybe", "opportunities/?is_closed=2", "accounts/?domain=" + "x" * 300],
)  # fmt: skip
def test_a_bad_filter_value_is_refused_with_a_sentence(acme, carol, query):
    answer = client_of(carol).get(f"{API}/{query}")
    assert answer.status_code == 400
    assert answer.json()["detail"]
