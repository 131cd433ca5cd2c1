"""The transport headers of a received mail, and the whole of it as MIME."""

import base64
from email.header import Header
from email.message import EmailMessage

from sandbox.addresses import Address
from sandbox.clock import rfc2822
from sandbox.identifiers import conversation_index, digest
from sandbox.mail import Item, Mail


def headers_of(item: Item) -> list[tuple[str, str]]:
    """Name and value, in the order in which a mail carries them; Bcc never travels."""
    mail = item.mail
    sender = mail.sender or mail.author
    hop = digest("hop", mail.key, size=4).hex()
    headers = [
        (
            "Received",
            f"from mx-{hop}.mail.example (192.0.2.7) by mail.acme.example; {rfc2822(item.received_at)}",
        ),
        ("Return-Path", sender.address if sender else "<>"),
    ]
    headers += [(name, ", ".join(person.header for person in people)) for name, people in _fields(mail) if people]
    headers += [("Subject", mail.subject), ("Date", rfc2822(mail.sent_at))]
    headers += _threading(mail)
    if mail.sensitivity:
        headers.append(("Sensitivity", mail.sensitivity))
    headers += [("MIME-Version", "1.0"), ("Content-Type", 'multipart/alternative; boundary="b0"')]
    headers.append(("X-MS-Exchange-Organization-AuthAs", "Anonymous"))
    overridden = {name.lower() for name, _ in mail.headers}
    return [pair for pair in headers if pair[0].lower() not in overridden] + list(mail.headers)


def _fields(mail: Mail) -> list[tuple[str, tuple[Address, ...]]]:
    return [
        ("From", (mail.author,) if mail.author else ()),
        ("Sender", (mail.sender,) if mail.sender else ()),
        ("To", mail.to),
        ("Cc", mail.cc),
        ("Reply-To", mail.reply_to),
    ]


def _threading(mail: Mail) -> list[tuple[str, str]]:
    headers = [("Thread-Index", conversation_index(mail.thread or mail.key, mail.thread_started, mail.depth))]
    if mail.message_id:
        headers.append(("Message-ID", mail.message_id))
    if mail.in_reply_to:
        headers.append(("In-Reply-To", mail.in_reply_to))
    if mail.references:
        headers.append(("References", " ".join(mail.references)))
    return headers


def mime_of(item: Item) -> bytes:
    """The mail as `$value` gives it: all headers, both bodies, attachments."""
    message = EmailMessage()
    for name, value in headers_of(item):
        if name.lower() not in ("content-type", "mime-version"):
            message[name] = (
                str(Header(value.replace("\r", " ").replace("\n", " "), "utf-8")) if not value.isascii() else value
            )
    message.set_content(item.mail.full_text())
    if item.mail.is_html:
        message.add_alternative(item.mail.full_html(), subtype="html")
    for name in item.mail.attachments:
        message.add_attachment(base64.b64decode(b"c2FuZGJveA=="), maintype="application", subtype="pdf", filename=name)
    return message.as_bytes()
