"""What the sync is tried on: mailboxes in the sandbox tenant."""

from tests.support.mailboxes import enter, graceless, synced, world

__all__ = ["enter", "graceless", "synced", "world"]
