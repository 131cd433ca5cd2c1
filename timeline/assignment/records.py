"""The customer records that an engagement stands on, and that its people point to: both follow the match."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from core.db.bulk import insert_tuples
from crm.domain.directory import Match
from timeline.assignment.standing import Standing
from timeline.domain.assignment import HeldRecords
from timeline.domain.vocabulary import Kind
from timeline.models import Association, Participant

_AT_ONCE = 500


class Owned(NamedTuple):
    """What rows about an engagement need to know of it."""

    organization_id: UUID
    engagement_id: UUID
    occurred_at: datetime


class AssociationRow(NamedTuple):
    """An Association to be inserted."""

    organization_id: UUID
    engagement_id: UUID
    occurred_at: datetime
    account_id: UUID | None = None
    contact_id: UUID | None = None
    lead_id: UUID | None = None


def association_rows(owned: Owned, match: Match) -> list[AssociationRow]:
    """The customer records that an engagement stands on: people, their accounts, and accounts by domain."""
    parties = {party for found in match.parties.values() for party in found}
    accounts = {party.account for party in parties} | {each for found in match.accounts.values() for each in found}
    contacts = {party.contact for party in parties}
    leads = {party.lead for party in parties}
    of_engagement = owned.organization_id, owned.engagement_id, owned.occurred_at
    return [
        *(AssociationRow(*of_engagement, account_id=each) for each in sorted(filter(None, accounts))),
        *(AssociationRow(*of_engagement, contact_id=each) for each in sorted(filter(None, contacts))),
        *(AssociationRow(*of_engagement, lead_id=each) for each in sorted(filter(None, leads))),
    ]


def follow_match(standing: Sequence[Standing], held: HeldRecords) -> set[UUID]:
    """Let the people and the records of these engagements be those that they match; whose changed."""
    return _relink(standing) | _reassociate(standing, held)


def _relink(standing: Iterable[Standing]) -> set[UUID]:
    """Let participants point to the contact or lead that has their address; whose changed."""
    changed = []
    for each in standing:
        for person in each.participants:
            parties = each.match.parties.get(person.address, ())
            contact = min((party.contact for party in parties if party.contact), default=None)
            lead = min((party.lead for party in parties if party.lead), default=None)
            if (contact or lead) and (person.contact_id, person.lead_id) != (contact, lead):
                person.contact_id, person.lead_id = contact, lead
                changed.append(person)
    Participant.objects.bulk_update(changed, ["contact", "lead"], batch_size=_AT_ONCE)
    return {person.engagement_id for person in changed}


def _reassociate(standing: Sequence[Standing], held: HeldRecords) -> set[UUID]:
    """Let mails stand on exactly the records that they match, calls and meetings on those too; whose changed."""
    new: list[AssociationRow] = []
    gone: list[int] = []
    changed: set[UUID] = set()
    for each in standing:
        engagement, existing = each.engagement, {_record(row): row for row in each.associations}
        owned = Owned(engagement.organization_id, engagement.pk, engagement.occurred_at)
        wanted = {_record(row): row for row in association_rows(owned, each.match)}
        missing = wanted.keys() - existing.keys()
        unwanted = (
            [row for record, row in existing.items() if record not in wanted] if engagement.kind == Kind.EMAIL else []
        )
        stale = [row.pk for row in unwanted if not held.keep(row.account_id, row.contact_id)]
        new += [wanted[record] for record in missing]
        gone += stale
        if missing or stale:
            changed.add(engagement.pk)
    Association.objects.filter(pk__in=gone).delete()
    insert_tuples(Association, new)
    return changed


def _record(row: Association | AssociationRow) -> tuple[UUID | None, ...]:
    return (row.account_id, row.contact_id, row.lead_id)
