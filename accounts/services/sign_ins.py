"""What Django tells of sign-ins and passwords, written down whichever page, console or command it came through."""

from typing import Any

from django.contrib.auth.signals import user_logged_in, user_login_failed
from django.db.models.signals import post_save
from django.dispatch import receiver

from accounts.domain.audit import AuditVerb
from accounts.models import User
from accounts.reading import acting
from accounts.services.audit import record_event
from accounts.services.intake import Asked, note


@receiver(user_logged_in, dispatch_uid="accounts.signed_in")
def on_signed_in(*, user: User, **_: Any) -> None:
    """A person is in."""
    note(
        organization_id=user.organization_id,
        actor=user,
        verb=AuditVerb.SIGNED_IN,
        asked=Asked(subject_type="user", subject_id=str(user.pk)),
    )


@receiver(user_login_failed, dispatch_uid="accounts.sign_in_failed")
def on_sign_in_failed(*, credentials: dict[str, Any], **_: Any) -> None:
    """Somebody is not in. What was typed is kept nowhere: where nobody has it as a login, it may be a password."""
    typed = str(credentials.get("username") or credentials.get(User.USERNAME_FIELD) or "").strip().lower()
    person = User.objects.filter(email=typed).only("pk", "organization_id").first()
    note(
        organization_id=person.organization_id if person else None,
        actor=None,
        verb=AuditVerb.SIGN_IN_FAILED,
        asked=Asked(subject_type="user", subject_id=str(person.pk)) if person else Asked(),
    )


@receiver(post_save, sender=User, dispatch_uid="accounts.password_changed")
def on_password_changed(*, instance: User, created: bool, **_: Any) -> None:
    """A login has another password; a hash that Django renews at a sign-in is the same one."""
    is_changed = instance._password is not None  # noqa: SLF001 - how Django itself tells
    if is_changed and not created and instance.organization is not None:
        actor = acting()
        record_event(
            organization=instance.organization,
            actor=actor if isinstance(actor, User) else None,
            verb=AuditVerb.CHANGED_PASSWORD,
            subject=instance,
        )
