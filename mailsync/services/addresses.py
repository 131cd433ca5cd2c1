"""Who "us" is: the addresses of a connected mailbox, as Microsoft lists them, but for those that are a customer's.

listed ─▶ at an own domain, or unknown to the CRM ─────────▶ ours
     └──▶ a contact's, a lead's, or at an account's domain ──▶ waits: an admin decides ─▶ ours, or the customer's
"""

from collections.abc import Collection, Sequence
from datetime import datetime

from django.utils import timezone

from accounts.domain.audit import AuditVerb
from accounts.domain.vocabulary import AddressKind
from accounts.models import Organization, User, UserAddress
from accounts.services.audit import record_event
from core.addresses import domain_of, is_within
from core.db.unit_of_work import one_unit_of_work
from crm.selectors.directory import directory_for
from mailsync.domain.vocabulary import AddressDecision
from mailsync.models import AddressQuestion, Mailbox
from mailsync.selectors.organizations import internal_domains
from timeline.services.colleagues import link_colleague, unlink_colleague

_LEARNED = (AddressKind.PRIMARY, AddressKind.PROXY)


def learn_addresses(mailbox: Mailbox, addresses: Sequence[str]) -> None:
    """Note a mailbox's own addresses (normalized, the primary one first), and drop those Microsoft no longer lists.

    An address that stands with a colleague stays there: two people cannot be told apart by it. Mail that was recorded
    with an address before it was known learns whose it is: of every address, for a worker that was killed in between
    left the new ones known and their mail without a person.
    """
    link_colleague(user=mailbox.user, addresses=_noted(mailbox, list(dict.fromkeys(addresses))))


@one_unit_of_work
def unlearn_addresses(*, user: User) -> None:
    """Let go of what somebody's mailbox brought: it is none of ours, and nobody took part by its addresses.

    The address of the login stays, and what an admin confirmed.
    """
    AddressQuestion.objects.filter(user=user, decision=AddressDecision.WAITING).delete()
    learned = UserAddress.objects.filter(user=user, kind__in=_LEARNED)
    addresses = list(learned.values_list("address", flat=True))
    learned.delete()
    unlink_colleague(user=user, addresses=addresses)


@one_unit_of_work
def decide(
    *, question: AddressQuestion, decision: AddressDecision, actor: User | None, now: datetime | None = None
) -> bool:
    """Settle whose an address is; False where it is a colleague's by now, so that nothing was decided.

    Mail that is recorded already and in which the address stood for nobody of us becomes the person's. What a decision
    is turned round for concerns mail from then on.
    """
    own = UserAddress.objects.filter(organization=question.organization, address=question.address)
    if decision is AddressDecision.OURS:
        row, _ = own.get_or_create(
            organization=question.organization,
            address=question.address,
            defaults={"user": question.user, "kind": AddressKind.CONFIRMED},
        )
        if row.user_id != question.user_id:
            return False
        link_colleague(user=question.user, addresses=[question.address])
    else:
        own.filter(user=question.user, kind__in=[*_LEARNED, AddressKind.CONFIRMED]).delete()
    question.decision, question.decided_by, question.decided_at = decision, actor, now or timezone.now()
    question.save(update_fields=["decision", "decided_by", "decided_at"])
    record_event(
        organization=question.organization,
        actor=actor,
        verb=AuditVerb.CHANGED,
        subject=question,
        detail={"decision": str(decision)},
    )
    return True


@one_unit_of_work
def _noted(mailbox: Mailbox, kept: Sequence[str]) -> list[str]:
    """Make `kept` the learned addresses, but for those that stand already; which of them are this person's."""
    known = UserAddress.objects.filter(organization=mailbox.organization_id, address__in=kept)
    taken = set(known.values_list("address", flat=True))
    doubtful = _customers(mailbox.organization, set(kept) - taken)
    UserAddress.objects.bulk_create(
        [
            UserAddress(
                organization=mailbox.organization,
                user=mailbox.user,
                address=address,
                kind=AddressKind.PROXY if position else AddressKind.PRIMARY,
            )
            for position, address in enumerate(kept)
            if address not in taken and address not in doubtful
        ],
        ignore_conflicts=True,
    )
    learned = UserAddress.objects.filter(user=mailbox.user, kind__in=_LEARNED)
    learned.exclude(address__in=kept).delete()
    _ask(mailbox, doubtful, kept)
    return list(UserAddress.objects.filter(user=mailbox.user, address__in=kept).values_list("address", flat=True))


def _customers(organization: Organization, addresses: Collection[str]) -> set[str]:
    """Those of `addresses` that the CRM knows as somebody else's; our own domains are ours, whatever stands in it."""
    own = internal_domains(organization=organization)
    outside = sorted(address for address in addresses if not is_within(domain_of(address), own))
    known = directory_for(organization, outside).match(outside)
    return {*known.parties, *known.accounts}


def _ask(mailbox: Mailbox, doubtful: Collection[str], listed: Collection[str]) -> None:
    """Let these wait for an admin, but for what is decided; a question about what is no longer listed is dropped."""
    questions = AddressQuestion.objects.filter(user=mailbox.user)
    questions.filter(decision=AddressDecision.WAITING).exclude(address__in=listed).delete()
    AddressQuestion.objects.bulk_create(
        [
            AddressQuestion(organization=mailbox.organization, user=mailbox.user, address=address)
            for address in sorted(doubtful)
        ],
        ignore_conflicts=True,
    )
