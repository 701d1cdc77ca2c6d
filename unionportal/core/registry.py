"""A list that apps fill once, in ``AppConfig.ready()``, and that wiring reads."""

from collections.abc import Iterator
from typing import Generic, TypeVar

Entry = TypeVar("Entry")


class Registry(Generic[Entry]):
    """Entries by code, in the order of registration; the same code twice is a fault."""

    def __init__(self, noun: str) -> None:
        """Name what is registered, for the message of a fault."""
        self._noun = noun
        self._entries: dict[str, Entry] = {}

    def add(self, code: str, entry: Entry) -> None:
        """Add an entry; refuse a code that is taken."""
        if code in self._entries:
            raise ValueError(f"{self._noun} registered twice: {code}")
        self._entries[code] = entry

    def get(self, code: str) -> Entry | None:
        """Return the entry of a code, or None."""
        return self._entries.get(code)

    def __iter__(self) -> Iterator[Entry]:
        """Go through the entries in the order of registration."""
        return iter(tuple(self._entries.values()))

    def __len__(self) -> int:
        """Count the entries."""
        return len(self._entries)
