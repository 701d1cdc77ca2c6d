"""A web server whose next process costs a fork: for tries that kill it dozens of times.

`python -m tests.faults.prefork PORT`. The parent loads the portal and holds the port;
its child answers in threads. A child that was killed is replaced at once.
"""

import os
import socketserver
import sys
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer

from django.urls import get_resolver

from tests.faults.web import application


class Server(socketserver.ThreadingMixIn, WSGIServer):
    """Answers each request in a thread."""

    daemon_threads = True
    request_queue_size = 64


class Quiet(WSGIRequestHandler):
    """Writes no log of requests."""

    def log_message(self, *_words: object) -> None:
        """Nothing."""


def serve(port: int) -> None:
    """For ever, through any number of killed children."""
    server = Server(("127.0.0.1", port), Quiet)
    server.set_app(application)
    _ = get_resolver().url_patterns  # every page is loaded before the first fork
    while True:
        child = os.fork()
        if not child:
            server.serve_forever(poll_interval=0.05)
        os.waitpid(child, 0)


if __name__ == "__main__":
    serve(int(sys.argv[1]))
