"""Records calls and meetings that other programs report, once each (API; later, the calendar).

source somebody else's?       ──yes──▶ NotYourSource
(source, external_id) known?  ──yes──▶ what stands there, unchanged
deleted or erased before?     ──yes──▶ WasDeleted · ErasedParticipant
      │ no
      ▼ one transaction
directory ─▶ deal: the given one, else the organization's rule ─▶ owner ─▶ rows ─▶ search index
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypedDict
from uuid import UUID

from accounts.domain.audit import AuditVerb
from accounts.domain.vocabulary import Detail, Visibility
from accounts.models import Organization, User
from accounts.services.audit import record_event
from core.db.bulk import insert_tuples
from core.db.unit_of_work import one_unit_of_work
from crm.domain.directory import Match
from crm.models import Account, Opportunity
from crm.selectors import directory_for
from timeline.domain.assignment import Assignment, nearest_account, nearest_inbox_owner
from timeline.domain.email import EmailParticipant
from timeline.domain.sharing import Sharing
from timeline.domain.vocabulary import AssociationRule, ParticipantRole, SuppressionKind
from timeline.models import Association, Engagement, Participant
from timeline.search.outbox import queue_for_index
from timeline.services.deletion import activity_identity
from timeline.services.filing import Case, Filing, FilingRoom
from timeline.services.mailbox_copies import hold_new
from timeline.services.people import (
    AssociationRow,
    Owned,
    association_rows,
    our_people,
    participant_rows,
    places_of_users,
)
from timeline.services.sources import claim_source
from timeline.services.suppression import suppressed_among


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
    claim_source(organization, source, actor=actor)
    known = Engagement.objects.filter(organization=organization, source=source, external_id=external_id)
    if found := known.first():
        return RecordedActivity(found, is_new=False)
    people = _people(participants)
    _refuse_suppressed(organization, activity_identity(source, external_id), people)
    match, users = _who_is_who(organization, people, occurred_at)
    filing = _filed(organization, occurred_at, people, match, users, actor=actor, given=opportunity)
    if account is not None:
        filing = replace(filing, account=account.pk)
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
        **filing.columns,
        visibility=sharing.visibility,
        detail=sharing.detail,
    )
    _store(engagement, people, match, users)
    hold_new(organization, actor.pk, sharing, [engagement.pk])  # who reports it took part
    detail = {"kind": kind, "source": source}
    record_event(organization=organization, actor=actor, verb=AuditVerb.ADDED, subject=engagement, detail=detail)
    return RecordedActivity(engagement, is_new=True)


def _people(participants: Iterable[ParticipantGiven]) -> list[EmailParticipant]:
    return [EmailParticipant(ParticipantRole(given["role"]), given["name"], given["address"]) for given in participants]


def _refuse_suppressed(organization: Organization, identity: str, people: Iterable[EmailParticipant]) -> None:
    addresses = {(SuppressionKind.ADDRESS, person.address) for person in people}
    suppressed = suppressed_among(organization, {(SuppressionKind.MESSAGE, identity), *addresses})
    if (SuppressionKind.MESSAGE, identity) in suppressed:
        raise WasDeleted("This call or meeting was deleted here, so it is not recorded again.")
    if suppressed:
        raise ErasedParticipant("Somebody takes part whose data was erased: nothing with that person is recorded.")


def _who_is_who(
    organization: Organization, people: Iterable[EmailParticipant], moment: datetime
) -> tuple[Match, Mapping[str, UUID]]:
    """The customers among the participants, and our own people by address."""
    addresses = {person.address for person in people}
    users = our_people(organization, addresses).at(moment)
    others = addresses - users.keys()
    return directory_for(organization, others).match(sorted(others)), users


def _filed(
    organization: Organization,
    occurred_at: datetime,
    people: Sequence[EmailParticipant],
    match: Match,
    users: Mapping[str, UUID],
    *,
    actor: User,
    given: Opportunity | None,
) -> Filing:
    """Under which deal and account it stands, and whose it is: without a deal, the nearest colleague's or `actor`'s."""
    parts = [(person.role, person.address) for person in people]
    taking_part = frozenset(users.values())
    nearest = nearest_inbox_owner(taking_part, places_of_users(people, users)) or actor.pk
    if given is not None:
        assignment = Assignment(given.pk, AssociationRule.GIVEN, is_certain=True, candidates=(given.pk,))
        return Filing(assignment, given.account_id or nearest_account(parts, match), given.owner_id or nearest)
    case = Case(occurred_at, parts, match, taking_part, nearest)
    return FilingRoom(organization, [case]).file(case, None)


def _store(engagement: Engagement, people: Sequence[EmailParticipant], match: Match, users: Mapping[str, UUID]) -> None:
    owned = Owned(engagement.organization_id, engagement.pk, engagement.occurred_at)
    associations = association_rows(owned, match)
    if engagement.account_id and engagement.account_id not in {row.account_id for row in associations}:
        associations.append(
            AssociationRow(
                organization_id=owned.organization_id,
                engagement_id=owned.engagement_id,
                occurred_at=owned.occurred_at,
                account_id=engagement.account_id,
            )
        )
    engagement.save(force_insert=True)
    insert_tuples(Participant, participant_rows(owned, people, match, users))
    insert_tuples(Association, associations)
    queue_for_index(engagement.organization_id, [engagement.pk])
