"""Counters of attempts in the cache: so many within so many seconds."""

import hashlib
import math

from django.core.cache import cache


def attempts(*parts: str) -> int:
    """How often something was tried within its window so far."""
    return int(cache.get(_key(parts), 0))


def count_attempt(*parts: str, seconds: int) -> int:
    """Count one more; the window begins with the first."""
    key = _key(parts)
    cache.add(key, 0, seconds)
    try:
        return int(cache.incr(key))
    except ValueError:  # it ended between the two
        cache.set(key, 1, seconds)
        return 1


def count_in_window(*parts: str, seconds: int, now: float) -> tuple[int, int]:
    """Count one more: how many in its window so far, and whole seconds until it ends."""
    begun = float(cache.get_or_set(_key((*parts, "begun")), now, seconds) or now)
    count = count_attempt(*parts, str(begun), seconds=seconds)
    return count, max(1, min(seconds, math.ceil(begun + seconds - now)))


def forget_attempts(*parts: str) -> None:
    """Begin anew."""
    cache.delete(_key(parts))


def _key(parts: tuple[str, ...]) -> str:
    """Names and addresses are hashed: the cache holds no list of who knocked."""
    text = "\x00".join(parts)
    return f"attempts:{hashlib.sha256(text.encode()).hexdigest()}"
