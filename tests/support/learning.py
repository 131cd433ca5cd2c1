"""What an organization's mails teach, without tables: kept mails in, how one of them is split out."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from mailsync.domain.compose import split_again
from mailsync.domain.edges import edges_of
from mailsync.domain.replies import Reply
from tests.support.factories import A_MONDAY
from timeline.domain.learned import LearnedLines, scopes_of
from timeline.domain.learning import Taught, learn

KEY = b"k" * 32
SAID = (
    "We can deliver the pumps in May.",
    "The board met yesterday and liked the plan.",
    "Please change the second line to forty seats.",
    "Our counsel wants one more week for the contract.",
    "The workshop went well, thank you for coming.",
    "Shipping to Hamburg takes nine days at present.",
)
"""What people write, each once."""


@dataclass(frozen=True)
class Kept:
    """A kept mail; `is_known` where we have written to its sender before."""

    text: str
    name: str = "Jane Doe"
    address: str = "jane@globex.example"
    is_inbound: bool = True
    is_known: bool = True

    @property
    def author(self) -> str:
        return f"{self.name} {self.address}"


def taught_by(mails: Sequence[Kept]) -> LearnedLines:
    """What these mails teach, one an hour."""
    taught = []
    for number, mail in enumerate(mails):
        authored = split_again(mail.text, subject="", author=mail.author, is_answer=False).authored
        edges = edges_of(authored, mail.text, author=mail.author, key=KEY)
        sender, domain = scopes_of(KEY, mail.address)
        tells = mail.is_inbound and mail.is_known
        if edges.body:
            taught.append(Taught(sender, domain, A_MONDAY + timedelta(hours=number), tells, edges))
    return LearnedLines(KEY, learn(sorted(taught, key=lambda each: each.domain)))


def split(mail: Kept, learned: LearnedLines) -> Reply:
    """The mail split by the rules and what is learned."""
    lines = learned.of(mail.address, is_inbound=mail.is_inbound)
    return split_again(mail.text, subject="", author=mail.author, is_answer=False, learned=lines)
