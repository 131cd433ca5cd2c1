"""At which addresses people can be added to an organization, and from which Microsoft tenant they come."""

from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from accounts.domain.sign_in import as_tenant_id
from accounts.microsoft.identity import configured_tenant
from accounts.models import MicrosoftConnection, Organization, User, UserAddress
from accounts.signals import given_domains
from core.addresses import normalize_address


def checked_address(organization: Organization, email: str, *, by_admin: bool = False) -> str:
    """`email` as a login's address; raises ValidationError where it is none or taken.

    An organization's admin (`by_admin`) adds people at the domains that the operator gave the organization. Every other
    address, and one that is a login elsewhere, is refused in the same words: nothing is told of it, and nobody can
    take an address that another organization will need.
    """
    address = normalize_address(email) or ""
    try:
        validate_email(address)
    except ValidationError:
        raise ValidationError(f"{email.strip()!r} is not an email address.") from None
    login = User.objects.filter(email=address).first()
    is_elsewhere = login is not None and login.organization_id != organization.pk
    given = domains_given_to(organization)
    if by_admin and (is_elsewhere or address.rpartition("@")[2] not in given):
        raise ValidationError(
            f"{address} cannot be added here. You can add people at {', '.join(sorted(given)) or 'no domain yet'}; "
            "ask whoever runs this installation to add anybody else."
        )
    if login is not None:
        raise ValidationError(f"There is already a login with the address {address}.")
    taken = UserAddress.objects.filter(organization=organization, address=address).select_related("user").first()
    if taken:
        raise ValidationError(f"{address} is already an address of {taken.user.email}.")
    return address


def domains_given_to(organization: Organization) -> frozenset[str]:
    """Where an organization's admins may add people: the domains that the operator gave it."""
    answers: list[tuple[Any, Any]] = given_domains.send(sender=Organization, organization=organization)
    return frozenset(domain for _, domains in answers for domain in domains)


def required_tenants(organization: Organization) -> frozenset[str]:
    """The tenants that are known to be the organization's, which have to agree; empty where none is known.

    One that MICROSOFT_AUTHORITY names is the operator's word, and holds for every organization.
    """
    return frozenset({as_tenant_id(configured_tenant()), organization.tenant_id} - {""})


def is_foreign(connection: MicrosoftConnection) -> bool:
    """Whether it was made with an account of another tenant than the organization's by now."""
    return bool(connection.tenant_id) and not required_tenants(connection.organization) <= {connection.tenant_id}
