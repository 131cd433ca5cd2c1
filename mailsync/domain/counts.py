"""What a run saw, by reason (F22): every copy of a mail counts once, and seen = kept + dropped + failed, always."""

from collections import Counter
from dataclasses import dataclass, field
from enum import StrEnum

from mailsync.domain.vocabulary import Reason


class Kept(StrEnum):
    """What became of a mail that was not dropped."""

    KEPT = "kept"
    FAILED = "failed"
    TOO_LABORIOUS = "too_laborious"
    DEFECTIVE = "defective"
    STEPPED_OVER = "stepped_over"


FAILURES = (Kept.FAILED, Kept.TOO_LABORIOUS, Kept.DEFECTIVE, Kept.STEPPED_OVER)
"""Microsoft could not deliver it; it took more than its share of work; an error of ours; workers died at it."""


Outcome = Reason | Kept


@dataclass(slots=True)
class RunCounts:
    """Outcomes of one run. A copy that turns up again (a replay, a move) replaces its earlier outcome.

    Only a hash of Graph's id is remembered, and only while the run lasts.
    """

    outcomes: dict[int, Outcome] = field(default_factory=dict)
    totals: Counter[Outcome] = field(default_factory=Counter)

    def note(self, copy_id: str, outcome: Outcome) -> None:
        """Count a copy's outcome, once."""
        key = hash(copy_id)
        before = self.outcomes.get(key)
        if before is outcome:
            return
        if before is not None:
            self.totals[before] -= 1
        self.outcomes[key] = outcome
        self.totals[outcome] += 1

    def has_seen(self, copy_id: str) -> bool:
        """Whether this run has looked at the copy before."""
        return hash(copy_id) in self.outcomes

    def has_dropped(self, copy_id: str) -> bool:
        """Whether this run has looked at the copy before and found by its envelope that it is not wanted."""
        return self.outcomes.get(hash(copy_id)) in (Reason.INTERNAL, Reason.NO_CRM_MATCH)

    @property
    def seen(self) -> int:
        return len(self.outcomes)

    @property
    def kept(self) -> int:
        return self.totals[Kept.KEPT]

    @property
    def failed(self) -> int:
        return sum(self.totals[failure] for failure in FAILURES)

    @property
    def undelivered(self) -> int:
        """Of the failed, what another try may bring."""
        return self.totals[Kept.FAILED]

    @property
    def dropped(self) -> dict[str, int]:
        """Counts by reason, in the order of the rules; reasons that never occurred are left out."""
        return {reason.value: self.totals[reason] for reason in Reason if self.totals[reason] > 0}
