"""What a change of rules does to mail that is stored already: the screening rules, replayed on it (F24).

stored mails that a rule could concern ─▶ their envelopes ─▶ screen_envelope under both policies
                                                              kept before and dropped after ──▶ affected
"""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import reduce
from operator import or_
from uuid import UUID

from django.db.models import Q, QuerySet

from accounts.models import Organization
from crm.domain.directory import Directory
from crm.selectors import directory_for
from mailsync.domain.envelope import Candidate, Discard, Envelope, ScreeningPolicy
from mailsync.domain.envelope import Mailbox as Person
from mailsync.domain.screening import screen_envelope
from mailsync.domain.vocabulary import BlockKind, ExclusionKind, Reason
from mailsync.models import Mailbox
from mailsync.services.policy import screening_policy
from timeline.domain.vocabulary import Kind, ParticipantRole
from timeline.models import Engagement, Participant

_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class OrganizationRule:
    """A rule of an organization as a value: a blocked domain, or an exclusion that is everyone's."""

    kind: BlockKind | ExclusionKind
    value: str

    def added_to(self, policy: ScreeningPolicy) -> ScreeningPolicy:
        """The policy with this rule in it."""
        if self.kind is BlockKind.INTERNAL:
            return replace(policy, our_domains=policy.our_domains | {self.value})
        if self.kind in (BlockKind.NEVER_IMPORT, ExclusionKind.DOMAIN):
            return replace(policy, never_import_domains=policy.never_import_domains | {self.value})
        if self.kind is ExclusionKind.ADDRESS:
            return replace(policy, never_import_addresses=policy.never_import_addresses | {self.value})
        return replace(policy, subject_words=(*policy.subject_words, self.value))


def organization_policy(organization: Organization) -> ScreeningPolicy:
    """What every mailbox of the organization is screened by; no person's own exclusions in it."""
    return screening_policy(Mailbox(organization=organization))


def affected(organization: Organization, rules: Collection[OrganizationRule]) -> set[UUID]:
    """The engagements, not hidden yet, that adding `rules` would hide."""
    before = organization_policy(organization)
    after = reduce(lambda policy, rule: rule.added_to(policy), rules, before)
    concerned = _concerned(organization, rules).filter(hidden_at=None)
    return set(_newly_dropped(organization, concerned, before, after))


def still_dropped(organization: Organization, ids: Collection[UUID], rule: OrganizationRule) -> set[UUID]:
    """Those of `ids` that `rule` alone keeps out."""
    before = replace(
        organization_policy(organization),
        our_domains=frozenset(),
        never_import_domains=frozenset(),
        never_import_addresses=frozenset(),
        subject_words=(),
    )
    rows = Engagement.objects.filter(organization=organization, pk__in=ids)
    return set(_newly_dropped(organization, rows, before, rule.added_to(before)))


def unmatched(organization: Organization, emails: QuerySet[Engagement]) -> set[UUID]:
    """Those of `emails` in which nobody of the CRM takes part any more."""
    policy = organization_policy(organization)
    return {
        pk
        for pk, envelope, directory in _replayed(organization, emails)
        if screen_envelope(envelope, policy, directory) == Discard(Reason.NO_CRM_MATCH)
    }


def _concerned(organization: Organization, rules: Iterable[OrganizationRule]) -> QuerySet[Engagement]:
    """Emails that a rule could concern at all, by what the database can compare."""
    conditions: list[Q] = []
    for rule in rules:
        if rule.kind is ExclusionKind.SUBJECT_WORD:
            # the database folds only ASCII, so that other words are looked for among all mails
            first = rule.value.split()[0]
            conditions.append(Q(subject__icontains=first) if first.isascii() else Q())
            continue
        conditions.append(Q(pk__in=_parts(organization, rule).values("engagement")))
    emails = Engagement.objects.filter(organization=organization, kind=Kind.EMAIL)
    return emails.filter(reduce(or_, conditions)) if all(conditions) and conditions else emails


def _parts(organization: Organization, rule: OrganizationRule) -> QuerySet[Participant]:
    parts = Participant.objects.filter(organization=organization)
    if rule.kind is ExclusionKind.ADDRESS:
        local, _, domain = rule.value.partition("@")
        return parts.filter(Q(address=rule.value) | Q(address__startswith=f"{local}+", address__endswith=f"@{domain}"))
    return parts.filter(Q(address__endswith=f"@{rule.value}") | Q(address__endswith=f".{rule.value}"))


def _newly_dropped(
    organization: Organization, emails: QuerySet[Engagement], before: ScreeningPolicy, after: ScreeningPolicy
) -> Iterator[UUID]:
    for pk, envelope, directory in _replayed(organization, emails):
        outcomes = [screen_envelope(envelope, policy, directory) for policy in (before, after)]
        if _is_newly_dropped(*outcomes):
            yield pk


def _replayed(organization: Organization, emails: QuerySet[Engagement]) -> Iterator[tuple[UUID, Envelope, Directory]]:
    """Each email's id and envelope, with the directory that it is matched against."""
    ids = list(emails.order_by("pk").values_list("pk", flat=True))
    for start in range(0, len(ids), _AT_ONCE):
        envelopes = _envelopes(ids[start : start + _AT_ONCE])
        directory = directory_for(
            organization, {address for envelope in envelopes.values() for address in envelope.addresses}
        )
        for pk, envelope in envelopes.items():
            yield pk, envelope, directory


def _is_newly_dropped(before: Candidate | Discard, after: Candidate | Discard) -> bool:
    """A mail whose customer has left the CRM since it came in is hidden by what names a party, and by that alone."""
    if isinstance(after, Candidate):
        return False
    return isinstance(before, Candidate) or (after.reason is Reason.NEVER_IMPORT and after.reason != before.reason)


def _envelopes(ids: Collection[UUID]) -> dict[UUID, Envelope]:
    """The stored mails as the rules saw them when they came in: two queries."""
    people: dict[UUID, dict[str, list[Person]]] = {pk: {role: [] for role in ParticipantRole} for pk in ids}
    for part in Participant.objects.filter(engagement__in=ids).order_by("position"):
        people[part.engagement_id][part.role].append(Person(part.name, part.address))
    return {
        row.pk: Envelope(
            graph_id="",
            folder_id="",
            internet_message_id=None,
            subject=row.subject,
            sent_at=row.occurred_at,
            received_at=row.occurred_at,
            from_=next(iter(people[row.pk][ParticipantRole.FROM]), None),
            sender=next(iter(people[row.pk][ParticipantRole.SENDER]), None),
            to=tuple(people[row.pk][ParticipantRole.TO]),
            cc=tuple(people[row.pk][ParticipantRole.CC]),
        )
        for row in Engagement.objects.filter(pk__in=ids).only("pk", "subject", "occurred_at")
    }
