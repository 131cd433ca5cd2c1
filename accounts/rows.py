"""Many new rows of one table by one prepared statement, for pages of mail: a first sync writes a dozen rows a mail.

`bulk_create` wraps every value of every row in an expression and compiles that; here each value is only made ready for
the database by its field. It is for rows whose columns are all set in Python: no database defaults, no conflicts to
ignore, and generated ids are not read back.
"""

from collections.abc import Sequence

from django.db import connections, router
from django.db.models import AutoField, Model


def insert_rows(rows: Sequence[Model]) -> None:
    """Insert `rows`, all of one model, in the caller's transaction."""
    if not rows:
        return
    meta = type(rows[0])._meta  # noqa: SLF001 - documented for use outside
    connection = connections[router.db_for_write(type(rows[0]))]
    quoted = connection.ops.quote_name
    fields = [field for field in meta.local_concrete_fields if not isinstance(field, AutoField)]
    columns = ", ".join(quoted(str(field.column)) for field in fields)
    places = ", ".join(["%s"] * len(fields))
    values = [[field.get_db_prep_save(field.pre_save(row, add=True), connection) for field in fields] for row in rows]
    with connection.cursor() as cursor:
        cursor.executemany(f"INSERT INTO {quoted(meta.db_table)} ({columns}) VALUES ({places})", values)  # noqa: S608
    for row in rows:
        row._state.adding = False  # noqa: SLF001 - documented likewise
