"""What an actor's seats reach, as a condition on a column that holds a path."""

from django.db.models import Q

from unionportal.core.actor import Actor

_AFTER_EVERY_PATH = "~"  # sorts after each character a path is made of


def outermost_paths(actor: Actor) -> list[str]:
    """Return the paths of the seats, without those that lie inside another.

    A seat that reaches its own place alone has nothing below it, and is left out.
    """
    kept: list[str] = []
    reaching = {s.path for s in actor.seats if s.path and not s.only_here}
    for path in sorted(reaching):
        if not (kept and path.startswith(kept[-1])):
            kept.append(path)
    return kept


def within(actor: Actor, field: str) -> Q:
    """Select the rows whose path lies at or below one of the actor's seats.

    ``field`` names a path column, also across relations
    (``"organisation__path"``). Ranges instead of ``LIKE``, so that a plain index
    serves them. No seat selects nothing; the portal itself selects everything.
    """
    if actor.is_system:
        return Q()
    reach = Q(pk__in=[])
    for path in outermost_paths(actor):
        reach |= Q((f"{field}__gte", path), (f"{field}__lt", path + _AFTER_EVERY_PATH))
    for here in sorted({s.path for s in actor.seats if s.path and s.only_here}):
        reach |= Q((field, here))
    return reach
