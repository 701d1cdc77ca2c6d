"""A receiver that keeps its callers waiting, a byte at a time; run as a process."""

import socket
import sys
import threading
import time

SECONDS_APART = 0.1
BEGINNINGS = {
    "/headers": b"HTTP/1.1 200 OK\r\nX-Slow: ",
    "/status": b"HTTP/1.1 2",
    "/again": b"",
    "/body": b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n",
    "/redirect": b"HTTP/1.1 302 Found\r\nLocation: /\r\nContent-Length: 1000000\r\n\r\n",
}
REPEATED = {"/again": b"HTTP/1.1 100 Continue\r\n\r\n"}


def trickle(line: socket.socket) -> None:
    """Answer as the path asks, for ever."""
    path = line.recv(65536).split(b" ")[1].decode()
    try:
        line.sendall(BEGINNINGS[path])
        while True:
            line.sendall(REPEATED.get(path, b"0"))
            time.sleep(SECONDS_APART)
    except OSError:
        line.close()


def main() -> None:
    """Print the port, then keep everybody waiting."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        sys.stdout.write(f"{server.getsockname()[1]}\n")
        sys.stdout.flush()
        while True:
            line, _address = server.accept()
            threading.Thread(target=trickle, args=(line,), daemon=True).start()


if __name__ == "__main__":
    main()
