"""How long a staff password may be kept (GB/T 22239 8.1.4.1: 定期更换)."""

from datetime import date, timedelta


def is_too_old(chosen_on: date | None, *, on: date, days: int) -> bool:
    """More than so many days; of an unknown age counts as too old. 0 days: no limit."""
    if not days:
        return False
    return chosen_on is None or on - chosen_on > timedelta(days=days)
