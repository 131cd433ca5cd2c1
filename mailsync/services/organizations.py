"""An organization with the domains that are its own."""

from collections.abc import Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.dispatch import receiver

from accounts.models import Organization, User
from accounts.services.people import create_organization
from accounts.signals import given_domains
from core.db.unit_of_work import one_unit_of_work
from mailsync.domain.import_rules import check_domain
from mailsync.domain.vocabulary import BlockKind
from mailsync.models import BlockedDomain


@one_unit_of_work
def open_organization(*, name: str, domains: Sequence[str], actor: User | None = None) -> Organization:
    """A new organization whose `domains` are internal; raises ValidationError with one sentence a flaw."""
    checked, flaws = [], []
    for raw in domains:
        try:
            checked.append(check_domain(raw).value)
        except ValueError as error:
            flaws.append(str(error))
    if flaws:
        raise ValidationError(flaws)
    organization = create_organization(name=name, actor=actor)
    BlockedDomain.objects.bulk_create(
        BlockedDomain(
            organization=organization,
            domain=domain,
            kind=BlockKind.INTERNAL,
            note="Own domain",
            created_by=actor,
            is_given=True,
        )
        for domain in dict.fromkeys(checked)
    )
    return organization


def internal_domains(*, organization: Organization, **_: Any) -> frozenset[str]:
    """The domains that are the organization's own, in A-labels."""
    own = BlockedDomain.objects.filter(organization=organization, kind=BlockKind.INTERNAL)
    return frozenset(own.values_list("domain", flat=True))


@receiver(given_domains, dispatch_uid="mailsync.given_domains")
def domains_given_by_the_operator(*, organization: Organization, **_: Any) -> frozenset[str]:
    """What an admin lists as internal is the admin's word alone, and gives no right to addresses there."""
    given = BlockedDomain.objects.filter(organization=organization, kind=BlockKind.INTERNAL, is_given=True)
    return frozenset(given.values_list("domain", flat=True))
