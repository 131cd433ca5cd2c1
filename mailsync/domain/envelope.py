"""A mail's envelope, what the rules say of it, and what goes on to be fetched.

Envelope ──screen──▶ Discard(reason)               carries a reason and nothing else
    └──────match───▶ Candidate(envelope, match) ──▶ content fetched ──▶ ComposedEmail (timeline.domain.email)
"""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from crm.domain.directory import Match
from mailsync.domain.headers import Headers
from mailsync.domain.vocabulary import Reason
from timeline.domain.email import ComposedEmail
from timeline.domain.learned import LearnedLines


class MailAddress(NamedTuple):
    """RFC 5322's mailbox: a display name and an address, the address normalized."""

    name: str
    address: str


class Envelope(NamedTuple):
    """Addressing fields, subject and dates of one copy of a mail: no body. A tuple, for tens of thousands are read.

    `sent_at` and `received_at` are aware UTC datetimes; `item_type` is Graph's @odata.type where it is not a plain
    message (such as "#microsoft.graph.eventMessageResponse"), else empty. Who stands there by an Exchange name
    (`/O=…/CN=…`) has no address: `exchange_names` counts those in To and Cc, and `is_from_exchange_name`
    tells that From is one, and nobody else the sender.
    """

    copy_id: str
    folder_id: str
    internet_message_id: str | None
    subject: str
    sent_at: datetime | None
    received_at: datetime | None
    from_: MailAddress | None
    sender: MailAddress | None
    to: tuple[MailAddress, ...]
    cc: tuple[MailAddress, ...]
    is_draft: bool = False
    item_type: str = ""
    exchange_names: int = 0
    is_from_exchange_name: bool = False

    @property
    def people(self) -> list[MailAddress]:
        """Everybody who takes part, the author first; who has two parts stands there twice."""
        return [person for person in (self.from_, self.sender, *self.to, *self.cc) if person is not None]

    @property
    def addresses(self) -> frozenset[str]:
        """Every address that takes part."""
        return frozenset([person.address for person in self.people])


def owned(envelope: Envelope, owner: MailAddress, sent_items: Collection[str], now: datetime) -> Envelope:
    """The envelope as the mailbox's owner sent it, where it lies in their own Sent Items.

    An Exchange name in From is theirs there; elsewhere it stays nobody's, for who writes to us can put any into From.
    What says there that it is a draft was sent, once its time is past: add-ins that encrypt leave the word standing.
    """
    if not (envelope.is_from_exchange_name or envelope.is_draft) or envelope.folder_id not in sent_items:
        return envelope
    moment = envelope.sent_at or envelope.received_at
    is_to_come = moment is None or moment > now
    author = owner if envelope.is_from_exchange_name else envelope.from_
    return envelope._replace(from_=author, is_draft=envelope.is_draft and is_to_come)


@dataclass(frozen=True, slots=True)
class Discard:
    """A mail that is not wanted: why, and nothing else of it."""

    reason: Reason


@dataclass(frozen=True, slots=True)
class Candidate:
    """A mail with a customer in it; `match` says which."""

    envelope: Envelope
    match: Match


@dataclass(frozen=True, slots=True)
class Content:
    """What is fetched of a kept mail. Sent mail has no `headers`.

    `thread_index` is Graph's conversationIndex, base64. `is_html` tells what `body` is.
    """

    copy_id: str
    headers: Headers = field(default_factory=Headers)
    body: str = ""
    is_html: bool = False
    thread_index: str = ""


@dataclass(frozen=True, slots=True)
class KeptCopy:
    """A mail to record, and the copy in this mailbox that it was made from."""

    envelope: Envelope
    email: ComposedEmail


@dataclass(frozen=True, slots=True)
class ScreeningPolicy:
    """Everything the rules need besides the mail: who we are and what an organization and a person keep out.

    Domains cover their subdomains. `correspondents` are addresses we have written to: never bulk.
    `learned` are lines that stand around people's words and are nobody's.
    """

    our_addresses: frozenset[str] = frozenset()
    our_domains: frozenset[str] = frozenset()
    never_import_domains: frozenset[str] = frozenset()
    never_import_addresses: frozenset[str] = frozenset()
    excluded_domains: frozenset[str] = frozenset()
    excluded_addresses: frozenset[str] = frozenset()
    subject_words: frozenset[str] = frozenset()
    correspondents: frozenset[str] = frozenset()
    since: datetime | None = None
    learned: LearnedLines = field(default_factory=LearnedLines)
    ours: dict[str, bool] = field(default_factory=dict, init=False, repr=False, compare=False)
    """Addresses looked at before: the same people stand in mail after mail of a page."""
