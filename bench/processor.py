"""The processor's time of a step: it hardly depends on what else the machine does.

Counted are this process, the children that it has waited for, and the session of the
database that works for it, where that runs on the same machine.
"""

import os
from dataclasses import dataclass
from pathlib import Path

from django.db import connection

PROCESSES = Path("/proc")
SERVER = "postgres"
_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(slots=True)
class Meter:
    """Seconds of processor that the steps took since they were last read."""

    total: float = 0.0

    def read(self) -> float:
        """What has come together; it begins anew."""
        total, self.total = self.total, 0.0
        return total


METER = Meter()


def processor_seconds() -> float:
    """Of this process, its children and its session so far."""
    own = os.times()
    children = own.children_user + own.children_system
    return own.user + own.system + children + _session_seconds()


def _session_seconds() -> float:
    if connection.connection is None:
        return 0.0
    session = PROCESSES / str(connection.connection.info.backend_pid)
    try:
        told = (session / "stat").read_text()
    except OSError:  # the server is elsewhere
        return 0.0
    if f"({SERVER})" not in told:
        return 0.0
    numbers = told.rpartition(")")[2].split()
    return (int(numbers[11]) + int(numbers[12])) / _TICKS
