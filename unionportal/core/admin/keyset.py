"""Pages by key for staff lists of bulk tables: no count, no offset."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar
from urllib.parse import urlencode

from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest

from unionportal.core.typed import record_key

Row = TypeVar("Row", bound=Model)

PAGE_SIZE = 50


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
    start = record_key(request.GET.get("after", ""))
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


@dataclass(frozen=True)
class Leg(Generic[Row]):
    """Rows in the order of one column, then of their keys; an index serves it."""

    rows: QuerySet[Row]
    order: str = "pk"

    def after(self, start: int) -> QuerySet[Row]:
        """Those behind the row of a key; 0 stands before the first."""
        if self.order == "pk":
            return self.rows.filter(pk__gt=start).order_by("pk")
        rows = self.rows.order_by(self.order, "pk")
        if not start:
            return rows
        # Among these rows: where somebody else's row stands is nobody's business.
        known = self.rows.filter(pk=start).order_by()
        value = known.values_list(self.order, flat=True).first()
        if value is None:
            return rows
        same = Q((self.order, value), pk__gt=start)
        return rows.filter(
            Q((f"{self.order}__gt", value)) | same, (f"{self.order}__gte", value)
        )


def keyset_legs(
    request: HttpRequest, legs: Sequence[Leg[Row]], *, size: int = PAGE_SIZE
) -> KeysetPage[Row]:
    """Cut a page out of several lists, one after the other, as if they were one.

    The rows are objects, or tuples that begin with the key.
    `?after=` is the key of the last row shown and, behind a dot, its leg.
    """
    key, _dot, leg = request.GET.get("after", "").partition(".")
    start = record_key(key)
    place = int(leg) if start and leg.isdecimal() and len(leg) == 1 else 0
    found: list[tuple[int, Row]] = []
    for number, each in enumerate(legs[place:], place):
        room = size + 1 - len(found)
        begun = start if number == place else 0
        found += [(number, row) for row in each.after(begun)[:room]]
        if len(found) > size:
            break
    shown = found[:size]
    kept = {name: value for name, value in request.GET.items() if name != "after"}
    following = ""
    if len(found) > size:
        number, last = shown[-1]
        cursor = f"{_key(last)}.{number}" if number else str(_key(last))
        following = f"?{urlencode(kept | {'after': cursor})}"
    return KeysetPage(
        rows=[row for _number, row in shown],
        first=f"?{urlencode(kept)}" if start else "",
        following=following,
    )


def _key(row: Any) -> int:  # noqa: ANN401 - an object, or a tuple that begins with its key
    key: int = row[0] if isinstance(row, tuple) else row.pk
    return key
