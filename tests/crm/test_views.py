"""The customers page."""

import pytest

from tests.support.factories import AccountDomainFactory, AccountFactory, ContactFactory, LeadFactory
from tests.support.scenery import queries_of

pytestmark = pytest.mark.django_db


def customers(client, viewer, **query):
    client.force_login(viewer)
    answer = client.get("/customers/", query)
    assert answer.status_code == 200
    return answer.content.decode()


def test_accounts_contacts_and_leads_have_a_list_each(client, carol):
    account = AccountFactory(organization=carol.organization, name="Globex")
    ContactFactory(organization=carol.organization, account=account, last_name="Contactperson")
    LeadFactory(organization=carol.organization, last_name="Leadperson")
    LeadFactory(organization=carol.organization, last_name="Convertedperson", is_converted=True)
    assert "Globex" in customers(client, carol)
    assert "Contactperson" in customers(client, carol, show="contacts")
    leads = customers(client, carol, show="leads")
    assert "Leadperson" in leads
    assert "Convertedperson" not in leads


@pytest.mark.parametrize(
    ("asked", "shown"),
    [
        ({"q": "nora"}, "contacts"),
        ({"q": "nora", "rather": "leads"}, "contacts"),
        ({"q": "nora", "show": "leads"}, "leads"),
        ({"q": "glob"}, "accounts"),
        ({"q": "glob", "rather": "contacts"}, "contacts"),
        ({"q": "startup", "rather": "accounts"}, "leads"),
        ({"q": "nobody", "rather": "leads"}, "leads"),
        ({"q": "nobody"}, "accounts"),
        ({}, "accounts"),
        ({"rather": "people", "show": "people"}, "accounts"),
    ],
)
def test_a_search_opens_the_list_in_which_something_is_found(client, carol, asked, shown):
    account = AccountFactory(organization=carol.organization, name="Globex")
    ContactFactory(organization=carol.organization, account=account, first_name="Nora")
    LeadFactory(organization=carol.organization, company="Startup")
    client.force_login(carol)
    assert client.get("/customers/", asked).context["shown"] == shown


@pytest.mark.parametrize(
    ("show", "text", "found"),
    [
        ("accounts", "glob", True),
        ("accounts", "GLOBEX.example", True),
        ("accounts", "initech", False),
        ("contacts", "jane", True),
        ("contacts", "doe jane", True),
        ("contacts", "jane@globex", True),
        ("contacts", "globex doe", True),
        ("contacts", "john", False),
        ("leads", "startup", True),
        ("leads", "jo@startup", True),
    ],
)
def test_the_search_box_looks_at_names_companies_and_addresses(client, carol, show, text, found):
    account = AccountFactory(organization=carol.organization, name="Globex")
    AccountDomainFactory(account=account, domain="globex.example")
    ContactFactory(
        organization=carol.organization,
        account=account,
        first_name="Jane",
        last_name="Doe",
        address="jane@globex.example",
    )
    LeadFactory(organization=carol.organization, company="Startup", address="jo@startup.example")
    page = customers(client, carol, show=show, q=text)
    assert ("row-link" in page) == found
    if not found:
        assert "Nothing matches" in page


def test_long_lists_are_paged(client, carol):
    for number in range(60):
        AccountFactory(organization=carol.organization, name=f"Account {number:02}")
    first, second = customers(client, carol), customers(client, carol, page=2)
    assert ("Account 49" in first, "Account 50" in first) == (True, False)
    assert "Account 59" in second
    assert "51–60 of 60" in second


def test_another_organizations_customers_are_not_listed(client, carol, mallory):
    AccountFactory(organization=carol.organization, name="Globex")
    page = customers(client, mallory)
    assert "Globex" not in page
    assert "No accounts yet" in page


def test_the_number_of_queries_does_not_grow_with_the_list(client, carol):
    def queries(show):
        return queries_of(client, carol, f"/customers/?show={show}")

    def one_more(number):
        account = AccountFactory(organization=carol.organization)
        AccountDomainFactory(account=account)
        ContactFactory(organization=carol.organization, account=account, address=f"c{number}@x.example")
        LeadFactory(organization=carol.organization, address=f"l{number}@x.example")

    one_more(0)
    few = {show: queries(show) for show in ("accounts", "contacts", "leads")}
    for number in range(1, 10):
        one_more(number)
    assert {show: queries(show) for show in few} == few
