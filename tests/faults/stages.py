"""A small round of two counties, stopped at named stages: the templates of the tries.

Built once for a state of the source; every ground copies the cluster, so that it may
be killed, and clones its database from a stage's template.
"""

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil

from tests.faults.place import CHECKOUT, VAR, Place

APPS = ("unionportal", "members", "assistance")
MORE = (
    "tests/faults/building.py",
    "tests/faults/story.py",
    "tests/faults/tellers.py",
    "tests/assistance/*.py",
)
KEPT = 2
REFUSE, SEED = 0.5, 2
"""How the stub bank judges: with this seed both counties get something back."""


def template(stage: str) -> str:
    return f"stage_{stage}"


def lay(place: Place) -> Path:
    """Copy the built cluster and its bank folders to a place; return where they are."""
    with _locked():
        _bury_the_dead()
        source = _built()
        shutil.rmtree(place.engines, ignore_errors=True)
        command = ["cp", "--archive", "--reflink=auto", str(source), str(place.engines)]
        subprocess.run(command, check=True)
    return source


def _built() -> Path:
    wanted = VAR / f"stages-{_digest()}"
    if not (wanted / "whole").exists():
        shutil.rmtree(wanted, ignore_errors=True)
        draft = Place(VAR / "building")
        shutil.rmtree(draft.folder, ignore_errors=True)
        ended = subprocess.run(
            [sys.executable, "-m", "tests.faults.building", str(draft.folder)],
            cwd=CHECKOUT,
            env=os.environ | draft.environment(),
            capture_output=True,
            text=True,
            check=False,
        )
        if ended.returncode:
            raise RuntimeError(f"the stages were not built:\n{ended.stderr[-4000:]}")
        draft.engines.rename(wanted)
        shutil.rmtree(draft.folder)
        (wanted / "whole").touch()
        _forget_old()
    return wanted


def _bury_the_dead() -> None:
    """End what a killed run left working in its folder, and remove the folder."""
    for folder in VAR.glob("[0-9]*"):
        if psutil.pid_exists(int(folder.name)):
            continue
        for process in psutil.process_iter():
            with suppress(psutil.Error):
                if Path(process.cwd()).is_relative_to(folder):
                    process.kill()
        shutil.rmtree(folder, ignore_errors=True)


def _forget_old() -> None:
    found = sorted(VAR.glob("stages-*"), key=lambda path: path.stat().st_mtime)
    for old in found[:-KEPT]:
        shutil.rmtree(old)


def _digest() -> str:
    digest = hashlib.sha256((CHECKOUT / "requirements.txt").read_bytes())
    files = {path for app in APPS for path in (CHECKOUT / app).rglob("*")}
    files |= {path for pattern in MORE for path in CHECKOUT.glob(pattern)}
    for path in sorted(files):
        if path.suffix in {".py", ".sql", ".yaml", ".csv"}:
            digest.update(str(path.relative_to(CHECKOUT)).encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


@contextmanager
def _locked() -> Iterator[None]:
    VAR.mkdir(parents=True, exist_ok=True)
    with (VAR / "stages.lock").open("wb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
