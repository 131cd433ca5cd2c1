"""Whether an organization's audit trail still holds together, and where it ends."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import chain

from django.db.models import OuterRef, Subquery

from accounts.domain.audit import AuditEntry, entry_hash, noted_end
from accounts.models import AuditChain, AuditEvent, Organization
from accounts.selectors.keys import organization_key
from core.db.portions import in_portions
from core.encryption import UnreadableSecret

_EVENTS_AT_ONCE = 2_000


@dataclass(frozen=True, slots=True)
class TrailVerdict:
    """What verifying found: how many events hold, and the first thing that is wrong, in a sentence."""

    events: int
    last_hash: str
    flaw: str = ""

    @property
    def holds(self) -> bool:
        return not self.flaw


def verify_trail(organization: Organization, *, expected: Mapping[int, str] | None = None) -> TrailVerdict:
    """Walk the chain from its beginning; `expected`, ends noted down earlier, tell of an end cut off since."""
    try:
        key = organization_key(organization)
    except UnreadableSecret as error:
        return TrailVerdict(0, "", str(error))
    expected = expected or {}
    length, last_hash, newest = _written(organization)
    previous, count = "", 0
    events = AuditEvent.objects.filter(organization=organization, sequence__lte=newest)
    for event in chain.from_iterable(in_portions(events, _EVENTS_AT_ONCE, by=["sequence"])):
        if event.sequence != count + 1:
            return TrailVerdict(count, previous, f"Event {count + 1} is missing.")
        if event.previous_hash != previous or event.hash != entry_hash(key, _entry(event), previous):
            return TrailVerdict(count, previous, f"Event {event.sequence} was changed, or an event before it was.")
        previous, count = event.hash, count + 1
        if expected.get(count, previous) != previous:
            return TrailVerdict(count, previous, f"Event {count} is not the one noted down: it was written anew.")
    flaw = ""
    if (length, last_hash) != (count, previous):
        flaw = f"The trail ends at event {count}, but {length} were written."
    elif expected and max(expected) > count:
        flaw = f"The trail ends at event {count}, but event {max(expected)} was noted down: its end was cut off."
    return TrailVerdict(count, previous, flaw)


def trail_end(organization: Organization) -> str:
    """The newest event as it is noted down outside of the database, "acme:4711:HASH"; nothing of an empty trail."""
    end = AuditChain.objects.filter(organization=organization, length__gt=0).first()
    return noted_end(organization.slug, end.length, end.last_hash) if end else ""


def _written(organization: Organization) -> tuple[int, str, int]:
    """How long the trail is, its last hash and its newest event: one query, so that all are of one moment."""
    newest = AuditEvent.objects.filter(organization=OuterRef("pk")).order_by("-sequence").values("sequence")[:1]
    rows = Organization.objects.filter(pk=organization.pk).annotate(newest=Subquery(newest))
    length, last_hash, sequence = rows.values_list("audit_chain__length", "audit_chain__last_hash", "newest").get()
    return length or 0, last_hash or "", sequence or 0


def _entry(event: AuditEvent) -> AuditEntry:
    return AuditEntry(
        sequence=event.sequence,
        at=event.at,
        actor_email=event.actor_email,
        verb=event.verb,
        subject_type=event.subject_type,
        subject_id=event.subject_id,
        detail=event.detail,
    )
