"""Engagements filed again by what the CRM says now: participants, associations, account, deal and owner.

stored participants ──directory──▶ match ──▶ participants and associations follow it
                                         └──▶ FilingRoom ──▶ deal, account, owner; a pinned or given deal stays

An engagement that matches nobody any more keeps what it has: it was a customer's when it was recorded. What is held for
the deal, account or contact where it stands stays there.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from accounts.models import Organization, UserAddress
from core.addresses import domain_of, is_within
from core.db.bulk import insert_tuples
from core.db.unit_of_work import one_unit_of_work
from crm.domain.directory import Directory, Match
from crm.domain.domains import corporate_domain
from crm.selectors import directory_for
from timeline.domain.assignment import nearest_inbox_owner
from timeline.domain.vocabulary import AssociationRule, Kind, ParticipantRole
from timeline.models import Association, Engagement, Participant
from timeline.search.outbox import announce
from timeline.selectors.holds import HeldPlaces, held_places
from timeline.services.affected import portions
from timeline.services.filing import FILING_COLUMNS, Case, FilingRoom
from timeline.services.people import AssociationRow, Owned, association_rows

_ROWS_AT_ONCE = 500
_PLACE = ("opportunity_id", "account_id", "owner_id", "association_rule", "association_certain")
_ENOUGH_ALIKE = 20
"""Rows of a portion for which one UPDATE of their own is worth its while: at most fifty of these in a thousand."""
_UNREAD = ("notes", "email__text", "email__new_text", "email__references")
"""What filing does not look at, and may be long."""


@dataclass(slots=True)
class _Standing:
    """An engagement as it stands, and who of its people is a customer by now."""

    engagement: Engagement
    participants: list[Participant]
    match: Match

    @property
    def case(self) -> Case:
        parts = [(ParticipantRole(person.role), person.address) for person in self.participants]
        users = {
            person.user_id: (role, person.position)
            for person, (role, _) in zip(self.participants, parts, strict=True)
            if person.user_id
        }
        inbox_owner = self._inbox_owner(users)
        taking_part = frozenset(users) | ({inbox_owner} if inbox_owner else set())
        return Case(self.engagement.occurred_at, parts, self.match, taking_part, inbox_owner)

    def _inbox_owner(self, users: dict[UUID, tuple[ParticipantRole, int]]) -> UUID | None:
        if self.engagement.kind == Kind.EMAIL:
            return self.engagement.email.inbox_owner_id
        return nearest_inbox_owner(users, users) or self.engagement.owner_id


def reassess_engagements(organization: Organization, engagement_ids: Iterable[UUID], *, now: datetime) -> int:
    """File these engagements again; how many changed. Each portion of them commits on its own."""
    ours = _our_domains(organization)
    return sum(_reassess_portion(organization, some, ours, now) for some in portions(engagement_ids))


def _our_domains(organization: Organization) -> frozenset[str]:
    """The corporate domains of our own people: nobody under them is a customer."""
    addresses = UserAddress.objects.filter(organization=organization).values_list("address", flat=True)
    return frozenset(domain for address in addresses if (domain := corporate_domain(address)))


@one_unit_of_work
def _reassess_portion(
    organization: Organization, engagement_ids: Sequence[UUID], ours: Collection[str], now: datetime
) -> int:
    standing = [each for each in _standing(organization, engagement_ids, ours) if each.match]
    cases = {each.engagement.pk: each.case for each in standing}
    held = held_places(organization)
    room = FilingRoom(
        organization,
        cases.values(),
        [each.engagement.conversation for each in standing if each.engagement.conversation],
        {each.engagement.opportunity_id for each in standing if held.fixes(each.engagement)},
    )
    refiled = [each.engagement for each in standing if _refile(each, cases[each.engagement.pk], room, held)]
    _write(refiled, now)
    relinked = _relink(standing) | _reassociate(standing, held)
    changed = relinked | {engagement.pk for engagement in refiled}
    announce(organization.pk, changed)
    return len(changed)


def _standing(organization: Organization, engagement_ids: Sequence[UUID], ours: Collection[str]) -> list[_Standing]:
    rows = Engagement.objects.filter(organization=organization, id__in=engagement_ids).order_by("id")
    locked = list(rows.select_for_update().values_list("id", flat=True))
    engagements = rows.filter(id__in=locked).select_related("email", "conversation").defer(*_UNREAD)
    participants: dict[UUID, list[Participant]] = defaultdict(list)
    for person in Participant.objects.filter(engagement_id__in=engagement_ids).order_by("position"):
        participants[person.engagement_id].append(person)
    outsiders = {
        person.address
        for people in participants.values()
        for person in people
        if person.user_id is None and not is_within(domain_of(person.address), ours)
    }
    directory: Directory = directory_for(organization, outsiders)
    return [
        _Standing(
            engagement,
            participants[engagement.pk],
            directory.match({person.address for person in participants[engagement.pk]} & outsiders),
        )
        for engagement in engagements
    ]


def _refile(each: _Standing, case: Case, room: FilingRoom, held: HeldPlaces) -> bool:
    """Set the columns of an engagement that are decided by rule; whether any changed."""
    engagement = each.engagement
    if engagement.association_rule == AssociationRule.GIVEN:
        return False
    is_pinned_alone = engagement.association_rule == AssociationRule.PINNED and engagement.conversation is None
    if is_pinned_alone:
        return False
    columns: dict[str, Any] = room.file(case, engagement.conversation).columns
    if held.fixes(engagement):
        columns = {"owner_id": room.owner(engagement.opportunity_id, case.inbox_owner)}
    elif engagement.kind != Kind.EMAIL and columns["opportunity_id"] is None:
        columns["account_id"] = engagement.account_id or columns["account_id"]
    before = {column: getattr(engagement, column) for column in columns}
    for column, value in columns.items():
        setattr(engagement, column, value)
    return before != columns


def _write(refiled: Iterable[Engagement], now: datetime) -> None:
    """One UPDATE for all that end in the same place, which is most of what one change moves: a CASE a row is slow."""
    places: dict[tuple[Any, ...], list[Engagement]] = defaultdict(list)
    for engagement in refiled:
        engagement.changed_at = now
        place = [getattr(engagement, column) for column in _PLACE]
        places[*place, *engagement.association_candidates].append(engagement)
    scattered: list[Engagement] = []
    for alike in places.values():
        if len(alike) < _ENOUGH_ALIKE:
            scattered += alike
            continue
        columns = {column: getattr(alike[0], column) for column in (*_PLACE, "association_candidates")}
        Engagement.objects.filter(pk__in=[each.pk for each in alike]).update(**columns, changed_at=now)
    Engagement.objects.bulk_update(scattered, [*FILING_COLUMNS, "changed_at"], batch_size=_ROWS_AT_ONCE)


def _relink(standing: Iterable[_Standing]) -> set[UUID]:
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
    Participant.objects.bulk_update(changed, ["contact", "lead"], batch_size=_ROWS_AT_ONCE)
    return {person.engagement_id for person in changed}


def _reassociate(standing: Sequence[_Standing], held: HeldPlaces) -> set[UUID]:
    """Let mails stand on exactly the records that they match, calls and meetings on those too; whose changed."""
    existing: dict[UUID, dict[tuple[UUID | None, ...], Association]] = defaultdict(dict)
    rows = Association.objects.filter(engagement_id__in=[each.engagement.pk for each in standing])
    for row in rows:
        existing[row.engagement_id][_record(row)] = row
    new: list[AssociationRow] = []
    gone: list[int] = []
    changed: set[UUID] = set()
    for each in standing:
        engagement = each.engagement
        owned = Owned(engagement.organization_id, engagement.pk, engagement.occurred_at)
        wanted = {_record(row): row for row in association_rows(owned, each.match)}
        missing = wanted.keys() - existing[engagement.pk].keys()
        unwanted = [row for record, row in existing[engagement.pk].items() if record not in wanted]
        stale = [row.pk for row in unwanted if not held.keeps(row)] if engagement.kind == Kind.EMAIL else []
        new += [wanted[record] for record in missing]
        gone += stale
        if missing or stale:
            changed.add(engagement.pk)
    Association.objects.filter(pk__in=gone).delete()
    insert_tuples(Association, new)
    return changed


def _record(row: Association | AssociationRow) -> tuple[UUID | None, ...]:
    return (row.account_id, row.contact_id, row.lead_id)
