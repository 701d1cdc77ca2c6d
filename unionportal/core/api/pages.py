"""How lists of the API are cut into pages."""

import re
from typing import Any

from django.utils.translation import gettext as _
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.pagination import Cursor, CursorPagination
from rest_framework.request import Request

_KEY = re.compile(r"[0-9]{1,18}")  # surely fits into a bigint


class KeysetPages(CursorPagination):
    """Pages by key: the thousandth page costs what the first one costs.

    There is no total: counting millions of rows costs more than reading a page.
    """

    ordering = "id"
    page_size = 100
    page_size_query_param = "page_size"
    max_page_size = 1000
    cursor_query_description = "上一页或下一页地址中给出的位置，不用自己拼写。"
    page_size_query_description = "每页条数，默认 100，最多 1000。"

    def decode_cursor(self, request: Request) -> Cursor | None:
        """Refuse a made-up position before it reaches the database."""
        cursor: Cursor | None = super().decode_cursor(request)
        if cursor is None or cursor.position is None:
            return cursor
        if not _KEY.fullmatch(str(cursor.position)):
            raise NotFound(self.invalid_cursor_message)
        return cursor

    def get_page_size(self, request: Request) -> int:
        """Refuse what is no number of rows: answering with another would mislead."""
        wanted = request.query_params.get(self.page_size_query_param)
        if wanted is None:
            return self.page_size
        if not (wanted.isascii() and wanted.isdecimal() and int(wanted[:18]) > 0):
            message = _("每页条数应为正整数，最多 1000。")
            raise ValidationError({self.page_size_query_param: message})
        return min(int(wanted[:18]), self.max_page_size)

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        """Say in the schema what the two addresses are for."""
        page: dict[str, Any] = super().get_paginated_response_schema(schema)
        fields: dict[str, Any] = page["properties"]
        for name, meaning, cursor in (
            ("next", "下一页的完整地址；null 表示已到最后一页。", "cD0xMTIz"),
            ("previous", "上一页的完整地址；null 表示这是第一页。", "cj0xJnA9MTAyNA"),
        ):
            fields[name] = {
                "type": ["string", "null"],
                "format": "uri",
                "description": meaning,
                "example": f"https://portal.example/api/v1/…/?cursor={cursor}",
            }
        return page
