"""A database of its own for a benchmark, thrown away at the end."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

from django.core.management import CommandError, call_command
from django.db import DatabaseError, connections

from unionportal.embedded import CREATE_DATABASE

ALIASES = ("default", "owner")


@contextmanager
def scratch_database() -> Iterator[None]:
    """Point both aliases at a fresh, prepared database; drop it afterwards."""
    name = f"bench_{os.getpid()}"
    home = {alias: connections[alias].settings_dict["NAME"] for alias in ALIASES}
    owner = str(connections["owner"].settings_dict["USER"])
    _run(CREATE_DATABASE.format(name=name, owner=owner or "CURRENT_USER"))
    try:
        _point(dict.fromkeys(ALIASES, name))
        call_command("prepare", verbosity=0)
        yield
    finally:
        _point(home)
        _run(f'DROP DATABASE IF EXISTS "{name}"')


def _point(names: dict[str, str]) -> None:
    for alias, name in names.items():
        connections[alias].close()
        connections[alias].settings_dict["NAME"] = name


def _run(statement: str) -> None:
    connection = connections["owner"]
    try:
        with connection.cursor() as cursor:
            cursor.execute(statement)
    except DatabaseError as error:
        message = f"基准测试需要能建库的数据库角色（OWNER_DATABASE_URL）：{error}"
        raise CommandError(message) from error


def run_as_owner(statement: str) -> None:
    """For what the running role may not: TRUNCATE and VACUUM between rounds."""
    with connections["owner"].cursor() as cursor:
        cursor.execute(statement)
