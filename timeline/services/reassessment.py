"""Engagements settled again by what their rows and the CRM say: whoever changes a recorded one ends here.

the CRM · a correction · joined conversations · filing rules · later copies · copies taken back · joined copies · people
   │ rows locked, their people, records and copies read ──directory──▶ match ──▶ people and records follow it
   ▼
MailFacts ──settle()──▶ opportunity, account, owner, and the inbox owner

An engagement that matches nobody any more keeps its people, records and opportunity: it was a customer's when it was
recorded. What is held for the opportunity, account or contact where it stands stays there.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from accounts.models import Organization, UserAddress
from core.addresses import domain_of, is_within
from core.db.bulk import insert_tuples
from core.db.unit_of_work import one_unit_of_work
from crm.domain.directory import Directory, Match
from crm.domain.domains import corporate_domain
from crm.selectors import directory_for
from timeline.domain.assignment import (
    HeldRecords,
    MailFacts,
    Settled,
    given,
    nearest_inbox_owner,
    pinned,
    places_of,
)
from timeline.domain.choosing import Assignment
from timeline.domain.vocabulary import AssociationRule, Kind, ParticipantRole
from timeline.models import Association, Conversation, EmailMessage, Engagement, MailboxCopy, Participant
from timeline.search.outbox import announce
from timeline.selectors.holds import held_records
from timeline.services.affected import portions
from timeline.services.filing import ASSIGNMENT_COLUMNS, Assigner, columns_of
from timeline.services.people import AssociationRow, Owned, association_rows

_Row = TypeVar("_Row", Participant, Association, MailboxCopy)

_ROWS_AT_ONCE = 500
_PLACE = ("opportunity_id", "account_id", "owner_id", "association_rule", "association_certain")
_ENOUGH_ALIKE = 20
"""Rows of a portion for which one UPDATE of their own is worth its while: at most fifty of these in a thousand."""
_UNREAD = ("notes", "email__text", "email__new_text", "email__references")
"""What assignment does not look at, and may be long."""


@dataclass(frozen=True, slots=True)
class SettledAgain:
    """Which engagements changed, and which a legal hold kept where they stand."""

    changed: set[UUID] = field(default_factory=set)
    held: set[UUID] = field(default_factory=set)


@dataclass(slots=True)
class _Standing:
    """An engagement as it stands, and who of its people is a customer by now."""

    engagement: Engagement
    participants: Sequence[Participant]
    associations: Sequence[Association]
    holders: frozenset[UUID]
    match: Match

    def facts(self, decided: Assignment | None) -> MailFacts:
        row = self.engagement
        return MailFacts(
            occurred_at=row.occurred_at,
            parts=[(ParticipantRole(person.role), person.address) for person in self.participants],
            match=self.match,
            users=frozenset(self._places),
            inbox_owner=self.inbox_owner,
            decided=decided or _decided(row),
            reported_account=row.reported_account_id,
            standing=_standing_place(row),
            concerned=frozenset(each.account_id for each in self.associations if each.account_id),
        )

    @property
    def inbox_owner(self) -> UUID | None:
        """Of an email the nearest of who holds it, of a call or meeting the nearest in it, else who reported it."""
        places = self._places
        if (email := self.email) is not None:
            return nearest_inbox_owner(self.holders, places) or email.inbox_owner_id
        return nearest_inbox_owner(places or self.holders, places)

    @property
    def email(self) -> EmailMessage | None:
        """Its text's row; a call or meeting has none."""
        return getattr(self.engagement, "email", None)

    @property
    def _places(self) -> dict[UUID, tuple[ParticipantRole, int]]:
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
    if row.association_rule == AssociationRule.PINNED:
        return pinned(row.opportunity_id)
    if row.association_rule == AssociationRule.GIVEN and row.opportunity_id is not None:
        return given(row.opportunity_id)
    return None


def _standing_place(row: Engagement) -> Settled:
    candidates = tuple(UUID(str(each)) for each in row.association_candidates)
    rule = AssociationRule(row.association_rule)
    return Settled(
        Assignment(row.opportunity_id, rule, row.association_certain, candidates), row.account_id, row.owner_id
    )


def reassess_engagements(organization: Organization, engagement_ids: Iterable[UUID], *, now: datetime) -> int:
    """Settle these engagements again; how many changed. Each portion of them commits on its own."""
    reassess_portion = one_unit_of_work(settle_again)
    return sum(len(reassess_portion(organization, some, now=now).changed) for some in portions(engagement_ids))


def settle_again(
    organization: Organization, engagement_ids: Iterable[UUID], *, now: datetime, decided: Assignment | None = None
) -> SettledAgain:
    """Settle these engagements again, as a person `decided` where one did. Runs in the caller's transaction."""
    held, ours = held_records(organization), _our_domains(organization)
    outcome = SettledAgain()
    for some in portions(engagement_ids):
        standing = _standing(organization, some, ours)
        page = {each.engagement.pk: each.facts(decided) for each in standing}
        assigner = Assigner(organization, page.values(), held)
        settled = {pk: assigner.settle(facts) for pk, facts in page.items()}
        resettled = [each for each in standing if _set(each, settled[each.engagement.pk])]
        _write(resettled, now)
        matched = [each for each in standing if each.match]
        changed = _relink(matched) | _reassociate(matched, held) | {each.engagement.pk for each in resettled}
        announce(organization.pk, changed)
        outcome.changed.update(changed)
        outcome.held.update(pk for pk, each in settled.items() if each.is_held)
    return outcome


def _our_domains(organization: Organization) -> frozenset[str]:
    """The corporate domains of our own people: nobody under them is a customer."""
    addresses = UserAddress.objects.filter(organization=organization).values_list("address", flat=True)
    return frozenset(domain for address in addresses if (domain := corporate_domain(address)))


def _standing(organization: Organization, engagement_ids: Sequence[UUID], ours: Collection[str]) -> list[_Standing]:
    rows = Engagement.objects.filter(organization=organization, id__in=engagement_ids).order_by("id")
    locked = list(rows.select_for_update().values_list("id", flat=True))
    participants = _by_engagement(Participant.objects.filter(engagement_id__in=locked).order_by("position", "pk"))
    associations = _by_engagement(Association.objects.filter(engagement_id__in=locked))
    copies = _by_engagement(MailboxCopy.objects.filter(engagement_id__in=locked, taken_back_at=None))
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


def _set(each: _Standing, settled: Settled) -> bool:
    """Set on the rows what was settled; whether anything changed."""
    engagement, email, inbox_owner = each.engagement, each.email, each.inbox_owner
    is_changed = False
    if email is not None and email.inbox_owner_id != inbox_owner:
        email.inbox_owner_id, is_changed = inbox_owner, True
    for column, value in columns_of(settled).items():
        is_changed = is_changed or getattr(engagement, column) != value
        setattr(engagement, column, value)
    return is_changed


def _write(resettled: Sequence[_Standing], now: datetime) -> None:
    """One UPDATE for all that end in the same place, which is most of what one change moves: a CASE a row is slow."""
    places: dict[tuple[Any, ...], list[Engagement]] = defaultdict(list)
    for engagement in (each.engagement for each in resettled):
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
    Engagement.objects.bulk_update(scattered, [*ASSIGNMENT_COLUMNS, "changed_at"], batch_size=_ROWS_AT_ONCE)
    emails = [email for each in resettled if (email := each.email) is not None]
    EmailMessage.objects.bulk_update(emails, ["inbox_owner"], batch_size=_ROWS_AT_ONCE)


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


def _reassociate(standing: Sequence[_Standing], held: HeldRecords) -> set[UUID]:
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
