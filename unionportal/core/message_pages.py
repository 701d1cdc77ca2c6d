"""Where a worker reads more about what a message tells: apps register their pages."""

from collections.abc import Callable

from unionportal.core.registry import Registry

PageOf = Callable[[int], str]
_registered: Registry[PageOf] = Registry("page of a message")


def register_message_page(kind: str, page: PageOf) -> None:
    """Register the address for a kind of record; in ``AppConfig.ready()``."""
    _registered.add(kind, page)


def page_of(kind: str, number: int) -> str:
    """The address of a record; empty where its kind has no page for workers."""
    found = _registered.get(kind)
    return found(number) if found else ""
