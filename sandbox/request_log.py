"""What was asked of Graph and of the identity platform, for tests to read."""

from collections import deque
from dataclasses import asdict, dataclass
from typing import Any

CAPACITY = 200_000


@dataclass(slots=True)
class LogEntry:
    """One request or one part of a `$batch`; `query` is decoded, `headers` names only what matters."""

    seq: int
    time: float
    door: str
    mailbox: str
    method: str
    path: str
    query: str
    prefer: str
    status: int
    in_batch: bool = False
    grant_type: str = ""
    scope: str = ""
    code: str = ""


class RequestLog:
    """A ring of entries; `seq` keeps counting."""

    def __init__(self) -> None:
        self._entries: deque[LogEntry] = deque(maxlen=CAPACITY)
        self._seq = 0

    def add(self, **facts: Any) -> LogEntry:
        """Appends an entry."""
        self._seq += 1
        entry = LogEntry(seq=self._seq, **facts)
        self._entries.append(entry)
        return entry

    def since(self, seq: int) -> list[dict[str, Any]]:
        """Entries after `seq`, oldest first."""
        newer = self._seq - seq
        if newer <= 0:
            return []
        entries = list(self._entries)
        return [asdict(entry) for entry in entries[-newer:]]

    @property
    def last_seq(self) -> int:
        """The number of the newest entry."""
        return self._seq

    def clear(self) -> None:
        """Forgets the entries; numbers go on, so that a reader's place stays good."""
        self._entries.clear()
