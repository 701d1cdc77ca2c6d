"""Cards of a worker's home page: where each of his matters stands, and what is next."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from unionportal.core.actor import Actor
from unionportal.core.registry import Registry


@dataclass(frozen=True, slots=True)
class Card:
    """One matter: its state, the next step, and the button where one is needed."""

    title: str
    state: str
    next_step: str = ""
    url: str = ""
    action_label: str = ""
    needs_action: bool = False


CardSource = Callable[[Actor, date], list[Card]]
_registered: Registry[CardSource] = Registry("card source")


def register_home_cards(source: CardSource) -> CardSource:
    """Register a function that gives an actor's cards; in ``AppConfig.ready()``."""
    _registered.add(f"{source.__module__}.{source.__qualname__}", source)
    return source


def home_cards(actor: Actor, on: date) -> list[Card]:
    """Return a worker's cards; those that need something from him come first."""
    cards = [card for source in _registered for card in source(actor, on)]
    return sorted(cards, key=lambda card: not card.needs_action)
