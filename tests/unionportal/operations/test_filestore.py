"""Files copied, and restored as they were at a moment."""

import resource
import signal
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from unionportal.operations.filestore import (
    BLOBS,
    StoreFault,
    copy_files,
    manifest_before,
    restore_files,
    write_whole,
)

FIRST = datetime(2026, 1, 5, 8, 0, tzinfo=UTC)
LATER = FIRST + timedelta(minutes=1)


@pytest.fixture
def bank(tmp_path: Path) -> Path:
    folder = tmp_path / "bank"
    (folder / "outbox").mkdir(parents=True)
    (folder / "outbox" / "one.txt").write_bytes(b"one")
    (folder / "outbox" / ".draft").write_bytes(b"not yet")
    return folder


def test_files_come_back_as_they_were_before_the_mistake(
    bank: Path, tmp_path: Path
) -> None:
    store, back = tmp_path / "store", tmp_path / "back"
    copy_files({"bank": bank}, store, at=FIRST)
    (bank / "outbox" / "one.txt").write_bytes(b"overwritten")
    (bank / "two.txt").write_bytes(b"two")
    copy_files({"bank": bank}, store, at=LATER)

    manifest = manifest_before(store, LATER - timedelta(seconds=1))

    assert restore_files(manifest, store, back) == 1
    found = [path for path in back.rglob("*") if path.is_file()]
    assert [path.relative_to(back).as_posix() for path in found] == [
        "bank/outbox/one.txt"
    ]
    assert found[0].read_bytes() == b"one"


def test_a_content_is_stored_once(bank: Path, tmp_path: Path) -> None:
    (bank / "same.txt").write_bytes(b"one")
    for at in (FIRST, LATER):
        copy_files({"bank": bank}, tmp_path / "store", at=at)
    blobs = [path for path in (tmp_path / "store" / BLOBS).rglob("*") if path.is_file()]
    assert len(blobs) == 1


def test_an_altered_or_missing_content_is_named(bank: Path, tmp_path: Path) -> None:
    store = tmp_path / "store"
    manifest = copy_files({"bank": bank}, store, at=FIRST)
    (blob,) = (path for path in (store / BLOBS).rglob("*") if path.is_file())
    blob.write_bytes(b"0ne")
    with pytest.raises(StoreFault, match="bank/outbox/one.txt 的内容被改动"):
        restore_files(manifest, store, tmp_path / "altered")
    blob.unlink()
    with pytest.raises(StoreFault, match="没有 bank/outbox/one.txt 的内容"):
        restore_files(manifest, store, tmp_path / "missing")


def test_no_manifest_so_early_and_no_folder_in_use(bank: Path, tmp_path: Path) -> None:
    store = tmp_path / "store"
    manifest = copy_files({"bank": bank}, store, at=LATER)
    with pytest.raises(StoreFault, match="之前没有文件备份"):
        manifest_before(store, FIRST)
    with pytest.raises(StoreFault, match="不是空目录"):
        restore_files(manifest, store, bank)


def test_a_full_disk_leaves_nothing_under_the_final_name(tmp_path: Path) -> None:
    target = tmp_path / "file"
    target.write_bytes(b"before")
    ignored = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, limits[1]))
    try:
        with pytest.raises(OSError, match="File too large"):
            write_whole(target, b"x" * 2000)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        signal.signal(signal.SIGXFSZ, ignored)
    assert [path.name for path in tmp_path.iterdir()] == ["file"]
    assert target.read_bytes() == b"before"

    write_whole(target, b"x" * 2000)
    assert len(target.read_bytes()) == 2000
