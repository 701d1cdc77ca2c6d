"""A text-message gateway over real sockets: signed, idempotent, and full of faults."""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from unionportal.core.messages.gateway import sign

KEY, SECRET = "portal", "a-secret-of-the-tests"
WINDOW_SECONDS = 300


class Gateway(ThreadingHTTPServer):
    """What it took, and what it is told to do wrong."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Desk)
        self.taken: dict[str, str] = {}
        self.asked = 0
        self.reports: list[dict[str, Any]] = []
        self.slow_seconds = 0.0
        self.break_after_taking = False
        self.status = 200
        self.bad_page: bytes = b""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def report(self, reference: str, state: str, reason: str = "") -> None:
        number = len(self.reports) + 1
        self.reports.append(
            {"number": number, "reference": reference, "state": state, "reason": reason}
        )


class _Desk(BaseHTTPRequestHandler):
    server: Gateway

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if not self._is_signed(body):
            return
        gateway = self.server
        gateway.asked += 1
        order = json.loads(body)
        if order["phone"].endswith("2"):
            self._answer({"result": "refused", "reason": "空号"})
            return
        if gateway.status == 200:
            gateway.taken.setdefault(order["reference"], order["text"])
        time.sleep(gateway.slow_seconds)
        if gateway.break_after_taking:
            self.close_connection = True
            self.connection.close()
            return
        self._answer({"result": "accepted"})

    def do_GET(self) -> None:
        if not self._is_signed(b""):
            return
        after = int(self.path.partition("after=")[2])
        page = [each for each in self.server.reports if each["number"] > after][:2]
        self._answer({"reports": page})

    def _is_signed(self, body: bytes) -> bool:
        told = self.headers.get("X-Time", "")
        wanted = sign(SECRET, told, self.path, body)
        fresh = abs(time.time() - float(told or 0)) < WINDOW_SECONDS
        known = self.headers.get("X-Key") == KEY
        if known and fresh and self.headers.get("X-Signature") == wanted:
            return True
        self.send_error(403)
        return False

    def _answer(self, told: dict[str, Any]) -> None:
        content = self.server.bad_page or json.dumps(told).encode()
        self.send_response(self.server.status)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        del format, args


@contextmanager
def running_gateway() -> Iterator[Gateway]:
    gateway = Gateway()
    thread = threading.Thread(target=gateway.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield gateway
    finally:
        gateway.shutdown()
        gateway.server_close()
        thread.join()
