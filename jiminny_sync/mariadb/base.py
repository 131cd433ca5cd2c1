"""Lookups that begin with i (`icontains`, `iexact` …) disregard case and accents on every column of text.

Django's backend leaves that to the column's collation, and ours is `utf8mb4_bin`: without this, `owner_email__iexact`
finds an address on SQLite and none on MariaDB.
"""

from django.db.backends.mysql import base, operations

PEOPLES_COLLATION = "utf8mb4_unicode_520_ci"
_REGARDLESS_OF_CASE = {"iexact", "icontains", "istartswith", "iendswith", "iregex"}
_TEXT = {"CharField", "TextField", "SlugField"}


class DatabaseOperations(operations.DatabaseOperations):
    """How a column is written into a comparison."""

    def lookup_cast(self, lookup_type: str, internal_type: str | None = None) -> str:
        if lookup_type in _REGARDLESS_OF_CASE and internal_type in _TEXT:
            return f"%s COLLATE {PEOPLES_COLLATION}"
        return str(super().lookup_cast(lookup_type, internal_type))


class DatabaseWrapper(base.DatabaseWrapper):
    """The backend that DATABASES names as `jiminny_sync.mariadb`."""

    ops_class = DatabaseOperations
