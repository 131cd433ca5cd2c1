"""Admins hear of mailboxes that stopped, each day, and of nobody else's."""

from django.utils import timezone

from accounts.domain.vocabulary import Role
from mailsync.domain.vocabulary import MailboxState
from mailsync.services.digest import send_digests
from tests.support.factories import MailboxFactory, UserFactory


def stopped(user, state=MailboxState.NEEDS_SIGN_IN, reason="AADSTS50173"):
    return MailboxFactory(user=user, state=state, state_reason=reason, state_changed_at=timezone.now())


def test_each_admin_is_told_whose_mailbox_stopped_why_and_what_to_do(alice, carol, dave, mailoutbox):
    second = UserFactory(organization=alice.organization, role=Role.ADMIN, email="anna@acme.example")
    stopped(carol)
    MailboxFactory(user=dave)
    assert send_digests() == 2
    assert sorted(letter.to[0] for letter in mailoutbox) == sorted([alice.email, second.email])
    text = mailoutbox[0].body
    assert mailoutbox[0].subject == "1 mailbox stopped importing email"
    assert "Carol" in text
    assert "AADSTS50173" in text
    assert "Next:" in text
    assert "Dave" not in text


def test_no_letter_goes_out_when_all_is_well(alice, carol, mailoutbox):
    MailboxFactory(user=carol)
    stopped(alice, MailboxState.OFF, "")
    assert send_digests() == 0
    assert mailoutbox == []


def test_an_organization_never_hears_of_anothers_mailboxes(alice, carol, eve, mallory, mailoutbox):
    stopped(mallory)
    send_digests()
    assert [letter.to for letter in mailoutbox] == [[eve.email]]


def test_somebody_who_switched_import_off_is_not_reported(alice, carol, mailoutbox):
    mailbox = stopped(carol)
    mailbox.import_enabled = False
    mailbox.save()
    assert send_digests() == 0
