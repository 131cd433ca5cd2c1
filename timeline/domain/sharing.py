"""What a copy of an email lets colleagues see, and what several copies let them see together (F26)."""

from collections.abc import Iterable
from typing import NamedTuple

from accounts.domain.vocabulary import Detail, Visibility

_WIDEST_FIRST = (Visibility.EVERYONE, Visibility.PARTICIPANTS_AND_MANAGERS, Visibility.OWNER_ONLY)
_FULLEST_FIRST = (Detail.FULL_TEXT, Detail.SUBJECT, Detail.METADATA)


class Sharing(NamedTuple):
    """Who besides those who took part may know of an email, and how much of it they may read."""

    visibility: Visibility
    detail: Detail


def widest(sharings: Iterable[Sharing]) -> Sharing | None:
    """The sharing that most people know of the email by; of equally wide ones the fullest; None of none.

    It is one of them as a whole: nobody reads by one copy's visibility what only another copy's detail shows.
    """
    return min(sharings, key=openness, default=None)


def openness(sharing: Sharing) -> tuple[int, int]:
    """For sorting: the most open first."""
    return _WIDEST_FIRST.index(sharing.visibility), _FULLEST_FIRST.index(sharing.detail)
