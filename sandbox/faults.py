"""Faults that tests inject into Graph: which requests they strike, how often, and what then happens."""

import random
import re
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

FOREVER = -1


class FaultKind(StrEnum):
    """What may go wrong."""

    STATUS = "status"
    THROTTLE_429 = "throttle_429"
    EMPTY_503 = "empty_503"
    GATEWAY_TIMEOUT = "504"
    TRUNCATED_JSON = "truncated_json"
    SLOW = "slow"
    DROP_CONNECTION = "drop_connection"
    NEXT_LINK_LOOP = "next_link_loop"
    FOREIGN_NEXT_LINK = "foreign_next_link"
    EMPTY_PAGES = "empty_pages"
    DUPLICATE_ITEMS = "duplicate_items"
    POISON_ITEM = "poison_item"
    REPLAY = "replay"
    MAILBOX_NOT_ENABLED = "mailbox_not_enabled"
    BATCH_ITEM = "batch_item"
    BATCH_SHUFFLE = "batch_shuffle"
    CLAIMS_CHALLENGE = "claims_challenge"
    SYNC_STATE_GONE = "sync_state_gone"


_LASTING = frozenset({FaultKind.POISON_ITEM, FaultKind.NEXT_LINK_LOOP})


@dataclass(slots=True)
class Fault:
    """A rule: `path` is a regular expression sought in the path and decoded query; `after` requests go unharmed.

    `share` of the requests that it could strike are struck, the same ones each time in a run of the same requests;
    `is_whole` spares the parts of a `$batch`.
    """

    id: int
    kind: FaultKind
    arguments: dict[str, Any]
    mailbox: str = ""
    path: re.Pattern[str] | None = None
    method: str = ""
    remaining: int = 1
    after: int = 0
    struck: int = 0
    share: float = 1.0
    is_whole: bool = False
    dice: random.Random = field(default_factory=lambda: random.Random(1))

    def strikes(self, mailbox: str, method: str, target: str, *, in_batch: bool) -> bool:
        """True where this request is one of its victims; does not count."""
        if self.remaining == 0 or (self.kind is FaultKind.BATCH_ITEM and not in_batch):
            return False
        if self.is_whole and in_batch:
            return False
        if self.mailbox and self.mailbox != mailbox:
            return False
        if self.method and self.method != method:
            return False
        return self.path is None or self.path.search(target) is not None

    def count(self) -> bool:
        """Counts a victim; False while the first `after` ones go free."""
        if self.after > 0:
            self.after -= 1
            return False
        if self.share < 1 and self.dice.random() >= self.share:
            return False
        self.struck += 1
        if self.remaining > 0:
            self.remaining -= 1
        return True


@dataclass(slots=True)
class FaultBook:
    """All rules in force."""

    faults: list[Fault] = field(default_factory=list)
    _next: int = 1

    def add(self, rule: dict[str, Any]) -> Fault:
        """Reads `{"match": {...}, "count": n, "after": n, "share": s, "fault": {"kind": …, …}}`. Raises ValueError."""
        match = rule.get("match") or {}
        arguments = dict(rule.get("fault") or {})
        kind = FaultKind(str(arguments.pop("kind", "")))
        pattern = match.get("path")
        count = int(arguments.get("n", 1)) if kind is FaultKind.EMPTY_PAGES else FOREVER if kind in _LASTING else 1
        if rule.get("count") is not None:
            count = int(rule["count"])
        fault = Fault(
            id=self._next,
            kind=kind,
            arguments=arguments,
            mailbox=str(match.get("mailbox") or "").lower(),
            path=re.compile(pattern) if pattern else None,
            method=str(match.get("method") or "").upper(),
            remaining=count,
            after=int(rule.get("after", 0)),
            share=float(rule.get("share", 1)),
            is_whole=bool(match.get("whole")),
        )
        self._next += 1
        self.faults.append(fault)
        return fault

    def striking(self, mailbox: str, method: str, target: str, *, in_batch: bool) -> list[Fault]:
        """The faults this request meets, counted."""
        if not self.faults:
            return []
        victims = [fault for fault in self.faults if fault.strikes(mailbox, method, target, in_batch=in_batch)]
        return [fault for fault in victims if fault.count()]

    def clear(self, mailbox: str = "") -> None:
        """Peace; with a mailbox named, for that one alone."""
        self.faults = [fault for fault in self.faults if mailbox and fault.mailbox != mailbox.lower()]
