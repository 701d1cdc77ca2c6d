"""Telling an engine that is away, or too busy, from a fault of the program."""

from django.db import InterfaceError, OperationalError
from redis.exceptions import ConnectionError as RedisAway
from redis.exceptions import TimeoutError as RedisLate

# Connection lost or refused, resources, operator intervention, locks and timeouts:
# https://www.postgresql.org/docs/current/errcodes-appendix.html
_CLASSES = ("08", "53", "57P", "40", "55P03", "55006", "57014")


def is_outage(error: BaseException | None) -> bool:
    """Tell whether an error, or what caused it, will pass when the engine is back."""
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        if isinstance(error, (InterfaceError, RedisAway, RedisLate)):
            return True
        if isinstance(error, OperationalError):
            state = getattr(error.__cause__, "pgcode", None)
            return state is None or str(state).startswith(_CLASSES)
        seen.add(id(error))
        error = error.__cause__ or error.__context__
    return False
