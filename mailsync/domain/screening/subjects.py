"""How mail systems begin the subjects of what they write by themselves, language by language.

A subject is never enough alone: people write such words too.
"""

from mailsync.domain.phrases import Phrases, alternatives, entries, listed


def _begins(name: str) -> Phrases:
    return Phrases(tuple(rf"\A\W{{0,4}}(?:{entry})" for entry in entries(name)))


BOUNCE = _begins("bounce_subject")

FAILURE = listed("delivery_failure")
"""Words of failed delivery anywhere in a subject."""

AUTO_REPLY = _begins("auto_reply_subject")
"""What only programs begin a subject with."""

ABSENCE = _begins("absence_subject")
"""What people on leave say themselves too."""

ABSENCE_BEFORE_REPLY = Phrases(
    (rf"\A\W{{0,4}}{alternatives('absence_subject')}[^:：]{{0,20}}[:：]\s*(?:re|aw|sv|antw|odp|vs|rif)\s*[:：]",)
)
"""“Out of Office: Re: Renewal”: nobody types that over an answer."""

ACKNOWLEDGEMENT = _begins("acknowledgement_subject")
"""What people and programs begin an answer with: “Thank you for your message”."""

CALENDAR = _begins("calendar_subject")
