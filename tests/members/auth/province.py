"""A province's login server for the tests: OpenID Connect over a real socket."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs

CLIENT_ID, SECRET, CODE, TOKEN = "portal", "s3cret", "code-1", "token-1"


@dataclass
class ProvinceServer:
    """Where it listens, whom it states, and what it was asked."""

    url: str = ""
    person: dict[str, str] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)


@contextmanager
def province_server(**person: str) -> Iterator[ProvinceServer]:
    """Listen on a free port of this machine until the block ends."""
    state = ProvinceServer(person=person)

    class Answers(BaseHTTPRequestHandler):
        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's name
            del format, args

        def tell(self, answer: object, status: int = 200) -> None:
            body = json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def do_GET(self) -> None:
            state.asked.append(self.path)
            if self.path == "/.well-known/openid-configuration":
                self.tell(
                    {
                        "issuer": state.url,
                        "authorization_endpoint": f"{state.url}/authorize",
                        "token_endpoint": f"{state.url}/token",
                        "userinfo_endpoint": f"{state.url}/userinfo",
                        "token_endpoint_auth_methods_supported": ["client_secret_post"],
                    }
                )
            elif self.headers.get("Authorization") == f"Bearer {TOKEN}":
                self.tell(state.person)
            else:
                self.tell({"error": "invalid_token"}, 401)

        def do_POST(self) -> None:
            state.asked.append(self.path)
            length = int(self.headers.get("Content-Length", "0"))
            said = parse_qs(self.rfile.read(length).decode())
            right = {"client_id": [CLIENT_ID], "client_secret": [SECRET]}
            if said.get("code") == [CODE] and right.items() <= said.items():
                self.tell({"access_token": TOKEN, "token_type": "Bearer"})
            else:
                self.tell({"error": "invalid_grant"}, 400)

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    state.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield state
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
