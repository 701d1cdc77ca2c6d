"""What the role that runs the portal may touch. The owner of the tables grants it."""

import pghistory.models
from django.apps import apps
from django.db import transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.utils import CursorWrapper

# Written by `migrate` alone.
READ_ONLY_TABLES = ("django_migrations",)


class RoleMissingError(Exception):
    """The running role does not exist; the message says how to create it."""


def append_only_tables() -> list[str]:
    """Tables whose rows stay as they were written.

    A model says so by the class attribute `append_only = True`; the history that
    triggers write is append-only without saying so.
    """
    return sorted(
        model._meta.db_table
        for model in apps.get_models()
        if not model._meta.proxy
        and model._meta.managed
        and (
            getattr(model, "append_only", False)
            or issubclass(model, pghistory.models.Event)
        )
    )


def grant_rights(*, owner: BaseDatabaseWrapper, role: str) -> None:
    """Give `role` exactly its rights, whatever it held before.

    It reads and writes rows and draws numbers from sequences. It cannot create, alter
    or empty a table, cannot change or delete a row of an append-only table, and
    reaches partitions only through their parent, whose triggers guard them. Repeatable;
    to be run after every migration, since new tables arrive without rights.
    """
    quote = owner.ops.quote_name
    with transaction.atomic(using=owner.alias), owner.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role])
        if cursor.fetchone() is None:
            message = f"数据库中没有运行用户 {role}：请以管理员执行 CREATE ROLE {role} LOGIN。"
            raise RoleMissingError(message)
        name = quote(role)
        database = quote(owner.settings_dict["NAME"])
        # Bank returns and imports are staged in temporary tables.
        cursor.execute(f"GRANT CONNECT, TEMPORARY ON DATABASE {database} TO {name}")
        cursor.execute(f"GRANT USAGE ON SCHEMA public TO {name}")
        cursor.execute(f"REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {name}")
        cursor.execute(
            "GRANT SELECT, INSERT, UPDATE, DELETE "
            f"ON ALL TABLES IN SCHEMA public TO {name}"
        )
        cursor.execute(
            f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {name}"
        )
        for table in READ_ONLY_TABLES:
            cursor.execute(
                f"REVOKE INSERT, UPDATE, DELETE ON {quote(table)} FROM {name}"
            )
        # A migration to an earlier point leaves tables of later ones out.
        existing = set(owner.introspection.table_names(cursor))
        for table in existing.intersection(append_only_tables()):
            cursor.execute(f"REVOKE UPDATE, DELETE ON {quote(table)} FROM {name}")
        for table in _partitions(cursor):
            cursor.execute(f"REVOKE ALL ON {quote(table)} FROM {name}")


def _partitions(cursor: CursorWrapper) -> list[str]:
    cursor.execute(
        "SELECT relname FROM pg_class "
        "WHERE relispartition AND relkind IN ('r', 'p') "
        "AND relnamespace = 'public'::regnamespace ORDER BY relname"
    )
    return [row[0] for row in cursor.fetchall()]
