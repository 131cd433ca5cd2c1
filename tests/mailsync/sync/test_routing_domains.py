"""Every mailbox of a hybrid tenant has an alias at TENANT.mail.onmicrosoft.com: it belongs to that tenant alone."""

import pytest

from crm.selectors.directory import directory_for
from crm.services.directory import set_account_websites
from mailsync.domain.envelope import ScreeningPolicy
from mailsync.domain.screening import is_ours
from tests.support.factories import AccountFactory

GLOBEX = ("globex.mail.onmicrosoft.com", "globex.onmicrosoft.com")


@pytest.mark.parametrize("website", GLOBEX)
def test_one_tenants_domain_makes_its_own_people_customers_and_nobody_elses(acme, website):
    globex = AccountFactory(organization=acme, name="Globex")
    set_account_websites(acme.pk, {globex.pk: website})
    for domain in GLOBEX:
        address = f"jane@{domain}"
        assert directory_for(acme, [address]).match([address]).accounts == {address: (globex.pk,)}
    for stranger in ("jo@initech.mail.onmicrosoft.com", "jo@initech.onmicrosoft.com", "jo@mail.onmicrosoft.com"):
        assert not directory_for(acme, [stranger]).match([stranger])


@pytest.mark.parametrize("own", ["acme.mail.onmicrosoft.com", "acme.onmicrosoft.com"])
def test_our_own_routing_domain_makes_no_other_tenant_ours(own):
    policy = ScreeningPolicy(our_domains=frozenset({own}))
    assert is_ours("rita@acme.mail.onmicrosoft.com", policy)
    assert is_ours("rita@acme.onmicrosoft.com", policy)
    assert not is_ours("jo@globex.mail.onmicrosoft.com", policy)
    assert not is_ours("jo@globex.onmicrosoft.com", policy)
