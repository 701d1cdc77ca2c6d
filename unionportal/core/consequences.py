"""What follows elsewhere when something is settled here: apps below know no app above.

An app registers what it does of an event in ``AppConfig.ready()``; the action that
causes the event calls it in its own transaction. A consequence takes no locks and does
no work there: it writes a job down, or nothing.
"""

from collections.abc import Callable
from datetime import date

from unionportal.core.actor import Actor
from unionportal.core.registry import Registry

ACCOUNT_CHECKED = "members.account_checked"

Consequence = Callable[[int, date, Actor], None]
_registered: Registry[tuple[str, Consequence]] = Registry("consequence")


def register_consequence(event: str, follows: Consequence) -> None:
    """Register a function of (number of the record, business date, actor)."""
    code = f"{event}:{follows.__module__}.{follows.__qualname__}"
    _registered.add(code, (event, follows))


def follow(event: str, number: int, *, on: date, by: Actor) -> None:
    """Let everything follow that was registered for an event."""
    for known, follows in _registered:
        if known == event:
            follows(number, on, by)
