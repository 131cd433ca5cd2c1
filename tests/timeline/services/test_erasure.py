"""A person is erased wholly and does not come back (F27)."""

import json

import pytest
from django.core.exceptions import ValidationError

from accounts.models import AuditEvent
from crm.models import Contact, DirectoryChange, Lead, PersonAddress
from tests.support.factories import (
    CallFactory,
    ContactFactory,
    DirectoryChangeFactory,
    EmailMessageFactory,
    EngagementFactory,
    LeadFactory,
    LegalHoldFactory,
    ParticipantFactory,
    PersonAddressFactory,
)
from timeline.domain.refusals import OnHold
from timeline.domain.vocabulary import HoldScope, SuppressionKind
from timeline.models import Engagement, LegalHold
from timeline.recording.erased import suppressed_among
from timeline.services.erasure import erase_person, preview_erasure

JANE = "jane@globex.example"


def with_jane(organization, address=JANE, **fields):
    mail = EmailMessageFactory(engagement=EngagementFactory(organization=organization, **fields))
    ParticipantFactory(engagement=mail.engagement, address=address, role="from")
    ParticipantFactory(engagement=mail.engagement, address=address, role="cc")
    return mail.engagement


def test_everything_the_person_took_part_in_goes_and_nothing_else(acme, alice):
    with_jane(acme)
    with_jane(acme, "jane+news@globex.example")
    call = CallFactory(organization=acme)
    ParticipantFactory(engagement=call, address=JANE, role="attendee")
    kept = with_jane(acme, "janet@globex.example")
    assert preview_erasure(acme, "Jane@Globex.example").engagements == 3
    assert erase_person(organization=acme, raw_address="Jane@Globex.example", actor=alice).engagements == 3
    assert list(Engagement.objects.all()) == [kept]


def test_the_person_does_not_come_back_whatever_the_tag(acme, alice):
    erase_person(organization=acme, raw_address=JANE, actor=alice)
    wanted = {(SuppressionKind.ADDRESS, each) for each in (JANE, "jane+x@globex.example", "janet@globex.example")}
    assert suppressed_among(acme, wanted) == wanted - {(SuppressionKind.ADDRESS, "janet@globex.example")}


def test_the_directory_forgets_the_address_and_the_record_that_has_no_other(acme, alice):
    ContactFactory(organization=acme, address=JANE)
    LeadFactory(organization=acme, address=JANE)
    two = ContactFactory(organization=acme, address=JANE)
    PersonAddressFactory(contact=two, address="jane@private.example")
    DirectoryChangeFactory(organization=acme, address=JANE)
    assert erase_person(organization=acme, raw_address=JANE, actor=alice).records == 3
    assert list(Contact.objects.all()) == [two]
    assert list(PersonAddress.objects.values_list("address", flat=True)) == ["jane@private.example"]
    assert not Lead.objects.exists()
    assert not DirectoryChange.objects.exists()


def test_a_hold_forbids_it_and_nothing_is_done(acme, alice):
    jane = ContactFactory(organization=acme, address=JANE)
    mail = with_jane(acme)
    with_jane(acme)
    LegalHoldFactory(organization=acme, scope=HoldScope.CONVERSATION, conversation=mail.conversation)
    assert preview_erasure(acme, JANE).held == 1
    with pytest.raises(OnHold, match="1 engagements"):
        erase_person(organization=acme, raw_address=JANE, actor=alice)
    assert Engagement.objects.count() == 2
    assert Contact.objects.get() == jane
    assert not suppressed_among(acme, [(SuppressionKind.ADDRESS, JANE)])


def test_a_record_under_a_hold_of_its_own_stays_and_a_released_hold_lets_go(acme, alice):
    held, free = ContactFactory(organization=acme, address=JANE), ContactFactory(organization=acme, address=JANE)
    LegalHoldFactory(organization=acme, scope=HoldScope.CONTACT, contact=held)
    released = LegalHoldFactory(
        organization=acme, scope=HoldScope.CONTACT, contact=free, released_at="2026-01-01T00:00:00Z"
    )
    erase_person(organization=acme, raw_address=JANE, actor=alice)
    assert list(Contact.objects.all()) == [held]
    assert LegalHold.objects.get(pk=released.pk).contact is None


def test_the_audit_trail_does_not_name_the_person(acme, alice):
    with_jane(acme)
    erase_person(organization=acme, raw_address=JANE, actor=alice)
    event = AuditEvent.objects.get(verb="erased_person")
    assert event.actor == alice
    assert event.detail["engagements"] == 1
    assert "jane" not in json.dumps(event.detail)


@pytest.mark.parametrize("address", ["", "jane", "carol@acme.example"])
def test_what_is_no_customers_address_is_refused(acme, alice, carol, address):
    with pytest.raises(ValidationError):
        erase_person(organization=acme, raw_address=address, actor=alice)
    assert not AuditEvent.objects.exists()


def test_another_organization_keeps_its_own(acme, rival, alice):
    foreign = with_jane(rival)
    ContactFactory(organization=rival, address=JANE)
    erase_person(organization=acme, raw_address=JANE, actor=alice)
    assert list(Engagement.objects.all()) == [foreign]
    assert Contact.objects.count() == 1
