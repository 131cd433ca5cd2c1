"""What the sync is tried on: mailboxes in the sandbox tenant."""

import pytest

from tests.support.mailboxes import enter, graceless, synced, world

__all__ = ["enter", "graceless", "synced", "waits", "world"]


@pytest.fixture(autouse=True)
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """What Microsoft's asking to wait made runs wait for, in seconds; none of it passes."""
    waited: list[float] = []
    monkeypatch.setattr("mailsync.graph.patience.sleep", waited.append)
    return waited
