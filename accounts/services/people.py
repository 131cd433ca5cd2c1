"""How an organization and its people come to be, whichever door they come through (command, admin console)."""

from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db.models import F
from django.db.models.signals import post_save
from django.dispatch import receiver
from django.utils.text import slugify

from accounts.domain.audit import AuditVerb
from accounts.domain.vocabulary import AddressKind, Role
from accounts.models import Organization, User, UserAddress
from accounts.selectors.people import checked_address
from accounts.services.audit import record_event
from accounts.signals import may_no_longer_sync, person_joined
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
    user = User(email=address, name=name.strip(), organization=organization, role=role)
    _settle_console(user)
    validate_password(password, user)
    user.set_password(password)

    def store() -> None:
        user.full_clean(exclude=["password"])
        user.save()
        welcome(user=user, actor=actor)

    unit_of_work(store)
    return user


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
def add_person(*, user: User, password: str, actor: User) -> None:
    """Store a login that an admin filled in; the person chooses a password of their own at the first sign-in."""
    _settle_console(user)
    user.set_password(password)
    user.must_change_password = True
    user.save()
    welcome(user=user, actor=actor)


@one_unit_of_work
def change_person(*, user: User, actor: User) -> None:
    """Store what an admin changed of a login, and let what follows from it begin at once."""
    _settle_console(user)
    user.save()
    if not (user.is_active and user.may_sync):
        may_no_longer_sync.send(sender=User, user=user, actor=actor)


@one_unit_of_work
def deactivate(*, user: User, actor: User) -> None:
    """End somebody's access: no sign-in, no token, no import; what was imported stays."""
    user.is_active = False
    user.save(update_fields=["is_active"])
    may_no_longer_sync.send(sender=User, user=user, actor=actor)


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


@one_unit_of_work
def end_everybodys_sessions(*, organization: Organization, actor: User) -> None:
    """Who may come in was changed: everybody of the organization signs in anew."""
    User.objects.filter(organization=organization).update(session_generation=F("session_generation") + 1)
    record_event(
        organization=organization,
        actor=actor,
        verb=AuditVerb.CHANGED,
        subject=organization,
        detail={"sessions": "ended"},
    )


@receiver(post_save, sender=User, dispatch_uid="accounts.sessions")
def end_with_their_login(*, instance: User, created: bool, **_: Any) -> None:
    """Whoever is let in again after a deactivation signs in anew: no session from before comes back."""
    if not created and not instance.is_active:
        User.objects.filter(pk=instance.pk).update(session_generation=F("session_generation") + 1)


def _settle_console(user: User) -> None:
    """Admins reach the console; an operator does in any role."""
    if not user.is_superuser:
        user.is_staff = user.role == Role.ADMIN


def _free_slug(name: str) -> str:
    base = slugify(name)[: _SLUG_LENGTH - 5] or "organization"
    taken = set(Organization.objects.filter(slug__startswith=base).values_list("slug", flat=True))
    if base not in taken:
        return base
    return next(slug for number in range(2, len(taken) + 3) if (slug := f"{base}-{number}") not in taken)
