"""A call that ends in time, however slowly the other side talks.

The timeouts of the libraries begin anew with each byte: whoever sends one header a second
holds the caller for days, and a resolver of names knows no timeout at all. Here a clock
beside the call shuts the connection down, and nobody waits longer for one to come about.
"""

import socket
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from typing import Any, Self

from requests.adapters import HTTPAdapter
from urllib3.exceptions import ConnectTimeoutError


class Deadline:
    """Shuts the watched connection when its seconds are over; a context of one call."""

    def __init__(self, seconds: float) -> None:
        """Begin with the block."""
        self.seconds = seconds
        self.is_over = False
        self._watched: list[socket.socket] = []
        self._lock = threading.Lock()
        self._ends = 0.0
        self._clock = threading.Timer(seconds, self._end)
        self._clock.daemon = True

    def __enter__(self) -> Self:
        self._clock.start()
        self._ends = time.monotonic() + self.seconds
        return self

    def __exit__(self, *raised: object) -> None:
        self._clock.cancel()
        with self._lock:
            for line in self._watched:
                line.close()
            self._watched.clear()

    def watch(self, line: socket.socket) -> None:
        """Keep a second hold on a connection: TLS takes the first one over."""
        with self._lock:
            if not self.is_over:
                self._watched.append(line.dup())
                return
        line.close()
        raise TimeoutError

    def within(self, connect: Callable[[], socket.socket]) -> socket.socket:
        """Connect beside the call, and leave it there when the seconds are over.

        Whatever it then still brings, `watch` closes.
        """
        coming: Future[socket.socket] = Future()

        def attempt() -> None:
            try:
                line = connect()
                self.watch(line)
            except Exception as error:  # noqa: BLE001 - raised where it is waited for
                coming.set_exception(error)
            else:
                coming.set_result(line)

        threading.Thread(target=attempt, daemon=True).start()
        try:
            return coming.result(max(0, self._ends - time.monotonic()))
        except TimeoutError:
            self._end()
            raise

    def _end(self) -> None:
        with self._lock:
            self.is_over = True
            for line in self._watched:
                with suppress(OSError):  # the other side was quicker
                    line.shutdown(socket.SHUT_RDWR)


class DeadlineAdapter(HTTPAdapter):
    """Connections, through a proxy too, are watched from their first packet."""

    def __init__(self, deadline: Deadline) -> None:
        """For one call; nothing is kept open."""
        self._deadline = deadline
        super().__init__(pool_connections=1, pool_maxsize=1)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *raised: object) -> None:
        self.close()

    def get_connection_with_tls_context(self, *given: Any, **named: Any) -> Any:  # noqa: ANN401
        """As the library does, with connections that the deadline knows."""
        pool = super().get_connection_with_tls_context(*given, **named)
        pool.ConnectionCls = _watched(pool.ConnectionCls, self._deadline)
        return pool


def _watched(kind: Any, deadline: Deadline) -> Any:  # noqa: ANN401 - http or https
    class Watched(kind):
        def _new_conn(self) -> socket.socket:
            try:
                return deadline.within(super()._new_conn)
            except TimeoutError as late:
                message = "the call took too long to connect"
                raise ConnectTimeoutError(self, message) from late

    return Watched
