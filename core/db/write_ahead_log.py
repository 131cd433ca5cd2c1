"""What SQLite keeps of rows that are gone: nothing in its pages, and nothing in its write-ahead log.

`PRAGMA secure_delete` (jiminny_sync.settings) overwrites what a page frees. The log beside the file still holds the
pages as they were, until it is written back and cut: SQLite reuses it from its beginning and leaves the rest as it was.
"""

from django.db import connection

_LONGEST_WAIT, _USUAL_WAIT = "PRAGMA busy_timeout = 1000", "PRAGMA busy_timeout = 30000"
"""Others cannot write while it waits for those who read; what was not cut is cut the next minute."""


def cut_log() -> bool:
    """Write the log back into the file and cut it to nothing; whether it was cut. Only SQLite has one."""
    if connection.vendor != "sqlite" or connection.in_atomic_block:
        return False
    with connection.cursor() as cursor:
        cursor.execute(_LONGEST_WAIT)
        try:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            return not cursor.fetchone()[0]
        finally:
            cursor.execute(_USUAL_WAIT)
