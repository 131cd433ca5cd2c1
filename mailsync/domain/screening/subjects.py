"""How mail systems begin the subjects of what they write by themselves, language by language.

A subject is never enough alone: people write such words too.
"""

from mailsync.domain.phrases import Phrases, alternatives, entries, listed


def _begins(name: str) -> Phrases:
    return Phrases(tuple(rf"\A\W{{0,4}}(?:{entry})" for entry in entries(name)))


BOUNCE = _begins("bounce_subject")

FAILURE = listed("delivery_failure")
"""Words of failed delivery anywhere in a subject."""

_AFTER = (
    r"[a-zß-ž\u0400-\u04ff]{0,12}\W{0,3}(?:\Z|[^\w\s]|(?:re|aw|from|to your|von|auf|de|da|van|od|fr[åa]n|fra|от)\b)"
)
"""What may follow: “Automatic reply: Renewal”, “… from Jane Doe”; of “Automatic reply feature” people write."""

AUTO_REPLY = Phrases(tuple(rf"\A\W{{0,4}}(?:{entry}){_AFTER}" for entry in entries("auto_reply_subject")))
"""What only programs begin a subject with."""

ABSENCE = Phrases((
    *(rf"\A\W{{0,4}}(?:{entry})" for entry in entries("absence_subject")),
    *(rf"\A\W{{0,4}}(?:{entry})\W{{0,3}}(?:\Z|[:：(–-])" for entry in entries("absence_word")),
))  # fmt: skip
"""What people on leave say themselves too."""

ABSENCE_OVER = Phrases(
    tuple(
        rf"\A\W{{0,4}}(?:{entry})[^:：\n]{{0,20}}[:：]\s{{0,3}}\S"
        for entry in (*entries("absence_subject"), *entries("absence_word"))
    )
)
"""“Out of Office: Renewal”: over the subject of what is answered, or over what somebody has to say of it."""

ABSENCE_BEFORE_REPLY = Phrases(
    (rf"\A\W{{0,4}}{alternatives('absence_subject')}[^:：]{{0,20}}[:：]\s*(?:re|aw|sv|antw|odp|vs|rif)\s*[:：]",)
)
"""“Out of Office: Re: Renewal”: nobody types that over an answer."""

ACKNOWLEDGEMENT = _begins("acknowledgement_subject")
"""What people and programs begin an answer with: “Thank you for your message”."""

CALENDAR = _begins("calendar_subject")
