"""The shapes of bulk requests, read off the columns of the imports."""

from typing import Any

from members.actions.bulk import LARGEST
from members.actions.bulk_kinds import BULK_KINDS, BulkKind
from unionportal.core.api.bodies import Shape
from unionportal.core.uploads.cells import LARGEST_COUNT
from unionportal.core.uploads.columns import Column

EXTERNAL_ID: Shape = {
    "type": "string",
    "pattern": "^[A-Za-z0-9._:/-]{1,64}$",
    "description": "贵方系统中的编号，同一客户端内不重复；以后以它对应同一条记录。",
}
DAYS = ("founded_on", "counted_on")
CODES = ("parent", "division", "keeper", "organisation")


def shape_of(kind: str) -> dict[str, Any]:
    """The body of a bulk request of one kind."""
    return {
        "type": "object",
        "additionalProperties": False,
        "required": ["items"],
        "properties": {
            "items": {
                "type": "array",
                "minItems": 1,
                "maxItems": LARGEST,
                "items": _item_of(BULK_KINDS[kind]),
            }
        },
    }


def _item_of(bulk: BulkKind) -> dict[str, Any]:
    columns = bulk.kind.columns
    needed = [column.key for column in columns if column.is_required]
    return {
        "type": "object",
        "additionalProperties": False,
        "required": ["external_id", *needed],
        "properties": {
            "external_id": EXTERNAL_ID,
            **{column.key: _cell_of(column) for column in columns},
        },
    }


def _cell_of(column: Column) -> dict[str, Any]:
    told = "；".join(part for part in (column.title, column.hint) if part)
    return {**_type_of(column), "description": told}


def _type_of(column: Column) -> dict[str, Any]:
    if column.choices == ("true", "false"):
        return {"type": "boolean"}
    if column.choices:
        return {"type": "string", "enum": list(column.choices)}
    if column.key == "headcount":
        return {"type": "integer", "minimum": 0, "maximum": LARGEST_COUNT}
    if column.key in DAYS:
        return {"type": "string", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"}
    if column.key in CODES:
        return {"type": "string", "pattern": "^[0-9A-Z-]{1,18}$"}
    return {"type": "string", "minLength": 1, "maxLength": column.longest}


def cell_text(value: object) -> str:
    """A value of an item as the cell of a sheet would have it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(int(value)) if isinstance(value, float) else str(value).strip()
