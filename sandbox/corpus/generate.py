"""The whole corpus from a seed: placements for every mailbox, in the order in which the mails were sent.

Each episode has dice and keys of its own, so that its words follow from seed and number alone. The base date decides
when things were sent, and how far a conversation has come that is not over by then.
"""

import itertools
import random
from collections.abc import Callable
from dataclasses import dataclass, field

from sandbox.corpus import customer_noise, noise
from sandbox.corpus.correspondence import Conversation, begin_anywhere, tell_next
from sandbox.corpus.crm_records import DAY, Crm
from sandbox.corpus.mailroom import Mailroom
from sandbox.corpus.oddities import ODDITIES, oddity
from sandbox.mailbox import Placement
from sandbox.truth import Oracle

Episode = Callable[[Mailroom, Crm, int], None]
_HOUR = 3600
_WORKDAY_START, _WORKDAY_HOURS = 7, 11
_SATURDAY = 5
_MAX_PAUSE = 30 * _HOUR

NOISE: tuple[tuple[Episode, int], ...] = (
    (noise.newsletter, 26),
    (noise.receipt, 14),
    (noise.chatter, 9),
    (noise.outsiders, 13),
    (customer_noise.customer_bulk, 5),
    (customer_noise.customer_transactional, 5),
    (customer_noise.out_of_office, 4),
    (customer_noise.bounce, 3),
    (customer_noise.calendar_answer, 5),
    (customer_noise.sensitive, 2),
    (noise.junk, 6),
    (customer_noise.thrown_away, 5),
    (noise.draft, 4),
    (oddity, 5),
)
_CORRESPONDENCE_SHARE = 20


@dataclass(slots=True)
class Author:
    """Writes mails for a tenant: first its past, then, on request, what arrives while it runs."""

    room: Mailroom
    crm: Crm
    base: int
    under_way: list[Conversation] = field(default_factory=list)

    def write_past(self, mails: int, days: int) -> list[Placement]:
        """About `mails` copies (never fewer) over the `days` before the base date."""
        for number in range(min(len(ODDITIES), mails // 3)):
            self.room.open(f"o{number}.")
            oddity(self.room, self.crm, self._moment(days), number=number)
        for number, (episode, _) in enumerate(NOISE):
            if self.room.count < mails * 2 // 3:
                self.room.open(f"n{number}.")
                episode(self.room, self.crm, self._moment(days))
        for number in itertools.count():
            if self.room.count >= mails:
                break
            self.room.open(f"e{number}.")
            self._episode(self._moment(days))
        self.room.open("l.")
        taken, self.room.placements = self.room.placements, []
        return sorted(taken, key=lambda placement: (placement.received_at, placement.mail.key, placement.mailbox))

    def write_live(self, at: int) -> list[Placement]:
        """What arrives at a moment: mostly the next turn of a conversation, else something new."""
        dice, self.room.latest = self.room.dice, at
        if dice.random() < 0.7:  # noqa: PLR2004 - a share
            self._continue(at)
        else:
            self._noise(at)
        taken, self.room.placements = self.room.placements, []
        return taken

    def _continue(self, at: int) -> None:
        self.under_way = [talk for talk in self.under_way if not talk.is_over][-60:]
        if self.under_way and self.room.dice.random() < 0.75:  # noqa: PLR2004 - a share
            talk = self.room.dice.choice(self.under_way)
        else:
            talk = begin_anywhere(self.room, self.crm, at)
            self.under_way.append(talk)
        tell_next(self.room, talk, at)

    def _episode(self, at: int) -> None:
        if self.room.dice.randrange(100) < _CORRESPONDENCE_SHARE:
            self._tell(at)
        else:
            self._noise(at)

    def _noise(self, at: int) -> None:
        episodes, weights = zip(*NOISE, strict=True)
        self.room.dice.choices(episodes, weights)[0](self.room, self.crm, at)

    def _tell(self, at: int) -> None:
        talk = begin_anywhere(self.room, self.crm, at)
        while not talk.is_over and at < self.base:
            tell_next(self.room, talk, at)
            at += self.room.dice.randrange(600, _MAX_PAUSE)
        if not talk.is_over:
            self.under_way.append(talk)

    def _moment(self, days: int) -> int:
        """A moment in working hours, seldom on a weekend."""
        dice = self.room.dice
        day = self.base - dice.randrange(days) * DAY
        midnight = day - day % DAY
        weekday = (midnight // DAY + 3) % 7
        if dice.random() < 0.8 and weekday >= _SATURDAY:  # noqa: PLR2004 - a share
            midnight -= (weekday - _SATURDAY + 1) * DAY
        moment = midnight + _WORKDAY_START * _HOUR + dice.randrange(_WORKDAY_HOURS * _HOUR)
        return min(moment, self.base - dice.randrange(60, 7200))


def author_of(seed: int, crm: Crm, base: int) -> Author:
    """The author whose every word follows from the seed."""
    oracle = Oracle(set(crm.addresses), set(crm.domains))
    return Author(Mailroom(seed, random.Random(f"corpus-{seed}"), oracle, base), crm, base)
