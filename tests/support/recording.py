"""Mails of Jane of Globex, as the corridor hands them over, and what becomes of them."""

from datetime import timedelta

import pytest
from django.db import transaction

from accounts.domain.vocabulary import Detail, Visibility
from crm.domain.changes import CustomerChanges
from crm.selectors import directory_for
from crm.signals import customers_changed
from tests.support.factories import A_MONDAY, AccountFactory, ContactFactory
from timeline.domain.email import ComposedEmail, ParticipantValue
from timeline.domain.identity import fingerprint, message_key
from timeline.domain.vocabulary import Direction, ParticipantRole
from timeline.recording.record import record_emails

JANE = "jane@globex.example"
BANNER = "CAUTION: This email originated from outside of the organization."


@pytest.fixture
def globex(acme):
    return AccountFactory(organization=acme, name="Globex")


@pytest.fixture
def jane(acme, globex):
    return ContactFactory(organization=acme, account=globex, address=JANE)


def compose(organization, number=1, **changes):
    """A mail from Jane of Globex to Carol, as the corridor would hand it over."""
    sender = changes.pop("sender", JANE)
    to = changes.pop("to", ("carol@acme.example",))
    cc = changes.pop("cc", ())
    subject = changes.pop("subject", "Renewal")
    occurred_at = changes.pop("occurred_at", A_MONDAY + timedelta(minutes=number))
    message_id = changes.pop("message_id", f"<{number}@globex.example>")
    people = [ParticipantValue(ParticipantRole.FROM, "Jane Doe", sender)]
    people += [ParticipantValue(ParticipantRole.TO, "", address) for address in to]
    people += [ParticipantValue(ParticipantRole.CC, "", address) for address in cc]
    print_ = fingerprint(sender, occurred_at, subject, [*to, *cc])
    addresses = {person.address for person in people}
    customers = {address for address in addresses if not address.endswith("@acme.example")}
    fields = {
        "message_key": message_key(message_id, print_),
        "fingerprint": print_,
        "internet_message_id": message_id,
        "in_reply_to": None,
        "references": (),
        "thread_index": "",
        "subject": subject,
        "occurred_at": occurred_at,
        "direction": Direction.INBOUND,
        "participants": tuple(people),
        "text": "Shall we talk?",
        "new_text": "Shall we talk?",
        "is_text_cut": False,
        "match": directory_for(organization, customers).match(customers),
    }
    return ComposedEmail(**{**fields, **changes})


def record(organization, owner, *emails, visibility=Visibility.EVERYONE, detail=Detail.FULL_TEXT):
    with transaction.atomic():
        return record_emails(
            organization=organization,
            mailbox_owner=owner,
            emails=emails,
            visibility=visibility,
            detail=detail,
            now=A_MONDAY,
        )


def tell(organization, **changes):
    customers_changed.send(sender=None, changes=CustomerChanges(organization.pk, **changes))
