"""A mailbox's copies: found by Graph's id, written with the page that showed them."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from core.db.bulk import Prepared
from core.hashing import hash_of
from mailsync.domain.envelope import Envelope
from mailsync.models import Mailbox, Sighting

_KNOWN: Prepared[tuple[int]] = Prepared(
    lambda mailbox, hashes: Sighting.objects.filter(mailbox__among=mailbox, copy_id_hash__among=hashes).values_list(
        "pk"
    )
)


def copy_id_hash(copy_id: str) -> str:
    """What the index reads: immutable ids are long, and their case matters."""
    return hash_of(copy_id)


def sightings_of(mailbox: Mailbox, copy_ids: Iterable[str]) -> dict[str, Sighting]:
    """The mailbox's sightings of these copies, by Graph's id: one query where there is none, else two."""
    hashes = [copy_id_hash(copy_id) for copy_id in copy_ids]
    ids = [pk for (pk,) in _KNOWN.ask(mailbox=mailbox.pk, hashes=hashes)] if hashes else []
    return {row.copy_id: row for row in Sighting.objects.filter(pk__among=ids)} if ids else {}


class NewSighting(NamedTuple):
    """A Sighting to be inserted."""

    mailbox_id: UUID
    email_id: UUID
    copy_id: str
    copy_id_hash: str
    folder_id: str
    received_at: datetime | None


def new_sighting(mailbox: Mailbox, envelope: Envelope, email_id: UUID) -> NewSighting:
    """The row for a copy seen for the first time."""
    return NewSighting(
        mailbox_id=mailbox.pk,
        email_id=email_id,
        copy_id=envelope.copy_id,
        copy_id_hash=copy_id_hash(envelope.copy_id),
        folder_id=envelope.folder_id,
        received_at=envelope.received_at,
    )


def settle_known(known: Sequence[tuple[Sighting, Envelope]]) -> list[Sighting]:
    """The sightings that must be written: moved to another folder, or back after having been reported removed."""
    changed = []
    for sighting, envelope in known:
        if sighting.folder_id != envelope.folder_id or sighting.missing_since or sighting.gone_at:
            sighting.folder_id = envelope.folder_id
            sighting.missing_since = sighting.gone_at = None
            changed.append(sighting)
    return changed
