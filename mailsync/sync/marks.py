"""Names in the database, before the work, the mails that a run is at; knows which ones earlier workers did not survive.

begin ──its own commit──▶ work ──▶ clear, in the page's transaction
                           └─ the worker is gone: the next one finds the names (mailsync.domain.suspicion)
"""

from collections.abc import Iterable, Sequence

from core.runs.claims import Claim
from mailsync.domain.envelope import Candidate
from mailsync.domain.suspicion import after_death, is_stepped_over, read
from mailsync.models import AtWork, Mailbox
from mailsync.services.suspects import CopyKeys, write_marks


class Marks:
    """The marks of a claimed mailbox. Its row of AtWork is the one that was there when it was loaded."""

    def __init__(self, mailbox: Mailbox, claim: Claim) -> None:
        self._mailbox, self._claim, self._keys = mailbox, claim, CopyKeys(mailbox)
        row: AtWork | None = getattr(mailbox, "at_work", None)
        self._is_stale = row is not None and bool(row.mails)
        self._suspects = after_death(read(row.suspects), row.mails.split(), is_alone=row.is_alone) if row else {}

    def parted(self, candidates: Iterable[Candidate]) -> tuple[list[Candidate], list[Candidate], list[Candidate]]:
        """Those that have cost as many workers as a mail may, the other suspects, and all others."""
        stepped_over: list[Candidate] = []
        suspects: list[Candidate] = []
        others: list[Candidate] = []
        for each in candidates:
            key = self._key(each) if self._suspects else ""
            if is_stepped_over(key, self._suspects):
                stepped_over.append(each)
            else:
                (suspects if key in self._suspects else others).append(each)
        return stepped_over, suspects, others

    def begin(self, candidates: Iterable[Candidate], *, is_alone: bool) -> None:
        """Work on these begins. Raises Interrupted where the mailbox is no longer ours."""
        self._is_stale = True
        self._write([self._key(each) for each in candidates], is_alone=is_alone)

    def clear(self) -> None:
        """Nothing is at work. In a page's transaction, so that the names go with its commit."""
        if self._is_stale:
            self._write([])

    def settle(self, survived: Iterable[Candidate] = ()) -> None:
        """What was cleared is committed; `survived` were at work alone and are suspected no longer."""
        forgotten = [self._suspects.pop(self._key(each), None) for each in survived]
        self._is_stale = bool(forgotten)

    def leave(self) -> None:
        """The run ends in order, however far it came: nothing is at work, and whom it found suspected is told."""
        if self._is_stale:
            write_marks(self._mailbox, self._claim.name, mails=[], is_alone=False, suspects=self._suspects)

    def _write(self, mails: Sequence[str], *, is_alone: bool = False) -> None:
        claim = self._claim
        if not write_marks(self._mailbox, claim.name, mails=mails, is_alone=is_alone, suspects=self._suspects):
            claim.renew()  # raises

    def _key(self, candidate: Candidate) -> str:
        return self._keys.key(candidate.envelope.copy_id)
