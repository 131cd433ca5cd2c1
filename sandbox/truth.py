"""The ground truth: whether a copy must be imported and, if not, the first rule that keeps it out.

folder/draft → malformed → never import → internal → no CRM match → exclusions → sensitivity → kind → window
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from sandbox.addresses import Address, covers, normalize, to_ascii
from sandbox.mail import Item, Mail
from sandbox.mailbox import Mailbox
from sandbox.people import DOMAIN, PEOPLE
from sandbox.vocabulary import Kind, Reason

_OURS = frozenset(normalize(address) for person in PEOPLE for address in (person.email, *person.aliases))
_REASON_OF_KIND = {
    Kind.BOUNCE: Reason.BOUNCE,
    Kind.AUTO_REPLY: Reason.AUTO_REPLY,
    Kind.CALENDAR: Reason.CALENDAR,
    Kind.BULK: Reason.BULK,
    Kind.TRANSACTIONAL: Reason.TRANSACTIONAL,
}


def is_ours(address: Address) -> bool:
    """True for the six people's addresses and everything on the company's domains."""
    return address.key in _OURS or covers(DOMAIN, address.domain)


@dataclass(slots=True)
class Policy:
    """What tests say the product was told: parties never to import, and exclusions by user.

    Entries are domains (covering subdomains) or addresses.
    """

    never_import: list[str] = field(default_factory=list)
    exclusions: dict[str, list[str]] = field(default_factory=dict)

    def keeps_out(self, mail: Mail) -> bool:
        """True where a never-import party takes part."""
        return _names_any(mail, self.never_import)

    def excludes(self, mail: Mail, owner: str) -> bool:
        """True where this user excluded a party."""
        return _names_any(mail, self.exclusions.get(owner, []))


def _names_any(mail: Mail, entries: list[str]) -> bool:
    for entry in entries:
        wanted = normalize(entry) if "@" in entry else to_ascii(entry)
        for person in mail.participants:
            if person.key == wanted or ("@" not in entry and covers(wanted, person.domain)):
                return True
    return False


@dataclass(slots=True)
class Oracle:
    """Knows the CRM's addresses and corporate domains; both can grow while the tenant runs."""

    addresses: set[str]
    domains: set[str]
    policy: Policy = field(default_factory=Policy)

    def matches(self, mail: Mail) -> bool:
        """True where a party from the CRM takes part; our own people never count."""
        others = [person for person in mail.participants if not is_ours(person)]
        return any(person.key in self.addresses or self._is_corporate(person.domain) for person in others)

    def _is_corporate(self, domain: str) -> bool:
        while domain:
            if domain in self.domains:
                return True
            domain = domain.partition(".")[2]
        return False

    def of_mail(self, mail: Mail, owner: str = "", *, headers_kept: bool = True) -> Reason | None:
        """The reason that lies in the mail itself, or None."""
        rules: tuple[tuple[Reason, Callable[[], bool]], ...] = (
            (Reason.MALFORMED, lambda: mail.author is None and mail.sender is None),
            (Reason.NEVER_IMPORT, lambda: self.policy.keeps_out(mail)),
            (Reason.INTERNAL, lambda: all(is_ours(person) for person in mail.participants)),
            (Reason.NO_CRM_MATCH, lambda: not self.matches(mail)),
            (Reason.EXCLUDED, lambda: self.policy.excludes(mail, owner)),
            (Reason.SENSITIVITY, lambda: bool(mail.sensitivity) and headers_kept),
        )
        for reason, applies in rules:
            if applies():
                return reason
        return _REASON_OF_KIND.get(mail.kind)

    def of_item(self, mailbox: Mailbox, item: Item) -> Reason | None:
        """The reason for this copy where it lies at present."""
        if mailbox.is_left_out(mailbox.folders[item.folder_id]):
            return Reason.FOLDER
        if item.is_draft:
            return Reason.DRAFT
        return item.forced_reason or self.of_mail(item.mail, mailbox.person.email, headers_kept=item.headers_kept)
