"""A mail as the control door describes it, read into a `Mail`."""

from typing import Any

from sandbox.addresses import Address, read_address
from sandbox.clock import epoch_of
from sandbox.corpus.mailroom import Mailroom
from sandbox.mail import PLAIN_MESSAGE, Mail
from sandbox.vocabulary import Canary, Kind

KNOWN_FIELDS = frozenset(
    [
        "mailboxes",
        "from",
        "sender",
        "to",
        "cc",
        "bcc",
        "reply_to",
        "subject",
        "text",
        "html",
        "headers",
        "folder",
        "date",
        "received",
        "received_epoch",
        "message_id",
        "in_reply_to",
        "references",
        "attachments",
        "sensitivity",
        "odata_type",
        "kind",
        "is_read",
        "is_draft",
        "importance",
        "thread",
        "preheader",
        "is_html",
        "canaries",
    ]
)


def read_mail(spec: dict[str, Any], key: str, now: int, room: Mailroom) -> Mail:
    """Raises ValueError for an unknown field or a bad value."""
    unknown = set(spec) - KNOWN_FIELDS
    if unknown:
        raise ValueError(f"unknown fields of a mail: {', '.join(sorted(unknown))}")
    author = _person(spec["from"]) if spec.get("from") else None
    sent_at = epoch_of(str(spec["date"])) if spec.get("date") else now
    if spec.get("received"):
        spec["received_epoch"] = epoch_of(str(spec["received"]))
    references = tuple(str(text) for text in spec.get("references") or ())
    in_reply_to = str(spec["in_reply_to"]) if spec.get("in_reply_to") else None
    message_id = spec["message_id"] if "message_id" in spec else room.message_id(key, author)
    thread = str(spec.get("thread") or (references[0] if references else in_reply_to or message_id or key))
    return Mail(
        key=key,
        message_id=None if message_id is None else str(message_id),
        subject=str(spec.get("subject", "")),
        author=author,
        sent_at=sent_at,
        text=str(spec.get("text", "")),
        sender=_person(spec["sender"]) if spec.get("sender") else None,
        to=_people(spec, "to"),
        cc=_people(spec, "cc"),
        bcc=_people(spec, "bcc"),
        reply_to=_people(spec, "reply_to"),
        html=spec.get("html"),
        is_html=bool(spec.get("is_html", True)),
        preheader=str(spec.get("preheader", "")),
        in_reply_to=in_reply_to,
        references=references,
        thread=thread,
        thread_started=sent_at,
        depth=len(references),
        headers=_headers(spec.get("headers") or ()),
        attachments=tuple(str(name) for name in spec.get("attachments") or ()),
        sensitivity=str(spec.get("sensitivity", "")),
        importance=str(spec.get("importance", "normal")),
        odata_type=str(spec.get("odata_type") or PLAIN_MESSAGE),
        kind=Kind(str(spec.get("kind") or Kind.PERSON)),
        canaries=tuple((Canary(str(kind)), str(text)) for kind, text in (spec.get("canaries") or {}).items()),
    )


def _person(value: Any) -> Address:
    if isinstance(value, dict):
        return Address(str(value.get("name", "")), str(value["address"]))
    return read_address(str(value))


def _people(spec: dict[str, Any], field: str) -> tuple[Address, ...]:
    value = spec.get(field) or ()
    return tuple(_person(entry) for entry in ([value] if isinstance(value, str | dict) else value))


def _headers(value: Any) -> tuple[tuple[str, str], ...]:
    pairs = value.items() if isinstance(value, dict) else value
    return tuple((str(name), str(text)) for name, text in pairs)
