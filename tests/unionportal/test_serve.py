"""`manage.py serve`: children start and stop together, one portal a checkout."""

import logging
import signal
import socket
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from django.core.management import CommandError, call_command
from pytest_django import Settings

from unionportal.management.commands.serve import Children, _alone, _refuse_taken_port

SLEEPER = (sys.executable, "-c", "import time; time.sleep(600)")
DEAF = (
    "import signal, time; signal.signal(signal.SIGTERM, lambda *a: None);"
    "print('deaf', flush=True); time.sleep(600)"
)
STUBBORN = (sys.executable, "-c", DEAF)
SHORT_LIVED = (sys.executable, "-c", "raise SystemExit(3)")


@pytest.fixture
def children(tmp_path: Path) -> Iterator[Children]:
    started = Children(tmp_path)
    yield started
    started.stop()


@pytest.fixture
def handlers() -> Iterator[None]:
    """What the command changes in its own process."""
    kept = {
        number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)
    }
    level = logging.getLogger().level
    yield
    logging.getLogger().setLevel(level)
    for number, handler in kept.items():
        signal.signal(number, handler)


def test_children_run_until_stopped(children: Children) -> None:
    children.start("one", SLEEPER)
    children.start("two", SLEEPER)
    children.check()
    numbers = [child.pid for child in children.running.values()]

    children.stop()

    assert [psutil.pid_exists(number) for number in numbers] == [False, False]
    assert not children.numbers.exists()


def test_child_that_ends_is_named_with_its_log(children: Children) -> None:
    children.start("steady", SLEEPER)
    children.start("brief", SHORT_LIVED)
    children.running["brief"].wait()

    with pytest.raises(CommandError, match=r"brief 意外退出（代码 3）.*brief\.log"):
        children.check()


def test_child_that_does_not_listen_is_killed(
    children: Children, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("unionportal.management.commands.serve.STOP_SECONDS", 0.2)
    children.start("deaf", STUBBORN)
    while "deaf" not in (children.logs / "deaf.log").read_text():
        children.check()

    children.stop()

    assert children.running["deaf"].returncode == -signal.SIGKILL


def test_children_of_a_killed_portal_are_ended_by_the_next(
    children: Children, tmp_path: Path
) -> None:
    children.start("orphan", SLEEPER)

    orphan = children.running["orphan"].pid

    Children(tmp_path).stop_leftovers()

    assert not psutil.pid_exists(orphan)


def test_number_that_meanwhile_belongs_to_a_stranger_is_left_alone(
    children: Children, tmp_path: Path
) -> None:
    children.start("stranger", SLEEPER)
    number = children.running["stranger"].pid
    children.numbers.write_text(f"{number} 1.0\n999999999 1.0\n")

    Children(tmp_path).stop_leftovers()

    children.check()


def test_taken_port_is_refused_with_another_to_try() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]

        with pytest.raises(CommandError, match=f"PORT={port + 1} make run"):
            _refuse_taken_port(port)


def test_second_portal_in_the_same_checkout_is_refused(
    settings: Settings, tmp_path: Path, handlers: None
) -> None:
    settings.VAR_DIR = tmp_path

    with _alone(tmp_path), pytest.raises(CommandError, match="门户已在运行"):
        call_command("serve")


def test_portal_that_never_gets_healthy_is_given_up(
    children: Children, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("unionportal.management.commands.serve.START_SECONDS", 0.3)
    children.start("web", SLEEPER)

    with pytest.raises(CommandError, match="内就绪"):
        children.wait_for_health(9)
