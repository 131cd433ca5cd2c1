"""What attacks are made on: a customer's mail, and a mailbox in the sandbox tenant."""

from tests.support.mailboxes import enter, synced, world
from tests.support.recording import globex, jane

__all__ = ["enter", "globex", "jane", "synced", "world"]
