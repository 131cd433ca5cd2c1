"""A mail as it was sent (`Mail`), and one mailbox's copy of it (`Item`)."""

import html
from dataclasses import dataclass, field

from sandbox.addresses import Address
from sandbox.quoting import QuoteStyle, quote
from sandbox.vocabulary import Canary, Kind, Reason

PLAIN_MESSAGE = "#microsoft.graph.message"
MAX_QUOTED_DEPTH = 12


@dataclass(slots=True, eq=False)
class Mail:
    """What the sender wrote. `thread` names the conversation, `depth` counts the replies before it.

    `case_twin_of` is the key of another mail whose immutable id this one's copies must resemble but for case.
    """

    key: str
    message_id: str | None
    subject: str
    author: Address | None
    sent_at: int
    text: str
    sender: Address | None = None
    to: tuple[Address, ...] = ()
    cc: tuple[Address, ...] = ()
    bcc: tuple[Address, ...] = ()
    reply_to: tuple[Address, ...] = ()
    html: str | None = None
    is_html: bool = True
    preheader: str = ""
    parent: "Mail | None" = None
    quote_style: QuoteStyle = QuoteStyle.OUTLOOK_EN
    in_reply_to: str | None = None
    references: tuple[str, ...] = ()
    thread: str = ""
    case_twin_of: str = ""
    thread_started: int = 0
    depth: int = 0
    headers: tuple[tuple[str, str], ...] = ()
    attachments: tuple[str, ...] = ()
    sensitivity: str = ""
    importance: str = "normal"
    odata_type: str = PLAIN_MESSAGE
    kind: Kind = Kind.PERSON
    canaries: tuple[tuple[Canary, str], ...] = ()

    @property
    def participants(self) -> tuple[Address, ...]:
        """Everyone on the envelope; Bcc is no part of it."""
        people = (self.author, self.sender, *self.to, *self.cc)
        return tuple(person for person in people if person is not None)

    def new_text(self) -> str:
        """What this mail adds to the conversation."""
        return self.text

    def full_text(self) -> str:
        """The text with all it quotes, oldest last."""
        blocks = [self.text]
        parent, style, level = self.parent, self.quote_style, 0
        while parent is not None and level < MAX_QUOTED_DEPTH:
            blocks.append(quote(parent.author, parent.to, parent.sent_at, parent.subject, parent.text, style=style))
            style, parent, level = parent.quote_style, parent.parent, level + 1
        return "\n\n".join(blocks)

    def html_canaries(self) -> tuple[str, ...]:
        """The canary strings hidden in tags, attributes and comments."""
        return tuple(text for kind, text in self.canaries if kind is Canary.HTML)

    def full_html(self) -> str:
        """The mail as HTML: preheader, paragraphs, quoted history, tracking pixel."""
        return self.html if self.html is not None else self.as_html(self.full_text())

    def unique_html(self) -> str:
        """What this mail adds, as HTML."""
        return self.html if self.html is not None else self.as_html(self.text)

    def as_html(self, text: str) -> str:
        """A text as this mail's HTML."""
        canary = next(iter(self.html_canaries()), "")
        parts = ['<html><head>\r\n<meta http-equiv="Content-Type" content="text/html; charset=utf-8">']
        parts.append("<style>p.x {margin:0; font-family:Aptos,Calibri,sans-serif}</style></head><body>")
        if canary:
            parts.append(f"<!-- {canary} -->")
        if self.preheader:
            hidden = "display:none;font-size:1px;max-height:0;overflow:hidden;mso-hide:all"
            parts.append(f'<div style="{hidden}">{html.escape(self.preheader)}&nbsp;&zwnj;&nbsp;&zwnj;</div>')
        for paragraph in text.split("\n\n"):
            lines = "<br>\r\n".join(html.escape(line) for line in paragraph.split("\n"))
            parts.append(f'<p class="x" data-ref="{canary}">{lines}</p>')
        parts.append(f'<img src="https://open.tracker.example/p.gif?u={canary}" width="1" height="1" alt="">')
        parts.append("</body></html>")
        return "\r\n".join(parts)


@dataclass(slots=True, eq=False)
class Item:
    """One mailbox's copy. `moves` and `version` feed the mutable id and the change key."""

    mail: Mail
    immutable_id: str
    folder_id: str
    received_at: int
    ordinal: int
    mutable_id: str = ""
    is_read: bool = True
    is_draft: bool = False
    headers_kept: bool = True
    moves: int = 0
    version: int = 0
    change_key: str = ""
    conversation_id: str = ""
    forced_reason: Reason | None = None
    rows: dict[object, bytes] = field(default_factory=dict)

    @property
    def position(self) -> tuple[int, int]:
        """Where it stands in a folder sorted by time received."""
        return (self.received_at, self.ordinal)
