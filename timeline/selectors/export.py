"""A conversation as a file: mail (RFC 5322) or table; only what the person may read is in it.

engagements_for(viewer) ─▶ presented ─▶ conversation_eml    one mail as itself, several attached to a cover mail
                                     └▶ conversation_csv    one row a mail, safe to open in a spreadsheet
"""

import codecs
import csv
import io
import re
from collections.abc import Iterable, Iterator
from email.headerregistry import Address
from email.message import EmailMessage as Mail
from email.policy import SMTP
from email.utils import format_datetime
from itertools import chain
from uuid import uuid4

from core.moments import utc_seconds
from timeline.domain.vocabulary import ParticipantRole
from timeline.models import EmailMessage, Participant
from timeline.selectors import Presented

_POLICY = SMTP.clone(cte_type="7bit", max_line_length=998)
"""The longest line RFC 5322 2.1.1 allows, so that a Message-ID is never folded."""

_ATTACHED = (
    "Content-Type: message/rfc822\r\nContent-Transfer-Encoding: 8bit\r\n"
    'Content-Disposition: attachment; filename="{number:03}.eml"\r\nMIME-Version: 1.0'
)

_CONTROLS = re.compile(r"[\x00-\x1f\x7f\x85\u2028\u2029]+")
_MESSAGE_ID = re.compile(r"<[!-;=?-~]{1,990}>")
_ADDR_SPEC = re.compile(r"[^\s\x00-\x20\x7f\"(),:;<>@\[\\\]]+@[^\s\x00-\x20\x7f\"(),:;<>@\[\\\]]+")
_FORMULA_BEGINNINGS = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
_COLUMNS = (
    "id", "occurred_at", "kind", "direction", "from", "to", "cc", "subject", "text", "owner", "account", "opportunity",
    "internet_message_id",
)  # fmt: skip


def conversation_eml(emails: Iterable[Presented]) -> Iterator[bytes]:
    """The mails of a conversation as one .eml file: a single one as itself, several attached to a cover mail.

    Piece by piece, a mail at a time.
    """
    mails = iter(emails)
    first, second = next(mails, None), next(mails, None)
    if first is not None and second is None:
        yield _mail(first).as_bytes()
        return
    boundary = f"={uuid4().hex}="
    yield _cover(_line(first.subject) if first else "", boundary)
    for number, each in enumerate(chain(filter(None, (first, second)), mails), start=1):
        yield f"--{boundary}\r\n{_ATTACHED.format(number=number)}\r\n\r\n".encode() + _mail(each).as_bytes() + b"\r\n"
    yield f"--{boundary}--\r\n".encode()


def _cover(subject: str, boundary: str) -> bytes:
    """The mail that the others are attached to, up to where the first of them begins."""
    cover = Mail(policy=_POLICY)
    cover["Subject"] = f"Conversation: {subject}" if subject else "Conversation"
    cover.set_content("The mails of one conversation are attached, oldest first.\n")
    cover.make_mixed(boundary)
    return cover.as_bytes().removesuffix(f"--{boundary}--\r\n".encode())


def conversation_csv(engagements: Iterable[Presented]) -> Iterator[bytes]:
    """One row an engagement, UTF-8 with a byte order mark, every value quoted, none of them a formula."""
    yield codecs.BOM_UTF8 + _written(_COLUMNS)
    for shown in engagements:
        yield _written([_cell(value) for value in _row(shown)])


def _written(row: Iterable[str]) -> bytes:
    line = io.StringIO(newline="")
    csv.writer(line, quoting=csv.QUOTE_ALL).writerow(row)
    return line.getvalue().encode()


def _row(shown: Presented) -> list[str]:
    engagement = shown.engagement
    email: EmailMessage | None = getattr(engagement, "email", None)
    roles = (ParticipantRole.FROM, ParticipantRole.TO, ParticipantRole.CC)
    return [
        str(engagement.pk),
        utc_seconds(engagement.occurred_at),
        engagement.kind,
        engagement.direction,
        *("; ".join(part.address for part in engagement.participants.all() if part.role == role) for role in roles),
        shown.subject,
        shown.text or shown.notes,
        engagement.owner.email if engagement.owner else "",
        engagement.account.name if engagement.account else "",
        engagement.opportunity.name if engagement.opportunity else "",
        (email.internet_message_id or "") if email else "",
    ]


def _cell(text: str) -> str:
    """`text` as a spreadsheet shows it: an apostrophe keeps what looks like a formula from being one."""
    text = text.replace("\0", "")
    return f"'{text}" if text.lstrip(" \n").startswith(_FORMULA_BEGINNINGS) or text.startswith("\n") else text


def _mail(shown: Presented) -> Mail:
    engagement = shown.engagement
    email: EmailMessage = engagement.email
    parts = list(engagement.participants.all())
    is_international = any(not part.address.isascii() for part in parts)
    mail = Mail(policy=_POLICY.clone(utf8=True) if is_international else _POLICY)
    for header, role in (
        ("From", ParticipantRole.FROM), ("Sender", ParticipantRole.SENDER), ("To", ParticipantRole.TO),
        ("Cc", ParticipantRole.CC),
    ):  # fmt: skip
        if people := [_person(part) for part in parts if part.role == role]:
            mail[header] = people[0] if role == ParticipantRole.SENDER else people
    mail["Subject"] = _line(shown.subject)
    mail["Date"] = format_datetime(engagement.occurred_at)
    for header, ids in (
        ("Message-ID", [email.internet_message_id]),
        ("In-Reply-To", [email.in_reply_to]),
        ("References", email.references),
    ):
        if safe := [given for given in ids if given and _MESSAGE_ID.fullmatch(given)]:
            mail[header] = " ".join(safe)
    mail.set_content(shown.text)
    return mail


def _person(part: Participant) -> Address:
    """The participant; what could not stand in a header as an address stands in the name instead."""
    if _ADDR_SPEC.fullmatch(part.address):
        local, _, domain = part.address.rpartition("@")
        return Address(display_name=_line(part.name), username=local, domain=domain)
    return Address(display_name=_line(f"{part.name} {part.address}"), username="unknown", domain="invalid")


def _line(text: str) -> str:
    """`text` on one line: no header of its own can hide in it."""
    return _CONTROLS.sub(" ", text).strip()
