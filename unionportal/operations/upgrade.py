"""Upgrading (升级): look first, back up, migrate without holding anybody up, prove.

Nothing is stopped. Workers of the version before may hold leases meanwhile: changes of
tables are additive, and a lock that is not to be had at once is asked for again rather
than waited for, so that nobody queues up behind it.
"""

import hashlib
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from django.core.management import call_command
from django.db import OperationalError, connection, connections
from django.db.migrations.executor import MigrationExecutor

from assistance.queries.ledger import ledger_proof
from unionportal.core.audit import audit_head, verify_chain
from unionportal.core.models.jobs import Job, JobState
from unionportal.embedded import postgres_programs
from unionportal.operations.keys import key_problems

OLDEST_SERVER = 150000
LOCK_TIMEOUT = "1500ms"
LOCK_TRIES = 20
LOCK_PAUSE_SECONDS = 1.0
ROOM_FACTOR = 1.2  # free space wanted for a dump, against the size of the database
LOCK_NOT_AVAILABLE = "55P03"


class UpgradeFault(RuntimeError):  # noqa: N818 - says what was found
    """The upgrade stops here; the message says why and what to do."""


@dataclass(kw_only=True)
class Upgrade:
    """One upgrade: where the backup goes, and what it says meanwhile."""

    backups: Path
    say: Callable[[str], None]
    stamp: str
    head: str = field(default="", init=False)

    def look(self) -> list[str]:
        """Check everything; return the migrations to come. UpgradeFault when not ready."""
        pending = pending_migrations()
        if problems := [*_obstacles(), *self._no_room()]:
            raise UpgradeFault("；".join(problems))
        running = Job.objects.filter(state=JobState.RUNNING).count()
        queued = Job.objects.filter(state=JobState.QUEUED).count()
        self.say(f"后台任务：{running} 个正在执行、{queued} 个等待；升级期间不受影响。")
        self.say(f"待执行的迁移：{len(pending)} 个。")
        return pending

    def back_up(self) -> Path:
        """Dump the database, whole or not at all, with its digest beside it."""
        self.backups.mkdir(parents=True, exist_ok=True, mode=0o700)
        path = self.backups / f"before-{self.stamp}.dump"
        draft = path.with_suffix(".part")
        settings = connections["owner"].settings_dict
        where = {"PGHOST": settings["HOST"], "PGPORT": str(settings["PORT"] or "")}
        where |= {"PGUSER": settings["USER"], "PGPASSWORD": settings["PASSWORD"]}
        begun = time.monotonic()
        try:
            _run_program(
                "pg_dump",
                *("--format", "custom", "--compress", "1", "--file", str(draft)),
                settings["NAME"],
                environment={name: value for name, value in where.items() if value},
            )
            _run_program("pg_restore", "--list", str(draft), environment={})
            draft.replace(path)
        finally:
            draft.unlink(missing_ok=True)
        digest = _sha256(path)
        path.with_suffix(".sha256").write_text(f"{digest}  {path.name}\n")
        self.say(f"备份：{path}（{time.monotonic() - begun:.1f} 秒）")
        return path

    def prove(self) -> None:
        """Books and chain are sound; the head seen before is still on the chain."""
        proof = ledger_proof()
        if not proof.ok:
            raise UpgradeFault(f"资金核对不符：{proof.problems[0].sentence}")
        report = verify_chain(expected_head=self.head)
        if report.fault or not report.head_known:
            raise UpgradeFault(
                f"审计链不完整：{report.fault or '升级前的链头不在链上'}"
            )
        self.head = self.head or audit_head()
        self.say(f"核对：账实相符，审计链 {report.count} 条完整。")

    def migrate(self) -> None:
        """Bring tables, rights and reference data up to date; give way to who works."""
        for turn in range(LOCK_TRIES):
            try:
                with connections["owner"].cursor() as cursor:
                    cursor.execute(f"SET lock_timeout TO '{LOCK_TIMEOUT}'")
                call_command("prepare", verbosity=0)
            except OperationalError as error:
                code = getattr(error.__cause__, "pgcode", None)
                if code != LOCK_NOT_AVAILABLE or turn == LOCK_TRIES - 1:
                    raise
                self.say("有业务正在使用要改的表，稍后再试。")
                time.sleep(LOCK_PAUSE_SECONDS)
            else:
                return

    def _no_room(self) -> Iterator[str]:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_database_size(current_database())")
            wanted = int(cursor.fetchone()[0] * ROOM_FACTOR)
        folder = self.backups
        while not folder.exists():
            folder = folder.parent
        free = shutil.disk_usage(folder).free
        if free < wanted:
            yield (
                f"{folder} 只剩 {free >> 20:,} MB，备份需要约 {wanted >> 20:,} MB，"
                "请腾出空间或用 --backup-dir 换一个目录"
            )


def _obstacles() -> Iterator[str]:
    yield from key_problems()
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version_num")
        version = int(cursor.fetchone()[0])
    if version < OLDEST_SERVER:
        yield f"PostgreSQL 版本 {version // 10000} 太旧，需要 15 或更新版本"
    executor = MigrationExecutor(connections["owner"])
    known = set(executor.loader.disk_migrations)
    unknown = [
        f"{app}.{name}"
        for app, name in executor.loader.applied_migrations
        if (app, name) not in known and app in {key[0] for key in known}
    ]
    if unknown:
        yield f"数据库比程序新（{'、'.join(sorted(unknown)[:3])}），请用更新的程序"


def pending_migrations() -> list[str]:
    """The migrations that this version brings, in their order."""
    executor = MigrationExecutor(connections["owner"])
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return [f"{migration.app_label}.{migration.name}" for migration, _back in plan]


def _run_program(name: str, *arguments: str, environment: dict[str, str]) -> None:
    ended = subprocess.run(  # noqa: S603 - our own command
        [str(postgres_programs() / name), *arguments],
        env=environment | {"LC_ALL": "C"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if ended.returncode:
        raise UpgradeFault(f"{name} 未成功：{ended.stderr.strip()[-600:]}")


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
