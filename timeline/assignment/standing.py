"""Engagements as they stand: their rows locked and read, and who of their people is a customer by what the CRM says.

engagement, conversation, email ┐
people, records, live copies    ├──▶ Standing ──▶ MailFacts: what settle() asks for
directory of the CRM            ┘
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TypeVar
from uuid import UUID

from accounts.models import Organization, UserAddress
from core.addresses import domain_of, is_within
from crm.domain.directory import Directory, Match
from crm.domain.domains import corporate_domain
from crm.selectors import directory_for
from timeline.domain.assignment import MailFacts, Place, Settled, given, nearest_inbox_owner, pinned, places_of
from timeline.domain.choosing import Assignment
from timeline.domain.vocabulary import AssignmentRule, ParticipantRole
from timeline.models import Association, Conversation, EmailMessage, Engagement, MailboxCopy, Participant

_Row = TypeVar("_Row", Participant, Association, MailboxCopy)

_UNREAD = ("notes", "email__text", "email__new_text", "email__references")
"""What assignment does not look at, and may be long."""


@dataclass
class Standing:
    """An engagement as it stands, and who of its people is a customer by now."""

    engagement: Engagement
    participants: Sequence[Participant]
    associations: Sequence[Association]
    copy_owners: frozenset[UUID]
    match: Match

    def facts(self, decided: Assignment | None) -> MailFacts:
        """What decides where it stands, as a person `decided` where one did just now."""
        row = self.engagement
        return MailFacts(
            occurred_at=row.occurred_at,
            parts=[(ParticipantRole(person.role), person.address) for person in self.participants],
            match=self.match,
            users=frozenset(self.places),
            inbox_owner=self.inbox_owner,
            decided=decided or _decided(row),
            reported_account=row.reported_account_id,
            standing=_standing_place(row),
            concerned=frozenset(each.account_id for each in self.associations if each.account_id),
        )

    @cached_property
    def inbox_owner(self) -> UUID | None:
        """Of an email the nearest of who has a copy, of a call or meeting the nearest in it, else who reported it."""
        places = self.places
        if (email := self.email) is not None:
            return nearest_inbox_owner(self.copy_owners, places) or email.inbox_owner_id
        return nearest_inbox_owner(places or self.copy_owners, places)

    @property
    def email(self) -> EmailMessage | None:
        """Its text's row; a call or meeting has none."""
        return getattr(self.engagement, "email", None)

    @cached_property
    def places(self) -> dict[UUID, Place]:
        """The users in it, each where the person stands nearest."""
        return places_of(
            (person.user_id, ParticipantRole(person.role), person.position)
            for person in self.participants
            if person.user_id
        )


def decided_for(conversation: Conversation) -> Assignment | None:
    """What a person decided for a conversation."""
    return pinned(conversation.pinned_opportunity_id) if conversation.pinned_at is not None else None


def _decided(row: Engagement) -> Assignment | None:
    """What a person decided for its conversation; a call or meeting has none: what was decided stands on its row."""
    if row.conversation is not None:
        return decided_for(row.conversation)
    if row.assignment_rule == AssignmentRule.PINNED:
        return pinned(row.opportunity_id)
    if row.assignment_rule == AssignmentRule.GIVEN and row.opportunity_id is not None:
        return given(row.opportunity_id)
    return None


def _standing_place(row: Engagement) -> Settled:
    candidates = tuple(UUID(str(each)) for each in row.assignment_candidates)
    rule = AssignmentRule(row.assignment_rule)
    return Settled(
        Assignment(row.opportunity_id, rule, row.assignment_certain, candidates), row.account_id, row.owner_id
    )


def our_domains(organization: Organization) -> frozenset[str]:
    """The corporate domains of our own people."""
    addresses = UserAddress.objects.filter(organization=organization).values_list("address", flat=True)
    return frozenset(domain for address in addresses if (domain := corporate_domain(address)))


def standing(organization: Organization, engagement_ids: Sequence[UUID], ours: Collection[str]) -> list[Standing]:
    """These engagements as they stand, their rows locked; nobody under the domains `ours` is a customer."""
    rows = Engagement.objects.filter(organization=organization, id__in=engagement_ids).order_by("id")
    locked = list(rows.select_for_update().values_list("id", flat=True))
    participants = _by_engagement(Participant.objects.filter(engagement_id__in=locked).order_by("position", "pk"))
    associations = _by_engagement(Association.objects.filter(engagement_id__in=locked))
    copies = _by_engagement(MailboxCopy.objects.filter(engagement_id__in=locked, taken_back_at=None, is_hollow=False))
    outsiders = {
        person.address
        for people in participants.values()
        for person in people
        if person.user_id is None and not is_within(domain_of(person.address), ours)
    }
    directory: Directory = directory_for(organization, outsiders)
    return [
        Standing(
            engagement,
            people := participants[engagement.pk],
            associations[engagement.pk],
            frozenset(copy.user_id for copy in copies[engagement.pk] if copy.user_id),
            directory.match({person.address for person in people} & outsiders),
        )
        for engagement in rows.filter(id__in=locked).select_related("email", "conversation").defer(*_UNREAD)
    ]


def _by_engagement(rows: Iterable[_Row]) -> Mapping[UUID, list[_Row]]:
    found: dict[UUID, list[_Row]] = defaultdict(list)
    for row in rows:
        found[row.engagement_id].append(row)
    return found
