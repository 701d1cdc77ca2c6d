"""A database of its own for a benchmark, thrown away at the end.

It is a copy of one that the run has prepared: preparing takes longer than many rows.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from django.core.management import CommandError, call_command
from django.db import DatabaseError, connections

from unionportal.embedded import CREATE_DATABASE

ALIASES = ("default", "owner")


@dataclass(slots=True)
class _Prepared:
    """The database that the run has prepared; those that are forked later know it."""

    name: str = ""


_prepared = _Prepared()


@contextmanager
def prepared_database() -> Iterator[None]:
    """Prepare a database once, for every row of a run; drop it afterwards."""
    name = f"bench_{os.getpid()}_prepared"
    with _database(name, CREATE_DATABASE):
        with _pointed_at(name):
            call_command("prepare", verbosity=0)
        _prepared.name = name
        yield


@contextmanager
def scratch_database(beside: str = "") -> Iterator[str]:
    """Point both aliases at a fresh copy of the prepared database; drop it afterwards.

    A second one stands beside the first under a name of its own; yields the name.
    """
    name = f"bench_{os.getpid()}{beside}"
    copy = f'CREATE DATABASE "{{name}}" OWNER {{owner}} TEMPLATE "{_prepared.name}"'
    with _database(name, copy), _pointed_at(name):
        yield name


def turn_to(name: str) -> None:
    """Go on in one of the databases that stand side by side."""
    _point(dict.fromkeys(ALIASES, name))


@contextmanager
def _database(name: str, create: str) -> Iterator[None]:
    owner = str(connections["owner"].settings_dict["USER"])
    _run(create.format(name=name, owner=owner or "CURRENT_USER"))
    try:
        yield
    finally:
        _run(f'DROP DATABASE IF EXISTS "{name}"')


@contextmanager
def _pointed_at(name: str) -> Iterator[None]:
    home = {alias: connections[alias].settings_dict["NAME"] for alias in ALIASES}
    _point(dict.fromkeys(ALIASES, name))
    try:
        yield
    finally:
        _point(home)


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
