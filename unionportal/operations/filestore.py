"""Copies of uploaded files and bank files, to be restored as they were at a moment.

A store holds each content once, under its SHA-256, and one manifest for every copying:
the moment, and the path, size and digest of each file. Nothing in it is ever changed,
so copying again costs what is new.
"""

import hashlib
import json
import os
import shutil
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

MANIFESTS, BLOBS = "manifests", "blobs"


class StoreFault(RuntimeError):  # noqa: N818 - says what was found
    """The store does not hold what it should; the message says what is missing."""


@dataclass(frozen=True, slots=True, order=True)
class StoredFile:
    """A file by its place (`media/…`, `bank/…`), size in bytes and digest."""

    path: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """What there was at a moment."""

    at: datetime
    files: tuple[StoredFile, ...]


def copy_files(roots: Mapping[str, Path], store: Path, *, at: datetime) -> Manifest:
    """Copy what is new into the store and write down what there is.

    A file that disappears meanwhile (the bank took it) is passed over. Drafts, whose
    names begin with a dot, are not yet files.
    """
    found = []
    for name, root in sorted(roots.items()):
        for path in sorted(root.rglob("*")):
            if path.name.startswith(".") or not path.is_file():
                continue
            kept = _keep(path, store / BLOBS)
            if kept is not None:
                place = f"{name}/{path.relative_to(root).as_posix()}"
                found.append(StoredFile(place, *kept))
    manifest = Manifest(at, tuple(sorted(found)))
    _write_manifest(manifest, store / MANIFESTS)
    return manifest


def _keep(path: Path, blobs: Path) -> tuple[int, str] | None:
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return None
    digest = hashlib.sha256(content).hexdigest()
    blob = blobs / digest[:2] / digest
    if not blob.exists():
        write_whole(blob, content)
    return len(content), digest


def write_whole(path: Path, content: bytes) -> None:
    """Put a file in place complete or not at all; nothing is left when the disk is full."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with draft.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise


def _write_manifest(manifest: Manifest, folder: Path) -> None:
    stamp = manifest.at.astimezone(UTC).strftime("%Y%m%dT%H%M%S.%fZ")
    body = json.dumps(
        {
            "at": manifest.at.astimezone(UTC).isoformat(),
            "files": [asdict(each) for each in manifest.files],
        },
        ensure_ascii=False,
        indent=1,
    )
    write_whole(folder / f"{stamp}.json", body.encode())


def manifest_before(store: Path, moment: datetime) -> Manifest:
    """The latest manifest not after a moment. Refused: there is none so early."""
    found = [_read(path) for path in sorted((store / MANIFESTS).glob("[!.]*.json"))]
    early = [each for each in found if each.at <= moment]
    if not early:
        raise StoreFault(f"{moment:%Y-%m-%d %H:%M:%S} 之前没有文件备份。")
    return early[-1]


def _read(path: Path) -> Manifest:
    stored = json.loads(path.read_text("utf-8"))
    files = tuple(StoredFile(**each) for each in stored["files"])
    return Manifest(datetime.fromisoformat(stored["at"]), files)


def restore_files(manifest: Manifest, store: Path, folder: Path) -> int:
    """Lay out a manifest's files in an empty folder; return how many.

    Refused: a folder with something in it, a content that is missing or was altered.
    """
    if folder.exists() and any(folder.iterdir()):
        raise StoreFault(f"{folder} 不是空目录，不在其中恢复文件。")
    for each in manifest.files:
        blob = store / BLOBS / each.sha256[:2] / each.sha256
        if not blob.exists():
            raise StoreFault(f"备份里没有 {each.path} 的内容（{each.sha256[:12]}）。")
        target = folder / each.path
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        shutil.copyfile(blob, target)
        if hashlib.sha256(target.read_bytes()).hexdigest() != each.sha256:
            raise StoreFault(f"备份里 {each.path} 的内容被改动。")
    return len(manifest.files)
