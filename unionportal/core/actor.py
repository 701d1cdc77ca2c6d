"""Who acts: an officer at a post, a worker, a county system, or the portal itself."""

from dataclasses import dataclass
from typing import Literal

ActorKind = Literal["staff", "worker", "client", "system"]


@dataclass(frozen=True, slots=True)
class Seat:
    """A role held at one organisation.

    ``path`` is the organisation's place in the tree: the seat reaches every path
    that begins with it, or ``only_here`` its own place alone. ``principal_id`` is the
    user this seat is deputised for. A seat without a path reaches nothing.
    """

    role: str
    organisation_id: int
    path: str
    principal_id: int | None = None
    only_here: bool = False

    def reaches(self, path: str) -> bool:
        """Tell whether a place in the tree lies at or below this seat."""
        if self.only_here:
            return bool(self.path) and path == self.path
        return bool(self.path) and path.startswith(self.path)


@dataclass(frozen=True, slots=True)
class Actor:
    """Whoever asks for an action or a reading; passed as ``by`` or ``actor``.

    ``proven_phone_index``: a stranger who has proven by a code that a phone is his.
    """

    kind: ActorKind
    name: str
    user_id: int | None = None
    person_id: int | None = None
    client_id: str | None = None
    proven_phone_index: str = ""
    seats: tuple[Seat, ...] = ()

    @property
    def is_system(self) -> bool:
        """Tell whether the portal itself acts."""
        return self.kind == "system"

    def reaches(self, path: str) -> bool:
        """Tell whether any seat reaches a place in the tree."""
        return self.is_system or any(seat.reaches(path) for seat in self.seats)

    def seat_for(self, role: str, path: str) -> Seat | None:
        """Return the nearest seat of a role above a place, own seats first."""
        found = [s for s in self.seats if s.role == role and s.reaches(path)]
        found.sort(key=lambda s: (s.principal_id is not None, -len(s.path)))
        return found[0] if found else None


SYSTEM = Actor(kind="system", name="系统")
