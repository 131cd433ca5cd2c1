"""A customer who leaves the CRM takes the mail off the timeline where the organization wants that (F20)."""

from datetime import timedelta

import pytest
from django.utils import timezone

from crm.services.directory import set_account_websites, set_contact_addresses
from mailsync.domain.vocabulary import BlockKind, DepartureChoice
from mailsync.models import DeparturePolicy
from mailsync.selectors.rule_preview import preview_rules
from mailsync.services.departures import follow_departures
from mailsync.services.organization_rules import add_rules
from mailsync.tasks import departures
from tests.support.factories import (
    AccountFactory,
    BlockedDomainFactory,
    CallFactory,
    ContactFactory,
    EngagementFactory,
    ParticipantFactory,
)
from timeline.models import Engagement
from timeline.services.retention import purge_expired

CAROL = "carol@acme.example"
POLICIES = "/admin/mailsync/departurepolicy/"


@pytest.fixture
def jane(acme):
    BlockedDomainFactory(organization=acme, domain="acme.example")
    contact = ContactFactory(organization=acme)
    set_contact_addresses(acme.pk, {contact.pk: ["jane@globex.example"]})
    return contact


@pytest.fixture
def hiding(acme):
    return DeparturePolicy.objects.create(organization=acme, choice=DepartureChoice.HIDE)


def mail(organization, *addresses, make=EngagementFactory):
    engagement = make(organization=organization)
    for position, address in enumerate(addresses):
        ParticipantFactory(engagement=engagement, address=address, role="to" if position else "from", position=position)
    return engagement


def leave(contact):
    set_contact_addresses(contact.organization_id, {contact.pk: []})


def come_back(contact):
    set_contact_addresses(contact.organization_id, {contact.pk: ["jane@globex.example"]})


def hidden():
    return set(Engagement.objects.exclude(hidden_at=None))


def test_mail_in_which_no_customer_is_left_is_hidden_and_no_other(acme, jane, hiding):
    jo = ContactFactory(organization=acme)
    set_contact_addresses(acme.pk, {jo.pk: ["jo@initech.example"]})
    alone = mail(acme, "jane@globex.example", CAROL)
    tagged = mail(acme, CAROL, "jane+work@globex.example")
    mail(acme, "jane@globex.example", CAROL, "jo@initech.example")
    mail(acme, "jo@initech.example", CAROL)
    mail(acme, "jane@globex.example", CAROL, make=CallFactory)
    leave(jane)

    assert departures() == 2
    assert hidden() == {alone, tagged}
    assert departures() == 0


def test_a_domain_that_left_counts_as_its_people_do(acme, jane, hiding):
    account = AccountFactory(organization=acme)
    set_account_websites(acme.pk, {account.pk: "https://hooli.example"})
    concerned = mail(acme, "bob@eu.hooli.example", CAROL)
    set_account_websites(acme.pk, {account.pk: ""})
    departures()
    assert hidden() == {concerned}


def test_who_comes_back_has_the_mail_shown_again(acme, jane, hiding):
    mail(acme, "jane@globex.example", CAROL)
    leave(jane)
    departures()
    come_back(jane)
    assert departures() == 1
    assert hidden() == set()


def test_what_another_rule_keeps_out_meanwhile_stays_hidden_under_that_rule(acme, alice, jane, hiding):
    concerned = mail(acme, "jane@globex.example", CAROL)
    leave(jane)
    departures()
    rules = preview_rules(acme, BlockKind.NEVER_IMPORT, ["globex.example"]).new_rules
    ((row,), _) = add_rules(organization=acme, rules=rules, actor=alice)
    come_back(jane)
    departures()
    concerned.refresh_from_db()
    assert concerned.hidden_by_rule == f"blockeddomain:{row.pk}"


def test_it_is_kept_where_nothing_else_was_decided(acme, jane):
    mail(acme, "jane@globex.example", CAROL)
    leave(jane)
    assert departures() == 0
    follow_departures(organization=acme, now=timezone.now())
    assert hidden() == set()


def test_another_organizations_mail_is_left_alone(acme, rival, jane, hiding):
    mail(rival, "jane@globex.example", "mallory@rival.example")
    leave(jane)
    departures()
    assert hidden() == set()


def test_what_stayed_hidden_for_a_month_is_deleted(acme, jane, hiding):
    concerned = mail(acme, "jane@globex.example", CAROL)
    leave(jane)
    departures()
    purge_expired(organization=acme, now=timezone.now() + timedelta(days=29))
    assert Engagement.objects.filter(pk=concerned.pk).exists()
    purge_expired(organization=acme, now=timezone.now() + timedelta(days=31))
    assert not Engagement.objects.filter(pk=concerned.pk).exists()


def test_the_console_says_what_a_choice_would_do_before_it_does_it(client, acme, alice, jane):
    concerned = mail(acme, "jane@globex.example", CAROL)
    leave(jane)
    client.force_login(alice)

    asked = client.post(f"{POLICIES}add/", {"choice": "hide"})
    assert "1 email with nobody of the CRM in it will be hidden, and deleted after 30 days." in asked.content.decode()
    assert hidden() == set()
    client.post(f"{POLICIES}add/", {"choice": "hide", "_confirmed": "1"})
    assert hidden() == {concerned}

    change = f"{POLICIES}{DeparturePolicy.objects.get().pk}/change/"
    assert "1 email hidden before will be shown again." in client.post(change, {"choice": "keep"}).content.decode()
    client.post(change, {"choice": "keep", "_confirmed": "1"})
    assert hidden() == set()
