"""The customer records that an engagement stands on, and that its people point to: both follow the match."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from core.db.bulk import NewRow, insert_rows
from crm.domain.directory import Match
from timeline.assignment.standing import Standing
from timeline.domain.assignment import HeldRecords
from timeline.domain.vocabulary import Kind
from timeline.models import Association, Participant

_AT_ONCE = 500


Record = tuple[str, UUID]
"""A customer record: the column of Association that leads to it, and its id."""

_COLUMNS = ("account_id", "contact_id", "lead_id")


def records_of(match: Match) -> set[Record]:
    """The customer records that an engagement stands on: people, their accounts, and accounts by domain."""
    records = {("account_id", account) for found in match.accounts.values() for account in found}
    for party in {party for found in match.parties.values() for party in found}:
        places = zip(_COLUMNS, (party.account, party.contact, party.lead), strict=True)
        records.update((column, record) for column, record in places if record is not None)
    return records


def association_rows(
    records: Iterable[Record], *, organization: UUID, engagement: UUID, occurred_at: datetime
) -> list[NewRow]:
    """Associations to be inserted, that put an engagement on these records."""
    row = {"organization_id": organization, "engagement_id": engagement, "occurred_at": occurred_at}
    return [{**row, column: record} for column, record in sorted(records)]


def follow_match(standing: Sequence[Standing], held: HeldRecords) -> set[UUID]:
    """Let the people and the records of these engagements be those that they match; whose changed."""
    return _relink(standing) | _reassociate(standing, held)


def _relink(standing: Iterable[Standing]) -> set[UUID]:
    """Let participants point to the contact or lead that has their address; whose changed."""
    changed = []
    for each in standing:
        for person in each.participants:
            contact, lead = each.match.person(person.address)
            if (contact or lead) and (person.contact_id, person.lead_id) != (contact, lead):
                person.contact_id, person.lead_id = contact, lead
                changed.append(person)
    Participant.objects.bulk_update(changed, ["contact", "lead"], batch_size=_AT_ONCE)
    return {person.engagement_id for person in changed}


def _reassociate(standing: Sequence[Standing], held: HeldRecords) -> set[UUID]:
    """Let mails stand on exactly the records that they match, calls and meetings on those too; whose changed."""
    new: list[NewRow] = []
    gone: list[int] = []
    changed: set[UUID] = set()
    for each in standing:
        row, wanted = each.engagement, records_of(each.match)
        existing = {_record(association): association for association in each.associations}
        missing = wanted - existing.keys()
        unwanted = [existing[record] for record in existing.keys() - wanted] if row.kind == Kind.EMAIL else []
        stale = [each.pk for each in unwanted if not held.keep(each.account_id, each.contact_id)]
        new += association_rows(
            missing, organization=row.organization_id, engagement=row.pk, occurred_at=row.occurred_at
        )
        gone += stale
        if missing or stale:
            changed.add(row.pk)
    Association.objects.filter(pk__in=gone).delete()
    insert_rows(Association, new)
    return changed


def _record(association: Association) -> Record:
    return next((column, record) for column in _COLUMNS if (record := getattr(association, column)) is not None)
