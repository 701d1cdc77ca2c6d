"""Named places at which a test may kill the running process, as ``kill -9`` would.

The setting ``CRASHPOINT`` (from the environment variable of that name) is
``name[:n][@file]``: the process dies at the n-th time it passes the place. With a
file it dies only if it can create that file, so only once over all processes.
"""

import os
import signal
from collections import Counter
from pathlib import Path

from django.conf import settings

CRASHPOINTS: set[str] = set()

_passed: Counter[str] = Counter()


def declare_crashpoint(name: str) -> str:
    """Register a place at import, so that a test can kill at every one; returns it."""
    CRASHPOINTS.add(name)
    return name


def crashpoint(name: str) -> None:
    """Die here if the setting says so. Unregistered names are a fault of the program."""
    wanted = str(getattr(settings, "CRASHPOINT", ""))
    if not wanted:
        return
    if name not in CRASHPOINTS:
        raise LookupError(f"unregistered crash point: {name}")
    place, _, once = wanted.partition("@")
    place, _, turn = place.partition(":")
    if place != name:
        return
    _passed[name] += 1
    if _passed[name] == int(turn or 1) and _is_first(once):
        os.kill(os.getpid(), signal.SIGKILL)


def _is_first(path: str) -> bool:
    if not path:
        return True
    try:
        Path(path).touch(exist_ok=False)
    except FileExistsError:
        return False
    return True
