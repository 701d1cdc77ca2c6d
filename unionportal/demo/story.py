"""The demonstration: an invented province that has used the portal for a while."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from assistance.models import HouseholdDossier


@dataclass(frozen=True, kw_only=True)
class Login:
    """A way into the demonstration, printed at every start."""

    who: str
    username: str
    password: str
    path: str


LOGINS: tuple[Login, ...] = ()


def is_empty() -> bool:
    """Whether there is nothing yet, so that the story may be told."""
    return not HouseholdDossier.objects.exists()


def tell_story(*, on: date, say: Callable[[str], None]) -> None:
    """Fill the empty database; every step goes through the actions people use.

    The background worker and the stub bank are running when this is called.
    """
    say(f"演示数据尚未编写（{on:%Y-%m-%d}）。")
