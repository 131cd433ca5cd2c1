"""Erases a person: everything they took part in, and every import of them from here on (F27).

address ─▶ under a hold? ──yes──▶ OnHold, nothing is done
              │ no
              ▼
   suppress the address ─▶ delete every engagement with it ─▶ forget it in the directory ─▶ audit, by keyed hash alone

A mail is deleted whole where the person took part: its text is as much theirs as its header.
"""

from dataclasses import dataclass, replace
from functools import partial
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db.models import Q

from accounts.domain.audit import AuditVerb
from accounts.models import FormerAddress, Organization, User, UserAddress
from accounts.services.audit import record_event
from core.addresses import normalize_address
from core.db.unit_of_work import unit_of_work
from core.db.write_ahead_log import cut_log
from core.hashing import hash_of
from crm.models import Contact, DirectoryChange, Lead, PersonAddress
from timeline.domain.refusals import OnHold
from timeline.domain.vocabulary import SuppressionKind
from timeline.models import Engagement, LegalHold, Participant
from timeline.selectors.legal_holds import is_held
from timeline.services.deletion import delete_rows
from timeline.services.learned import forget_sender
from timeline.services.suppression import suppress, suppression_hash

_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class ErasurePreview:
    """What an erasure would delete; `held` of the engagements are under a legal hold, which forbids it."""

    organization: UUID
    address: str
    engagements: int
    held: int
    records: int

    @property
    def fingerprint(self) -> str:
        """What tells this preview from another, so that what is erased is what was counted; SHA-256, hex."""
        return hash_of(str(self.organization), self.address, str(self.engagements), str(self.records))


def preview_erasure(organization: Organization, raw_address: str) -> ErasurePreview:
    """Count what erasing the person behind an address would delete. Raises ValidationError with a sentence."""
    address = _checked(organization, raw_address)
    concerned = Engagement.objects.filter(_takes_part(organization, address))
    return ErasurePreview(
        organization=organization.pk,
        address=address,
        engagements=concerned.count(),
        held=concerned.filter(is_held(organization)).count(),
        records=PersonAddress.objects.filter(organization=organization, address=address).count(),
    )


def erase_person(*, organization: Organization, raw_address: str, actor: User) -> ErasurePreview:
    """Erase the person behind an address; what was deleted. Raises ValidationError and OnHold with a sentence.

    The suppression is committed first: mail that arrives while the rest is deleted does not slip in.
    """
    preview = preview_erasure(organization, raw_address)
    if preview.held:
        raise OnHold(f"{preview.held} engagements with this person are under a legal hold: release it first.")
    address = preview.address
    unit_of_work(lambda: suppress(organization, [(SuppressionKind.ADDRESS, address)]))
    concerned = Engagement.objects.filter(_takes_part(organization, address)).order_by("pk")
    deleted = 0
    while ids := list(concerned.exclude(is_held(organization)).values_list("pk", flat=True)[:_AT_ONCE]):
        unit_of_work(partial(delete_rows, organization, ids, suppressed=True))
        deleted += len(ids)

    def conclude() -> None:
        _forget_in_directory(organization, address)
        forget_sender(organization=organization, address=address)
        record_event(
            organization=organization,
            actor=actor,
            verb=AuditVerb.ERASED_PERSON,
            detail={
                "address_hash": suppression_hash(organization, SuppressionKind.ADDRESS, address),
                "engagements": deleted,
                "records": preview.records,
            },
        )

    unit_of_work(conclude)
    cut_log()
    return replace(preview, engagements=deleted)


def _checked(organization: Organization, raw_address: str) -> str:
    address = normalize_address(raw_address)
    if not address:
        raise ValidationError("This is not an email address.")
    if UserAddress.objects.filter(organization=organization, address=address).exists():
        raise ValidationError("This is a colleague's address: deactivate the login instead.")
    return address


def _takes_part(organization: Organization, address: str) -> Q:
    """Engagements in which the person takes part, under the address itself or with a +tag."""
    local, _, domain = address.partition("@")
    parts = Participant.objects.filter(organization=organization)
    theirs = parts.filter(Q(address=address) | Q(address__startswith=f"{local}+", address__endswith=f"@{domain}"))
    return Q(organization=organization, pk__in=theirs.values("engagement"))


def _forget_in_directory(organization: Organization, address: str) -> None:
    """The person's address, and the person's record where it was the only one. The CRM itself is not written to."""
    rows = PersonAddress.objects.filter(organization=organization, address=address)
    contacts = set(rows.exclude(contact=None).values_list("contact_id", flat=True))
    leads = set(rows.exclude(lead=None).values_list("lead_id", flat=True))
    rows.delete()
    DirectoryChange.objects.filter(organization=organization, address=address).delete()
    FormerAddress.objects.filter(organization=organization, address=address).delete()
    held = LegalHold.objects.filter(organization=organization, contact__in=contacts)
    held.filter(released_at__isnull=False).update(contact=None)
    contacts -= set(held.filter(released_at=None).values_list("contact_id", flat=True))
    Contact.objects.filter(pk__in=contacts, addresses=None).delete()
    Lead.objects.filter(pk__in=leads, addresses=None).delete()
