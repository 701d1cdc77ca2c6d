"""Whether the keys that were given are the keys of this database."""

from collections.abc import Iterator

from django.apps import apps
from django.core.exceptions import ImproperlyConfigured
from django.db import connection
from django.db.models import Model

from unionportal.core.fields import SealedTextField
from unionportal.core.secrets import SealBroken, blind_indexes, unseal

SAMPLE = 5  # of the first rows and of the last: a new key seals the last


def sealed_fields() -> Iterator[tuple[type[Model], SealedTextField[str, str]]]:
    """Every sealed column of the portal."""
    for model in apps.get_models():
        for field in model._meta.concrete_fields:
            if isinstance(field, SealedTextField):
                yield model, field


def key_problems() -> list[str]:
    """Open a sample of every sealed column; one sentence for each that does not open.

    Where the blind index stands beside the column, it is made again and compared: a
    wrong BLIND_INDEX_KEY opens everything and finds nobody. Before an upgrade the
    columns of the new version do not stand yet; they seal nothing.
    """
    standing = _columns()
    return [
        problem
        for model, field in sealed_fields()
        if (model._meta.db_table, field.column) in standing
        and (problem := _problem(model, field))
    ]


def _columns() -> frozenset[tuple[str, str]]:
    """Every table and column of the database as it stands."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name, column_name FROM information_schema.columns"
            " WHERE table_schema = current_schema()"
        )
        return frozenset(cursor.fetchall())


def _problem(model: type[Model], field: SealedTextField[str, str]) -> str:
    label = f"{model._meta.verbose_name}的{field.verbose_name}"
    try:
        for sealed, index in _sample(model, field):
            plain = unseal(sealed, context=str(field.context))
            if index and index not in blind_indexes(plain, kind=str(field.name)):
                return f"{label}：BLIND_INDEX_KEY 不是这个数据库的，查不到任何人。"
    except (SealBroken, ImproperlyConfigured) as broken:
        return f"{label}打不开：{broken}（FIELD_KEYS 不是这个数据库的密钥）"
    return ""


def _sample(
    model: type[Model], field: SealedTextField[str, str]
) -> list[tuple[bytes, str]]:
    """Sealed values with their blind index; empty where the index is of another kind."""
    quote = connection.ops.quote_name
    table, column = quote(model._meta.db_table), quote(str(field.column))
    names = {each.name for each in model._meta.concrete_fields}
    is_indexed = field.name in {"id_number", "phone"} and f"{field.name}_index" in names
    index = quote(f"{field.column}_index") if is_indexed else "''"
    rows = f"SELECT {column}, {index} FROM {table} WHERE {column} IS NOT NULL"  # noqa: S608 - names of our own tables
    found: list[tuple[bytes, str]] = []
    with connection.cursor() as cursor:
        for direction in ("ASC", "DESC"):
            cursor.execute(f"{rows} ORDER BY id {direction} LIMIT {SAMPLE}")
            found += [(bytes(sealed), str(mark or "")) for sealed, mark in cursor]
    return found
