"""What mailboxes showed before copies were noted is noted by a migration, as each mailbox shows it by then."""

from importlib import import_module

import pytest
from django.apps import apps

from accounts.domain.vocabulary import Visibility
from tests.support.factories import EmailMessageFactory, MailboxFactory, SightingFactory
from timeline.models import MailboxCopy

pytestmark = pytest.mark.django_db

note_copies = import_module("mailsync.migrations.0010_who_holds_what_was_seen").note_copies


def test_each_mailbox_holds_what_it_showed_once(acme, carol, dave):
    acme.detail = "subject"
    acme.save()
    mail = EmailMessageFactory(engagement__organization=acme)
    carols = MailboxFactory(user=carol, visibility=Visibility.OWNER_ONLY)
    SightingFactory.create_batch(2, email=mail, mailbox=carols)
    SightingFactory(email=mail, mailbox=MailboxFactory(user=dave))
    for _ in range(2):
        note_copies(apps, None)
    rows = MailboxCopy.objects.filter(engagement=mail.pk).order_by("user__email")
    assert list(rows.values_list("user", "visibility", "detail", "taken_back_at")) == [
        (carol.pk, "owner_only", "subject", None),
        (dave.pk, "everyone", "subject", None),
    ]
