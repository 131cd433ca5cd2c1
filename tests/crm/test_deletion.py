"""What leaves the CRM takes its addresses along, on every database."""

import pytest

from accounts.models import Organization
from crm.models import Contact, Lead, PersonAddress
from tests.support.factories import AccountFactory, ContactFactory, LeadFactory, PersonAddressFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def people(acme):
    contact = ContactFactory(organization=acme, account=AccountFactory(organization=acme))
    lead = LeadFactory(organization=acme)
    PersonAddressFactory(organization=acme, contact=contact, address="contact@globex.example")
    PersonAddressFactory(organization=acme, contact=None, lead=lead, address="lead@globex.example")
    return contact, lead


def addresses():
    return set(PersonAddress.objects.values_list("address", flat=True))


def test_a_contact_that_is_deleted_takes_its_addresses_along(people):
    people[0].delete()
    assert addresses() == {"lead@globex.example"}


def test_a_lead_that_is_deleted_takes_its_addresses_along(people):
    Lead.objects.all().delete()
    assert addresses() == {"contact@globex.example"}


def test_an_organization_that_is_deleted_takes_everything_along(people):
    Organization.objects.all().delete()
    assert addresses() == set()
    assert not Contact.objects.exists()
