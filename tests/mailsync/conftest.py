"""What the sync is tried on: mailboxes in the sandbox tenant."""

import pytest
from celery import Celery

from tests.support.mailboxes import enter, graceless, synced, world

__all__ = ["enter", "graceless", "synced", "waits", "world"]


@pytest.fixture
def queued(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    """The tasks that were sent to a worker, each with the mailbox it is for; none is run."""
    sent: list[tuple[str, str]] = []
    monkeypatch.setattr(Celery, "send_task", lambda _, name, args=("",), **__: sent.append((name, args[0])))
    return sent


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """What waits for a commit is done without one."""
    monkeypatch.setattr("mailsync.services.switch.transaction.on_commit", lambda work, **_: work())


@pytest.fixture(autouse=True)
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """What Microsoft's asking to wait made runs wait for, in seconds; none of it passes."""
    waited: list[float] = []
    monkeypatch.setattr("mailsync.graph.patience.sleep", waited.append)
    return waited
