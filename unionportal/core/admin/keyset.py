"""Pages by key for staff lists of bulk tables: no count, no offset."""

from dataclasses import dataclass
from typing import Generic, TypeVar
from urllib.parse import urlencode

from django.db.models import Model, QuerySet
from django.http import HttpRequest

Row = TypeVar("Row", bound=Model)

PAGE_SIZE = 50
LONGEST_KEY = 18


@dataclass(frozen=True)
class KeysetPage(Generic[Row]):
    """Some rows in the order of their ids, or against it, and where the next begin."""

    rows: list[Row]
    first: str
    following: str


def keyset_page(
    request: HttpRequest,
    rows: QuerySet[Row],
    *,
    size: int = PAGE_SIZE,
    latest_first: bool = False,
) -> KeysetPage[Row]:
    """Cut the page that `?after=` asks for; a value that is no number is the first page."""
    after = request.GET.get("after", "")
    start = int(after) if after.isdecimal() and len(after) <= LONGEST_KEY else 0
    if latest_first:
        rest = rows.filter(pk__lt=start) if start else rows
        found = list(rest.order_by("-pk")[: size + 1])
    else:
        found = list(rows.filter(pk__gt=start).order_by("pk")[: size + 1])
    more = len(found) > size
    shown = found[:size]
    kept = {name: value for name, value in request.GET.items() if name != "after"}
    return KeysetPage(
        rows=shown,
        first=f"?{urlencode(kept)}" if start else "",
        following=f"?{urlencode(kept | {'after': shown[-1].pk})}" if more else "",
    )
