"""R20: the new version arrives in mid-round, while a worker of the old one holds a lease.

The old version is the checkout of the commit before the latest change of any table,
taken from the history with `git archive`. Where there is no history (a shallow clone)
the same version is deployed again.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path

import psycopg2

from tests.faults.ground import Ground, wait_until
from tests.faults.place import CHECKOUT
from tests.faults.table import Chance, fault
from unionportal.embedded import CREATE_DATABASE, OWNER, RUNNER, SUPERUSER

DATABASE = "deploy"
ROUND = (
    *("--scheme", "winter_warmth", "--organisation", "64"),
    *("--period", "2026-winter", "--as-of", "2025-12-01"),
)
LONGEST_WAIT_SECONDS = 2.0
# A worker of the old version, with a handler that waits until it is let go.
OLD_WORKER = """
import pathlib, sys, time
import django; django.setup()
from unionportal.core import jobs
from unionportal.core.actor import SYSTEM
taken, go = map(pathlib.Path, sys.argv[1:])
def wait(run):
    taken.touch()
    while not go.exists():
        time.sleep(0.05)
    return {"version": "old"}
jobs.job_kinds()
jobs._kinds["test.deploy"] = jobs.JobKind("test.deploy", "x", wait)
jobs.run_job(jobs.enqueue(kind="test.deploy", key="1", arguments={}, by=SYSTEM).pk)
"""


def git(*command: str) -> bytes:
    return subprocess.run(
        ["git", *command],  # noqa: S607 - whichever git this machine has
        cwd=CHECKOUT,
        capture_output=True,
        check=True,
    ).stdout


def commit_before() -> str | None:
    """The parent of the latest commit that brought a new migration.

    None where there is no history to look into: a shallow clone, an unpacked archive.
    """
    try:
        latest = git(
            "log", "-1", "--diff-filter=A", "--format=%H", "--", "*/migrations/*"
        ).decode()
        return git("rev-parse", "--verify", f"{latest.strip()}^").decode().strip()
    except (OSError, subprocess.CalledProcessError):
        return None


def old_checkout(folder: Path) -> Path:
    """The version before; without a history this very one, with nothing to migrate."""
    commit = commit_before()
    if commit is None:
        return CHECKOUT
    shutil.rmtree(folder, ignore_errors=True)
    with tarfile.open(fileobj=BytesIO(git("archive", commit))) as content:
        content.extractall(folder, filter="data")
    return folder


class Play:
    """Runs either version's commands on one database."""

    def __init__(self, ground: Ground) -> None:
        where = ground.engines.addresses
        self.folder = ground.place.folder
        self.superuser = where.database(role=SUPERUSER, name=DATABASE)
        self.environment = (
            os.environ
            | ground.place.environment()
            | {
                "DATABASE_URL": where.database(role=RUNNER, name=DATABASE),
                "OWNER_DATABASE_URL": where.database(role=OWNER, name=DATABASE),
                "BANK_EXCHANGE_DIR": str(self.folder / "deploy-bank"),
            }
        )

    def manage(self, checkout: Path, *command: str) -> str:
        ended = subprocess.run(
            [sys.executable, "manage.py", *command],
            cwd=checkout,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert ended.returncode == 0, f"{command}: {ended.stdout}{ended.stderr[-3000:]}"
        return ended.stdout

    def ask(self, statement: str) -> object:
        session = psycopg2.connect(self.superuser)
        session.autocommit = True
        try:
            with session.cursor() as cursor:
                cursor.execute(statement)
                row = cursor.fetchone() if cursor.description else None
                return row[0] if row else None
        finally:
            session.close()


@contextmanager
def visitors(play: Play) -> Iterator[list[float]]:
    """Somebody looks at a round and at the trail all the time; how long each took."""
    waits: list[float] = []
    ended = threading.Event()

    def look() -> None:
        while not ended.is_set():
            begun = time.monotonic()
            play.ask("SELECT count(*) FROM assistance_round, core_auditlink")
            waits.append(time.monotonic() - begun)
            time.sleep(0.05)

    thread = threading.Thread(target=look)
    thread.start()
    try:
        yield waits
    finally:
        ended.set()
        thread.join()


@fault(row="R20", title="办到一半时升级，旧版进程还占着任务", in_ci=1, tries=3)
def new_version_arrives_in_mid_round(ground: Ground, chance: Chance) -> None:
    ground.clear()
    ground._sql(f'DROP DATABASE IF EXISTS "{DATABASE}" WITH (FORCE)')
    ground._sql(CREATE_DATABASE.format(name=DATABASE, owner=OWNER))
    play, old = Play(ground), old_checkout(ground.place.folder / "old")
    play.manage(old, "prepare", "--verbosity", "0")
    play.manage(old, "load_demo", "--province", "64", "--dossiers", "15")
    play.manage(old, "run_round", *ROUND, "--stop-after", "approve", "--json")
    taken, go = ground.mark("taken"), ground.mark("go")
    worker = subprocess.Popen(
        [sys.executable, "-c", OLD_WORKER, str(taken), str(go)],
        cwd=old,
        env=play.environment | {"PYTHONPATH": str(old)},
    )
    try:
        wait_until(taken.exists, 60)
        begun = time.monotonic()
        with visitors(play) as waits:
            said = play.manage(CHECKOUT, "upgrade")
        ground.recovered(time.monotonic() - begun, within=120)
        assert "账实相符" in said
        brought = "0" if old == CHECKOUT else r"[1-9]\d*"
        assert re.search(rf"执行了 {brought} 个迁移", said), said
        assert list((ground.place.folder / "backup").glob("before-*.dump"))
        assert max(waits) < LONGEST_WAIT_SECONDS, max(waits)
        assert play.ask("SELECT state FROM core_job WHERE kind = 'test.deploy'") == (
            "running"
        )
        go.touch()
        assert worker.wait(60) == 0
    finally:
        worker.kill()
        worker.wait()
    done = "SELECT state || attempt_count FROM core_job WHERE kind = 'test.deploy'"
    assert play.ask(done) == "done1"
    ended = json.loads(play.manage(CHECKOUT, "run_round", *ROUND, "--json"))
    assert ended["state"] == "closed"
    play.manage(CHECKOUT, "verify_ledger")
    play.manage(CHECKOUT, "verify_audit")
