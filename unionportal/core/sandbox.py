"""Sandboxes (沙箱): small databases beside the real one, where county systems practise.

Each sandbox is a copy of a start state that `prepare` builds. While a request is answered
`inside`, whatever asks for the database is given the sandbox: the same code, and no way
from there to a row of the real one, nor from the real one to a row of a sandbox.
A reset throws the copy away; no guard of the real data has to make way (ADR 0019).
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, connection, connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

CLIENT_ID = "sandbox"  # as whom every sandbox knows its one client
_LOCK = 0x53414E44  # "SAND": a sandbox is not thrown away while it answers
START = 0  # in the place of a client's number


def is_configured() -> bool:
    """Tell whether the installation has a place for sandboxes at all."""
    return bool(settings.SANDBOX_SERVER)


def start_name() -> str:
    """The database that holds the start state; nobody is ever connected to it."""
    return str(settings.SANDBOX_START)


def name_of(number: int) -> str:
    """The database of one client's sandbox."""
    return f"{start_name()}_{number:d}"


def is_set_up() -> bool:
    """Tell whether sandboxes can be copied: `prepare` has built the start state."""
    return is_configured() and exists(start_name())


def exists(name: str) -> bool:
    """Tell whether the server knows a database; every role may ask."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name])
        return cursor.fetchone() is not None


@contextmanager
def inside(number: int) -> Iterator[None]:
    """Run the block in a client's sandbox; a missing one is made first.

    A reset waits until the block ends. What the block leaves for after a commit
    concerns the sandbox alone.
    """
    with transaction.atomic():
        hold(number, shared=True)
        if not exists(name_of(number)):
            _make(number)
        with standing_in(DEFAULT_DB_ALIAS, {"NAME": name_of(number)}):
            yield


def _make(number: int) -> None:
    """Make a missing sandbox; of two requests at once the second finds it made."""
    hold(START, shared=False)
    if not exists(name_of(number)):
        copy_start(number)


def renew(number: int) -> None:
    """Bring a sandbox back to its start, within a transaction of the real database."""
    hold(number, shared=False)
    throw_away(name_of(number))
    copy_start(number)


def end(number: int) -> None:
    """Throw a sandbox away for good, where it stands."""
    hold(number, shared=False)
    if is_configured():
        throw_away(name_of(number))


def hold(number: int, *, shared: bool) -> None:
    """Wait for the sandbox, until the transaction of the real database ends."""
    lock = "pg_advisory_xact_lock_shared" if shared else "pg_advisory_xact_lock"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {lock}(%s, %s)", [_LOCK, number])


def copy_start(number: int) -> None:
    """Make the database of a sandbox."""
    run(f'CREATE DATABASE "{name_of(number)}" TEMPLATE "{start_name()}"')


def throw_away(name: str) -> None:
    """Drop a database of a sandbox, and no other."""
    if name != start_name() and not name.startswith(f"{start_name()}_"):
        raise ValueError(f"not a sandbox: {name}")
    run(f'DROP DATABASE IF EXISTS "{name}"')


def run(statement: str) -> list[tuple[Any, ...]]:
    """Ask the server, as the role that owns the sandboxes and nothing of the real data."""
    server = _another(DEFAULT_DB_ALIAS, settings.SANDBOX_SERVER)
    try:
        with server.cursor() as cursor:
            cursor.execute(statement)
            return cursor.fetchall() if cursor.description else []
    finally:
        server.close()


@contextmanager
def standing_in(alias: str, differences: Mapping[str, object]) -> Iterator[None]:
    """For this thread and this block an alias means another database."""
    real, other = connections[alias], _another(alias, differences)
    connections[alias] = other
    try:
        yield
    finally:
        connections[alias] = real
        other.close()


def _another(alias: str, differences: Mapping[str, object]) -> BaseDatabaseWrapper:
    other = connections.create_connection(alias)
    other.settings_dict = {**other.settings_dict, **differences}
    return other
