"""The audit trail's words, and the keyed hash that chains one event to the one before.

    event 1 ──hash──▶ event 2 ──hash──▶ event 3     hash = HMAC-SHA256(organization's key, fields + previous hash)

Changing, removing or reordering an event breaks the chain from there on. Its end alone could be cut off, so the newest
event leaves the database each day, as "acme:4711:HASH": in the log, and by mail to the organization's admins.
The key stands encrypted in the database, so that somebody who can write the table but not read the encryption keys
cannot forge a chain either.
"""

import hashlib
import hmac
import json
import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any


class AuditVerb(StrEnum):
    """What was done."""

    VIEWED = "viewed"
    EXPORTED = "exported"
    DELETED = "deleted"
    CORRECTED = "corrected"
    FILLED = "filled"
    EMPTIED = "emptied"
    JOINED = "joined"
    ERASED_PERSON = "erased_person"
    PURGED = "purged"
    ADDED = "added"
    CHANGED = "changed"
    REMOVED = "removed"
    PLACED_HOLD = "placed_hold"
    RELEASED_HOLD = "released_hold"
    SWITCHED_ON = "switched_on"
    SWITCHED_OFF = "switched_off"
    REQUESTED_SYNC = "requested_sync"
    SIGNED_IN = "signed_in"
    SIGN_IN_FAILED = "sign_in_failed"
    CHANGED_PASSWORD = "changed_password"  # noqa: S105 - a verb
    READ_TRAIL = "read_trail"


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """What an event says; the login itself may be deleted later, the address it acted under stays."""

    sequence: int
    at: datetime
    actor_email: str
    verb: str
    subject_type: str
    subject_id: str
    detail: Mapping[str, Any]


_END = re.compile(r"(?<![\w-])([\w-]{1,80}):([0-9]{1,19}):([0-9a-f]{64})(?![0-9a-f])")


def noted_end(slug: str, sequence: int, hash_: str) -> str:
    """The end of an organization's trail in one word."""
    return f"{slug}:{sequence}:{hash_}"


def ends_in(text: str) -> dict[str, dict[int, str]]:
    """Every end that stands in lines of a log, in mails or by itself: hash by number of the event by organization.

    Raises ValueError where two of the same event differ.
    """
    found: dict[str, dict[int, str]] = defaultdict(dict)
    for slug, sequence, hash_ in _END.findall(text):
        if found[slug].setdefault(int(sequence), hash_) != hash_:
            raise ValueError(f"Event {sequence} of {slug} was noted down with two hashes.")
    return found


def entry_hash(key: bytes, entry: AuditEntry, previous_hash: str) -> str:
    """The keyed hash of `entry` after `previous_hash`, 64 hexadecimal digits."""
    fields = [
        entry.sequence,
        entry.at.astimezone(UTC).isoformat(timespec="microseconds"),
        entry.actor_email,
        entry.verb,
        entry.subject_type,
        entry.subject_id,
        entry.detail,
        previous_hash,
    ]
    canonical = json.dumps(fields, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hmac.new(key, canonical.encode("ascii"), hashlib.sha256).hexdigest()
