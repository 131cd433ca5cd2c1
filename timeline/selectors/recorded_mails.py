"""The mails that are recorded under a message key, locked for who compares copies with them."""

from collections import defaultdict
from collections.abc import Iterable
from uuid import UUID

from accounts.models import Organization
from core.db.bulk import Prepared
from timeline.models import EmailMessage, Participant

MOST_COMPARED = 20
"""Mails under one Message-ID that are compared word by word; those beyond are found by the hash of what they say."""

_RECORDED: Prepared[tuple[UUID]] = Prepared(
    lambda organization, keys: EmailMessage.objects.filter(
        organization__among=organization,
        message_key__among=keys,
        place__lt=MOST_COMPARED,
    ).values_list("pk")
)


def crowded_keys(organization: Organization, keys: Iterable[str]) -> list[str]:
    """Of these message keys those with mails beyond the first: some of the first may be gone."""
    beyond = EmailMessage.objects.filter(organization=organization, place__gte=MOST_COMPARED)
    return sorted(set(beyond.filter(message_key__in=list(keys)).order_by().values_list("message_key", flat=True)))


def stored_mails(
    organization: Organization, keys: Iterable[str]
) -> tuple[list[EmailMessage], dict[UUID, list[tuple[str, str]]]]:
    """The first recorded mails under these message keys in the order of their places, locked, and each one's people."""
    ids = [pk for (pk,) in _RECORDED.ask(organization=organization.pk, keys=list(keys))]
    if not ids:
        return [], {}
    rows = EmailMessage.objects.filter(pk__among=ids).select_related("engagement")
    # Locked: what two mailboxes add to one mail at the same moment must not overwrite each other.
    locked = list(rows.order_by("pk").select_for_update())
    return sorted(locked, key=lambda row: (row.message_key, row.place)), people_of(row.pk for row in locked)


def people_of(emails: Iterable[UUID]) -> dict[UUID, list[tuple[str, str]]]:
    """Roles and addresses of each of these emails' people."""
    people: dict[UUID, list[tuple[str, str]]] = defaultdict(list)
    parts = Participant.objects.filter(engagement_id__among=list(emails))
    for engagement, role, address in parts.values_list("engagement_id", "role", "address"):
        people[engagement].append((role, address))
    return people
