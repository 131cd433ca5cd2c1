"""How mail systems begin the subjects of what they write by themselves, language by language.

A subject is never enough alone: people write such words too.
"""

import re

from mailsync.domain.phrases import Phrases, alternatives, entries


def _begins(name: str) -> re.Pattern[str]:
    return re.compile(rf"\A\W{{0,4}}{alternatives(name)}", re.IGNORECASE)


BOUNCE = _begins("bounce_subject")

FAILURE = Phrases(entries("delivery_failure"))
"""Words of failed delivery anywhere in a subject."""

AUTO_REPLY = _begins("auto_reply_subject")
"""What only programs begin a subject with."""

ABSENCE = _begins("absence_subject")
"""What people on leave say themselves too."""

CALENDAR = _begins("calendar_subject")
