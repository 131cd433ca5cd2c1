"""What a change of rules does to mail that is stored already: the screening rules, replayed on it (F24).

stored mails that a rule could concern ─▶ their envelopes ─▶ screen_envelope under both policies
                                                              kept before and dropped after ──▶ affected
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from functools import reduce
from operator import or_
from uuid import UUID

from django.db.models import Q, QuerySet

from accounts.models import Organization
from core.chunks import chunks
from crm.domain.directory import Directory
from crm.selectors import directory_for
from mailsync.domain.envelope import Candidate, Discard, Envelope, MailAddress, ScreeningPolicy
from mailsync.domain.import_rules import ImportRule, RuleKind, with_rules, without_rules
from mailsync.domain.screening import screen_envelope
from mailsync.domain.vocabulary import BlockKind, ExclusionKind, Reason
from mailsync.models import Mailbox
from mailsync.selectors.policy import screening_policy
from timeline.domain.vocabulary import Kind, ParticipantRole
from timeline.models import Engagement, Participant

_AT_ONCE = 500


def organization_policy(organization: Organization) -> ScreeningPolicy:
    """What every mailbox of the organization is screened by; no person's own exclusions in it."""
    return screening_policy(Mailbox(organization=organization))


def affected(organization: Organization, rules: Collection[ImportRule]) -> set[UUID]:
    """The engagements, not hidden yet, that adding `rules` would hide."""
    before = organization_policy(organization)
    after = with_rules(before, rules)
    concerned = _concerned(organization, rules).filter(hidden_at=None)
    return set(_newly_dropped(organization, concerned, before, after))


def still_dropped(organization: Organization, ids: Collection[UUID], rule: ImportRule) -> set[UUID]:
    """Those of `ids` that `rule` alone keeps out."""
    before = without_rules(organization_policy(organization))
    rows = Engagement.objects.filter(organization=organization, pk__in=ids)
    return set(_newly_dropped(organization, rows, before, with_rules(before, [rule])))


def unmatched(organization: Organization, emails: QuerySet[Engagement]) -> set[UUID]:
    """Those of `emails` in which nobody of the CRM takes part any more."""
    policy = organization_policy(organization)
    return {
        pk
        for pk, envelope, directory in _replayed(organization, emails)
        if screen_envelope(envelope, policy, directory) == Discard(Reason.NO_CRM_MATCH)
    }


def _concerned(organization: Organization, rules: Iterable[ImportRule]) -> QuerySet[Engagement]:
    """Emails that a rule could concern at all, by what the database can compare."""
    conditions = [CONCERNED[rule.kind](organization, rule.value) for rule in rules]
    emails = Engagement.objects.filter(organization=organization, kind=Kind.EMAIL)
    return emails.filter(reduce(or_, conditions)) if all(conditions) and conditions else emails


def _at_domain(organization: Organization, domain: str) -> Q:
    return _taking_part(organization, Q(address__endswith=f"@{domain}") | Q(address__endswith=f".{domain}"))


def _at_address(organization: Organization, address: str) -> Q:
    local, _, domain = address.partition("@")
    tagged = Q(address__startswith=f"{local}+", address__endswith=f"@{domain}")
    return _taking_part(organization, Q(address=address) | tagged)


def _taking_part(organization: Organization, addressed: Q) -> Q:
    return Q(pk__in=Participant.objects.filter(addressed, organization=organization).values("engagement"))


def _about(_: Organization, word: str) -> Q:
    """The database folds only ASCII, so that other words are looked for among all mails."""
    first = word.split(maxsplit=1)[0]
    return Q(subject__icontains=first) if first.isascii() else Q()


CONCERNED: Mapping[RuleKind, Callable[[Organization, str], Q]] = {
    BlockKind.INTERNAL: _at_domain,
    BlockKind.NEVER_IMPORT: _at_domain,
    ExclusionKind.ADDRESS: _at_address,
    ExclusionKind.DOMAIN: _at_domain,
    ExclusionKind.SUBJECT_WORD: _about,
}


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
    for some in chunks(ids, _AT_ONCE):
        envelopes = _envelopes(some)
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
    people: dict[UUID, dict[str, list[MailAddress]]] = {pk: {role: [] for role in ParticipantRole} for pk in ids}
    for part in Participant.objects.filter(engagement__in=ids).order_by("position", "pk"):
        people[part.engagement_id][part.role].append(MailAddress(part.name, part.address))
    return {
        row.pk: Envelope(
            copy_id="",
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
