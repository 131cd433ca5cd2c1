"""A mail on its way into the record: the one value that walks through recording.

identify ─▶ what its copies say together, whether it is recorded (`stored`), who of its people is ours (`users`)
thread   ─▶ its `conversation`
record   ─▶ rows, where it is new              merge ─▶ its row's columns, where it is recorded
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from timeline.domain.authored import Authored
from timeline.domain.email import ComposedEmail
from timeline.domain.identity import Envelope, mail_key
from timeline.models import Conversation, EmailMessage


@dataclass(slots=True, eq=False)
class Mail:
    """A mail that a copy may be a copy of: recorded (`stored`), or met earlier in the page.

    `email` is what its copies in the page say together; None while there is none. `text` is None where the mail was
    found by its `words_hash`, and `words` until they are asked for: most copies have the very same text.
    """

    id: UUID
    message_key: str
    place: int
    envelope: Envelope
    text: str | None
    is_text_cut: bool = False
    addresses: str = ""
    authentication: str = ""
    sender: str = ""
    """The author's address as it stands there: what was learned of the lines around their words is known by it."""
    words: Authored | None = None
    words_hash: str = ""
    stored: EmailMessage | None = None
    email: ComposedEmail | None = None
    users: Mapping[str, UUID] = field(init=False, repr=False)
    """Whose of our own people an address was at its moment: known once its copies are."""
    conversation: Conversation = field(init=False, repr=False)
    """Where it stands: known once it is placed."""
    is_held: bool = False
    fills_words: bool = False
    is_shown: bool = True
    """A copy in the page says what the mail says: its mailbox holds it. A hollow one does not."""
    is_outgrown: bool = False
    """What was recorded of it is hollow beside what it says by now."""
    is_bridged: bool = False
    """By what a copy in the page says, another mail under its key may be this one."""
    lacked: frozenset[str] = frozenset()
    """Of `envelope.people`, whom a later copy named first."""
    shares_envelope: bool = False
    """Another mail under its key says the same but for the words: they belong beside one another."""

    @property
    def key(self) -> str:
        return mail_key(self.message_key, self.place)

    @property
    def copy(self) -> ComposedEmail:
        """What the page's copies say of it."""
        if self.email is None:
            raise LookupError("No copy of this mail was in the page.")
        return self.email

    @property
    def row(self) -> EmailMessage:
        """Its recorded row."""
        if self.stored is None:
            raise LookupError("This mail is not recorded.")
        return self.stored

    @property
    def told(self) -> dict[str, Any]:
        """Columns of its own for what its copies told that the others do not say."""
        envelope, moment = self.envelope, (self.stored.engagement if self.stored else self.copy).occurred_at
        return {
            "earliest_at": envelope.earliest if envelope.earliest != moment else None,
            "latest_at": envelope.latest if envelope.latest != moment else None,
            "lesser_moments": {
                str(int(tells)): [each.isoformat() for each in span] for tells, span in envelope.lesser.items()
            },
            "addresses_hash": self.addresses,
            "authentication": self.authentication,
            "exchange_names": envelope.unnamed,
        }
