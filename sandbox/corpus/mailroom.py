"""Where generated mails are stamped, marked with canaries and handed out to mailboxes."""

import random
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from sandbox.addresses import Address, normalize
from sandbox.identifiers import digest
from sandbox.mail import Mail
from sandbox.mailbox import Placement
from sandbox.people import PEOPLE, Person
from sandbox.truth import Oracle, is_ours
from sandbox.vocabulary import Canary, WellKnown

OURS = {normalize(address): person for person in PEOPLE for address in (person.email, *person.aliases)}
_TRANSIT_SECONDS = 9


def copies_of(mail: Mail) -> dict[str, bool]:
    """Whose mailboxes hold the mail: the owner's address, and whether it is the author's own copy."""
    author = OURS.get(mail.sender.key if mail.sender else "") or OURS.get(mail.author.key if mail.author else "")
    copies = {author.email: True} if author else {}
    for address in (*mail.to, *mail.cc, *mail.bcc):
        person = OURS.get(address.key)
        if person is not None:
            copies.setdefault(person.email, False)
    return copies


@dataclass(slots=True)
class Mailroom:
    """Collects placements; nothing is sent after `latest` (epoch seconds)."""

    seed: int
    dice: random.Random
    oracle: Oracle
    latest: int
    placements: list[Placement] = field(default_factory=list)
    chapter: str = ""
    serial: int = 0

    def open(self, chapter: str) -> None:
        """Begin something whose words and keys hang on nothing that was written before it."""
        self.chapter, self.serial = chapter, 0
        self.dice = random.Random(f"corpus-{self.seed}-{chapter}")

    @property
    def count(self) -> int:
        """Copies handed out so far."""
        return len(self.placements)

    def next_key(self, prefix: str = "m") -> str:
        """A key no other mail has."""
        self.serial += 1
        return f"{prefix}{self.chapter}{self.serial}"

    def message_id(self, key: str, author: Address | None) -> str:
        """A Message-ID in the manner of the author's mail system."""
        domain = author.domain if author else "mail.example"
        token = digest(self.seed, "message-id", key, size=12).hex().upper()
        if author is not None and is_ours(author):
            return f"<AM0PR04MB{token}@AM0PR04MB4711.eurprd04.prod.{domain}>"
        return f"<{token[:16].lower()}.{key}@{domain}>"

    def canary(self, kind: Canary, key: str, *, part: int = 0) -> str:
        """A string found nowhere else."""
        return f"canary-{kind}-{digest(self.seed, kind, key, part, size=6).hex()}"

    def mark(self, mail: Mail) -> Mail:
        """Gives a mail that must not be imported canaries in subject, body and a stranger's address."""
        if mail.is_html:
            mail.canaries += ((Canary.HTML, self.canary(Canary.HTML, mail.key)),)
        if self.oracle.of_mail(mail) is None:
            return mail
        body = self.canary(Canary.BODY, mail.key)
        mail.text = f"{mail.text}\n\nRef {body}"
        mail.canaries += ((Canary.BODY, body),)
        if mail.subject and not any(kind is Canary.SUBJECT for kind, _ in mail.canaries) and not mail.in_reply_to:
            subject = self.canary(Canary.SUBJECT, mail.key)
            mail.subject = f"{mail.subject} [{subject}]"
            mail.canaries += ((Canary.SUBJECT, subject),)
        return mail

    def masked(self, stranger: Address, key: str) -> tuple[Address, tuple[Canary, str]]:
        """A stranger's address with a canary in it."""
        canary = self.canary(Canary.ADDRESS, key)
        local, _, domain = stranger.address.rpartition("@")
        return replace(stranger, address=f"{local}+{canary}@{domain}"), (Canary.ADDRESS, canary)

    def post(self, mail: Mail, folders: Mapping[str, str] | None = None, *, only: Person | None = None) -> Mail:
        """Hands out every copy: the author's to Sent Items, the others to the Inbox or where `folders` says."""
        mail.sent_at = min(mail.sent_at, self.latest)
        for owner, authored in copies_of(mail).items():
            if only is not None and owner != only.email:
                continue
            folder = (folders or {}).get(owner) or (WellKnown.SENT if authored else self._inbox_of(mail))
            self.place(mail, owner, folder, authored=authored)
        return mail

    def place(self, mail: Mail, owner: str, folder: str, *, authored: bool = False, is_draft: bool = False) -> None:
        """Hands out one copy."""
        self.placements.append(
            Placement(
                mail=mail,
                mailbox=owner,
                folder=folder,
                received_at=mail.sent_at
                if authored
                else min(mail.sent_at + self.dice.randrange(1, _TRANSIT_SECONDS), self.latest),
                is_read=authored or self.dice.random() < 0.8,  # noqa: PLR2004 - a share
                is_draft=is_draft,
                headers_kept=not authored and not is_draft,
            )
        )

    def _inbox_of(self, mail: Mail) -> str:
        chance = self.dice.random()
        if self.oracle.of_mail(mail) is not None:
            return "newsletters" if mail.kind == "bulk" and chance < 0.3 else WellKnown.INBOX  # noqa: PLR2004 - a share
        for limit, folder in ((0.08, "customers"), (0.12, "customers/signed/2026"), (0.2, WellKnown.ARCHIVE)):
            if chance < limit:
                return folder
        return WellKnown.INBOX
