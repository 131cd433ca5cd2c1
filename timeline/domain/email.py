"""A mail as the timeline records it: composed from a kept envelope and its content, nothing else survives."""

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from crm.domain.directory import Match
from timeline.domain.vocabulary import Direction, ParticipantRole

MOST_PEOPLE = 5_000
"""Of one mail, that are kept: author and sender, then To and Cc in their order. All are screened and matched."""


class ParticipantValue(NamedTuple):
    """One person of a mail; `address` is normalized."""

    role: ParticipantRole
    name: str
    address: str


@dataclass(frozen=True, slots=True)
class ComposedEmail:
    """All that is kept of a mail.

    `message_key` and `fingerprint` are SHA-256, hex (timeline.domain.identity). `references` are the parents'
    Message-IDs, oldest first, `in_reply_to` the nearest. `thread_index` is the conversationIndex's GUID, hex, or empty.
    `occurred_at` is aware UTC in whole seconds. `authentication` is what our own tenant's check said of From: "failed",
    "passed", or empty. `exchange_names` counts people in To and Cc whose address this copy does not give.
    """

    message_key: str
    fingerprint: str
    internet_message_id: str | None
    in_reply_to: str | None
    references: tuple[str, ...]
    thread_index: str
    subject: str
    occurred_at: datetime
    direction: Direction
    participants: tuple[ParticipantValue, ...]
    text: str
    new_text: str
    is_text_cut: bool
    match: Match
    authentication: str = ""
    exchange_names: int = 0
