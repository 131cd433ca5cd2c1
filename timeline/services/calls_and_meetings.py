"""Records calls and meetings that other programs report, once each (API; later, the calendar).

source somebody else's?       ──yes──▶ NotYourSource
(source, external_id) known?  ──yes──▶ what stands there, unchanged
deleted or erased before?     ──yes──▶ WasDeleted · ErasedParticipant
      │ no
      ▼ one transaction
directory ─▶ MailFacts ─▶ settle() ─▶ rows ─▶ search index
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypedDict
from uuid import UUID

from accounts.domain.audit import AuditVerb
from accounts.domain.vocabulary import Detail, Visibility
from accounts.models import Organization, User
from accounts.services.audit import record_event
from core.db.bulk import insert_rows
from core.db.unit_of_work import one_unit_of_work
from crm.domain.directory import Match
from crm.models import Account, Opportunity
from crm.selectors import directory_for
from timeline.assignment.assign import columns_of, settle_page
from timeline.assignment.records import association_rows, records_of
from timeline.changes.door import record_change
from timeline.copies import add_copies
from timeline.domain.assignment import MailFacts, given, nearest_inbox_owner
from timeline.domain.email import ParticipantValue
from timeline.domain.sharing import Sharing
from timeline.domain.vocabulary import ParticipantRole, SuppressionKind
from timeline.models import Association, Engagement, Participant
from timeline.recording.erased import suppressed_among
from timeline.recording.people import our_people, participant_rows, places_of_users
from timeline.services.deletion import activity_identity
from timeline.services.sources import claim_source


class WasDeleted(Exception):
    """This call or meeting was deleted before."""


class ErasedParticipant(Exception):
    """Somebody takes part whose data was erased."""


class ParticipantGiven(TypedDict):
    """A participant as reported; the address is normalized."""

    role: str
    name: str
    address: str


@dataclass(frozen=True, slots=True)
class RecordedActivity:
    """The call or meeting that stands in the timeline, and whether this brought it there."""

    engagement: Engagement
    is_new: bool


@one_unit_of_work
def record_activity(
    *,
    actor: User,
    kind: str,
    source: str,
    external_id: str,
    occurred_at: datetime,
    direction: str | None,
    subject: str,
    notes: str,
    duration_seconds: int | None,
    participants: Sequence[ParticipantGiven],
    account: Account | None,
    opportunity: Opportunity | None,
) -> RecordedActivity:
    """Record a call or meeting of `actor`'s organization; raises NotYourSource, WasDeleted, ErasedParticipant.

    Of two that report the same at once, the later finds what the earlier recorded.
    """
    organization = actor.organization
    assert organization is not None, "an operator records nothing"  # noqa: S101
    claim_source(organization=organization, name=source, actor=actor)
    known = Engagement.objects.filter(organization=organization, source=source, external_id=external_id)
    if found := known.first():
        return RecordedActivity(found, is_new=False)
    people = _people(participants)
    _refuse_suppressed(organization, activity_identity(source, external_id), people)
    match, users = _who_is_who(organization, people, occurred_at)
    facts = MailFacts(
        occurred_at=occurred_at,
        parts=[(person.role, person.address) for person in people],
        match=match,
        users=frozenset(users.values()),
        inbox_owner=nearest_inbox_owner(set(users.values()), places_of_users(people, users)) or actor.pk,
        decided=given(opportunity.pk) if opportunity is not None else None,
        reported_account=account.pk if account is not None else None,
    )
    [settled] = settle_page(organization, [facts])
    sharing = Sharing(Visibility(organization.visibility), Detail(organization.detail))
    engagement = Engagement(
        organization=organization,
        kind=kind,
        source=source,
        external_id=external_id,
        occurred_at=occurred_at,
        direction=direction or "",
        subject=subject,
        notes=notes,
        duration_seconds=duration_seconds,
        reported_account=account,
        **columns_of(settled),
        visibility=sharing.visibility,
        detail=sharing.detail,
    )
    _store(engagement, people, match, users)
    add_copies(organization, actor.pk, sharing, [engagement.pk])  # who reports it took part
    record_change(organization.pk, [engagement.pk], has_new_words=True)
    detail = {"kind": kind, "source": source}
    record_event(organization=organization, actor=actor, verb=AuditVerb.ADDED, subject=engagement, detail=detail)
    return RecordedActivity(engagement, is_new=True)


def _people(participants: Iterable[ParticipantGiven]) -> list[ParticipantValue]:
    return [ParticipantValue(ParticipantRole(given["role"]), given["name"], given["address"]) for given in participants]


def _refuse_suppressed(organization: Organization, identity: str, people: Iterable[ParticipantValue]) -> None:
    addresses = {(SuppressionKind.ADDRESS, person.address) for person in people}
    suppressed = suppressed_among(organization, {(SuppressionKind.MESSAGE, identity), *addresses})
    if (SuppressionKind.MESSAGE, identity) in suppressed:
        raise WasDeleted("This call or meeting was deleted here, so it is not recorded again.")
    if suppressed:
        raise ErasedParticipant("Somebody takes part whose data was erased: nothing with that person is recorded.")


def _who_is_who(
    organization: Organization, people: Iterable[ParticipantValue], moment: datetime
) -> tuple[Match, Mapping[str, UUID]]:
    """The customers among the participants, and our own people by address."""
    addresses = {person.address for person in people}
    users = our_people(organization, addresses).at(moment)
    others = addresses - users.keys()
    return directory_for(organization, others).match(sorted(others)), users


def _store(engagement: Engagement, people: Sequence[ParticipantValue], match: Match, users: Mapping[str, UUID]) -> None:
    own = {"organization": engagement.organization_id, "engagement": engagement.pk}
    accounts = {engagement.account_id, engagement.reported_account_id}
    records = records_of(match) | {("account_id", account) for account in accounts if account}
    engagement.save(force_insert=True)
    insert_rows(Participant, participant_rows(people, match, users, **own))
    insert_rows(Association, association_rows(records, occurred_at=engagement.occurred_at, **own))
