"""Legal holds: placed and released by a person, with a reason, never taken away unseen."""

from datetime import datetime

from django.core.exceptions import ValidationError

from accounts.domain.audit import AuditVerb
from accounts.models import User
from accounts.services.audit import record_event
from core.db.unit_of_work import one_unit_of_work
from timeline.domain.vocabulary import HoldScope
from timeline.models import LegalHold

_TARGETS = ("account", "opportunity", "contact", "conversation")


def check_hold(hold: LegalHold) -> None:
    """Raise ValidationError by field unless exactly what the scope names is given."""
    errors = {}
    for name in _TARGETS:
        given, wanted = getattr(hold, f"{name}_id") is not None, hold.scope == name
        if wanted and not given:
            errors[name] = f"Choose the {name} that the hold covers."
        elif given and not wanted:
            errors[name] = f"The scope is {HoldScope(hold.scope)}: leave this empty, or choose the scope {name}."
    if errors:
        raise ValidationError(errors)


@one_unit_of_work
def place_hold(*, hold: LegalHold, actor: User) -> None:
    """Store a checked hold."""
    hold.placed_by = actor
    hold.save()
    record_event(
        organization=hold.organization,
        actor=actor,
        verb=AuditVerb.PLACED_HOLD,
        subject=hold,
        detail={"scope": str(hold.scope)},
    )


@one_unit_of_work
def release_hold(*, hold: LegalHold, actor: User, now: datetime) -> bool:
    """Let go what a hold kept; False where it was released before."""
    if not LegalHold.objects.filter(pk=hold.pk, released_at=None).update(released_at=now):
        return False
    record_event(organization=hold.organization, actor=actor, verb=AuditVerb.RELEASED_HOLD, subject=hold)
    return True
