"""What one person keeps out of the own mailbox (F17): an address, a domain, a word in the subject."""

from accounts.domain.audit import AuditVerb
from accounts.models import User
from accounts.services.audit import record_event
from core.db.unit_of_work import one_unit_of_work
from mailsync.domain.import_rules import ImportRule, layer_of
from mailsync.domain.vocabulary import ExclusionKind
from mailsync.models import Exclusion
from mailsync.selectors.own_side import check_not_ours


@one_unit_of_work
def add_exclusion(*, user: User, kind: ExclusionKind, value: str) -> Exclusion:
    """Keep matching mail out of `user`'s import from here on; one that stands already is left as it is.

    Raises ValueError with a sentence for the person.
    """
    if user.organization is None:
        raise ValueError("This login belongs to no organization.")
    value = layer_of(kind, is_own=True).check(value).value
    check_not_ours(user.organization, ImportRule(kind, value, is_own=True), user=user)
    found = Exclusion.objects.filter(organization=user.organization, user=user, kind=kind, value=value).first()
    if found is not None:
        return found
    exclusion = Exclusion.objects.create(organization=user.organization, user=user, kind=kind, value=value)
    record_event(organization=user.organization, actor=user, verb=AuditVerb.ADDED, subject=exclusion)
    return exclusion


@one_unit_of_work
def remove_exclusion(*, exclusion: Exclusion, actor: User) -> None:
    """Let such mail in again from here on."""
    record_event(organization=exclusion.organization, actor=actor, verb=AuditVerb.REMOVED, subject=exclusion)
    Exclusion.objects.filter(pk=exclusion.pk).delete()
