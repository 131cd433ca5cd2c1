"""`manage.py rotate_encryption_keys`: put the new key first in FIELD_ENCRYPTION_KEYS, restart, run this.

The old key can go once this ends without an error.
"""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from core.db.rotation import encrypted_columns, rotate_column


class Command(BaseCommand):
    help = "Re-encrypts every stored secret with the newest key of FIELD_ENCRYPTION_KEYS. Safe to repeat."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--batch-size", type=int, default=500)

    def handle(self, *_: Any, **options: Any) -> None:
        unreadable = 0
        for model, name in encrypted_columns():
            tally = rotate_column(model, name, batch_size=max(1, options["batch_size"]))
            unreadable += tally.unreadable
            self.stdout.write(
                f"{tally.column}: {tally.rotated} re-encrypted, {tally.already_newest} already with the newest key, "
                f"{tally.unreadable} unreadable"
            )
        if unreadable:
            raise CommandError(
                f"{unreadable} secrets open with none of the keys: the key they were written with is missing. "
                "Add it to FIELD_ENCRYPTION_KEYS and run this again, or let the people concerned connect anew."
            )
