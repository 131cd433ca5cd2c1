"""Which mail a copy is a copy of: one key for every copy of one mail, in whatever mailbox it lies.

Message-ID ──▶ message_key         the usual case: every copy carries the same
none       ──▶ fingerprint         sender, UTC second, subject and recipients
reused     ──▶ both together       two mails under one Message-ID stay two: `is_same_mail` tells
"""

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache

from accounts.domain.addresses import normalize_address
from accounts.domain.normalization import normalized

_MAX_ID_LENGTH = 4_000
"""RFC 5322 lines hold 998 characters; what is far longer names nothing."""

_NOT_IN_IDS = re.compile(r"[\s\x00-\x1f\x7f<>]+")
_BRACKETED = re.compile(r"<([^<>]+)>")

_REPLY_WORDS = (
    "re|aw|antw|antwort|sv|vs|vl|vb|ref|rif|r|rv|res|enc|odp|odpowiedź|pd|fw|fwd|wg|wtr|tr|i|doorst|doorgest|"
    "továbbítás|vá|ynt|ilt|atb|bls|отг|отговор|отв|ответ|пн|пересл|回复|答复|回覆|答覆|转发|轉寄|返信|転送"
)
_REPLY_PREFIX = re.compile(
    rf"(?:{_REPLY_WORDS})\s*+(?:\[\d{{1,4}}\]|\(\d{{1,4}}\)|\^\d{{1,4}})?\s*+[:：]\s*", re.IGNORECASE
)
_GATEWAY_TAG = re.compile(
    r"(?:\[[^\[\]]{1,40}\]|\((?:external|extern|externe|ext)\)|\*{2,5}[^*]{1,40}\*{2,5}|\{[^{}]{1,40}\}|"
    r"(?:external|extern|ext)(?:\s+(?:email|mail|sender))?\s*[:：])\s*",
    re.IGNORECASE,
)
_PREFIX_MARK = re.compile(r"[:：\[({*]")
"""Every prefix and every tag holds one of these."""

CLOCKS_APART = timedelta(minutes=10)
"""Where one copy has the sent time and another only its arrival."""


def normalize_message_id(raw: str | None) -> str | None:
    """A Message-ID in angle brackets, folds and spaces taken out (RFC 5322 3.6.4); None where there is none.

    The spelling is kept, so that it can be shown and looked for as it was sent.
    """
    if not raw or len(raw) > _MAX_ID_LENGTH:
        return None
    bracketed = _BRACKETED.search(raw)
    bare = _NOT_IN_IDS.sub("", bracketed.group(1) if bracketed else raw)
    return f"<{bare}>" if bare else None


def reference_hash(message_id: str) -> str:
    """SHA-256, hex, of a normalized Message-ID; the host part, right of the @, counts without case."""
    local, at, host = message_id.rpartition("@")
    return _sha256(f"{local}{at}{host.casefold()}")


def fingerprint(sender: str | None, occurred_at: datetime, subject: str, recipients: Iterable[str]) -> str:
    """What a mail is known by where it has no Message-ID, SHA-256, hex.

    Addresses are compared normalized, the time as its UTC second, the subject without reply prefixes and the tags
    that gateways put in front of it.
    """
    second = occurred_at.astimezone(UTC).replace(microsecond=0).isoformat()
    addresses = sorted({_address(recipient) for recipient in recipients})
    return _sha256("\n".join((_address(sender or ""), second, subject_core(subject), *addresses)))


def message_key(message_id: str | None, fingerprint: str) -> str:
    """The key that makes two copies one mail, SHA-256, hex; `fingerprint` stands in for a missing Message-ID."""
    return reference_hash(message_id) if message_id else _sha256(f"fingerprint\n{fingerprint}")


def reused_message_key(message_id: str, fingerprint: str) -> str:
    """The key of a mail whose Message-ID already names a different mail (`is_same_mail` said no)."""
    return _sha256(f"reused\n{reference_hash(message_id)}\n{fingerprint}")


@dataclass(frozen=True, slots=True)
class Likeness:
    """What two copies under one Message-ID are compared by; `sender` is normalized, `sent_at` aware."""

    sender: str | None
    sent_at: datetime
    subject: str


def is_same_mail(known: Likeness, arriving: Likeness) -> bool:
    """Whether two copies that share a Message-ID are copies of one mail.

    They are when the sender is the same, the moment nearly is (a copy may lack the sent time), and the subjects agree
    but for what gateways and lists put in front. Anything else is another mail under a reused Message-ID: whoever got a
    mail knows its Message-ID, moment and subject, and must not be able to reword it for us. Symmetric.
    """
    if known.sender != arriving.sender or not _subjects_agree(known.subject, arriving.subject):
        return False
    return abs(known.sent_at - arriving.sent_at) <= CLOCKS_APART


@lru_cache(maxsize=512)
def base_subject(subject: str) -> str:
    """The subject without reply and forward prefixes of any language we know, spelling kept."""
    return _stripped(subject, (_REPLY_PREFIX,))


@lru_cache(maxsize=512)
def subject_core(subject: str) -> str:
    """What of a subject survives every hop: no prefixes, no gateway tags, one space between words, casefolded."""
    return _stripped(subject, (_REPLY_PREFIX, _GATEWAY_TAG)).casefold()


def _stripped(subject: str, prefixes: tuple[re.Pattern[str], ...]) -> str:
    text = " ".join(normalized("NFC", subject[:2_000]).split())
    if not _PREFIX_MARK.search(text):
        return text
    start = 0
    while start < len(text):
        found = next((match for prefix in prefixes if (match := prefix.match(text, start))), None)
        if found is None:
            break
        start = found.end()
    return text[start:] or text


def _subjects_agree(one: str, other: str) -> bool:
    short, long = sorted((subject_core(one), subject_core(other)), key=len)
    return long == short or (bool(short) and long.endswith(short))


@lru_cache(maxsize=1_024)
def _address(raw: str) -> str:
    return normalize_address(raw) or raw.strip().casefold()


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
