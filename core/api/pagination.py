"""How lists are paged: by a cursor that names the last row, newest first, up to 500 a page.

page 1 ──next: rows after (occurred_at, id)──▶ page 2 ──next──▶ …        previous: the same, read backwards

The cursor holds every field of the ordering, so that rows of the same second are neither skipped nor repeated, and
mail that arrives between two requests moves nothing. A page ends at MOST_PAGE_BYTES: where rows may be large, their
sizes are asked for first, and what is read after that is cut to the byte.
"""

import base64
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from django.core.exceptions import ValidationError
from django.db import models
from rest_framework.exceptions import ValidationError as BadRequest
from rest_framework.pagination import CursorPagination
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param
from rest_framework.views import APIView

from core.db.portions import beyond, fitting

MOST_PAGE_BYTES = 8_000_000
"""Of the rows of a page, as JSON; a single row that is larger is a page of its own."""

MOST_PAGE_ROWS = 500
_LONGEST_ENVELOPE = 20_000
"""Bytes around the rows: the links may repeat what was asked."""


class Sizes(Protocol):
    """About how many bytes each of the first `most` rows shows of itself, in order, told without reading them."""

    def __call__(self, rows: Any, most: int, /) -> Sequence[int]: ...


@dataclass(frozen=True, slots=True)
class _Cursor:
    values: tuple[str, ...]
    is_backward: bool


class NewestFirst(CursorPagination):
    """`{"next", "previous", "results"}`; a view names its `ordering`, which must end in a unique column."""

    page_size = 50
    page_size_query_param = "page_size"
    max_page_size = MOST_PAGE_ROWS
    ordering: Any = ("-id",)
    cursor_query_description = "Where the page begins: taken from `next` or `previous`, opaque."
    page_size_query_description = "Rows a page, up to 500."

    first: Any
    last: Any
    rows: Sequence[Any] = ()
    is_backward = False
    sizes: Sizes | None = None

    def paginate_queryset(self, queryset: Any, request: Request, view: APIView | None = None) -> list[Any]:
        self.address = request.build_absolute_uri()
        self.order = tuple(getattr(view, "ordering", None) or self.ordering)
        self.request_size = self._requested_size(request)
        cursor = self._read(request, queryset.model)
        backward = bool(cursor and cursor.is_backward)
        order = _reversed(self.order) if backward else self.order
        rows = queryset.order_by(*order)
        if cursor:
            rows = rows.filter(beyond(order, cursor.values))
        told = self._told_sizes(rows, view)
        most = fitting(told, MOST_PAGE_BYTES - _LONGEST_ENVELOPE)
        has_more = most < len(told)
        found = list(rows[:most] if has_more else rows[: self.request_size + 1])
        return self._page(found, cursor, has_more=has_more or len(found) > self.request_size)

    def _told_sizes(self, rows: Any, view: APIView | None) -> Sequence[int]:
        """The sizes of as many rows as were asked for; none where all are small."""
        sizes: Sizes | None = getattr(view, "sizes", None) or self.sizes
        return sizes(rows, self.request_size) if sizes else ()

    def _page(self, found: Sequence[Any], cursor: _Cursor | None, *, has_more: bool) -> list[Any]:
        """The page of what was found, in the order of the list."""
        self.is_backward = bool(cursor and cursor.is_backward)
        page = list(found[: self.request_size])
        if self.is_backward:
            page.reverse()
        self.rows = page
        self.first, self.last = (page[0], page[-1]) if page else (None, None)
        self.has_next = bool(page) and (True if self.is_backward else has_more)
        self.has_previous = bool(page) and (has_more if self.is_backward else cursor is not None)
        return page

    def get_paginated_response(self, data: Any) -> Response:
        """The answer with as many rows as fit, counted from where the page was asked for."""
        written = [len(JSONRenderer().render(row)) + 1 for row in (reversed(data) if self.is_backward else data)]
        most = fitting(written, MOST_PAGE_BYTES - _LONGEST_ENVELOPE)
        if most < len(data):
            rows = {str(row.pk): row for row in self.rows}
            if self.is_backward:
                data, self.has_previous = data[-most:], True
                self.first = rows[str(data[0]["id"])]
            else:
                data, self.has_next = data[:most], True
                self.last = rows[str(data[-1]["id"])]
        return super().get_paginated_response(data)

    def get_next_link(self) -> str | None:
        return self._link(self.last, backward=False) if self.has_next else None

    def get_previous_link(self) -> str | None:
        return self._link(self.first, backward=True) if self.has_previous else None

    def _requested_size(self, request: Request) -> int:
        given = request.query_params.get("page_size")
        if given is None:
            return self.page_size
        if not (given.isascii() and given.isdigit() and given.strip("0")):
            raise BadRequest({"page_size": [f"A number from 1 to {self.max_page_size}."]})
        return self.max_page_size if len(given) > len(str(self.max_page_size)) else min(int(given), self.max_page_size)

    def _link(self, row: Any, *, backward: bool) -> str:
        values = [_text(getattr(row, name.lstrip("-"))) for name in self.order]
        packed = json.dumps([int(backward), *values], separators=(",", ":")).encode()
        link: str = replace_query_param(
            self.address, self.cursor_query_param, base64.urlsafe_b64encode(packed).decode("ascii").rstrip("=")
        )
        return link

    def _read(self, request: Request, model: type[models.Model]) -> _Cursor | None:
        given = request.query_params.get(self.cursor_query_param)
        if not given:
            return None
        try:
            packed = base64.urlsafe_b64decode(given.encode("ascii") + b"=" * (-len(given) % 4))
            backward, *values = json.loads(packed)
            for name, value in zip(self.order, values, strict=True):
                _check(model, name.lstrip("-"), value)
            return _Cursor(tuple(values), is_backward=bool(backward))
        except (ValueError, TypeError, ValidationError, OverflowError, RecursionError):
            raise BadRequest(
                {"cursor": ["This is not a cursor of this list: take it from next or previous."]}
            ) from None


def _check(model: type[models.Model], name: str, value: object) -> None:
    if not isinstance(value, str) or "\0" in value:
        raise ValueError(name)
    column = model._meta.get_field(name)  # noqa: SLF001 - Django's documented Model._meta API
    if not isinstance(column, models.Field) or column.to_python(value) is None:
        raise ValueError(name)


def _reversed(order: Sequence[str]) -> list[str]:
    return [name[1:] if name.startswith("-") else f"-{name}" for name in order]


def _text(value: Any) -> str:
    return value.isoformat() if hasattr(value, "isoformat") else str(value)
