"""The console's pages of the sync: what is kept out, how mailboxes are doing, whose an address is."""

from mailsync.admin import addresses, mailboxes, rules

__all__ = ["addresses", "mailboxes", "rules"]
