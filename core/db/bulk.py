"""What pages of mail ask and write by the thousand, past what Django takes for each value: three names, and no fourth.

    people = Prepared(lambda organization, addresses: Person.objects.filter(
        organization__among=organization, address__among=addresses).values_list("id"))

    people.ask(organization=id, addresses=page)       put into SQL once, asked with other values each time
    Person.objects.filter(address__among=page)        `in` for values that are no expressions
    insert_rows(Sighting, rows)                       many new rows by one prepared statement

From a queryset to SQL Django takes half a millisecond, as long as the database for its answer or longer; a page asks a
dozen questions. Its `in` asks each value several times whether it is an expression: 5 µs a value, more than the
database takes. `bulk_create` wraps every value of every row in an expression and compiles that; a first sync writes a
dozen rows a mail. Here a value is only made ready for the database, by the field of the column that it is compared with
or written to (docs/decisions/0045).
"""

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cached_property
from inspect import signature
from types import NoneType
from typing import Any, Generic, TypeVar
from uuid import UUID

from django.core.exceptions import EmptyResultSet
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
    QuerySet,
    TextField,
    UUIDField,
)
from django.db.models.lookups import Lookup
from django.db.models.sql.compiler import SQLCompiler
from django.utils import timezone

Answer = TypeVar("Answer", bound=tuple[Any, ...])

NewRow = Mapping[str, Any]
"""A row to be: values by the names under which an instance has them, such as `account_id`."""

_PARAMETER = "%s"

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


class Prepared(Generic[Answer]):
    """A query of rows of values that is put into SQL once, at the first question.

    `build` makes it. Each of its parameters stands for a value or several, other ones at each question, and is compared
    by `among` alone; one that is not raises TypeError.
    """

    def __init__(self, build: Callable[..., "QuerySet[Any, Answer]"]) -> None:
        self._build = build

    def ask(self, **values: Any) -> list[Answer]:
        """The rows for these values, by the names of the parameters of `build`."""
        using, pieces, places, converters = self._question
        connection = connections[using]
        statement, parameters = [pieces[0]], list[Any]()
        for place, piece in zip(places, pieces[1:], strict=True):
            filled = place.filled(values[place.name], connection) if isinstance(place, _Place) else [place]
            statement += [", ".join([_PARAMETER] * len(filled)) or "NULL", piece]
            parameters += filled
        with connection.cursor() as cursor:
            cursor.execute("".join(statement), parameters)
            rows: list[Answer] = cursor.fetchall()
        return _converted(rows, converters, connection) if converters else rows

    @cached_property
    def _question(self) -> tuple[str, list[str], list[Any], dict[int, tuple[list[Any], Any]]]:
        """The database, the SQL between the places, what stands at them, and the columns that are to be converted."""
        places = {name: _Place(name) for name in signature(self._build).parameters}
        query = self._build(**places)
        compiler = query.query.get_compiler(query.db)
        sql, parameters = compiler.as_sql()
        if lost := places.keys() - {each.name for each in parameters if isinstance(each, _Place)}:
            raise TypeError(f"Not compared by `among`: {', '.join(sorted(lost))}.")
        converters = compiler.get_converters([column for column, _, _ in compiler.select])
        return query.db, sql.split(_PARAMETER), list(parameters), converters


@dataclass(frozen=True, slots=True)
class _Place:
    """Where values go in a prepared query; `field` is that of the column that they are compared with."""

    name: str
    field: "Field[Any, Any] | None" = None

    def filled(self, given: Any, connection: BaseDatabaseWrapper) -> list[Any]:
        """The parameters for one value or several; none where there is nothing to compare with."""
        assert self.field is not None  # noqa: S101 - `among` has put it in
        several = given if isinstance(given, Iterable) and not isinstance(given, str) else [given]
        return _made_ready(self.field, _each_once(several), connection)


def _converted(
    rows: Iterable[Answer], converters: dict[int, tuple[list[Any], Any]], connection: BaseDatabaseWrapper
) -> list[Answer]:
    """Rows as the fields give them out, such as SQLite's text as a UUID."""
    converted: list[Any] = []
    for row in map(list, rows):
        for position, (steps, expression) in converters.items():
            for step in steps:
                row[position] = step(row[position], expression, connection)
        converted.append(tuple(row))
    return converted


class _Among(Lookup):
    """Whether a column holds one of the values, each asked for once; nothing is among none of them, nor is NULL."""

    lookup_name = "among"

    def get_prep_lookup(self) -> list[object] | _Place:
        """The values, each once."""
        values: Iterable[object] | _Place = self.rhs
        return values if isinstance(values, _Place) else _each_once(values)

    def as_sql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper) -> tuple[str, tuple[Any, ...]]:
        """`column IN (…)`."""
        column, parameters = self.process_lhs(compiler, connection)
        field = self.lhs.output_field
        if isinstance(self.rhs, _Place):
            return f"{column} IN ({_PARAMETER})", (*parameters, replace(self.rhs, field=field))
        if not self.rhs:
            raise EmptyResultSet
        values = _made_ready(field, self.rhs, connection)
        return f"{column} IN ({', '.join([_PARAMETER] * len(values))})", (*parameters, *values)


Field.register_lookup(_Among)
ForeignKey.register_lookup(_Among)  # it leaves a field's lookups to the column that it leads to


def _each_once(values: Iterable[object]) -> list[object]:
    return [value for value in dict.fromkeys(values) if value is not None]


def insert_rows(model: type[Model], rows: Sequence[Model] | Sequence[NewRow]) -> None:
    """Insert `rows` of `model` in the caller's transaction: values by their names, or instances.

    An instance takes twenty times as long to be made. What a row leaves out has the model's default; a name that is no
    column's is a TypeError. All columns are set here: no defaults of the database, no conflicts to ignore, no ids read
    back.
    """
    if not rows:
        return
    meta = model._meta  # noqa: SLF001 - Django's documented Model._meta API
    connection = connections[router.db_for_write(model)]
    quoted = connection.ops.quote_name
    fields = [field for field in meta.local_concrete_fields if not isinstance(field, AutoField)]
    names = ", ".join(quoted(str(field.column)) for field in fields)
    places = ", ".join([_PARAMETER] * len(fields))
    given = set[str]().union(*(row for row in rows if not isinstance(row, Model)))
    if unknown := given - {field.attname for field in fields}:
        raise TypeError(f"Not to be written to {meta.label}: {', '.join(sorted(unknown))}.")
    columns = [_column(field, rows, connection) for field in fields]
    with connection.cursor() as cursor:
        statement = f"INSERT INTO {quoted(meta.db_table)} ({names}) VALUES ({places})"  # noqa: S608 - the model's names
        cursor.executemany(statement, list(zip(*columns, strict=True)))


def _column(
    field: "Field[Any, Any]", rows: Sequence[Model] | Sequence[NewRow], connection: BaseDatabaseWrapper
) -> list[object]:
    """A field's values as the database takes them; what `auto_now` says is said once for all rows."""
    if isinstance(field, DateTimeField) and (field.auto_now or field.auto_now_add):
        now = timezone.now()
        for row in rows:
            if isinstance(row, Model):
                setattr(row, field.attname, now)
        return [field.get_db_prep_save(now, connection)] * len(rows)
    name = field.attname
    values = [
        row[name] if type(row) is dict and name in row else _value(row, field)  # nearly all are so, and it is quick
        for row in rows
    ]
    return _made_ready(field, values, connection)


def _value(row: Model | NewRow, field: "Field[Any, Any]") -> object:
    name = field.attname
    if isinstance(row, Model):
        return getattr(row, name)
    return row[name] if name in row else field.get_default()


def _made_ready(field: "Field[Any, Any]", values: list[Any], connection: BaseDatabaseWrapper) -> list[Any]:
    """Values for the database; one that recurs, as an organization's id does, is made ready once."""
    first = values[0] if values else None
    if len(values) > 1 and all(value is first for value in values):
        return _made_ready(field, [first], connection) * len(values)
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
