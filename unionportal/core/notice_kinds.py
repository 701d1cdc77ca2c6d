"""Kinds of lists that are put under public notice: apps register theirs.

A kind says what the columns are called, whether names are masked, and where the lines
come from when a list is published anew. Whatever the kind, a line holds no more than a
name, a unit and one word on the matter, and the name of a minor is never shown.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from unionportal.core.registry import Registry

# SQL with its parameters, yielding about_kind, about_id, person_id, unit_name, note; where
# the list is not of people, what stands there is named instead of a person.
LinesSelect = tuple[str, Sequence[Any]]
LinesSource = Callable[[int, int], LinesSelect]
Announcement = Callable[[int, int], None]

LEAVES_AFTER_UPHELD = 2
MINOR_BELOW_YEARS = 18  # 未成年人保护法第二条
MINOR = "（未成年人）"


@dataclass(frozen=True, slots=True)
class NoticeKind:
    """One kind of list.

    ``heads`` name the columns; the last is empty where there is nothing to say beside
    name and unit. ``opening`` begins the sentence on paper. A kind that shows full names
    must say in ``basis`` by which document. ``lines`` gives the lines of a matter for a
    union once more, or refuses; ``announced`` tells those concerned of a new notice.
    A list may be of something else than people (``is_of_people``): then the lines bring
    their names themselves, and ``counted_in`` says what they are counted in.
    ``days_after_upheld`` working days are left at least when an objection was upheld.
    """

    code: str
    label: str
    opening: str
    heads: tuple[str, str, str] = ("姓名", "单位", "事项")
    masks_names: bool = True
    basis: str = ""
    lines: LinesSource | None = None
    announced: Announcement | None = None
    days_after_upheld: int = LEAVES_AFTER_UPHELD
    is_of_people: bool = True
    counted_in: str = "人"

    def __post_init__(self) -> None:
        """Refuse full names without a document that says so."""
        if not self.masks_names and not self.basis:
            raise ValueError(f"full names without a basis: {self.code}")
        if not self.is_of_people and self.masks_names:
            raise ValueError(f"nobody's name to mask: {self.code}")


_registered: Registry[NoticeKind] = Registry("notice kind")


def register_notice_kind(kind: NoticeKind) -> NoticeKind:
    """Register a kind; called in ``AppConfig.ready()``."""
    _registered.add(kind.code, kind)
    return kind


def notice_kinds() -> tuple[NoticeKind, ...]:
    """Every kind, in the order of registration."""
    return tuple(_registered)


def notice_kind(code: str) -> NoticeKind:
    """Return a kind; an unknown code is a fault of the program."""
    found = _registered.get(code)
    if found is None:
        raise LookupError(f"unknown notice kind: {code}")
    return found
