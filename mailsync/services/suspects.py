"""The mails of a mailbox that a worker is at, and those that one did not survive (mailsync.domain.suspicion)."""

import hashlib
import hmac
from collections.abc import Iterable, Mapping
from functools import cached_property

from accounts.selectors.keys import organization_key
from mailsync.domain.suspicion import read, written
from mailsync.models import AtWork, Mailbox


class CopyKeys:
    """Keyed hashes of Graph's ids: nothing is told of a mail by them, and equal ones say nothing across mailboxes."""

    def __init__(self, mailbox: Mailbox) -> None:
        self._mailbox = mailbox

    def key(self, copy_id: str) -> str:
        """32 hexadecimal digits."""
        text = f"at work\0{self._mailbox.pk}\0{copy_id}"
        return hmac.new(self._secret, text.encode(), hashlib.sha256).hexdigest()[:32]

    @cached_property
    def _secret(self) -> bytes:
        return organization_key(self._mailbox.organization)


def write_marks(
    mailbox: Mailbox, claim: str, *, mails: Iterable[str], is_alone: bool, suspects: Mapping[str, int]
) -> bool:
    """Write what is at work and what is suspected; False where the mailbox is another worker's by now."""
    row = {"mails": " ".join(mails), "is_alone": is_alone, "suspects": written(suspects)}
    if AtWork.objects.filter(mailbox=mailbox, mailbox__claim=claim).update(**row):
        return True
    if not Mailbox.objects.filter(pk=mailbox.pk, claim=claim).exists():
        return False
    AtWork.objects.update_or_create(mailbox=mailbox, defaults=row)
    return True


def is_suspected(mailbox: Mailbox, copy_id: str) -> bool:
    """Whether a worker is at this mail, or one has not survived it."""
    row = AtWork.objects.filter(mailbox=mailbox).first()
    return row is not None and CopyKeys(mailbox).key(copy_id) in {*row.mails.split(), *read(row.suspects)}
