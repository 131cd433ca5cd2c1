"""The domains that are an organization's own."""

from typing import Any

from django.dispatch import receiver

from accounts.models import Organization
from accounts.signals import given_domains
from mailsync.domain.vocabulary import BlockKind
from mailsync.models import BlockedDomain


def internal_domains(*, organization: Organization, **_: Any) -> frozenset[str]:
    """The domains that are the organization's own, in A-labels."""
    own = BlockedDomain.objects.filter(organization=organization, kind=BlockKind.INTERNAL)
    return frozenset(own.values_list("domain", flat=True))


@receiver(given_domains, dispatch_uid="mailsync.given_domains")
def domains_given_by_the_operator(*, organization: Organization, **_: Any) -> frozenset[str]:
    """What an admin lists as internal is the admin's word alone, and gives no right to addresses there."""
    given = BlockedDomain.objects.filter(organization=organization, kind=BlockKind.INTERNAL, is_given=True)
    return frozenset(given.values_list("domain", flat=True))
