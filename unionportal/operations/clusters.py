"""Copies of a running cluster: a standby that follows it, and a past moment of it.

Both begin with the wheel's own `pg_basebackup`. They live in folders of their own and
never write into the folder of the cluster they were made from.
"""

import os
import shutil
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg2

from unionportal.embedded import (
    SUPERUSER,
    Addresses,
    EngineError,
    Postgres,
    addresses,
    own_sockets,
)

WAIT_SECONDS = 120
# One segment a minute at the latest: what a fire may cost.
ARCHIVE_SECONDS = 60


@dataclass(kw_only=True)
class Copy:
    """A server of our own on a copied cluster: `root/postgres`, sockets beside it."""

    root: Path
    settings: Mapping[str, str] = field(default_factory=dict)
    addresses: Addresses = field(init=False)

    def __post_init__(self) -> None:
        self.root = self.root.resolve()
        self.addresses = addresses(self.root)

    @property
    def server(self) -> Postgres:
        return Postgres(self.root, self.addresses, durable=True, settings=self.settings)

    @property
    def folder(self) -> Path:
        return self.root / "postgres"

    def start(self) -> None:
        """Start, and return when it answers."""
        own_sockets(self.addresses.sockets)
        self.server.start()

    def stop(self) -> None:
        self.server.stop()

    def ask(self, statement: str) -> Any:  # noqa: ANN401 - whatever the first column is
        """The first column of the first row, asked as the superuser."""
        return ask(self.addresses, statement)


def ask(where: Addresses, statement: str, *, name: str = "postgres") -> Any:  # noqa: ANN401
    """Ask a server on its socket, as the superuser, one statement of its own."""
    connection = psycopg2.connect(where.database(role=SUPERUSER, name=name))
    connection.autocommit = True
    try:
        with connection.cursor() as cursor:
            cursor.execute(statement)
            row = cursor.fetchone() if cursor.description else None
            return row[0] if row else None
    finally:
        connection.close()


def make_standby(source: Addresses, root: Path) -> Copy:
    """Copy a running cluster and follow it; the copy answers reads when this returns."""
    standby = Copy(root=root)
    replication = source.database(role=SUPERUSER, name="replication")
    standby.server.copy_from(
        replication, "--wal-method", "stream", "--write-recovery-conf"
    )
    standby.start()
    return standby


# --- archiving, and going back to a moment


def archiving(archive: Path) -> dict[str, str]:
    """The settings of a server that keeps its log in a folder, whole files only."""
    target = f"{archive}/%f"
    return {
        "archive_mode": "on",
        "archive_timeout": str(ARCHIVE_SECONDS),
        "archive_command": (
            f"test ! -f {target} && cp %p {target}.part && mv {target}.part {target}"
        ),
    }


def lend(folder: Path) -> Path:
    """Make a folder that the server's own user may write."""
    folder.mkdir(parents=True, exist_ok=True)
    server = Copy(root=folder).server
    if server.user:
        os.chown(folder, server.user.pw_uid, server.user.pw_gid)
    return folder


def back_up(source: Addresses, root: Path) -> Copy:
    """A base backup: the cluster's files, without the log that makes them whole."""
    base = Copy(root=root)
    replication = source.database(role=SUPERUSER, name="replication")
    base.server.copy_from(replication, "--wal-method", "none", "--no-manifest")
    return base


def switch_log(source: Addresses, archive: Path) -> None:
    """Close the present segment of the log and wait until the archive has it."""
    last = str(ask(source, "SELECT pg_walfile_name(pg_switch_wal())"))
    wait_for((archive / last).exists, f"日志 {last} 没有归档")


def restore(base: Copy, archive: Path, root: Path, *, moment: str) -> Copy:
    """Bring a base backup to a moment (an instant as PostgreSQL writes it).

    The backup itself is left as it was; the copy answers, and may be written, when
    this returns.
    """
    back = Copy(
        root=root,
        settings={
            "restore_command": f"cp {archive}/%f %p",
            "recovery_target_time": moment,
            "recovery_target_action": "promote",
        },
    )
    back.root.mkdir(parents=True, exist_ok=True)
    back.server.prepare_folders()
    shutil.rmtree(back.folder)
    shutil.copytree(base.folder, back.folder, symlinks=True)
    (back.folder / "recovery.signal").touch()
    user = back.server.user
    if user:
        for path in [back.folder, *back.folder.rglob("*")]:
            os.chown(path, user.pw_uid, user.pw_gid)
    back.start()
    wait_for(lambda: not back.ask("SELECT pg_is_in_recovery()"), "恢复没有完成")
    return back


def wait_for(fulfilled: Callable[[], object], failure: str) -> None:
    """Return when something is so; EngineError after two minutes."""
    deadline = time.monotonic() + WAIT_SECONDS
    while not fulfilled():
        if time.monotonic() > deadline:
            message = f"{failure}（等了 {WAIT_SECONDS} 秒）"
            raise EngineError(message)
        time.sleep(0.05)
