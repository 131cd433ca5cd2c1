"""What attacks are made on: among others, a mailbox in the sandbox tenant."""

from tests.support.mailboxes import enter, synced, world

__all__ = ["enter", "synced", "world"]
