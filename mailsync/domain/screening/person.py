"""What speaks for a person: an answer, and a mail client. Their lack speaks for a program, a little."""

import re

from mailsync.domain.headers import decoded
from mailsync.domain.phrases import alternatives
from mailsync.domain.screening.evidence import Mark
from mailsync.domain.screening.rule import Mail, Stage
from mailsync.domain.screening.signed import is_signed_by_its_author

_CLIENTS = re.compile(alternatives("mail_clients"), re.IGNORECASE)
_MASS_MAILERS = re.compile(alternatives("mass_mailers"), re.IGNORECASE)
_LONGEST_MAILER = 300
_CLIENT_FIELDS = ("thread-index", "x-originating-ip", "x-ms-has-attach", "x-ms-exchange-messagesentrepresentingtype")
_CLIENT_IDS = re.compile(
    r"@(?:mail\.gmail\.com|[^\s@]*\.(?:prod\.)?outlook\.com|[^\s@]*yahoo\.(?:com|co\.\w\w)|me\.com|icloud\.com|proton(?:mail)?\.(?:me|com|ch)"
    r"|email\.android\.com|[^\s@]*\.i\.mail\.ru|mail\.yandex\.(?:ru|net|com)|[^\s@]*3c-app-(?:gmx|webde|mailcom)[^\s@]{0,64})>?\Z"
    r"|\A<?tencent_\w+@",
    re.IGNORECASE,
)
"""Who writes with these services' own clients leaves their mark in the Message-ID."""


def mailer(mail: Mail) -> str:
    """What made the mail, by its own account."""
    fields = mail.fields
    if "x-mailer" not in fields and "user-agent" not in fields:
        return ""
    return decoded(f"{fields.get('x-mailer')[:_LONGEST_MAILER]} {fields.get('user-agent')[:_LONGEST_MAILER]}").strip()


def is_reply(mail: Mail) -> bool:
    """Whether it answers another mail."""
    return bool(mail.fields.get("in-reply-to") or mail.fields.get("references"))


def is_from_a_client(mail: Mail) -> bool:
    """Whether it was written in a mail client that people use."""
    fields = mail.fields
    if not fields.names.isdisjoint(_CLIENT_FIELDS) or _CLIENT_IDS.search(fields.get("message-id")[-200:]):
        return True
    made_with = mailer(mail)
    return bool(_CLIENTS.search(made_with)) and not _MASS_MAILERS.search(made_with)


def shows_no_client(mail: Mail) -> bool:
    """Headers are there, and none tells of a client or of an answer."""
    return bool(mail.fields) and not is_reply(mail) and not is_from_a_client(mail)


PERSON_MARKS = (
    Mark("answers a mail", 50, is_reply),
    Mark("was written in a person's mail client", 30, is_from_a_client),
    Mark("is signed with its author's name", 40, is_signed_by_its_author, Stage.BODY),
)
