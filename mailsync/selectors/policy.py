"""The rules that one mailbox is screened by: the organization's and its owner's, as a value for the pure rules."""

from collections.abc import Collection, Iterable
from dataclasses import replace
from uuid import UUID

from django.db.models import Q

from accounts.models import User, UserAddress
from core.addresses import normalize_address
from core.db.bulk import Prepared
from mailsync.domain.envelope import MailAddress, ScreeningPolicy
from mailsync.domain.import_rules import ImportRule, with_rules
from mailsync.domain.vocabulary import BlockKind, ExclusionKind
from mailsync.models import BlockedDomain, Exclusion, Mailbox
from timeline.domain.vocabulary import Direction, ParticipantRole
from timeline.models import Participant

_WRITTEN_TO: Prepared[tuple[str]] = Prepared(
    lambda organization, addresses: (
        Participant.objects.filter(
            organization__among=organization,
            address__among=addresses,
            role__in=[ParticipantRole.TO, ParticipantRole.CC],
            engagement__direction=Direction.OUTBOUND,
        )
        .order_by()
        .values_list("address")
        .distinct()
    )
)


def screening_policy(mailbox: Mailbox) -> ScreeningPolicy:
    """What a mailbox's mail is screened by, without the correspondents: four queries."""
    organization = mailbox.organization_id
    logins = User.objects.filter(organization=organization).values_list("email", flat=True)
    aliases = UserAddress.objects.filter(organization=organization).values_list("address", flat=True)
    ours = {address for raw in (*logins, *aliases) if (address := normalize_address(raw))}
    blocked = BlockedDomain.objects.filter(organization=organization).values_list("kind", "domain")
    exclusions = Exclusion.objects.filter(Q(user=None) | Q(user=mailbox.user_id), organization=organization)
    rules = [ImportRule(BlockKind(kind), domain) for kind, domain in blocked]
    rules += [
        ImportRule(ExclusionKind(kind), value, is_own=user is not None)
        for user, kind, value in exclusions.values_list("user", "kind", "value")
    ]
    return with_rules(ScreeningPolicy(our_addresses=frozenset(ours), since=mailbox.lookback_from), rules)


def owner_of(mailbox: Mailbox) -> MailAddress:
    """The person whose mailbox it is, as the author of what they send."""
    user = mailbox.user
    return MailAddress(user.name, normalize_address(user.email) or user.email)


def correspondents_among(mailbox: Mailbox, addresses: Iterable[str]) -> frozenset[str]:
    """Those of `addresses` that somebody of the mailbox's organization has written to: one query."""
    return written_to_among(mailbox.organization_id, list(addresses))


def written_to_among(organization: UUID, addresses: Collection[str]) -> frozenset[str]:
    """Those of `addresses` that somebody of the organization has written to: one query."""
    if not addresses:
        return frozenset()
    return frozenset(address for (address,) in _WRITTEN_TO.ask(organization=organization, addresses=addresses))


def with_correspondents(policy: ScreeningPolicy, addresses: frozenset[str]) -> ScreeningPolicy:
    """The policy, knowing also whom we have written to."""
    return replace(policy, correspondents=policy.correspondents | addresses)
