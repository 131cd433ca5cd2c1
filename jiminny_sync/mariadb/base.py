"""What the database needs beyond Django's MySQL backend.

Lookups that begin with i (`icontains`, `iexact` …) disregard case and accents on every column of text. Django's
backend leaves that to the column's collation, and ours is `utf8mb4_bin`: without this, `owner_email__iexact` finds an
address on SQLite and none on MariaDB.

A foreign key is added to a table while others write to it. MariaDB bars them for as long as it looks at every row,
unless it is told not to look; so it is told, and the rows are looked at afterwards, without a lock.
"""

import re
from typing import Any

from django.db.backends.mysql import base, operations, schema

PEOPLES_COLLATION = "utf8mb4_unicode_520_ci"
_REGARDLESS_OF_CASE = {"iexact", "icontains", "istartswith", "iendswith", "iregex"}
_TEXT = {"CharField", "TextField", "SlugField"}
_ADDS_A_FOREIGN_KEY = re.compile(r"ALTER TABLE `(?P<table>\w+)` .*\bADD CONSTRAINT\b.*\bFOREIGN KEY\b", re.DOTALL)


class DatabaseOperations(operations.DatabaseOperations):
    """How a column is written into a comparison."""

    def lookup_cast(self, lookup_type: str, internal_type: str | None = None) -> str:
        if lookup_type in _REGARDLESS_OF_CASE and internal_type in _TEXT:
            return f"%s COLLATE {PEOPLES_COLLATION}"
        return str(super().lookup_cast(lookup_type, internal_type))


class DatabaseSchemaEditor(schema.DatabaseSchemaEditor):
    """How tables are changed by a migration."""

    def execute(self, sql: Any, params: Any = ()) -> None:
        """Run one statement; raises IntegrityError where a new foreign key leads nowhere."""
        found = _ADDS_A_FOREIGN_KEY.match(str(sql))
        if found is None:
            super().execute(sql, params)
            return
        super().execute("SET foreign_key_checks = 0")
        try:
            super().execute(sql, params)
        finally:
            super().execute("SET foreign_key_checks = 1")
        if not self.collect_sql:
            self.connection.check_constraints(table_names=[found["table"]])


class DatabaseWrapper(base.DatabaseWrapper):
    """The backend that DATABASES names as `jiminny_sync.mariadb`."""

    ops_class = DatabaseOperations
    SchemaEditorClass = DatabaseSchemaEditor
