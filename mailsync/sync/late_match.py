"""Late match (F20): a party that enters the CRM brings in its past mail, and nobody else's.

    DirectoryChange rows after the mailbox's last ──▶ one walk back to the lookback ──▶ their mail

Nothing was kept of that mail before: the walk looks at envelopes again and forgets the others again. Changes that come
while it walks are for the next walk.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db.models import Max

from core.addresses import address_candidates, is_within
from crm.models import DirectoryChange
from mailsync.domain.envelope import Envelope
from mailsync.domain.vocabulary import RunKind
from mailsync.models import Mailbox
from mailsync.sync.mail_run import MailRun
from mailsync.sync.pages import LIST_OVERLAP
from mailsync.sync.walks import begin_walk, open_walk, walk


@dataclass(frozen=True, slots=True)
class NewParties:
    """Addresses and domains (with their subdomains) that are new in the CRM."""

    addresses: frozenset[str]
    domains: frozenset[str]

    def takes_part(self, envelope: Envelope) -> bool:
        """Whether one of them is in a mail."""
        return any(
            not self.addresses.isdisjoint(address_candidates(address))
            or is_within(address.rpartition("@")[2], self.domains)
            for address in envelope.addresses
        )

    def among(self, envelopes: Sequence[Envelope]) -> Sequence[Envelope]:
        """The envelopes in which one of them takes part."""
        return [envelope for envelope in envelopes if self.takes_part(envelope)]


def newest_change(mailbox: Mailbox) -> int:
    """The newest change of the organization's directory; 0 where there was none."""
    newest: int | None = DirectoryChange.objects.filter(organization=mailbox.organization_id).aggregate(n=Max("id"))[
        "n"
    ]
    return newest or 0


def match_late(run: MailRun) -> bool:
    """Go on with the walk for what entered the CRM, or begin it; True when nothing is left to look for."""
    mailbox = run.mailbox
    row = open_walk(mailbox, RunKind.LATE_MATCH)
    if row is None:
        newest = newest_change(mailbox)
        parties = _parties(mailbox, mailbox.last_change_id, newest)
        since = mailbox.lookback_from
        if since is None or not (parties.addresses or parties.domains):
            run.claim.renew(last_change_id=newest)
            return True
        now = run.clock()
        row = begin_walk(
            mailbox, RunKind.LATE_MATCH, since=since, until=now + LIST_OVERLAP, now=now, last_change_id=newest
        )
    parties = _parties(mailbox, mailbox.last_change_id, row.last_change_id)
    if not walk(run, row, parties.among):
        return False
    mailbox.last_change_id = row.last_change_id
    run.claim.renew(last_change_id=row.last_change_id)
    return True


def _parties(mailbox: Mailbox, after: int, until: int) -> NewParties:
    """What entered in (after, until] and is still there as far as the changes tell."""
    changes: Iterable[tuple[str, str, bool]] = (
        DirectoryChange.objects.filter(organization=mailbox.organization_id, id__gt=after, id__lte=until)
        .order_by("id")
        .values_list("address", "domain", "added")
    )
    addresses: set[str] = set()
    domains: set[str] = set()
    for address, domain, is_added in changes:
        for values, value in ((addresses, address), (domains, domain)):
            if value:
                (values.add if is_added else values.discard)(value)
    return NewParties(frozenset(addresses), frozenset(domains))
