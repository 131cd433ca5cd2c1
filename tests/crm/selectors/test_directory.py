"""The directory: who of a page's addresses the CRM knows, in two queries."""

import pytest

from crm.models import AccountDomain
from crm.selectors import directory_for, oldest_open_opportunity_created_at
from tests.support.factories import (
    A_MONDAY,
    AccountDomainFactory,
    AccountFactory,
    ContactFactory,
    LeadFactory,
    OpportunityFactory,
)


@pytest.fixture
def globex(acme):
    account = AccountFactory(organization=acme, name="Globex")
    AccountDomainFactory(account=account, domain="globex.example")
    return account


def test_a_person_goes_before_the_domain(acme, globex):
    other = AccountFactory(organization=acme)
    jane = ContactFactory(organization=acme, account=other, address="jane@globex.example")
    match = directory_for(acme, ["jane@globex.example", "new@eu.globex.example"]).match(
        ["jane@globex.example", "new@eu.globex.example"]
    )
    [party] = match.parties["jane@globex.example"]
    assert (party.contact, party.account) == (jane.id, other.id)
    assert match.accounts == {"new@eu.globex.example": (globex.id,)}


def test_a_tagged_address_stands_for_the_plain_one_unless_it_is_known_itself(acme):
    jane = ContactFactory(organization=acme, address="jane@globex.example")
    tagged = ContactFactory(organization=acme, address="jane+vip@globex.example")
    people = directory_for(acme, ["jane+news@globex.example", "jane+vip@globex.example"]).people
    assert people["jane+news@globex.example"][0].contact == jane.id
    assert [party.contact for party in people["jane+vip@globex.example"]] == [tagged.id]


def test_everybody_with_the_address_is_found(acme):
    one, two = (ContactFactory(organization=acme, address="team@globex.example") for _ in range(2))
    lead = LeadFactory(organization=acme, address="team@globex.example")
    found = directory_for(acme, ["team@globex.example"]).people["team@globex.example"]
    assert {party.contact or party.lead for party in found} == {one.id, two.id, lead.id}


def test_two_accounts_may_share_a_domain(acme, globex):
    branch = AccountFactory(organization=acme, name="Globex Branch")
    AccountDomainFactory(account=branch, domain="globex.example")
    assert directory_for(acme, ["x@globex.example"]).account_domains["globex.example"] == tuple(
        sorted([globex.id, branch.id])
    )


def test_another_organization_is_not_looked_into(acme, rival, globex):
    ContactFactory(organization=acme, address="jane@globex.example")
    assert not directory_for(rival, ["jane@globex.example"]).match(["jane@globex.example"])


def test_two_queries_whatever_the_size(acme, globex, django_assert_num_queries):
    few = [f"person{number}@company{number}.example" for number in range(3)]
    many = [f"person{number}@sub.company{number}.example" for number in range(2000)]
    for addresses in (few, many):
        with django_assert_num_queries(2):
            directory_for(acme, addresses)


def test_nothing_asked_is_nothing_found(acme):
    assert not directory_for(acme, []).match([])


def test_free_mail_stands_in_no_directory_however_it_got_there(acme, tmp_path):
    from crm.services.csv_import import import_folder

    rows = ["1,Gmail fan,https://gmail.com,", "2,Page,https://globex.wixsite.com,", "3,Real,www.globex.example,"]
    (tmp_path / "accounts.csv").write_text("Id,Name,Website,OwnerEmail\n" + "\n".join(rows))
    import_folder(organization=acme, folder=tmp_path)
    assert list(AccountDomain.objects.values_list("domain", flat=True)) == ["globex.example"]


def test_the_oldest_open_deal_of_the_own_organization_counts(acme, rival):
    assert oldest_open_opportunity_created_at(acme) is None
    OpportunityFactory(organization=acme, is_closed=True, crm_created_at=A_MONDAY.replace(year=2020))
    OpportunityFactory(organization=rival, crm_created_at=A_MONDAY.replace(year=2021))
    OpportunityFactory(organization=acme, crm_created_at=A_MONDAY.replace(year=2024))
    OpportunityFactory(organization=acme, crm_created_at=A_MONDAY.replace(year=2025))
    assert oldest_open_opportunity_created_at(acme) == A_MONDAY.replace(year=2024)
