"""Masked display of personal values, in Python and in SQL; a test holds them equal.

Name: the first character and one star, so that the length is hidden too. ID number:
first four and last three. Card: last four. Phone: first three and last four. A value
too short for its mask shows nothing but stars. No value, no mask.
"""

from collections.abc import Callable

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import CharField, Func
from django.db.models.sql.compiler import SQLCompiler


def mask_name(value: str) -> str:
    """张小三 → 张*."""
    return value[:1] + "*" if value else ""


def mask_id_number(value: str) -> str:
    """330182199001011234 → 3301***********234."""
    return _ends(value, 4, 3)


def mask_card(value: str) -> str:
    """6222020200112345678 → ****5678."""
    return "****" + (value[-4:] if len(value) > 4 else "") if value else ""


def mask_phone(value: str) -> str:
    """13812341234 → 138****1234."""
    return _ends(value, 3, 4)


def _ends(value: str, first: int, last: int) -> str:
    hidden = len(value) - first - last
    if hidden <= 0:
        return "*" * len(value)
    return value[:first] + "*" * hidden + value[-last:]


def _ends_sql(column: str, first: int, last: int) -> str:
    size = f"char_length({column})"
    return (
        f"CASE WHEN {size} <= {first + last} THEN repeat('*', {size})"
        f" ELSE left({column}, {first}) || repeat('*', {size} - {first + last})"
        f" || right({column}, {last}) END"
    )


def mask_name_sql(column: str) -> str:
    """Return the SQL of ``mask_name`` over a column or expression."""
    return f"CASE WHEN {column} = '' THEN '' ELSE left({column}, 1) || '*' END"


def mask_id_number_sql(column: str) -> str:
    """Return the SQL of ``mask_id_number`` over a column or expression."""
    return _ends_sql(column, 4, 3)


def mask_card_sql(column: str) -> str:
    """Return the SQL of ``mask_card`` over a column or expression."""
    return (
        f"CASE WHEN {column} = '' THEN '' WHEN char_length({column}) <= 4 THEN '****'"
        f" ELSE '****' || right({column}, 4) END"
    )


def mask_phone_sql(column: str) -> str:
    """Return the SQL of ``mask_phone`` over a column or expression."""
    return _ends_sql(column, 3, 4)


class _Mask(Func):
    """An ORM expression over one column; ``%(expressions)s`` stands for the column."""

    arity = 1
    output_field = CharField()
    text: Callable[[str], str]

    def as_sql(
        self,
        compiler: SQLCompiler,
        connection: BaseDatabaseWrapper,
        *_unused: object,
        **_extra: object,
    ) -> tuple[str, tuple[str | int, ...]]:
        """Write the mask around the compiled column, repeating its parameters."""
        column, params = compiler.compile(self.source_expressions[0])
        text = type(self).text(f"({column})")
        return text, tuple(params) * text.count(f"({column})")


class MaskName(_Mask):
    """``mask_name`` as an ORM expression."""

    text = staticmethod(mask_name_sql)


class MaskIdNumber(_Mask):
    """``mask_id_number`` as an ORM expression."""

    text = staticmethod(mask_id_number_sql)


class MaskCard(_Mask):
    """``mask_card`` as an ORM expression."""

    text = staticmethod(mask_card_sql)


class MaskPhone(_Mask):
    """``mask_phone`` as an ORM expression."""

    text = staticmethod(mask_phone_sql)
