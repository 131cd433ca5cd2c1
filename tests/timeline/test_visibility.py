"""Who sees an engagement, and how much of it (F26)."""

import pytest
from django.utils import timezone

from accounts.domain.vocabulary import Detail, Visibility
from accounts.models import Organization, User
from tests.support.factories import (
    EmailMessageFactory,
    EngagementFactory,
    MailboxCopyFactory,
    ParticipantFactory,
    UserFactory,
)
from timeline.models import Engagement
from timeline.selectors import conversations_for, engagements_for, presented, with_parts

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("witnessed")]


def _sees(viewer: User) -> set[object]:
    return set(engagements_for(viewer).values_list("pk", flat=True))


def _email(organization: Organization, **fields: object) -> Engagement:
    engagement: Engagement = EmailMessageFactory(
        engagement__organization=organization, text="Our floor is 40k.", **fields
    ).engagement
    return engagement


def test_every_colleague_sees_an_email_that_is_everyones(acme, alice, bob, carol, dave):
    email = _email(acme)
    assert all(_sees(person) == {email.pk} for person in (alice, bob, carol, dave))


def test_participants_and_managers_keeps_other_reps_out(acme, alice, bob, carol, dave):
    email = _email(acme, engagement__visibility=Visibility.PARTICIPANTS_AND_MANAGERS)
    ParticipantFactory(engagement=email, user=carol, role="to")
    assert [_sees(person) for person in (alice, bob, carol, dave)] == [{email.pk}, {email.pk}, {email.pk}, set()]


def test_owner_only_leaves_it_to_those_who_took_part(acme, alice, bob, carol, dave):
    """The inbox owner is one of who holds it, for display: it is the copy that gives the right."""
    email = _email(acme, engagement__visibility=Visibility.OWNER_ONLY, engagement__owner=bob, inbox_owner=alice)
    MailboxCopyFactory(engagement=email, user=carol)
    ParticipantFactory(engagement=email, user=dave, role="cc")
    assert [_sees(person) for person in (alice, bob, carol, dave)] == [set(), set(), {email.pk}, {email.pk}]


def test_the_rep_whose_mailbox_holds_it_reads_it_without_being_named_in_it(acme, carol):
    email = _email(acme, engagement__visibility=Visibility.OWNER_ONLY, engagement__detail=Detail.METADATA)
    copy = MailboxCopyFactory(engagement=email, user=carol)
    assert presented(engagements_for(carol).get(), carol).shows_text
    copy.taken_back_at = timezone.now()
    copy.save()
    assert _sees(carol) == set()


def test_another_organization_sees_nothing_even_where_its_user_took_part(acme, mallory, eve):
    email = _email(acme)
    ParticipantFactory(engagement=email, user=mallory, role="to")
    assert _sees(mallory) == _sees(eve) == set()
    assert not conversations_for(mallory).exists()


def test_what_a_rule_hid_is_shown_to_nobody(acme, alice, carol):
    MailboxCopyFactory(engagement=_email(acme, engagement__hidden_at=timezone.now()), user=carol)
    assert _sees(alice) == _sees(carol) == set()


def test_the_operator_without_an_organization_sees_no_engagement(acme):
    _email(acme)
    operator = UserFactory(organization=None, role="admin", is_superuser=True)
    assert _sees(operator) == set()
    assert not conversations_for(operator).exists()


def test_a_person_of_several_roles_in_one_mail_is_listed_once(acme, carol):
    email = _email(acme)
    MailboxCopyFactory(engagement=email, user=carol)
    ParticipantFactory(engagement=email, user=carol, role="from", address="carol@acme.example")
    ParticipantFactory(engagement=email, user=carol, role="cc", address="carol@acme.example")
    assert list(engagements_for(carol)) == [email]


@pytest.mark.parametrize(
    ("detail", "subject", "text"),
    [(Detail.FULL_TEXT, "Renewal", "Our floor is 40k."), (Detail.SUBJECT, "Renewal", ""), (Detail.METADATA, "", "")],
)
def test_others_read_as_much_as_detail_says(bob, carol, detail, subject, text):
    email = _email(bob.organization, engagement__detail=detail, engagement__owner=bob, engagement__subject="Renewal")
    ParticipantFactory(engagement=email, user=carol, role="to")
    seen = presented(with_parts(engagements_for(bob)).get(), bob)
    assert (seen.subject, seen.text, seen.new_text) == (subject, text, text)
    own = presented(with_parts(engagements_for(carol)).get(), carol)
    assert (own.subject, own.text) == ("Renewal", "Our floor is 40k.")


def test_the_notes_of_a_call_follow_detail_too(acme, bob, dave):
    call = EngagementFactory(organization=acme, kind="call", notes="Budget 40k", detail=Detail.SUBJECT, owner=dave)
    ParticipantFactory(engagement=call, user=bob, role="host")
    assert presented(engagements_for(dave).get(), dave).notes == ""
    assert presented(engagements_for(bob).get(), bob).notes == "Budget 40k"


def test_detail_is_told_from_the_tables_where_a_row_was_not_annotated(acme, carol, dave):
    email = _email(acme, engagement__detail=Detail.METADATA)
    ParticipantFactory(engagement=email, user=carol, role="to")
    plain = Engagement.objects.get(pk=email.pk)
    assert presented(plain, carol).shows_text
    assert not presented(plain, dave).shows_text


def test_a_conversation_is_seen_by_who_sees_one_of_its_mails(acme, carol, dave):
    email = _email(acme, engagement__visibility=Visibility.OWNER_ONLY, engagement__owner=dave)
    MailboxCopyFactory(engagement=email, user=carol)
    assert list(conversations_for(carol)) == [email.conversation]
    assert not conversations_for(dave).exists()
