"""What stands beside a customer record or a login changes with it where the database's own rules take it along.

a deal, account, contact, lead or login is about to go ──▶ whose rows point to it
                     its row is gone, theirs say so ──▶ record_change
"""

from collections import defaultdict
from typing import Any
from uuid import UUID

from django.db.models import ForeignKey, Model
from django.db.models.signals import post_delete, pre_delete

from accounts.models import Organization, User
from crm.models import Account, Contact, Lead, Opportunity
from timeline.changes.door import record_change
from timeline.models import Association, Conversation, EmailMessage, Engagement, MailboxCopy, Participant

BESIDE: tuple[type[Model], ...] = (Opportunity, Account, Contact, Lead, User)
"""What rows of the timeline point to and outlive."""

_WHOSE: dict[type[Model], str] = {
    Engagement: "pk",
    EmailMessage: "engagement_id",
    Participant: "engagement_id",
    Association: "engagement_id",
    MailboxCopy: "engagement_id",
}


def connect() -> None:
    """Hear of every deletion of what stands beside the timeline."""
    for model in BESIDE:
        pre_delete.connect(_remember, sender=model, dispatch_uid="timeline.changes")
        post_delete.connect(_record, sender=model, dispatch_uid="timeline.changes")


def _remember(instance: Any, origin: Any = None, **_: Any) -> None:
    if _is_of_organizations(origin):
        return  # its log goes with it
    engagements: dict[UUID, set[UUID]] = defaultdict(set)
    conversations: dict[UUID, set[UUID]] = defaultdict(set)
    for model, whose in _WHOSE.items():
        for organization, engagement in _pointing(model, instance, whose):
            engagements[organization].add(engagement)
    for organization, conversation in _pointing(Conversation, instance, "pk"):
        conversations[organization].add(conversation)
    instance.left_on_timeline = engagements, conversations


def _record(instance: Any, **_: Any) -> None:
    engagements, conversations = getattr(instance, "left_on_timeline", ({}, {}))
    for organization in engagements.keys() | conversations.keys():
        record_change(
            organization, engagements.get(organization, ()), conversations=conversations.get(organization, ())
        )


def _pointing(model: type[Model], instance: Model, whose: str) -> set[tuple[UUID, UUID]]:
    """The organization, and the engagement or conversation, of each row of `model` that points to `instance`."""
    found: set[tuple[UUID, UUID]] = set()
    for field in model._meta.get_fields():  # noqa: SLF001 - Django's documented Model._meta API
        if isinstance(field, ForeignKey) and isinstance(instance, field.related_model):
            rows = model._default_manager.filter(**{field.name: instance})  # noqa: SLF001 - the documented door to rows
            found |= set(rows.values_list("organization_id", whose))
    return found


def _is_of_organizations(origin: Any) -> bool:
    """Whether a deletion began with an organization."""
    return isinstance(origin, Organization) or getattr(origin, "model", None) is Organization
