"""The restore drill (恢复演练): lose money on purpose, go back, and prove every fen.

Everything happens on a throwaway portal of its own, invented people in it: engines,
files, backup and keys lie in one folder that the drill makes and removes.
"""

import base64
import json
import os
import secrets
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from unionportal.embedded import DATABASE, OWNER, RUNNER, Addresses, Engines
from unionportal.operations.clusters import (
    ARCHIVE_SECONDS,
    Copy,
    archiving,
    ask,
    back_up,
    lend,
    restore,
    switch_log,
)
from unionportal.operations.filestore import (
    Manifest,
    copy_files,
    manifest_before,
    restore_files,
)

SECRETS = ("SECRET_KEY", "FIELD_KEYS", "BLIND_INDEX_KEY")
# Somebody with the owner's password, the wrong window, and no WHERE.
WRONG_DELETE = (
    "ALTER TABLE assistance_payment DISABLE TRIGGER ALL",
    "DELETE FROM assistance_payment",
    "ALTER TABLE assistance_payment ENABLE TRIGGER ALL",
)
_FILES = "SELECT json_agg(sha256) FROM assistance_bankfile WHERE state IN ('sent', 'applied')"


class DrillFault(RuntimeError):  # noqa: N818 - says what was found
    """The drill found what must not be; the message says what."""


def fresh_keys() -> dict[str, str]:
    """Keys that nobody else has."""
    return {
        "SECRET_KEY": secrets.token_urlsafe(48),
        "FIELD_KEYS": f"drill:{_random_key()}",
        "BLIND_INDEX_KEY": _random_key(),
    }


def _random_key() -> str:
    return base64.b64encode(secrets.token_bytes(32)).decode()


@dataclass(kw_only=True)
class Drill:
    """One drill: its folder, the checkout it plays, and what it says meanwhile."""

    folder: Path
    checkout: Path
    dossiers: int
    say: Callable[[str], None]
    seconds: dict[str, float] = field(default_factory=dict)
    keys: dict[str, str] = field(default_factory=fresh_keys)

    def run(self) -> dict[str, Any]:
        """Carry it out; what was found, for a program. DrillFault names what is wrong."""
        archive = lend(self.folder / "archive")
        source = Engines(
            root=self.folder / "source", durable=True, settings=archiving(archive)
        )
        source.start()
        try:
            base, moment, before = self._live(source, archive)
        finally:
            source.stop()
        return self._go_back(base, archive, moment, before)

    # --- before

    def _live(self, source: Engines, archive: Path) -> tuple[Copy, str, "Proof"]:
        where = source.addresses
        with self._timed("生成演示数据"):
            self._manage(where, "prepare", "--no-intakes", "--verbosity", "0")
            self._manage(where, "load_demo", "--dossiers", str(self.dossiers))
        with self._timed("基础备份"):
            base = back_up(where, self.folder / "backup" / "base")
        self._copy_files(where)
        with self._timed("备份之后办完一轮发放"):
            self._manage(where, *_ROUND, REDIS_URL=source.redis_url)
        self._copy_files(where)
        before = self._prove(where, self._var)
        moment = str(ask(where, "SELECT clock_timestamp()::text"))
        time.sleep(0.01)
        self._break(where)
        self._copy_files(where)
        with self._timed("日志归档"):
            switch_log(where, archive)
        return base, moment, before

    def _break(self, where: Addresses) -> None:
        for statement in WRONG_DELETE:
            ask(where, statement, name=DATABASE)
        lost = sorted((self._var / "bank").rglob("*.*"))
        for path in lost:
            path.unlink()
        if self._manages(where, "verify_ledger"):
            raise DrillFault("误删了全部发放，资金核对却没有发现。")
        self.say(f"误操作：删除了全部发放记录和 {len(lost)} 个银行文件。")

    # --- after

    def _go_back(
        self, base: Copy, archive: Path, moment: str, before: "Proof"
    ) -> dict[str, Any]:
        with self._timed("恢复到误操作之前"):
            back = restore(base, archive, self.folder / "restored", moment=moment)
        try:
            manifest = self._restore_files(moment)
            with self._timed("资金与审计核对"):
                after = self._prove(back.addresses, self.folder / "files")
            if after != before:
                raise DrillFault(f"恢复后与误操作之前不一致：{before} / {after}")
            known = self._check_files(back, manifest)
            self._check_keys(back)
        finally:
            back.stop()
        return {
            "moment": moment,
            "ledger": after.ledger,
            "audit_head": after.audit["head"],
            "audit_entries": after.audit["count"],
            "files": len(manifest.files),
            "bank_files": known,
            "rpo_seconds": ARCHIVE_SECONDS,
            "seconds": {name: round(took, 2) for name, took in self.seconds.items()},
        }

    def _restore_files(self, moment: str) -> Manifest:
        store = self.folder / "backup" / "files"
        with self._timed("恢复文件"):
            manifest = manifest_before(store, datetime.fromisoformat(moment))
            restore_files(manifest, store, self.folder / "files")
        return manifest

    def _check_files(self, back: Copy, manifest: Manifest) -> int:
        """Every bank file that the restored database knows lies in the restored folder."""
        held = {each.sha256 for each in manifest.files}
        known = ask(back.addresses, _FILES, name=DATABASE) or []
        missing = [digest for digest in known if digest not in held]
        if missing:
            raise DrillFault(f"{len(missing)} 个已登记的银行文件不在恢复的文件里。")
        return len(known)

    def _check_keys(self, back: Copy) -> None:
        """The backup alone opens nothing: no key lies in it, and another key says so."""
        for name in SECRETS:
            found = files_with(self.folder / "backup", _bytes_of(self.keys[name]))
            if found:
                raise DrillFault(f"备份里有 {name}：{found}")
        if not self._manages(back.addresses, "verify_keys"):
            raise DrillFault("用原来的密钥打不开恢复的数据。")
        if self._manages(back.addresses, "verify_keys", **fresh_keys()):
            raise DrillFault("用别的密钥也通过了密钥核对。")
        self.say("密钥：不在备份里；用原密钥打得开，用别的密钥会被指出。")

    # --- means

    @property
    def _var(self) -> Path:
        return self.folder / "var"

    def _copy_files(self, where: Addresses) -> None:
        at = datetime.fromisoformat(str(ask(where, "SELECT clock_timestamp()::text")))
        roots = {name: self._var / name for name in ("bank", "media")}
        copy_files(roots, self.folder / "backup" / "files", at=at)

    def _prove(self, where: Addresses, var: Path) -> "Proof":
        ledger = self._manage(where, "verify_ledger", "--json", VAR_DIR=str(var))
        audit = self._manage(where, "verify_audit", "--json")
        return Proof(json.loads(ledger)["totals"], json.loads(audit))

    def _manage(self, where: Addresses, *command: str, **more: str) -> str:
        ended = self._call(where, command, more)
        if ended.returncode:
            raise DrillFault(f"{command[0]} 未成功：{ended.stderr[-2000:]}")
        return ended.stdout

    def _manages(self, where: Addresses, *command: str, **more: str) -> bool:
        return self._call(where, command, more).returncode == 0

    def _call(
        self, where: Addresses, command: tuple[str, ...], more: dict[str, str]
    ) -> subprocess.CompletedProcess[str]:
        environment = os.environ | {
            "DJANGO_SETTINGS_MODULE": "unionportal.settings",
            "DATABASE_URL": where.database(role=RUNNER),
            "OWNER_DATABASE_URL": where.database(role=OWNER),
            "SANDBOX_DATABASE_URL": "",
            "REDIS_URL": "redis://127.0.0.1:1/0",
            "VAR_DIR": str(self._var),
            "DEMONSTRATION": "1",
            "LOG_LEVEL": "ERROR",
            **self.keys,
            **more,
        }
        for name in ("MEDIA_ROOT", "BANK_EXCHANGE_DIR", "BUSINESS_DATE", "CRASHPOINT"):
            environment.pop(name, None)
        return subprocess.run(  # noqa: S603 - our own command
            [sys.executable, "manage.py", *command],
            cwd=self.checkout,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )

    @contextmanager
    def _timed(self, name: str) -> Iterator[None]:
        begun = time.monotonic()
        yield
        self.seconds[name] = time.monotonic() - begun
        self.say(f"{name}：{self.seconds[name]:.1f} 秒")


_ROUND = (
    *("run_round", "--scheme", "winter_warmth", "--organisation", "35"),
    *("--period", "2026-winter", "--as-of", "2025-12-01", "--json"),
)


@dataclass(frozen=True, slots=True)
class Proof:
    """What the books and the audit chain come to."""

    ledger: dict[str, str]
    audit: dict[str, Any]


def _bytes_of(secret: str) -> tuple[bytes, ...]:
    """A secret as it is written, and the key itself where it is written in base64."""
    text = secret.split(":", 1)[-1]
    written = (secret.encode(), text.encode())
    try:
        return (*written, base64.b64decode(text, validate=True))
    except ValueError:
        return written


def files_with(folder: Path, needles: tuple[bytes, ...]) -> str:
    """The first file below a folder that holds one of these bytes; empty if none."""
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not path.is_symlink():
            content = path.read_bytes()
            if any(needle in content for needle in needles):
                return str(path)
    return ""


def clear(folder: Path) -> None:
    """Remove what a drill left behind."""
    shutil.rmtree(folder, ignore_errors=True)
