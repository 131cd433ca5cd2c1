"""Which mail a worker did not survive: named before the work, so that it never travels from worker to worker.

    a page's matched mails ──▶ at work together ──the page's commit──▶ forgotten
                                   │ the worker is gone
                                   ▼
                               suspects ──each at work alone──▶ survived: forgotten
                                              │ the worker is gone, and so is the next
                                              ▼
                                          stepped over

A mail is known here by a keyed hash of its id, and by nothing else.
"""

from collections.abc import Iterable, Mapping

MOST_DEATHS = 2
"""So many workers may die at one mail alone. A page's death says of none of its mails that it was the one."""

MOST_SUSPECTS = 2_000
"""Of a mailbox; the oldest are forgotten first."""

Suspects = Mapping[str, int]
"""How many workers died at a mail alone, by its hash."""


def after_death(suspects: Suspects, mails: Iterable[str], *, is_alone: bool) -> dict[str, int]:
    """The suspects after a worker has left these mails at work."""
    deaths = dict(suspects)
    for each in mails:
        deaths[each] = deaths.pop(each, 0) + is_alone
    return dict(list(deaths.items())[-MOST_SUSPECTS:])


def is_stepped_over(key: str, suspects: Suspects) -> bool:
    """Whether a mail has cost enough workers."""
    return suspects.get(key, 0) >= MOST_DEATHS


def read(text: str) -> dict[str, int]:
    """Suspects as they are stored: `hash=deaths hash=deaths`."""
    pairs = (pair.partition("=") for pair in text.split())
    return {key: int(deaths) for key, _, deaths in pairs}


def written(suspects: Suspects) -> str:
    """The same the other way round."""
    return " ".join(f"{key}={deaths}" for key, deaths in suspects.items())
