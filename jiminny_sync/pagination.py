"""How lists are paged: by cursor, newest first, up to 500 a page."""

from rest_framework.pagination import CursorPagination


class NewestFirst(CursorPagination):
    """`{"next", "previous", "results"}`; a view names its own `ordering` where rows carry another date."""

    page_size = 50
    page_size_query_param = "page_size"
    max_page_size = 500
    ordering = "-id"
