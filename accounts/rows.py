"""Many new rows of one table by one prepared statement, for pages of mail: a first sync writes a dozen rows a mail.

`bulk_create` wraps every value of every row in an expression and compiles that; here each value is only made ready for
the database by its field. It is for rows whose columns are all set in Python: no database defaults, no conflicts to
ignore, and generated ids are not read back.
"""

from collections.abc import Hashable, Sequence
from datetime import UTC, datetime
from types import NoneType
from typing import Any
from uuid import UUID

from django.db import connections, router
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import (
    AutoField,
    BooleanField,
    CharField,
    DateTimeField,
    Field,
    ForeignKey,
    IntegerField,
    Model,
    PositiveIntegerField,
    PositiveSmallIntegerField,
    TextField,
    UUIDField,
)
from django.utils import timezone

_TEXTS, _NUMBERS, _TRUTHS, _IDS, _TIMES = (frozenset({kind, NoneType}) for kind in (str, int, bool, UUID, datetime))
_AS_THEY_ARE: dict[type, frozenset[type]] = {
    CharField: _TEXTS,
    TextField: _TEXTS,
    IntegerField: _NUMBERS,
    PositiveIntegerField: _NUMBERS,
    PositiveSmallIntegerField: _NUMBERS,
    BooleanField: _TRUTHS,
    DateTimeField: frozenset({NoneType}),
}
"""What fields of exactly these types hand to the database unchanged; a field of our own may do anything."""


def insert_rows(rows: Sequence[Model]) -> None:
    """Insert `rows`, all of one model, in the caller's transaction."""
    if not rows:
        return
    insert_tuples(type(rows[0]), rows)
    for row in rows:
        row._state.adding = False  # noqa: SLF001 - documented for use outside


def insert_tuples(model: type[Model], rows: Sequence[Model | tuple[Any, ...]]) -> None:
    """Insert `rows` of `model` in the caller's transaction, each a named tuple with the columns' names.

    A tuple takes a tenth of the time that a model's instance takes to be made. What the tuples leave out has the
    model's default.
    """
    if not rows:
        return
    meta = model._meta  # noqa: SLF001 - as above
    connection = connections[router.db_for_write(model)]
    quoted = connection.ops.quote_name
    fields = [field for field in meta.local_concrete_fields if not isinstance(field, AutoField)]
    names = ", ".join(quoted(str(field.column)) for field in fields)
    places = ", ".join(["%s"] * len(fields))
    columns = [_column(field, rows, connection) for field in fields]
    with connection.cursor() as cursor:
        statement = f"INSERT INTO {quoted(meta.db_table)} ({names}) VALUES ({places})"  # noqa: S608 - the model's names
        cursor.executemany(statement, list(zip(*columns, strict=True)))


def _column(
    field: "Field[Any, Any]", rows: Sequence[Model | tuple[Any, ...]], connection: BaseDatabaseWrapper
) -> list[object]:
    """A field's values as the database takes them; what `auto_now` says is said once for all rows."""
    if isinstance(field, DateTimeField) and (field.auto_now or field.auto_now_add):
        now = timezone.now()
        for row in rows:
            if isinstance(row, Model):
                setattr(row, field.attname, now)
        return [field.get_db_prep_save(now, connection)] * len(rows)
    if not hasattr(rows[0], field.attname):
        return [field.get_db_prep_save(field.get_default(), connection) for _ in rows]
    return made_ready(field, [getattr(row, field.attname) for row in rows], connection)


def made_ready(field: "Field[Any, Any]", values: list[Any], connection: BaseDatabaseWrapper) -> list[Any]:
    """Values for the database; one that recurs, as an organization's id does, is made ready once."""
    first = values[0] if values else None
    if len(values) > 1 and all(value is first for value in values):
        return made_ready(field, [first], connection) * len(values)
    own = field.target_field if isinstance(field, ForeignKey) else field
    kinds = {str if issubclass(kind, str) else kind for kind in set(map(type, values))}  # a word of a vocabulary is one
    if kinds <= _AS_THEY_ARE.get(type(own), frozenset()):
        return values
    if type(own) is UUIDField and kinds <= _IDS:
        is_native = connection.features.has_native_uuid_field
        return values if is_native else [value.hex if value is not None else None for value in values]
    if type(own) is DateTimeField and kinds <= _TIMES:
        return [_moment(value, field, connection) for value in values]
    known: dict[tuple[type, Hashable], object] = {}
    column: list[object] = []
    for value in values:
        try:
            column.append(known[type(value), value])
        except KeyError:
            known[type(value), value] = prepared = field.get_db_prep_save(value, connection)
            column.append(prepared)
        except TypeError:  # a list or an object of a JSON column
            column.append(field.get_db_prep_save(value, connection))
    return column


def _moment(value: datetime | None, field: "Field[Any, Any]", connection: BaseDatabaseWrapper) -> object:
    """A time for the database. Django asks three functions; in UTC, as Graph's are, all that they do is this."""
    if value is None:
        return None
    if value.tzinfo is UTC and connection.timezone is UTC:
        return str(value.replace(tzinfo=None))
    return field.get_db_prep_save(value, connection)
