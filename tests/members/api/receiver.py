"""A county's receiver of changes on a real socket; it verifies as docs/api.md shows."""

import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from django.conf import settings


def documented_check() -> Callable[..., bool]:
    """The example of the documentation, as an integrator would copy it."""
    text = (Path(settings.BASE_DIR) / "docs/api.md").read_text("utf-8")
    (code,) = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    names: dict[str, Any] = {}
    exec(compile(code, "docs/api.md", "exec"), names)  # noqa: S102 - our own words
    check: Callable[..., bool] = names["verified"]
    return check


@dataclass(frozen=True)
class Notice:
    """A request as it came."""

    headers: dict[str, str]
    body: bytes
    path: str


@dataclass
class Receiver:
    """What came, and what it answers: a status for each request, the last for all."""

    url: str = ""
    came: list[Notice] = field(default_factory=list)
    answers: list[int] = field(default_factory=lambda: [200])
    location: str = ""


@contextmanager
def running_receiver() -> Iterator[Receiver]:
    receiver = Receiver()

    class Desk(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            headers = {name.lower(): value for name, value in self.headers.items()}
            receiver.came.append(Notice(headers, body, self.path))
            answers = receiver.answers
            self.send_response(answers.pop(0) if len(answers) > 1 else answers[0])
            if receiver.location:
                self.send_header("Location", receiver.location)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            del format, args

    server = ThreadingHTTPServer(("127.0.0.1", 0), Desk)
    server.daemon_threads = True
    receiver.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield receiver
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
