"""What a rule is: a name, a reason, and a pure function from a mail to the sentence that says why it is not wanted."""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import IntEnum, StrEnum
from functools import cached_property
from typing import NamedTuple

from core.addresses import address_candidates, domain_of, is_within
from crm.domain.directory import Match
from mailsync.domain.envelope import Envelope, MailAddress, ScreeningPolicy
from mailsync.domain.headers import Headers
from mailsync.domain.phrases import fold
from mailsync.domain.screening.senders import Origin, origin_of
from mailsync.domain.vocabulary import Reason


class Stage(IntEnum):
    """What must have been fetched before a rule can speak."""

    ENVELOPE = 1
    HEADERS = 2
    BODY = 3


class Verdict(StrEnum):
    """What a rule said in a replay."""

    PASSED = "passed"
    DROPPED = "dropped"
    NOT_REACHED = "not_reached"


class Step(NamedTuple):
    """One rule of a replay, in words for the mailbox's owner."""

    rule: str
    verdict: Verdict
    sentence: str


@dataclass(eq=False)
class Mail:
    """All that the rules may look at. `headers` is None until they are fetched, `text` and `body` likewise.

    `text` is what its author wrote, without quoted and forwarded mail; `body` what it was read from:
    HTML, or the text that Exchange makes of it, with each link's target in angle brackets and images in square ones.
    """

    envelope: Envelope
    policy: ScreeningPolicy
    match: Match = field(default_factory=Match)
    headers: Headers | None = None
    text: str | None = None
    body: str = ""
    outsiders: tuple[str, ...] = ()
    """Who takes part and is not of ours, on the envelope stage."""
    memory: dict[int, object] = field(default_factory=dict, init=False, repr=False, compare=False)
    """What evidence came to, so that no mark is looked for twice."""

    @property
    def stage(self) -> Stage:
        """How much of it is there."""
        if self.text is not None:
            return Stage.BODY
        return Stage.ENVELOPE if self.headers is None else Stage.HEADERS

    @cached_property
    def origin(self) -> Origin:
        return origin_of(self.envelope.from_, self.envelope.sender)

    @property
    def author(self) -> MailAddress | None:
        return self.envelope.from_ or self.envelope.sender

    @cached_property
    def subject(self) -> str:
        return " ".join(self.envelope.subject[:1_000].split())

    @cached_property
    def folded_subject(self) -> str:
        """The subject for `Phrases`."""
        return fold(self.subject)

    @cached_property
    def folded(self) -> str:
        """The text for `Phrases`."""
        return fold(self.text or "")

    @cached_property
    def fields(self) -> Headers:
        return self.headers if self.headers is not None else Headers()

    @cached_property
    def is_from_us(self) -> bool:
        return self.author is not None and is_ours(self.author.address, self.policy)

    @cached_property
    def is_own(self) -> bool:
        """Written by one of our people, as far as the address tells; a newsletter of ours has no person's address.

        What a person sends for a colleague or from a shared mailbox (RFC 5322 3.6.2: Sender beside From) is theirs.
        """
        people = (self.envelope.from_, self.envelope.sender)
        return self.is_from_us and any(
            person is not None and _is_among(person.address, self.policy.our_addresses) for person in people
        )

    @cached_property
    def is_correspondence(self) -> bool:
        """Whether we have written to its author before."""
        return self.author is not None and _is_among(self.author.address, self.policy.correspondents)


Test = Callable[[Mail], str | None]


@dataclass(frozen=True, slots=True)
class Rule:
    """`test` gives the sentence for a mail that is not wanted, None for any other; `passed` is said of those."""

    name: str
    reason: Reason
    stage: Stage
    test: Test
    passed: str


def is_ours(address: str, policy: ScreeningPolicy) -> bool:
    """Whether the address is one of our people's, or stands at a domain of ours."""
    known = policy.ours.get(address)
    if known is None:
        is_one = _is_among(address, policy.our_addresses) or is_within(domain_of(address), policy.our_domains)
        known = policy.ours[address] = is_one
    return known


def _is_among(address: str, addresses: frozenset[str]) -> bool:
    return any(candidate in addresses for candidate in address_candidates(address))
