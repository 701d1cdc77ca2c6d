"""Databases of the tests: one migrated template, and a clone for every process.

A template is named by what it was made from, so a changed migration makes a new one.
Several pytest sessions may run in one checkout; locks of the kernel keep them apart.
"""

import fcntl
import hashlib
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import psycopg2
from django.conf import settings

from unionportal.core.rights import append_only_tables
from unionportal.embedded import (
    CREATE_DATABASE,
    OWNER,
    RUNNER,
    SANDBOXES,
    SUPERUSER,
    Engines,
)

ROOT = Path(__file__).resolve().parent.parent
TEMPLATES_KEPT = 3
APPS = (
    "unionportal",
    "members",
    "assistance",
    "modelworkers",
    "competitions",
    "mediation",
)
# Besides migrations: what decides rights, reference data and the libraries' tables.
INGREDIENTS = (
    "requirements.txt",
    "unionportal/core/rights.py",
    "*/migrations/sql/*.sql",
    "unionportal/embedded.py",
    "unionportal/management/commands/prepare.py",
    "members/actions/divisions.py",
    "*/reference/**/*",
)

# Besides these: what lays out the start state of sandboxes.
OF_SANDBOXES = ("members/actions/sandbox.py", "unionportal/operations/sandbox.py")


class Clones:
    """Makes and drops databases on the engines of the tests."""

    def __init__(self, engines: Engines) -> None:
        self.addresses = engines.addresses
        self.root = engines.root

    def clone(self, name: str) -> None:
        """A fresh database like the one that `prepare` makes."""
        with self._locked():
            template = self._ready_template()
            self._drop_orphans()
            self._sql(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
            self._copy(template, name)

    def renew(self, name: str) -> None:
        """The same database as if the test had never been."""
        with self._locked():
            self._sql(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
            self._copy(self._ready_template(), name)

    def drop(self, name: str) -> None:
        self._sql(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    def sandbox(self, name: str) -> None:
        """A start state of sandboxes, like the one that `prepare` makes."""
        with self._locked("starts.lock"):  # others go on with their clones meanwhile
            start = self._ready_start()
        self._copy(start, name, owner=SANDBOXES)

    def drop_sandbox(self, name: str) -> None:
        """The start state and whatever was copied from it."""
        self.drop_copies(name)
        self.drop(name)

    def drop_copies(self, name: str) -> None:
        """The sandboxes that were copied from a start state."""
        for one in self._names(f"{name}_"):
            self.drop(one)

    def _copy(self, template: str, name: str, *, owner: str = OWNER) -> None:
        self._sql(
            f'CREATE DATABASE "{name}" OWNER {owner} TEMPLATE "{template}" '
            "STRATEGY FILE_COPY"
        )

    def _ready_template(self) -> str:
        template = f"template_{_ingredients()}"
        if template not in self._names("template_"):
            draft = f"draft_{os.getpid()}"
            self._sql(f'DROP DATABASE IF EXISTS "{draft}" WITH (FORCE)')
            self._sql(CREATE_DATABASE.format(name=draft, owner=OWNER))
            self._prepare(draft)
            self._sql(f'ALTER DATABASE "{draft}" RENAME TO "{template}"')
            for old in self._names("template_")[:-TEMPLATES_KEPT]:
                self.drop(old)
        return template

    def _ready_start(self) -> str:
        """Made by `prepare` on a copy of the template; kept as long as that is."""
        start = f"start_{_ingredients(*INGREDIENTS, *OF_SANDBOXES)}"
        if start not in self._names("start_"):
            draft = f"draft_{os.getpid()}"
            self.drop_sandbox(f"sandbox_{os.getpid()}")
            with self._locked():
                self._drop_orphans()
                self.drop(draft)
                self._copy(self._ready_template(), draft)
            self._prepare(draft, sandbox=f"sandbox_{os.getpid()}")
            self.drop(draft)
            self._sql(f'ALTER DATABASE "sandbox_{os.getpid()}" RENAME TO "{start}"')
            for old in self._names("start_")[:-TEMPLATES_KEPT]:
                self.drop(old)
        return start

    def _prepare(self, name: str, *, sandbox: str = "") -> None:
        environment = os.environ | {
            "DJANGO_SETTINGS_MODULE": "unionportal.settings",
            "DATABASE_URL": self.addresses.database(role=RUNNER, name=name),
            "OWNER_DATABASE_URL": self.addresses.database(role=OWNER, name=name),
            "SANDBOX_DATABASE_URL": sandbox
            and self.addresses.database(role=SANDBOXES, name=sandbox),
        }
        command = [
            sys.executable,
            "manage.py",
            "prepare",
            "--no-intakes",
            "--verbosity",
            "0",
        ]
        ended = subprocess.run(
            command,
            cwd=ROOT,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        if ended.returncode:
            message = f"`manage.py prepare` failed:\n{ended.stderr[-4000:]}"
            raise RuntimeError(message)

    def _drop_orphans(self) -> None:
        """Databases of sessions that were killed carry the number of a dead process."""
        for prefix in ("clone_", "draft_", "sandbox_"):
            for name in self._names(prefix):
                if not psutil.pid_exists(int(name.split("_")[1])):
                    self.drop(name)

    def _names(self, prefix: str) -> list[str]:
        """Oldest first."""
        rows = self._sql(
            "SELECT datname FROM pg_database "
            f"WHERE starts_with(datname, '{prefix}') ORDER BY oid"
        )
        return [str(row[0]) for row in rows]

    def _sql(self, statement: str) -> list[tuple[object, ...]]:
        address = self.addresses.database(role=SUPERUSER, name="postgres")
        connection = psycopg2.connect(address)
        connection.autocommit = True
        try:
            with connection.cursor() as cursor:
                cursor.execute(statement)
                return cursor.fetchall() if cursor.description else []
        finally:
            connection.close()

    @contextmanager
    def _locked(self, name: str = "clones.lock") -> Iterator[None]:
        with (self.root / name).open("wb") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield


def _ingredients(*patterns: str) -> str:
    known = [*append_only_tables(), *settings.INSTALLED_APPS]
    digest = hashlib.sha256("\n".join(known).encode())
    files = {path for app in APPS for path in (ROOT / app).rglob("migrations/*.py")}
    files |= {
        path for pattern in patterns or INGREDIENTS for path in ROOT.glob(pattern)
    }
    for path in sorted(files):
        if path.is_file() and path.suffix != ".pyc":
            digest.update(str(path.relative_to(ROOT)).encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()[:16]
