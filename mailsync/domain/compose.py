"""Makes of a kept copy what the timeline records: text, author's words, participants, identity, parents, direction.

envelope ──▶ participants, direction, sent time, identity ─┐
headers  ──▶ parents                                       ├─▶ ComposedEmail, or Discard on what the text gives away
body     ──▶ text ──▶ the author's own words               ┘
"""

import base64
import binascii
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

from core.normalization import normalized
from mailsync.domain.authentication import judged_from
from mailsync.domain.envelope import Candidate, Content, Discard, Envelope, KeptCopy, MailAddress, ScreeningPolicy
from mailsync.domain.message_ids import names, parents
from mailsync.domain.replies import Reply, split_reply
from mailsync.domain.screening import Step, explain_text, is_ours, screen_text
from mailsync.domain.text import body_text
from timeline.domain.email import MOST_PEOPLE, ComposedEmail, ParticipantValue
from timeline.domain.identity import fingerprint, message_key
from timeline.domain.learned import NOTHING, LinesOf
from timeline.domain.quoting import ParentWords
from timeline.domain.subjects import base_subject
from timeline.domain.vocabulary import Direction, ParticipantRole

EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)
FUTURE_ALLOWED = timedelta(days=1)

_MAX_NAME_LENGTH = 255
_MAX_SUBJECT_LENGTH = 2_000
_LINE_BREAKS = re.compile(r"[\x00-\x1f\x7f\u2028\u2029]+")
_FORWARD_SUBJECT = re.compile(
    r"\s*(?:\[[^\]]{1,40}\]\s*)?(?:fwd?|wg|tr|rv|enc|i|doorst|fs|vs|vl|pd|vb|välitt|továbbítás|пересл|пн|転送|转发|轉寄)\s*[:：]",
    re.IGNORECASE,
)
_TAG = re.compile(r"\A\s*\[[^\]]{1,40}\]")
_INDEX_HEADER_LENGTH = 22
_INDEX_GUID = slice(6, 22)


_VS = re.compile(r"\s*vs\s*[:：]", re.IGNORECASE)
_FINNISH_FIELDS = re.compile(r"^[^\S\n]*\*{0,2}Lähettäjä\s?:", re.MULTILINE)


def compose_email(
    candidate: Candidate,
    content: Content,
    policy: ScreeningPolicy,
    *,
    now: datetime,
    between_steps: Callable[[], None] = lambda: None,
) -> KeptCopy | Discard:
    """The copy as it is recorded. A Discard where the text shows what the headers did not.

    `between_steps` is called after each that may take long, and may raise what ends the work.
    """
    envelope = candidate.envelope
    headers = content.headers
    body = body_text(content.body, is_html=content.is_html)
    between_steps()
    subject = _one_line(envelope.subject)[:_MAX_SUBJECT_LENGTH]
    reply = _split(envelope, content, policy, subject, body.text)
    between_steps()
    verdict = screen_text(
        candidate, headers, policy, text=reply.authored, beside_learned=reply.beside_learned, body=content.body
    )
    if verdict is not None:
        return verdict
    occurred_at = sent_time(envelope, now)
    people = participants(envelope)
    recipients = [person.address for person in people if person.role in (ParticipantRole.TO, ParticipantRole.CC)]
    author = envelope.from_ or envelope.sender
    print_ = fingerprint(author.address if author else None, occurred_at, envelope.subject, recipients)
    message_id, other_name = names(envelope, headers)
    references, in_reply_to = parents(headers, message_id, envelope.addresses)
    if other_name:
        references = (other_name, *(each for each in references if each != other_name))
    email = ComposedEmail(
        message_key=message_key(message_id, print_),
        fingerprint=print_,
        internet_message_id=message_id,
        in_reply_to=in_reply_to,
        references=references,
        thread_index=conversation_guid(content.thread_index or headers.get("thread-index")),
        subject=subject,
        occurred_at=occurred_at,
        direction=direction(envelope, policy),
        participants=people,
        text=body.text,
        new_text=reply.new_text,
        is_text_cut=body.is_cut,
        match=candidate.match,
        authentication=judged_from(headers, policy.our_domains),
        exchange_names=min(envelope.exchange_names, MOST_PEOPLE),
    )
    return KeptCopy(envelope, email)


def explain_content(
    candidate: Candidate, content: Content, policy: ScreeningPolicy, *, between_steps: Callable[[], None] = lambda: None
) -> Step:
    """What `compose_email` makes of the text, in words for the mailbox's owner (F21)."""
    subject = _one_line(candidate.envelope.subject)[:_MAX_SUBJECT_LENGTH]
    text = body_text(content.body, is_html=content.is_html).text
    between_steps()
    reply = _split(candidate.envelope, content, policy, subject, text)
    return explain_text(
        candidate,
        content.headers,
        policy,
        text=reply.authored,
        beside_learned=reply.beside_learned,
        body=content.body,
    )


def _split(envelope: Envelope, content: Content, policy: ScreeningPolicy, subject: str, text: str) -> Reply:
    author = envelope.from_ or envelope.sender
    is_inbound = direction(envelope, policy) is Direction.INBOUND
    return split_reply(
        text,
        is_forwarding=_is_forward(subject, text),
        is_answer=_is_answer(content, subject),
        author=f"{author.name} {author.address}" if author else "",
        learned=policy.learned.of(author.address, is_inbound=is_inbound) if author else NOTHING,
    )


def split_again(
    text: str,
    *,
    subject: str,
    author: str,
    is_answer: bool,
    parent: ParentWords | None = None,
    learned: LinesOf = NOTHING,
) -> Reply:
    """A stored mail's text split as `compose_email` does, beside the mail that it answers where that is stored."""
    return split_reply(
        text,
        is_forwarding=_is_forward(subject, text),
        is_answer=is_answer or _has_answer_prefix(subject),
        author=author,
        parent=parent,
        learned=learned,
    )


def _has_answer_prefix(subject: str) -> bool:
    bare = " ".join(normalized("NFC", _TAG.sub("", subject)).split())
    return base_subject(bare) != bare


def _is_answer(content: Content, subject: str) -> bool:
    """Whether a mail answers one: by its headers, by its subject, or by an index beyond the one of a first mail."""
    headers = content.headers
    if any(headers.get(name).strip() for name in ("references", "in-reply-to")) or _has_answer_prefix(subject):
        return True
    return len(_decoded_index(content.thread_index or headers.get("thread-index"))) > _INDEX_HEADER_LENGTH


def direction(envelope: Envelope, policy: ScreeningPolicy) -> Direction:
    """Outbound where From is one of ours; the actual sender stands in where From is missing."""
    author = envelope.from_ or envelope.sender
    return Direction.OUTBOUND if author and is_ours(author.address, policy) else Direction.INBOUND


def sent_time(envelope: Envelope, now: datetime) -> datetime:
    """The mail's own date in whole seconds; the received time where that is missing or absurd, `now` where both are."""
    for moment in (envelope.sent_at, envelope.received_at):
        if moment is not None and EARLIEST <= moment <= now + FUTURE_ALLOWED:
            return moment.astimezone(UTC).replace(microsecond=0)
    return now.astimezone(UTC).replace(microsecond=0)


def participants(envelope: Envelope) -> tuple[ParticipantValue, ...]:
    """Who takes part, each address once a role; the sender only where it is not the author. The first MOST_PEOPLE."""
    author = envelope.from_ or envelope.sender
    found: dict[tuple[ParticipantRole, str], ParticipantValue] = {}
    for role, person in _roles(envelope, author):
        key = (role, person.address)
        if len(found) == MOST_PEOPLE and key not in found:
            continue
        if key not in found or (not found[key].name and person.name):
            found[key] = ParticipantValue(role, _one_line(person.name)[:_MAX_NAME_LENGTH], person.address)
    return tuple(found.values())


def conversation_guid(thread_index: str) -> str:
    """The GUID of a conversationIndex (MS-OXOMSG 2.2.1.3: one reserved byte, five of time, sixteen of GUID), hex."""
    raw = _decoded_index(thread_index)
    guid = raw[_INDEX_GUID]
    return guid.hex() if len(raw) >= _INDEX_HEADER_LENGTH and any(guid) else ""


def _decoded_index(thread_index: str) -> bytes:
    try:
        return base64.b64decode(thread_index, validate=True) if thread_index else b""
    except (binascii.Error, ValueError):
        return b""


def _is_forward(subject: str, text: str) -> bool:
    """Whether the subject says so; `VS:` begins a forward in Danish and an answer in Finnish."""
    if ":" not in subject and "：" not in subject:
        return False
    if _VS.match(subject) and _FINNISH_FIELDS.search(text):
        return False
    return bool(_FORWARD_SUBJECT.match(subject))


def _roles(envelope: Envelope, author: MailAddress | None) -> Iterator[tuple[ParticipantRole, MailAddress]]:
    if author is not None:
        yield ParticipantRole.FROM, author
    sender = envelope.sender
    if sender is not None and author is not None and sender.address != author.address:
        yield ParticipantRole.SENDER, sender
    for person in envelope.to:
        yield ParticipantRole.TO, person
    for person in envelope.cc:
        yield ParticipantRole.CC, person


def _one_line(text: str) -> str:
    return _LINE_BREAKS.sub(" ", text).strip()
