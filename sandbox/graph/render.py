"""Messages as JSON, property by property, so that `$select` is honoured to the letter.

Each property has a function from an item to JSON text; empty text leaves the property out (as a missing From does).
Rows of a delta page are joined from these and kept on the item until it changes, so a page costs no more than its rows.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from json.encoder import encode_basestring as quoted

from sandbox.addresses import Address
from sandbox.clock import iso
from sandbox.headers import headers_of
from sandbox.identifiers import conversation_index
from sandbox.mail import PLAIN_MESSAGE, Item
from sandbox.ways import as_addressed, as_shown, in_html

Render = Callable[[Item], str]
PREVIEW_LENGTH = 255


def _flag(*, value: bool) -> str:
    return "true" if value else "false"


def _person(address: Address | None) -> str:
    return address.fragment if address else ""


def _people(addresses: tuple[Address, ...]) -> str:
    return "[" + ",".join(address.fragment for address in addresses) + "]"


def _moment(epoch: int) -> str:
    return f'"{iso(epoch)}"'


PROPERTIES: dict[str, Render] = {
    "createdDateTime": lambda item: _moment(item.received_at),
    "lastModifiedDateTime": lambda item: _moment(item.received_at + item.version),
    "changeKey": lambda item: f'"{item.change_key}"',
    "categories": lambda _: "[]",
    "receivedDateTime": lambda item: _moment(item.received_at),
    "sentDateTime": lambda item: _moment(item.mail.sent_at),
    "hasAttachments": lambda item: _flag(value=bool(item.mail.attachments)),
    "internetMessageId": lambda item: quoted(item.mail.message_id) if item.mail.message_id else "null",
    "subject": lambda item: quoted(item.mail.subject),
    "bodyPreview": lambda item: quoted(" ".join(item.mail.text.split())[:PREVIEW_LENGTH]),
    "importance": lambda item: f'"{item.mail.importance}"',
    "parentFolderId": lambda item: f'"{item.folder_id}"',
    "conversationId": lambda item: f'"{item.conversation_id}"',
    "conversationIndex": lambda item: f'"{_thread_index(item)}"',
    "isDeliveryReceiptRequested": lambda _: "null",
    "isReadReceiptRequested": lambda _: "false",
    "isRead": lambda item: _flag(value=item.is_read),
    "isDraft": lambda item: _flag(value=item.is_draft),
    "webLink": lambda item: f'"https://outlook.office365.example/owa/?ItemID={item.immutable_id}"',
    "inferenceClassification": lambda _: '"focused"',
    "sender": lambda item: _person(item.mail.sender or item.mail.author),
    "from": lambda item: _person(item.mail.author),
    "toRecipients": lambda item: _people(item.mail.to),
    "ccRecipients": lambda item: _people(item.mail.cc),
    "bccRecipients": lambda item: _people(item.mail.bcc if not item.headers_kept else ()),
    "replyTo": lambda item: _people(item.mail.reply_to),
    "flag": lambda _: '{"flagStatus":"notFlagged"}',
}
# What only a `$select` that names it brings.
ON_REQUEST = frozenset({"conversationIndex"})
BODIES = frozenset({"body", "uniqueBody"})
HEADERS = "internetMessageHeaders"
KNOWN = frozenset(PROPERTIES) | BODIES | {HEADERS, "id", "attachments", "singleValueExtendedProperties"}
DEFAULT = (*(name for name in PROPERTIES if name not in ON_REQUEST), "body")


def _thread_index(item: Item) -> str:
    return conversation_index(item.mail.thread or item.mail.key, item.mail.thread_started, item.mail.depth)


@dataclass(frozen=True, slots=True)
class Selection:
    """What a row shows: which properties, which of the two ids, and bodies as text or HTML."""

    names: tuple[str, ...]
    immutable: bool
    text_bodies: bool = False
    owner: str = ""
    """Whose mailbox it is, where each shows mail in its own way (sandbox/ways.py)."""

    @property
    def shows_read_flag(self) -> bool:
        """True where changes of the read flag are of interest."""
        return "isRead" in self.names


def read_selection(select: str, *, immutable: bool, text_bodies: bool = False, owner: str = "") -> Selection:
    """Reads `$select`; empty means Graph's default properties. Raises KeyError for an unknown name."""
    wanted = [name.strip() for name in select.split(",") if name.strip()]
    by_lower = {name.lower(): name for name in KNOWN}
    names = tuple(by_lower[name.lower()] for name in wanted) if wanted else DEFAULT
    return Selection(tuple(dict.fromkeys(name for name in names if name != "id")), immutable, text_bodies, owner)


def row(item: Item, selection: Selection) -> bytes:
    """One item as JSON, from the item's own cache where nothing heavy is asked for."""
    known = item.rows.get(selection)
    if known is None:
        known = _row(item, selection).encode()
        if not BODIES.intersection(selection.names) and HEADERS not in selection.names:
            item.rows[selection] = known
    return known


def _row(item: Item, selection: Selection) -> str:
    parts = [f'"@odata.type":"{item.mail.odata_type}",' if item.mail.odata_type != PLAIN_MESSAGE else ""]
    parts.append(f'"@odata.etag":"W/\\"{item.change_key}\\""')
    addressed = as_addressed(item, selection.owner) if selection.owner else item
    for name in selection.names:
        render = PROPERTIES.get(name)
        if render is not None:
            value = render(addressed)
            parts.append(f',"{name}":{value}' if value else "")
        elif name in BODIES:
            parts.append(f',"{name}":{_body(item, selection, unique=name == "uniqueBody")}')
        elif name == HEADERS and item.headers_kept:
            parts.append(f',"{name}":{_headers(item)}')
    item_id = item.immutable_id if selection.immutable else item.mutable_id
    parts.append(f',"id":"{item_id}"')
    return "{" + "".join(parts) + "}"


def _body(item: Item, selection: Selection, *, unique: bool) -> str:
    mail, owner = item.mail, selection.owner
    shown = as_shown(mail, owner, is_authors=not item.headers_kept) if owner else mail.full_text()
    if selection.text_bodies or not mail.is_html:
        kind, content = "text", mail.new_text() if unique else shown
        content = content.replace("\n", "\r\n")
    elif owner and not unique and mail.html is None:
        kind, content = "html", in_html(mail, shown)
    else:
        kind, content = "html", mail.full_html() if not unique else mail.unique_html()
    return f'{{"contentType":"{kind}","content":{quoted(content)}}}'


def _headers(item: Item) -> str:
    pairs = [{"name": name, "value": value} for name, value in headers_of(item)]
    return json.dumps(pairs, ensure_ascii=False)
