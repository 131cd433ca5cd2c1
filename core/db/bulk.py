"""What a page of mail asks and writes by the hundred, without what Django takes for each value and row.

    people = Prepared(lambda: Person.objects.filter(address__among=Given("addresses", CharField())).values_list("id"))
    people.ask(addresses=page)              put into SQL once, asked with other values each time
    insert_tuples(Sighting, rows)           many new rows by one prepared statement

Django's way from a queryset to SQL takes half a millisecond, as long as the database takes for its answer or longer,
and a page asks a dozen questions. Its own `in` allows an expression at every place and asks each value several times
whether it is one: 5 µs a value, more than the database takes. `bulk_create` wraps every value of every row in an
expression and compiles that; a first sync writes a dozen rows a mail. Here values are values, and each is only made
ready for the database by its field (docs/decisions/0045).
"""

from collections.abc import Callable, Hashable, Iterable, Sequence
from datetime import UTC, datetime
from functools import cached_property
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
    Expression,
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

Row = TypeVar("Row", bound=tuple[Any, ...])
_PLACE = "%s"

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


class Given(Expression):
    """A place in a prepared query: a value, or with `__among` values, as a column of `field`'s kind holds them."""

    def __init__(self, name: str, field: "Field[Any, Any]") -> None:
        super().__init__(output_field=field)
        self.name = name
        self.is_many = False

    def as_sql(self, _: SQLCompiler, __: BaseDatabaseWrapper) -> tuple[str, tuple[Any, ...]]:
        """The place itself, where a parameter goes."""
        return _PLACE, (self,)

    def filled(self, value: Any, connection: BaseDatabaseWrapper) -> list[Any]:
        """The parameters for `value`: none where it has no members."""
        values = [each for each in dict.fromkeys(value) if each is not None] if self.is_many else [value]
        return made_ready(self.output_field, values, connection)

    def many(self) -> "Given":
        """The same place for values."""
        several = self.copy()
        several.is_many = True
        return several


class Prepared(Generic[Row]):
    """A query of rows of values, with a Given for each value that changes; `build` is called at the first question."""

    def __init__(self, build: Callable[[], "QuerySet[Any, Row]"]) -> None:
        self._build = build

    def ask(self, **values: Any) -> list[Row]:
        """The rows for these values, one for each name that is Given."""
        using, pieces, places, converters = self._question
        connection = connections[using]
        statement, parameters = [pieces[0]], list[Any]()
        for place, piece in zip(places, pieces[1:], strict=True):
            filled = place.filled(values[place.name], connection) if isinstance(place, Given) else [place]
            statement += [", ".join([_PLACE] * len(filled)) or "NULL", piece]
            parameters += filled
        with connection.cursor() as cursor:
            cursor.execute("".join(statement), parameters)
            rows: list[Row] = cursor.fetchall()
        return _converted(rows, converters, connection) if converters else rows

    @cached_property
    def _question(self) -> tuple[str, list[str], list[Any], dict[int, tuple[list[Any], Any]]]:
        """The database, the SQL between the places, what stands at them, and the columns that are to be converted."""
        query = self._build()
        compiler = query.query.get_compiler(query.db)
        sql, parameters = compiler.as_sql()
        converters = compiler.get_converters([column for column, _, _ in compiler.select])
        return query.db, sql.split(_PLACE), list(parameters), converters


def _converted(
    rows: Iterable[Row], converters: dict[int, tuple[list[Any], Any]], connection: BaseDatabaseWrapper
) -> list[Row]:
    """Rows as the fields give them out, such as SQLite's text as a UUID."""
    converted: list[Any] = []
    for row in map(list, rows):
        for position, (steps, expression) in converters.items():
            for step in steps:
                row[position] = step(row[position], expression, connection)
        converted.append(tuple(row))
    return converted


class Among(Lookup):
    """Whether a column holds one of the values, each asked for once; nothing is among none of them, nor is NULL."""

    lookup_name = "among"

    def get_prep_lookup(self) -> list[object] | Given:
        """The values, each once."""
        values: Iterable[object] | Given = self.rhs
        if isinstance(values, Given):
            return values.many()
        return [value for value in dict.fromkeys(values) if value is not None]

    def as_sql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper) -> tuple[str, tuple[Any, ...]]:
        """`column IN (…)`."""
        column, parameters = self.process_lhs(compiler, connection)
        if isinstance(self.rhs, Given):
            return f"{column} IN (%s)", (*parameters, self.rhs)
        if not self.rhs:
            raise EmptyResultSet
        values = made_ready(self.lhs.output_field, self.rhs, connection)
        return f"{column} IN ({', '.join(['%s'] * len(values))})", (*parameters, *values)


Field.register_lookup(Among)
ForeignKey.register_lookup(Among)  # it leaves a field's lookups to the column that it leads to
