"""Many new rows of one table by one prepared statement, for pages of mail: a first sync writes a dozen rows a mail.

`bulk_create` wraps every value of every row in an expression and compiles that; here each value is only made ready for
the database by its field. It is for rows whose columns are all set in Python: no database defaults, no conflicts to
ignore, and generated ids are not read back.
"""

from collections.abc import Hashable, Sequence
from typing import Any

from django.db import connections, router
from django.db.models import AutoField, Field, Model


def insert_rows(rows: Sequence[Model]) -> None:
    """Insert `rows`, all of one model, in the caller's transaction."""
    if not rows:
        return
    meta = type(rows[0])._meta  # noqa: SLF001 - documented for use outside
    connection = connections[router.db_for_write(type(rows[0]))]
    quoted = connection.ops.quote_name
    fields = [field for field in meta.local_concrete_fields if not isinstance(field, AutoField)]
    names = ", ".join(quoted(str(field.column)) for field in fields)
    places = ", ".join(["%s"] * len(fields))
    columns = [_column(field, rows, connection) for field in fields]
    with connection.cursor() as cursor:
        statement = f"INSERT INTO {quoted(meta.db_table)} ({names}) VALUES ({places})"  # noqa: S608 - the model's names
        cursor.executemany(statement, list(zip(*columns, strict=True)))
    for row in rows:
        row._state.adding = False  # noqa: SLF001 - documented likewise


def _column(field: "Field[Any, Any]", rows: Sequence[Model], connection: Any) -> list[object]:
    """A field's values as the database takes them; one that recurs, as ids and kinds do, is made ready once."""
    made_ready: dict[tuple[type, Hashable], object] = {}
    column = []
    for row in rows:
        value = field.pre_save(row, add=True)
        if not isinstance(value, Hashable):
            column.append(field.get_db_prep_save(value, connection))
            continue
        key = type(value), value
        if key not in made_ready:
            made_ready[key] = field.get_db_prep_save(value, connection)
        column.append(made_ready[key])
    return column
