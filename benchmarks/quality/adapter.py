"""Shows an RFC 5322 message as Graph would: an envelope, and a content with headers as received and one body."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import Message
from email.utils import getaddresses, parsedate_to_datetime
from uuid import UUID

from core.addresses import normalize_address
from crm.domain.directory import Directory, Party
from mailsync.domain.envelope import Content, Envelope, MailAddress, ScreeningPolicy
from mailsync.domain.headers import Headers, decoded
from mailsync.domain.text import body_text

US = "rep@ours.example"
POLICY = ScreeningPolicy(our_addresses=frozenset({US}), our_domains=frozenset({"ours.example"}))
NOW = datetime(2026, 11, 24, tzinfo=UTC)
_TARGET = r"\s*=\s*[\"']?(https?://[^\"'\s>]{1,1500})[^>]{0,1500}>"
_LINK = re.compile(rf"<a\b[^>]{{0,1500}}?href{_TARGET}(.{{0,2000}}?)</a>", re.IGNORECASE | re.DOTALL)
_IMAGE = re.compile(rf"<img\b[^>]{{0,1500}}?src{_TARGET}", re.IGNORECASE)
_STRANGER = "unknown@stranger.example"


def read(raw: bytes) -> tuple[Envelope, Content]:
    """One message; the mailbox's owner is added to its recipients, as an envelope names who got it."""
    message = message_from_bytes(raw)
    headers = Headers((name, _text(value)) for name, value in message.items())
    author = _mailboxes(message, "from")
    senders = _mailboxes(message, "sender")
    when = _date(message)
    envelope = Envelope(
        copy_id="g",
        folder_id="f",
        internet_message_id=_first(message, "message-id") or None,
        subject=decoded(_first(message, "subject")),
        sent_at=when,
        received_at=when or NOW,
        from_=author[0] if author else (senders[0] if senders else MailAddress("", _STRANGER)),
        sender=senders[0] if senders else None,
        to=(*_mailboxes(message, "to"), MailAddress("", US)),
        cc=tuple(_mailboxes(message, "cc")),
    )
    body, is_html = _body(message)
    return envelope, Content("g", headers, body, is_html, "")


def as_exchange_text(content: Content) -> Content:
    """The body as Exchange gives it where text is asked for: links' targets behind their words, images in brackets."""
    if not content.is_html:
        return content
    html = _LINK.sub(r"\2&lt;\1&gt;", content.body)
    html = _IMAGE.sub(r"[\1]", html)
    return replace(content, body=body_text(html, is_html=True).text, is_html=False)


def directory_of(envelope: Envelope) -> Directory:
    """A CRM in which everybody who takes part is a contact, so that only the later rules decide."""
    return Directory({address: (Party(contact=UUID(int=1)),) for address in envelope.addresses}, {})


def _body(message: Message) -> tuple[str, bool]:
    """The HTML where there is any, as Exchange keeps it; else the first plain text."""
    text: str | None = None
    for part in _leaves(message):
        if part.get_content_disposition() == "attachment":
            continue
        kind = part.get_content_type()
        if kind == "text/html":
            return _decoded_payload(part), True
        if kind == "text/plain" and text is None:
            text = _decoded_payload(part)
    return text or "", False


def _leaves(message: Message) -> Iterator[Message]:
    """The parts that wrap no others; of an attached mail Exchange shows no text."""
    if not message.is_multipart():
        yield message
        return
    for part in message.get_payload():
        if isinstance(part, Message) and part.get_content_maintype() != "message":
            yield from _leaves(part)


def _decoded_payload(part: Message) -> str:
    payload = part.get_payload(decode=True)
    if not isinstance(payload, bytes):
        return ""
    for charset in (part.get_content_charset() or "utf-8", "utf-8"):
        try:
            return payload.decode(charset)
        except (LookupError, UnicodeDecodeError, ValueError):
            continue
    return payload.decode("latin-1")


def _mailboxes(message: Message, name: str) -> list[MailAddress]:
    found = []
    pairs: Iterable[tuple[str, str]] = getaddresses([_text(value) for value in message.get_all(name, [])])
    for label, raw in pairs:
        address = normalize_address(raw)
        if address:
            found.append(MailAddress(decoded(label), address))
    return found


def _date(message: Message) -> datetime | None:
    try:
        when = parsedate_to_datetime(_first(message, "date"))
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    try:
        return when.replace(tzinfo=when.tzinfo or UTC).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _first(message: Message, name: str) -> str:
    return _text(message.get(name, ""))


def _text(value: object) -> str:
    return str(value).encode("utf-8", "replace").decode("utf-8")
