"""How lists of the API are cut into pages."""

from rest_framework.pagination import CursorPagination


class KeysetPages(CursorPagination):
    """Pages by key: the thousandth page costs what the first one costs.

    There is no total: counting millions of rows costs more than reading a page.
    """

    ordering = "id"
    page_size = 100
    page_size_query_param = "page_size"
    max_page_size = 1000
