"""The offline bundle (离线安装包): the portal, every wheel it needs, and their checksums.

Made on a machine with a package index, installed on one without any network. Nothing
in it says where the wheels came from.
"""

import hashlib
import os
import re
import shutil
import subprocess
import sys
import tarfile
from dataclasses import dataclass
from pathlib import Path

PORTAL, WHEELS, SUMS, LIST = "portal.tar.gz", "wheels", "SHA256SUMS", "requirements.txt"
CONTENTS = (
    *("manage.py", "Makefile", "pyproject.toml", "requirements.txt", "README.md"),
    *("CHANGELOG.md", ".env.example", "Dockerfile", "docker-compose.yml"),
    *("unionportal", "members", "assistance", "modelworkers", "competitions"),
    *("mediation", "bench", "templates", "static", "locale", "deploy", "docs"),
)
INSTALL = """#!/bin/sh
# Installs the portal from this folder alone: sh install.sh /srv/portal
set -eu
here=$(cd "$(dirname "$0")" && pwd)
target=${1:?sh install.sh 目标目录}
(cd "$here" && sha256sum --quiet --check SHA256SUMS) || { echo "安装包不完整或被改动。" >&2; exit 1; }
mkdir -p "$target"
tar -xzf "$here/portal.tar.gz" -C "$target"
"${PYTHON:-python3}" -m venv "$target/.venv"
"$target/.venv/bin/python" -m pip --disable-pip-version-check --quiet install \\
  --no-index --no-deps --find-links "$here/wheels" --requirement "$here/requirements.txt"
echo "已安装到 $target；接着：cd $target && .venv/bin/python manage.py serve"
"""
_PIN = re.compile(
    r"^([A-Za-z0-9._-]+(?:\[[^\]]+\])?==[^\s;\\]+)\s*(;[^\\]*)?", re.MULTILINE
)


class BundleFault(RuntimeError):  # noqa: N818 - says what was found
    """The bundle was not made, or is not what its checksums say."""


@dataclass(frozen=True, slots=True)
class Bundle:
    """What was made."""

    folder: Path
    wheels: int
    size: int


def make_bundle(checkout: Path, folder: Path) -> Bundle:
    """Build every locked wheel, pack the portal, write the sums; whole or not at all.

    The wheels are checked against the hashes of the lock on their way in.
    """
    draft = folder.with_name(f".{folder.name}.{os.getpid()}")
    shutil.rmtree(draft, ignore_errors=True)
    try:
        _build_wheels(checkout / LIST, draft / WHEELS)
        seal_bundle(checkout, draft, lock=(checkout / LIST).read_text("utf-8"))
        shutil.rmtree(folder, ignore_errors=True)
        draft.replace(folder)
    except OSError as error:
        raise BundleFault(f"安装包没有写出：{error}") from error
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    files = [path for path in folder.rglob("*") if path.is_file()]
    return Bundle(
        folder,
        len(list((folder / WHEELS).iterdir())),
        sum(path.stat().st_size for path in files),
    )


def _build_wheels(lock: Path, wheels: Path) -> None:
    wheels.mkdir(parents=True)
    ended = subprocess.run(  # noqa: S603 - our own command
        [
            *(sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet"),
            *("wheel", "--no-deps", "--require-hashes", "--requirement", str(lock)),
            *("--wheel-dir", str(wheels)),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    if ended.returncode:
        raise BundleFault(f"取不到锁定的安装包：{ended.stderr.strip()[-600:]}")


def seal_bundle(checkout: Path, folder: Path, *, lock: str) -> None:
    """Add to a folder with `wheels` the portal, the installer and the sums of all."""
    with tarfile.open(folder / PORTAL, "w:gz", compresslevel=6) as packed:
        for name in CONTENTS:
            if (checkout / name).exists():
                packed.add(checkout / name, name, filter=_packed)
    (folder / LIST).write_text(pins_of(lock), "utf-8")
    (folder / "install.sh").write_text(INSTALL, "utf-8")
    lines = [
        f"{_sha256(path)}  {path.relative_to(folder).as_posix()}\n"
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    ]
    (folder / SUMS).write_text("".join(lines), "utf-8")


def _packed(entry: tarfile.TarInfo) -> tarfile.TarInfo | None:
    """The same bytes whoever packs: no owner, no time, nothing compiled."""
    if "__pycache__" in entry.name or entry.name.endswith(".pyc"):
        return None
    entry.uid = entry.gid = 0
    entry.uname = entry.gname = ""
    entry.mtime = 0
    return entry


def pins_of(lock: str) -> str:
    """The names and versions of a lock, without its hashes: the sums stand for them."""
    return "".join(f"{name} {mark}".strip() + "\n" for name, mark in _PIN.findall(lock))


def check_sums(folder: Path) -> None:
    """Refuse a bundle of which a file is missing, altered or added."""
    stated = {}
    for line in (folder / SUMS).read_text("utf-8").splitlines():
        digest, name = line.split("  ", 1)
        stated[name] = digest
    held = {
        path.relative_to(folder).as_posix(): _sha256(path)
        for path in folder.rglob("*")
        if path.is_file() and path.name != SUMS
    }
    wrong = sorted(
        name
        for name in stated.keys() | held.keys()
        if stated.get(name) != held.get(name)
    )
    if wrong:
        raise BundleFault(f"安装包不完整或被改动：{'、'.join(wrong[:3])}")


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
