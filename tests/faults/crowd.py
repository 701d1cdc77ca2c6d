"""Many at the same moment, each with a session of its own."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

from django.db import DatabaseError, connection, connections

from unionportal.core.errors import Refusal
from unionportal.core.guards import refusal_from


def at_once(count: int, act: Callable[[int], Any]) -> list[Any]:
    """Let so many threads act together; a refusal is an answer, anything else raises."""
    start = Barrier(count)

    def run(number: int) -> Any:  # noqa: ANN401
        connection.ensure_connection()
        start.wait(30)
        try:
            return act(number)
        except Refusal as refusal:
            return refusal
        except DatabaseError as error:
            guarded = refusal_from(error)
            if guarded is None:
                raise
            return guarded
        finally:
            connections.close_all()

    with ThreadPoolExecutor(count) as crowd:
        return list(crowd.map(run, range(count)))
