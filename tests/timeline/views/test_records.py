"""Account, contact and lead pages."""

from datetime import timedelta

import pytest
from django.utils import timezone

from tests.support.factories import AccountDomainFactory, AssociationFactory, LeadFactory
from tests.support.scenery import scene

pytestmark = pytest.mark.django_db


def test_an_account_shows_its_deals_contacts_and_timeline(client, carol):
    globex = scene(carol)
    AccountDomainFactory(account=globex.account, domain="globex.example")
    globex.mail("Shall we talk?")
    client.force_login(carol)
    text = client.get(f"/customers/accounts/{globex.account.pk}/").content.decode()
    assert all(part in text for part in ("Globex 2027", "Jane Doe", "globex.example", "Shall we talk?"))


def test_a_contact_shows_roles_addresses_and_signals(client, carol):
    globex = scene(carol)
    globex.jane.away_until = timezone.now().date() + timedelta(days=3)
    globex.jane.address_failing_since = timezone.now() - timedelta(days=1)
    globex.jane.save()
    globex.call("Budget is confirmed.")
    client.force_login(carol)
    text = client.get(f"/customers/contacts/{globex.jane.pk}/").content.decode()
    assert all(part in text for part in ("Away until", "Address failing", "jane@globex.example", "Decision Maker"))
    assert "Budget is confirmed." in text


def test_an_absence_that_is_over_is_not_shown(client, carol):
    globex = scene(carol)
    globex.jane.away_until = timezone.now().date() - timedelta(days=1)
    globex.jane.save()
    client.force_login(carol)
    assert "Away until" not in client.get(f"/customers/contacts/{globex.jane.pk}/").content.decode()


def test_a_lead_shows_its_mail_and_what_became_of_it(client, carol):
    globex = scene(carol)
    lead = LeadFactory(
        organization=globex.organization, last_name="Prospect", is_converted=True, converted_contact=globex.jane
    )
    AssociationFactory(engagement=globex.mail("From the lead"), account=None, lead=lead)
    client.force_login(carol)
    text = client.get(f"/customers/leads/{lead.pk}/").content.decode()
    assert "From the lead" in text
    assert "Became the contact <bdi>Jane Doe</bdi>" in text


def test_a_record_without_history_says_so(client, carol):
    lead = LeadFactory(organization=carol.organization)
    client.force_login(carol)
    assert "Nothing here yet" in client.get(f"/customers/leads/{lead.pk}/").content.decode()


def test_another_organization_finds_no_record(client, carol, mallory):
    globex = scene(carol)
    lead = LeadFactory(organization=carol.organization)
    client.force_login(mallory)
    for path in (f"accounts/{globex.account.pk}", f"contacts/{globex.jane.pk}", f"leads/{lead.pk}", "leads/5"):
        assert client.get(f"/customers/{path}/").status_code == 404
