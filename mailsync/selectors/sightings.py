"""A mailbox's copies, found by Graph's id."""

from collections.abc import Iterable

from core.db.bulk import Prepared
from core.hashing import hash_of
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
