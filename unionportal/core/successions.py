"""What follows a union into another one when it is merged or dissolved (承继).

Each app registers its own live records; what is frozen stays with the union that made
it, which from then on hangs under its successor.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from unionportal.core.registry import Registry


@dataclass(frozen=True, slots=True)
class Succession:
    """A kind of record, and how it goes from one union to another; returns how many."""

    code: str
    name: str
    carry: Callable[[int, int, date], int]


_registered: Registry[Succession] = Registry("succession")


def register_succession(succession: Succession) -> Succession:
    """Register what follows; called in ``AppConfig.ready()``."""
    _registered.add(succession.code, succession)
    return succession


def carry_all(from_id: int, to_id: int, on: date) -> dict[str, int]:
    """Carry everything that is registered; how many of each kind."""
    return {each.code: each.carry(from_id, to_id, on) for each in _registered}
