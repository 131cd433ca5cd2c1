"""What is ours: no rule may keep it out, for one of us takes part in every mail."""

from accounts.models import Organization, User, UserAddress
from core.addresses import domain_of, is_within, normalize_address
from mailsync.domain.import_rules import ImportRule
from mailsync.domain.vocabulary import BlockKind, ExclusionKind
from mailsync.models import BlockedDomain

_KEEPING_DOMAINS_OUT = (BlockKind.NEVER_IMPORT, ExclusionKind.DOMAIN)


def check_not_ours(organization: Organization, rule: ImportRule, *, user: User | None = None) -> None:
    """Raise ValueError with a sentence where `rule` would keep out all mail: everybody's, or all of `user`'s."""
    addresses = _addresses_of(user) if user else set()
    if user and rule.kind == ExclusionKind.ADDRESS and rule.value in addresses:
        raise ValueError(f"{rule.value} is your own address: every mail of yours would be kept out.")
    if rule.kind in _KEEPING_DOMAINS_OUT:
        ours = _domains_of(organization) | {domain_of(address) for address in addresses}
        inside = sorted(domain for domain in ours if is_within(domain, {rule.value}))
        if inside:
            raise ValueError(f"{inside[0]} is your own domain: every mail would be kept out, for one of you is in it.")


def has_logins_at(domain: BlockedDomain) -> bool:
    """Whether it is an own domain at which people of the organization sign in."""
    if domain.kind != BlockKind.INTERNAL:
        return False
    emails = User.objects.filter(organization=domain.organization_id).values_list("email", flat=True)
    return any(is_within(domain_of(normalize_address(email) or ""), {domain.domain}) for email in emails)


def _addresses_of(user: User) -> set[str]:
    aliases = UserAddress.objects.filter(user=user).values_list("address", flat=True)
    return {address for raw in (user.email, *aliases) if (address := normalize_address(raw))}


def _domains_of(organization: Organization) -> set[str]:
    rows = BlockedDomain.objects.filter(organization=organization, kind=BlockKind.INTERNAL)
    return set(rows.values_list("domain", flat=True))
