"""Named places at which a test may end or stop the running process.

The setting ``CRASHPOINT`` (from the environment variable of that name) is one of

- ``name[:n][@file]``: die as by ``kill -9`` at the n-th time the place is passed; with
  a file only if it can be created, so once over all processes;
- ``name[:n]~file``: write our number into the file, unless it is there, and stand still
  (SIGSTOP, every thread): whoever watches the file kills what he likes, us included;
- ``?file``: write down every place that is passed, one a line.

Without the setting nothing of this costs more than reading it.
"""

import os
import re
import signal
import threading
from collections import Counter
from pathlib import Path

from django.conf import settings

CRASHPOINTS: set[str] = set()

_WANTED = re.compile(
    r"(?P<name>[\w.]+|\*)(?::(?P<turn>\d+))?(?:(?P<act>[@~])(?P<path>.+))?"
)
_passed: Counter[str] = Counter()


def declare_crashpoint(name: str) -> str:
    """Register a place at import, so that a test can kill at every one; returns it."""
    CRASHPOINTS.add(name)
    return name


def crashpoint(name: str) -> None:
    """Die or stop here if the setting says so. Unregistered names are our own fault."""
    wanted = str(getattr(settings, "CRASHPOINT", ""))
    if not wanted:
        return
    if name not in CRASHPOINTS:
        raise LookupError(f"unregistered crash point: {name}")
    if wanted.startswith("?"):
        _note(Path(wanted[1:]), name)
    else:
        _strike(wanted, name)


def _note(path: Path, name: str) -> None:
    with path.open("a") as passed:
        passed.write(f"{name}\n")


def _strike(wanted: str, name: str) -> None:
    read = _WANTED.fullmatch(wanted)
    if read is None:
        raise LookupError(f"unreadable crash point: {wanted}")
    if read["name"] not in {name, "*"}:
        return
    _passed[name] += 1
    path = f"{read['path']}/{name}" if read["name"] == "*" else read["path"]
    if _passed[name] == int(read["turn"] or 1) and _is_first(path):
        if read["act"] == "~":
            # To this thread: another may be slow to take it, and we would go on.
            signal.pthread_kill(threading.get_ident(), signal.SIGSTOP)
        else:
            os.kill(os.getpid(), signal.SIGKILL)


def _is_first(path: str | None) -> bool:
    if path is None:
        return True
    draft = Path(f"{path}.{os.getpid()}")
    draft.write_text(str(os.getpid()))
    try:
        os.link(draft, path)
    except FileExistsError:
        return False
    finally:
        draft.unlink()
    return True
