"""How an organization and its people come to be, whichever door they come through (command, admin console)."""

from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db.models import F
from django.utils.text import slugify

from accounts.domain.audit import AuditVerb
from accounts.domain.vocabulary import AddressKind, Role
from accounts.models import Organization, User, UserAddress
from accounts.services.audit import record_event
from accounts.signals import given_domains, person_joined
from core.addresses import normalize_address
from core.db.unit_of_work import one_unit_of_work, unit_of_work

_SLUG_LENGTH = 80


@one_unit_of_work
def create_organization(*, name: str, actor: User | None = None) -> Organization:
    """A new organization with a slug of its own; raises ValidationError where the name is empty or too long."""
    name = " ".join(name.split())
    if not name:
        raise ValidationError("An organization needs a name.")
    organization = Organization(name=name, slug=_free_slug(name))
    organization.full_clean()
    organization.save()
    record_event(organization=organization, actor=actor, verb=AuditVerb.ADDED, subject=organization)
    return organization


def create_user(
    *,
    organization: Organization,
    email: str,
    password: str,
    role: Role,
    name: str = "",
    actor: User | None = None,
) -> User:
    """A person who can sign in; admins may enter the admin console. Raises ValidationError with a sentence."""
    address = checked_address(organization, email)
    user = User(email=address, name=name.strip(), organization=organization, role=role, is_staff=role == Role.ADMIN)
    validate_password(password, user)
    user.set_password(password)

    def store() -> None:
        user.full_clean(exclude=["password"])
        user.save()
        welcome(user=user, actor=actor)

    unit_of_work(store)
    return user


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


def welcome(*, user: User, actor: User | None) -> None:
    """What follows once a login stands in the table: its address is one of ours, its CRM records find their owner."""
    if user.organization is None:
        return
    UserAddress.objects.get_or_create(
        organization=user.organization, address=user.email, defaults={"user": user, "kind": AddressKind.LOGIN}
    )
    record_event(
        organization=user.organization, actor=actor, verb=AuditVerb.ADDED, subject=user, detail={"role": str(user.role)}
    )
    person_joined.send(sender=User, user=user)


@one_unit_of_work
def end_sessions(*, user: User, actor: User) -> None:
    """End every session of `user`, in whatever browser, and let no browser be known to be theirs any more."""
    User.objects.filter(pk=user.pk).update(session_generation=F("session_generation") + 1)
    if user.organization is not None:
        record_event(
            organization=user.organization,
            actor=actor,
            verb=AuditVerb.CHANGED,
            subject=user,
            detail={"sessions": "ended"},
        )


def domains_given_to(organization: Organization) -> frozenset[str]:
    answers: list[tuple[Any, Any]] = given_domains.send(sender=Organization, organization=organization)
    return frozenset(domain for _, domains in answers for domain in domains)


def _free_slug(name: str) -> str:
    base = slugify(name)[: _SLUG_LENGTH - 5] or "organization"
    taken = set(Organization.objects.filter(slug__startswith=base).values_list("slug", flat=True))
    if base not in taken:
        return base
    return next(slug for number in range(2, len(taken) + 3) if (slug := f"{base}-{number}") not in taken)
