"""Whoever answers a notice a byte at a time holds nobody up for long."""

import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pytest_django import Settings

from unionportal.core.deadline import Deadline
from unionportal.core.webhooks import LATE, Outcome, new_secret, post_signed

SECONDS = 0.5
AT = datetime(2026, 11, 23, tzinfo=UTC)


@pytest.fixture(scope="module")
def trickler() -> Iterator[str]:
    """The address of a process that trickles."""
    command = [sys.executable, str(Path(__file__).with_name("trickler.py"))]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as running:
        assert running.stdout is not None
        yield f"http://127.0.0.1:{running.stdout.readline().strip()}"
        running.kill()


@pytest.mark.parametrize(
    ("path", "outcome"),
    [
        ("/headers", Outcome(None, LATE)),
        ("/status", Outcome(None, LATE)),
        ("/again", Outcome(None, LATE)),
        # What is said in time counts; the body that never ends is not waited for.
        ("/body", Outcome(200)),
        ("/redirect", Outcome(302, "对方答复 302")),
    ],
)
def test_a_trickling_receiver_is_left_in_time(
    trickler: str, path: str, outcome: Outcome, settings: Settings
) -> None:
    settings.WEBHOOK_HOSTS = [trickler]
    settings.WEBHOOK_SECONDS = SECONDS
    begun, threads = time.monotonic(), threading.active_count()

    told = post_signed(
        url=f"{trickler}{path}", secret=new_secret(), number="m", body="{}", at=AT
    )

    assert told == outcome
    assert time.monotonic() - begun < SECONDS + 1.0
    assert threading.active_count() <= threads + 1  # a clock that was cancelled ends


def test_a_receiver_that_reads_nothing_is_left_in_time(settings: Settings) -> None:
    settings.WEBHOOK_SECONDS = SECONDS
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        url = f"http://127.0.0.1:{deaf.getsockname()[1]}"
        settings.WEBHOOK_HOSTS = [url]
        begun = time.monotonic()
        told = post_signed(
            url=url, secret=new_secret(), number="m", body="x" * 30_000_000, at=AT
        )
    assert (told.status, told.is_taken) == (None, False)
    assert time.monotonic() - begun < SECONDS + 1.0


def test_a_receiver_that_trickles_its_handshake_is_left_in_time(
    settings: Settings,
) -> None:
    settings.WEBHOOK_SECONDS = SECONDS
    with socket.create_server(("127.0.0.1", 0)) as server:

        def trickle() -> None:
            line, _address = server.accept()
            with line, suppress(OSError):
                line.sendall(b"\x16\x03\x03\x40\x00")  # a record of 16 kB follows
                while True:
                    line.sendall(b"\x02")
                    time.sleep(0.1)

        threading.Thread(target=trickle, daemon=True).start()
        url = f"https://127.0.0.1:{server.getsockname()[1]}"
        settings.WEBHOOK_HOSTS = [url]
        begun = time.monotonic()
        told = post_signed(url=url, secret=new_secret(), number="m", body="{}", at=AT)
    assert told == Outcome(None, LATE)
    assert time.monotonic() - begun < SECONDS + 1.0


def test_a_connection_made_after_the_end_is_closed() -> None:
    one, other = socket.socketpair()
    with Deadline(0.01) as deadline, other:
        time.sleep(0.05)
        with pytest.raises(TimeoutError):
            deadline.watch(one)
        assert deadline.is_over
        assert one.fileno() == -1


def test_a_resolver_that_hangs_holds_nobody_up(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.WEBHOOK_SECONDS = SECONDS
    settings.WEBHOOK_HOSTS = ["hooks.example.org"]
    answered, left = threading.Event(), threading.Event()

    def resolve(*_asked: object, **_named: object) -> list[object]:
        answered.wait(10)
        left.set()
        raise socket.gaierror

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    begun = time.monotonic()
    told = post_signed(
        url="https://hooks.example.org/in",
        secret=new_secret(),
        number="m",
        body="{}",
        at=AT,
    )
    assert told == Outcome(None, LATE)
    assert time.monotonic() - begun < SECONDS + 1.0
    answered.set()
    assert left.wait(5)


def test_a_connection_that_comes_about_too_late_is_closed() -> None:
    one, other = socket.socketpair()
    go = threading.Event()

    def connect() -> socket.socket:
        go.wait(10)
        return one

    with other, Deadline(0.05) as deadline:
        with pytest.raises(TimeoutError):
            deadline.within(connect)
        go.set()
        other.settimeout(5)
        assert other.recv(1) == b""
