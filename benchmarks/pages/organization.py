"""An organization of any size: 500 accounts, 2,000 contacts, 1,000 deals, and mails in conversations of five.

Every row is a function of its number, so the same size gives the same rows.
"""

import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from accounts.domain.vocabulary import Detail, Role, Visibility
from accounts.models import Organization, User
from accounts.services.people import create_user
from core.db.bulk import insert_rows
from crm.models import Account, Contact, Opportunity
from timeline.changes.following import mend_standings
from timeline.domain.vocabulary import Direction, Kind, ParticipantRole
from timeline.models import Association, Conversation, EmailMessage, Engagement, MailboxCopy, Participant

ACCOUNTS, CONTACTS, DEALS, MAILS_A_CONVERSATION = 500, 2_000, 1_000, 5
_AT_ONCE = 5_000


@dataclass(frozen=True, slots=True)
class LargeOrganization:
    """Who looks at it, and what is looked at."""

    viewer: User
    addresses: tuple[str, ...]


def build_organization(mails: int, now: datetime) -> LargeOrganization:
    """Fill the empty database that Django is connected to; the newest mail is of a minute before `now`."""
    organization = Organization.objects.create(name="Acme", slug="acme")
    viewer = create_user(
        organization=organization,
        email="manager@acme.example",
        password=secrets.token_urlsafe(),
        role=Role.MANAGER,
        name="Mia Manager",
    )
    conversations = mails // MAILS_A_CONVERSATION
    with transaction.atomic():
        insert_rows(Account, [_account(organization, number) for number in range(ACCOUNTS)])
        insert_rows(Contact, [_contact(organization, number) for number in range(CONTACTS)])
        insert_rows(Opportunity, [_deal(organization, viewer, number, now) for number in range(DEALS)])
        insert_rows(Conversation, [_conversation(organization, number, now) for number in range(conversations)])
        for some in _portions(mails):
            _insert_mails(organization, viewer, some, conversations, now)
    mend_standings(organization=organization, now=now)
    pages = (
        "/deals/", f"/deals/{_id(3, 2)}/", f"/customers/accounts/{_id(1, 2)}/", f"/customers/contacts/{_id(2, 2)}/",
        f"/conversations/{_id(4, 2)}/", "/customers/", "/api/v1/engagements/", "/api/v1/conversations/",
    )  # fmt: skip
    return LargeOrganization(viewer, pages)


def _id(table: int, number: int) -> UUID:
    return UUID(f"019a0000-{table:04x}-7000-8000-{number:012x}")


def _portions(count: int) -> Iterator[range]:
    for start in range(0, count, _AT_ONCE):
        yield range(start, min(start + _AT_ONCE, count))


def _account(organization: Organization, number: int) -> Account:
    return Account(id=_id(1, number), organization=organization, external_id=str(number), name=f"Account {number}")


def _contact(organization: Organization, number: int) -> Contact:
    return Contact(
        id=_id(2, number),
        organization=organization,
        external_id=str(number),
        first_name="Person",
        last_name=str(number),
        account_id=_id(1, number % ACCOUNTS),
    )


def _deal(organization: Organization, viewer: User, number: int, now: datetime) -> Opportunity:
    return Opportunity(
        id=_id(3, number),
        organization=organization,
        external_id=str(number),
        name=f"Deal {number}",
        account_id=_id(1, number % ACCOUNTS),
        owner=viewer,
        stage="Proposal",
        is_closed=bool(number % 2),
        amount=1_000 * number,
        currency="EUR",
        crm_created_at=now - timedelta(days=90),
        crm_modified_at=now - timedelta(days=1),
        close_date=(now + timedelta(days=number % 60)).date(),
    )


def _conversation(organization: Organization, number: int, now: datetime) -> Conversation:
    moment = now - timedelta(minutes=number + 1)
    return Conversation(
        id=_id(4, number),
        organization=organization,
        subject=f"Subject {number}",
        first_at=moment,
        last_at=moment,
        email_count=MAILS_A_CONVERSATION,
    )


def _insert_mails(organization: Organization, viewer: User, numbers: range, conversations: int, now: datetime) -> None:
    engagements, emails, participants, associations, copies = [], [], [], [], []
    for number in numbers:
        moment = now - timedelta(minutes=number + 1)
        owned = {"organization_id": organization.pk, "engagement_id": _id(5, number)}
        contact, account = _id(2, number % CONTACTS), _id(1, number % ACCOUNTS)
        engagements.append(
            Engagement(
                id=_id(5, number),
                organization_id=organization.pk,
                kind=Kind.EMAIL,
                source="microsoft",
                external_id=str(number),
                occurred_at=moment,
                direction=Direction.INBOUND if number % 2 else Direction.OUTBOUND,
                subject=f"Subject {number % conversations}",
                conversation_id=_id(4, number % conversations),
                owner_id=viewer.pk,
                account_id=account,
                opportunity_id=_id(3, number % DEALS),
            )
        )
        text = f"Mail {number}: thanks for the call, here is what we agreed on."
        emails.append(EmailMessage(**owned, message_key=str(number), fingerprint=str(number), text=text, new_text=text))
        participants += [
            Participant(
                **owned, role=ParticipantRole.FROM, address=f"person{number % CONTACTS}@customer.example",
                contact_id=contact,
            ),
            Participant(**owned, role=ParticipantRole.TO, position=1, address=viewer.email, user_id=viewer.pk),
        ]  # fmt: skip
        copies.append(MailboxCopy(**owned, user_id=viewer.pk, visibility=Visibility.EVERYONE, detail=Detail.FULL_TEXT))
        associations += [
            Association(**owned, occurred_at=moment, account_id=account),
            Association(**owned, occurred_at=moment, contact_id=contact),
        ]
    for rows in (engagements, emails, participants, associations, copies):
        insert_rows(type(rows[0]), rows)
