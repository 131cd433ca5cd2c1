"""A story is a conversation in outline: a subject and turns, each with several ways to say it."""

from dataclasses import dataclass
from enum import StrEnum


class Speaker(StrEnum):
    """Who writes the turn."""

    REP = "rep"
    CUSTOMER = "customer"


@dataclass(frozen=True, slots=True)
class Turn:
    """One mail; any of `sayings` will do. Placeholders are filled from the conversation's facts."""

    speaker: Speaker
    sayings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Story:
    """`subjects` and `turns` in one language; `reply_prefix` is what its mail programs put before a subject."""

    subjects: tuple[str, ...]
    turns: tuple[Turn, ...]
    language: str = "en"
    reply_prefix: str = "Re: "


def rep(*sayings: str) -> Turn:
    """A turn our side writes."""
    return Turn(Speaker.REP, sayings)


def customer(*sayings: str) -> Turn:
    """A turn the customer writes."""
    return Turn(Speaker.CUSTOMER, sayings)
