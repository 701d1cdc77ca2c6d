"""Long lists: each row leaves the database as JSON, no model object and no copy of it.

The serializer stays the one place that tells the shape. The database writes the columns
that its fields name; a field of ours is made here from its columns and put behind them.
One query a page, whatever its length (row P9 of the bench).
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from django.db.models import Func, Model, QuerySet, TextField, Value
from django.db.models.expressions import BaseExpression, F
from django.db.models.functions import Cast
from rest_framework import serializers
from rest_framework.generics import ListAPIView
from rest_framework.renderers import JSONRenderer

_M = TypeVar("_M", bound=Model)
Field = serializers.Field[Any, Any, Any, Any]
KEY, ROW = "id", "written_row"
# What the database writes as DRF would.
_BY_DATABASE = (
    serializers.BigIntegerField,
    serializers.BooleanField,
    serializers.CharField,
    serializers.ChoiceField,
    serializers.DateField,
    serializers.IntegerField,
    serializers.JSONField,
    serializers.ListField,
)


class DerivedField(Field):
    """A read-only field made of one or more columns; `made_of` makes it."""

    columns: tuple[str, ...] = ()

    def __init__(self, **kwargs: Any) -> None:
        """Never written, and given the whole record."""
        super().__init__(read_only=True, source="*", **kwargs)

    def to_representation(self, value: object) -> object:
        """Read the columns from an object."""
        return self.made_of(*(_follow(value, column) for column in self.columns))

    def made_of(self, *values: Any) -> object:
        """Return the value from those of the columns."""
        raise NotImplementedError


def _follow(value: Any, column: str) -> Any:  # noqa: ANN401
    for name in column.split("__"):
        value = getattr(value, name)
    return value


class JsonRows(list[str]):
    """Rows that are JSON already."""


class RowsRenderer(JSONRenderer):
    """JSON whose `results` may be rows that are JSON already."""

    def render(
        self,
        data: object,
        accepted_media_type: str | None = None,
        renderer_context: Mapping[str, Any] | None = None,
    ) -> bytes:
        """Write the frame of the page, and the rows into it as they are."""
        page: dict[str, Any] = data if isinstance(data, dict) else {}
        rows = page.get("results")
        if not isinstance(rows, JsonRows):
            frame: bytes = super().render(data, accepted_media_type, renderer_context)
            return frame
        frame = super().render(
            page | {"results": []}, accepted_media_type, renderer_context
        )
        head, mark, tail = frame.rpartition(b'"results":[')
        return b"".join((head, mark, ",".join(rows).encode(), tail))


class _JsonObject(Func):
    """`json_build_object`, quicker than its binary sister.

    As a scalar subquery it is worked out for the rows of the page only, after the sort
    and the limit; as a plain function for every row that is sorted.
    """

    template = "(SELECT json_build_object(%(expressions)s)::text)"
    output_field = TextField()


@dataclass(frozen=True, slots=True)
class _Shape:
    """What the database writes, by name; and of what columns the rest is made."""

    written: Mapping[str, BaseExpression | F]
    made: tuple[tuple[str, tuple[str, ...]], ...]


class PlainRows(serializers.ListSerializer[Any]):
    """A list whose rows come from `plain_rows`; set as `list_serializer_class`."""

    @property
    def data(self) -> Any:  # noqa: ANN401 - as DRF has it
        """The rows as JSON."""
        return JsonRows(self._rows(self.instance or ()))

    def _rows(self, rows: Iterable[Mapping[str, Any]]) -> Iterable[str]:
        child: Any = self.child
        made = [
            (f", {json.dumps(name)}: ", columns, child.fields[name])
            for name, columns in _shape(type(child)).made
        ]
        if not made:
            return [row[ROW] for row in rows]
        known: dict[tuple[Any, ...], str] = {}  # the same columns make the same end
        needed = [column for _name, columns, _field in made for column in columns]
        ended = []
        for row in rows:
            values = tuple([row[column] for column in needed])
            end = known.get(values)
            if end is None:
                end = known[values] = _end(made, row)
            ended.append(f"{row[ROW][:-1]}{end}}}")
        return ended


def _end(made: list[tuple[str, tuple[str, ...], Field]], row: Mapping[str, Any]) -> str:
    """What is made here, to stand behind what the database wrote."""
    return "".join(
        name + _made(field, [row[column] for column in columns])
        for name, columns, field in made
    )


def _made(field: Field, values: list[Any]) -> str:
    if isinstance(field, DerivedField):
        made = field.made_of(*values)
    else:
        (value,) = values
        made = None if value is None else field.to_representation(value)
    return json.dumps(made, ensure_ascii=False)


class PlainListView(ListAPIView[_M]):
    """A list view whose serializer lists by `PlainRows`."""

    renderer_classes = (RowsRenderer,)

    def filter_queryset(self, queryset: Any) -> Any:  # noqa: ANN401 - dicts for objects
        """Filter, then read only what the serializer names."""
        chosen = super().filter_queryset(queryset)
        return plain_rows(chosen, self.get_serializer_class())


def plain_rows(queryset: QuerySet[_M], serializer: type[Any]) -> Any:  # noqa: ANN401 - a queryset of dicts
    """The queryset as dicts: the key, the row as JSON, and what is made of it here."""
    shape = _shape(serializer)
    written: list[BaseExpression | F] = []
    for name, source in shape.written.items():
        written += [Value(name), source]
    columns = {column for _name, columns in shape.made for column in columns}
    return queryset.values(KEY, *(columns - {KEY}), **{ROW: _JsonObject(*written)})


_shapes: dict[type[Any], _Shape] = {}


def _shape(serializer: type[Any]) -> _Shape:
    """The shape of a serializer class, read once."""
    if serializer not in _shapes:
        _shapes[serializer] = _read_shape(serializer)
    return _shapes[serializer]


def _read_shape(serializer: type[Any]) -> _Shape:
    """Its fields tell where each value comes from."""
    written: dict[str, BaseExpression | F] = {}
    made: list[tuple[str, tuple[str, ...]]] = []
    for name, field in serializer().fields.items():
        column = str(field.source).replace(".", "__")
        if isinstance(field, DerivedField):
            made.append((name, field.columns))
        elif isinstance(field, serializers.DecimalField):
            written[name] = Cast(column, TextField())
        elif type(field).to_representation in _READY:
            written[name] = F(column)
        else:
            made.append((name, (column,)))
    return _Shape(written, tuple(made))


_READY = {field.to_representation for field in _BY_DATABASE}
