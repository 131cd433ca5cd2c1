"""Questions that every page of mail asks anew: put into SQL once, and asked with other values each time.

    people = Prepared(lambda: Person.objects.filter(address__among=Given("addresses", CharField())).values_list("id"))
    people.ask(addresses=page)

Django's way from a queryset to SQL takes half a millisecond, as long as the database takes for its answer or longer,
and a page asks a dozen questions.
"""

from collections.abc import Callable, Iterable
from functools import cached_property
from typing import Any, Generic, TypeVar

from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Expression, Field, QuerySet
from django.db.models.sql.compiler import SQLCompiler

from accounts.rows import made_ready

Row = TypeVar("Row", bound=tuple[Any, ...])
_PLACE = "%s"


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
