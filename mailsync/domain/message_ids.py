"""Which mail a mail is and which it answers, read from fields as mailers, relays and gateways leave them.

References: <a@x> <b@x>                              ids, oldest first
In-Reply-To: &lt;b@x&gt;                             escaped for HTML
In-Reply-To: Message from Jane <jane@x> of … <b@x>   an id in prose, beside somebody's address
"""

import re
from collections.abc import Collection, Iterable, Iterator
from itertools import chain

from core.encoded_words import without_encoded_words
from mailsync.domain.envelope import Envelope
from mailsync.domain.headers import Headers
from timeline.domain.identity import normalize_message_id

_MOST_REFERENCES = 500
_LONGEST_NAME = 200
_BRACKETED = re.compile(r"<\s?([^<>\s][^<>]*)>")
_BETWEEN = re.compile(r"[\s,;]+")
_LETTER = re.compile(r"[^\W\d_]")
_DIGIT = re.compile(r"\d")
_PERSONS = re.compile(r"<[^\W\d_]{2,40}(?:[.'_+-][^\W\d_]{1,40}){0,4}\d{0,4}@")
"""How an address begins that is somebody's: behind a name it is one, as few ids are without a digit."""
_LOGIN = re.compile(r"<[a-z]{2,12}@[\w-]{1,63}(?:\.[a-z]{2,10}){1,2}>\Z")
"""An address that a mailer put before the ids: what it would tie is tied by them as well."""


def names(envelope: Envelope, headers: Headers) -> tuple[str | None, str | None]:
    """The Message-ID by which a mail is known, and the one that a relay of Outlook gave it instead, where one did.

    Who got the mail by another way answers to the first, who got it through the relay to the second. That a mail had
    another id is its sender's word, like any Message-ID: it is of the mail under that id only where both say the same.
    """
    given = normalize_message_id(envelope.internet_message_id) or normalize_message_id(headers.get("message-id"))
    original = normalize_message_id(headers.get("x-microsoft-original-message-id"))
    if original is None or "@" not in original or original == given:
        return given, None
    return original, given


def parents(
    headers: Headers, own_id: str | None = None, people: Collection[str] = ()
) -> tuple[tuple[str, ...], str | None]:
    """The Message-IDs a mail refers to, oldest first, and the nearest (RFC 5322 3.6.4).

    References leads; In-Reply-To counts as nearest where References lacks it. Old mail puts prose and addresses into
    In-Reply-To: only the first id of several is a parent, and no address is, least of all one of the mail's `people`,
    or all that was ever answered to somebody would be one conversation.
    """
    references = list(dict.fromkeys(_ids(headers.all("references"), people)))
    if len(references) > 1:
        references = [each for each in references if not _LOGIN.match(each)]
    answered = list(dict.fromkeys(_ids(headers.all("in-reply-to"), people)))[:1]
    if answered and answered[0] not in references:
        references.append(answered[0])
    references = [reference for reference in references if reference != own_id]
    if len(references) > _MOST_REFERENCES:
        references = references[:1] + references[1 - _MOST_REFERENCES :]
    nearest = next((reference for reference in answered if reference != own_id), None)
    return tuple(references), nearest or (references[-1] if references else None)


def _ids(values: Iterable[str], people: Collection[str]) -> Iterator[str]:
    for candidate, is_beside_a_name in chain.from_iterable(map(_candidates, map(_as_sent, values))):
        found = normalize_message_id(candidate)
        if found is None or not _names_a_mail(found) or found[1:-1].casefold() in people:
            continue
        if not (is_beside_a_name and _PERSONS.match(found)):
            yield found


def _candidates(value: str) -> Iterator[tuple[str, bool]]:
    """What may be an id in a field, and whether words stand there that may be somebody's name."""
    end = 0
    for bracketed in _BRACKETED.finditer(value):
        yield bracketed[1], _ends_with_a_name(value[end : bracketed.start()])
        end = bracketed.end()
    if not end:
        words = _BETWEEN.split(value)
        is_prose = any(word and "@" not in word for word in words)
        yield from ((word, is_prose) for word in words if "@" in word.strip("@"))


def _ends_with_a_name(text: str) -> bool:
    """Whether the last words before a bracket may be a person's name: “from Jane Doe”, and no date."""
    words = " ".join(text[-_LONGEST_NAME:].rsplit(maxsplit=3)[-3:])
    return bool(_LETTER.search(words)) and not _DIGIT.search(words)


def _names_a_mail(found: str) -> bool:
    """Not what was typed where a program asked for an id: “yes”."""
    return "@" in found.strip("<@>") or bool(_DIGIT.search(found))


def _as_sent(value: str) -> str:
    """A field without what was done to its brackets and signs on the way."""
    value = without_encoded_words(value)
    return value.replace("&lt;", "<").replace("&gt;", ">") if "&" in value else value
