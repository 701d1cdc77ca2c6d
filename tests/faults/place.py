"""Where a ground lies, and the environment of everything that runs on it."""

import base64
import os
import socket
from dataclasses import dataclass
from pathlib import Path

from unionportal.embedded import OWNER, RUNNER, addresses

CHECKOUT = Path(__file__).resolve().parents[2]
VAR = CHECKOUT / "var" / "faults"


def _key(number: int) -> str:
    return base64.b64encode(bytes([number]) * 32).decode()


@dataclass(frozen=True, slots=True)
class Place:
    """A folder with engines, the bank's exchange and logs; nothing is started."""

    folder: Path

    @property
    def engines(self) -> Path:
        return self.folder / "engines"

    @property
    def bank(self) -> Path:
        return self.folder / "bank"

    def environment(self) -> dict[str, str]:
        """What makes the portal run here, for this process and its children."""
        where = addresses(self.engines)
        return {
            "DJANGO_SETTINGS_MODULE": "unionportal.settings",
            "DATABASE_URL": where.database(role=RUNNER),
            "OWNER_DATABASE_URL": where.database(role=OWNER),
            "SANDBOX_DATABASE_URL": "",
            "REDIS_URL": where.redis(),
            "VAR_DIR": str(self.folder),
            "BANK_EXCHANGE_DIR": str(self.bank),
            "SECRET_KEY": "a-key-for-the-fault-suite-that-is-long-enough",
            "FIELD_KEYS": f"k1:{_key(1)}",
            "BLIND_INDEX_KEY": _key(3),
            "ALLOWED_HOSTS": "localhost,127.0.0.1",
            "DEMONSTRATION": "1",
            "HTTPS": "0",
            "LOG_LEVEL": "WARNING",
            "CRASHPOINT": "",
        }

    def enter(self) -> None:
        """Make this process run here; before Django is set up."""
        self.folder.mkdir(parents=True, exist_ok=True)
        os.environ |= self.environment()


def own_place() -> Place:
    """The place of this process."""
    return Place(VAR / str(os.getpid()))


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
