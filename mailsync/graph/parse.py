"""Graph's JSON into envelopes, contents and folders.

    page.value ─┬─ "@removed"               ──▶ removed_ids
                ├─ properties missing       ──▶ partial_ids     a change of one property; the rest must be fetched
                └─ whole                    ──▶ Envelope

Written for little work per mail: a first sync reads tens of thousands.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from core.addresses import EXCHANGE_NAMES, normalize_address
from core.http.errors import Unavailable
from core.remembering import remembered
from mailsync.domain.envelope import Content, Envelope, MailAddress
from mailsync.domain.headers import Headers
from mailsync.graph.schema import InternetMessageHeader, Me, Message, MessagePage, Recipient

_WHOLE = frozenset({"subject", "toRecipients", "ccRecipients", "receivedDateTime"})
"""Keys that every whole message has, null or not; `from` may truly be missing."""

_LONGEST_REMEMBERED = 500
"""Characters of a name with its address; what is longer must not fill the memory of a process that lives for days."""

_PLAIN_MESSAGE = "#microsoft.graph.message"

"""How an X.500 name begins, casefolded: older and migrated mailboxes have them for addresses."""


@dataclass(frozen=True, slots=True)
class DeltaPage:
    """A page of changes of one folder: exactly one of `next_link` and `delta_link` is not empty."""

    envelopes: tuple[Envelope, ...]
    removed_ids: tuple[str, ...]
    partial_ids: tuple[str, ...]
    next_link: str
    delta_link: str


@dataclass(frozen=True, slots=True)
class ListPage:
    """A page of a listing; `next_link` is empty on the last one. A row without its essentials is in `partial_ids`."""

    envelopes: tuple[Envelope, ...]
    next_link: str
    partial_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Person:
    """Who signed in: the mailbox's own addresses, normalized, the primary one first."""

    object_id: str
    addresses: tuple[str, ...]


def parse_delta_page(page: MessagePage) -> DeltaPage:
    """A page of `messages/delta`; raises Unavailable where it is not whole."""
    next_link, delta_link = page.get("@odata.nextLink") or "", page.get("@odata.deltaLink") or ""
    if bool(next_link) == bool(delta_link):
        raise Unavailable("IncompleteReply")
    envelopes, removed, partial = _sort_rows(page)
    return DeltaPage(tuple(envelopes), tuple(removed), tuple(partial), next_link, delta_link)


def parse_list_page(page: MessagePage) -> ListPage:
    """A page of `messages`; raises Unavailable where it is not whole."""
    envelopes, _, partial = _sort_rows(page)
    return ListPage(tuple(envelopes), page.get("@odata.nextLink") or "", tuple(partial))


def _sort_rows(page: MessagePage) -> tuple[list[Envelope], list[str], list[str]]:
    rows = page.get("value") if isinstance(page, dict) else None
    if not isinstance(rows, list):
        raise Unavailable("IncompleteReply")
    envelopes: list[Envelope] = []
    removed: list[str] = []
    partial: list[str] = []
    for row in rows:
        if not isinstance(row, dict) or not isinstance(row.get("id"), str) or not row["id"]:
            # an error object among the rows is how Graph's search outage looked (c#1274): the page is not to be trusted
            raise Unavailable("ErrorAmongRows")
        if "@removed" in row:
            removed.append(row["id"])
        elif row.keys() >= _WHOLE:
            envelopes.append(parse_envelope(row))
        else:
            partial.append(row["id"])
    return envelopes, removed, partial


def parse_envelope(message: Message) -> Envelope:
    """One message, as a row of a page or fetched by its id; what is missing counts as not there."""
    item_type = message.get("@odata.type") or ""
    to, cc = _mailboxes(message.get("toRecipients")), _mailboxes(message.get("ccRecipients"))
    author = _exchange_name(message.get("from"))
    return Envelope(
        message["id"],
        message.get("parentFolderId") or "",
        message.get("internetMessageId") or None,
        message.get("subject") or "",
        parse_time(message.get("sentDateTime")),
        parse_time(message.get("receivedDateTime")),
        _mailbox(message.get("from")),
        _mailbox(message.get("sender")),
        to,
        cc,
        message.get("isDraft") is True,
        "" if item_type == _PLAIN_MESSAGE else item_type,
        _exchange_names(message, len(to) + len(cc)),
        bool(author) and (not message.get("sender") or _exchange_name(message.get("sender")) == author),
    )


def _mailboxes(recipients: Iterable[Recipient] | None) -> tuple[MailAddress, ...]:
    if not recipients:
        return ()
    return tuple([found for recipient in recipients if (found := _mailbox(recipient)) is not None])


def _exchange_names(message: Message, readable: int) -> int:
    """How many Exchange names stand in To and Cc, where not all who stand there were `readable`."""
    recipients = [*(message.get("toRecipients") or ()), *(message.get("ccRecipients") or ())]
    return len({_exchange_name(each) for each in recipients} - {""}) if len(recipients) > readable else 0


def _exchange_name(recipient: Recipient | None) -> str:
    email = recipient.get("emailAddress") if recipient else None
    raw = (email.get("address") if email else None) or ""
    folded = raw.casefold()
    return folded if folded.startswith(EXCHANGE_NAMES) else ""


def _mailbox(recipient: Recipient | None) -> MailAddress | None:
    email = recipient.get("emailAddress") if recipient else None
    raw = email.get("address") if email else None
    if not email or not raw:
        return None
    name = email.get("name") or ""
    return _remembered(name, raw) if len(name) + len(raw) <= _LONGEST_REMEMBERED else _person(name, raw)


def _person(name: str, raw: str) -> MailAddress | None:
    address = normalize_address(raw)
    return MailAddress(name, address) if address else None


_remembered = remembered(4_096)(_person)
"""The same people stand in mail after mail of a page."""


def parse_time(text: str | None) -> datetime | None:
    """An ISO 8601 instant as an aware UTC datetime; None where absent or unreadable."""
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text)
        if moment.tzinfo is UTC:
            return moment
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def parse_headers(message: Message) -> Content:
    """The header step's content: headers as received (none on sent mail) and the conversation index."""
    raw: Iterable[InternetMessageHeader] = message.get("internetMessageHeaders") or ()
    headers = [(header.get("name") or "", header.get("value") or "") for header in raw]
    return Content(message["id"], headers=Headers(headers), thread_index=message.get("conversationIndex") or "")


def parse_body(message: Message) -> Content:
    """The body step's content; what asked to be text may still be HTML (c#664)."""
    body = message.get("body") or {}
    return Content(
        message["id"], body=body.get("content") or "", is_html=(body.get("contentType") or "").lower() == "html"
    )


def parse_person(me: Me) -> Person:
    """The signed-in user; proxyAddresses mark the primary one by SMTP: in capitals, aliases by smtp:.

    `mail` is not among the addresses on its own: a tenant's admin may write anybody's into it, while proxyAddresses and
    userPrincipalName are at domains that the tenant has proven to be its own.
    """
    proxies = [proxy for proxy in me.get("proxyAddresses") or () if proxy[:5].lower() == "smtp:"]
    proxies.sort(key=lambda proxy: not proxy.startswith("SMTP:"))
    raw = [*(proxy[5:] for proxy in proxies), me.get("userPrincipalName")]
    addresses = dict.fromkeys(address for address in map(normalize_address, raw) if address)
    return Person(me["id"], tuple(addresses))
