"""A second producer, as small as one can be: feeds of lines, whose runs live by core.runs as a mailbox's do."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import ClassVar

from django.db import models

from core.http.errors import (
    AdminConsentNeeded,
    Blocked,
    ConsentRevoked,
    Misconfigured,
    ReauthenticationNeeded,
    UserDisabled,
)
from core.ids import new_id
from core.runs.claims import Claim
from core.runs.columns import RunColumns, StateColumns
from core.runs.failures import Failure, FailureStates, judge
from core.runs.run import Run


class FeedState(StrEnum):
    """The states of a feed: words of its own, as those of a CRM are."""

    CATCHING_UP = "catching_up"
    IN_SYNC = "in_sync"
    THROTTLED = "throttled"
    NEEDS_SIGN_IN = "needs_sign_in"
    NEEDS_PERMISSION = "needs_permission"
    MISCONFIGURED = "misconfigured"


STATES = FailureStates(
    stops={
        ReauthenticationNeeded: FeedState.NEEDS_SIGN_IN,
        UserDisabled: FeedState.NEEDS_SIGN_IN,
        ConsentRevoked: FeedState.NEEDS_PERMISSION,
        AdminConsentNeeded: FeedState.NEEDS_PERMISSION,
        Blocked: FeedState.NEEDS_PERMISSION,
        Misconfigured: FeedState.MISCONFIGURED,
    },
    throttled=FeedState.THROTTLED,
    again_after=lambda _: timedelta(hours=1),
)


class Feed(StateColumns):
    """What is read."""

    switch = "is_on"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    is_on = models.BooleanField(default=True)
    lines_read = models.PositiveIntegerField(default=0)

    objects: "ClassVar[models.Manager[Feed]]" = models.Manager()

    class Meta:
        app_label = "toy"


class FeedRunRow(RunColumns):
    """What a run over a feed came to."""

    feed = models.ForeignKey(Feed, on_delete=models.CASCADE, related_name="runs")
    lines = models.PositiveIntegerField(default=0)

    objects: "ClassVar[models.Manager[FeedRunRow]]" = models.Manager()

    class Meta:
        app_label = "toy"


@dataclass
class FeedRun(Run[Feed, FeedRunRow]):
    """A claimed feed being read; `is_left` tells that what it held was given up."""

    lines: int = 0
    is_left: bool = False

    def read(self, lines: int) -> None:
        """Take some lines, in one write with the lease."""
        self.claim.renew(lines_read=self.source.lines_read + lines)
        self.source.lines_read += lines
        self.lines += lines
        self.save_row()
        self.is_row_stored = self.has_progressed = True

    def counted(self) -> dict[str, object]:
        return {"lines": self.lines}

    def leave(self) -> None:
        self.is_left = True

    def end(self) -> None:
        state = FeedState.IN_SYNC if self.row.is_complete else FeedState.CATCHING_UP
        self.claim.release(state=state, state_reason="", failures=0, due_at=self.clock() + timedelta(minutes=15))

    def fail(self, error: Exception) -> Failure[FeedState]:
        failures = 1 if self.has_progressed else self.source.failures + 1
        now = self.clock()
        failure = judge(error, STATES, on_the_way=FeedState.CATCHING_UP, failures=failures, now=now)
        self.close(failure.code)
        self.claim.release(
            state=failure.state, state_reason=failure.code, failures=failures, due_at=failure.again_at,
            not_before=failure.again_at if failure.is_wait else None,
        )  # fmt: skip
        return failure


def run_over(feed: Feed, clock: Callable[[], datetime]) -> Callable[[Claim], FeedRun]:
    """What begins a run over a claimed feed."""

    def begin(claim: Claim) -> FeedRun:
        now = clock()
        return FeedRun(feed, claim, FeedRunRow(feed=feed, started_at=now), clock, now + timedelta(minutes=5))

    return begin
