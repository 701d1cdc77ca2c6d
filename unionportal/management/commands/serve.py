"""The whole portal on one machine: web server, worker, scheduler and stub bank."""

import fcntl
import logging
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

import psutil
from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from unionportal.demo import logins, story
from unionportal.demo.walk.bank import is_bank_open

HOST = "127.0.0.1"
START_SECONDS = 60
STOP_SECONDS = 15

PYTHON = sys.executable
CELERY = (PYTHON, "-m", "celery", "--app", "unionportal")
# In the order in which they are started; stopped the other way round.
HELPERS: dict[str, tuple[str, ...]] = {
    "stub-bank": (PYTHON, "manage.py", "stub_bank", "--listen", "0"),
    "worker": (*CELERY, "worker", "--concurrency", "2", "--without-gossip"),
    "beat": (*CELERY, "beat", "--pidfile", ""),
}


class Command(BaseCommand):
    help = "启动门户的全部进程，直到按下 Ctrl-C；端口由 PORT 指定，默认 8000。"
    requires_migrations_checks = False

    def handle(self, *args: Any, **options: Any) -> None:
        signal.signal(signal.SIGTERM, _stop)
        # This terminal speaks to a person; the children write their lines to files.
        logging.getLogger().setLevel(logging.WARNING)
        with _alone(settings.VAR_DIR), _children(settings.VAR_DIR) as children:
            try:
                self._start(children, settings.SERVE_PORT)
                children.watch()
            except KeyboardInterrupt:
                self.stdout.write("\n正在停止…")

    def _start(self, children: "Children", port: int) -> None:
        _refuse_taken_port(port)
        settings.STATIC_ROOT.mkdir(parents=True, exist_ok=True)
        self._say("正在准备数据库…")
        call_command("prepare", verbosity=0)
        for name, command in HELPERS.items():
            children.start(name, command)
        if story.is_wanted():
            _wait_for_bank()
            story.tell_story(on=timezone.localdate(), say=self._say)
        children.start("web", _web_command(port))
        children.wait_for_health(port)
        self._greet(port)

    def _say(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()

    def _greet(self, port: int) -> None:
        address = f"http://{HOST}:{port}"
        self.stdout.write(f"\n门户已启动：{address}/    管理端：{address}/staff/")
        for login in logins.logins(on=timezone.localdate()):
            self.stdout.write(
                f"  {login.who}：{login.username} / {login.password}"
                f"    {address}{login.path}"
            )
        self._say(f"日志在 {settings.VAR_DIR / 'log'}，按 Ctrl-C 停止。\n")


def _stop(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


@contextmanager
def _alone(var: Path) -> Iterator[None]:
    """One portal a checkout; what the kernel locks, a crash cannot leave locked."""
    var.mkdir(parents=True, exist_ok=True)
    with (var / "serve.lock").open("wb") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            message = "门户已在运行：请先在它的窗口按 Ctrl-C 停止。"
            raise CommandError(message) from error
        yield


def _refuse_taken_port(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            message = (
                f"端口 {port} 已被占用：请换一个端口，如 PORT={port + 1} make run。"
            )
            raise CommandError(message) from error


def _wait_for_bank() -> None:
    """The story would open a second one on the same folder."""
    deadline = time.monotonic() + START_SECONDS
    while not is_bank_open() and time.monotonic() < deadline:
        time.sleep(0.1)


def _web_command(port: int) -> tuple[str, ...]:
    return (
        *(PYTHON, "-m", "granian", "--interface", "wsgi", "--no-ws"),
        *("--host", HOST, "--port", str(port)),
        *("--workers", "2", "--blocking-threads", "4", "--backpressure", "64"),
        # One worker killed must not take the other one with it.
        *("--respawn-failed-workers", "--respawn-interval", "0.5"),
        "unionportal.wsgi:application",
    )


@contextmanager
def _children(var: Path) -> Iterator["Children"]:
    children = Children(var)
    children.stop_leftovers()
    try:
        yield children
    finally:
        # A second Ctrl-C, or a second kill, must not leave half of them running.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        children.stop()


class Children:
    """Our child processes. None is restarted silently: if one ends, all end."""

    def __init__(self, var: Path) -> None:
        self.running: dict[str, subprocess.Popen[bytes]] = {}
        self.logs = var / "log"
        self.logs.mkdir(parents=True, exist_ok=True)
        self.numbers = var / "children.txt"
        metrics = var / "metrics"
        shutil.rmtree(metrics, ignore_errors=True)
        metrics.mkdir(parents=True)
        self.environment = os.environ | {"PROMETHEUS_MULTIPROC_DIR": str(metrics)}

    def start(self, name: str, command: tuple[str, ...]) -> None:
        """Ctrl-C must reach us alone, so that they can be stopped in order."""
        with (self.logs / f"{name}.log").open("ab") as log:
            self.running[name] = subprocess.Popen(  # noqa: S603
                command,
                cwd=settings.BASE_DIR,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self.numbers.write_text(
            "".join(
                f"{child.pid} {_born(child.pid)}\n" for child in self.running.values()
            )
        )

    def wait_for_health(self, port: int) -> None:
        """Until the web server answers and a worker answers it."""
        address = f"http://{HOST}:{port}/health/"
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            self.check()
            try:
                urllib.request.urlopen(address, timeout=5).close()
            except OSError:
                time.sleep(0.2)
            else:
                return
        message = f"门户未在 {START_SECONDS} 秒内就绪（日志：{self.logs}）。"
        raise CommandError(message)

    def watch(self) -> None:
        while True:
            self.check()
            time.sleep(0.3)

    def check(self) -> None:
        for name, child in self.running.items():
            code = child.poll()
            if code is not None:
                log = self.logs / f"{name}.log"
                message = f"进程 {name} 意外退出（代码 {code}），已停止全部进程（日志：{log}）。"
                raise CommandError(message)

    def stop(self) -> None:
        for child in reversed(self.running.values()):
            if child.poll() is None:
                _end(psutil.Process(child.pid))
            child.wait()
        self.numbers.unlink(missing_ok=True)

    def stop_leftovers(self) -> None:
        """End what a killed predecessor left running, and nobody else."""
        lines = self.numbers.read_text().split("\n") if self.numbers.exists() else []
        for line in filter(None, lines):
            number, born = line.split()
            if _born(int(number)) == born:
                _end(psutil.Process(int(number)))


def _born(number: int) -> str:
    try:
        return str(psutil.Process(number).create_time())
    except psutil.NoSuchProcess:
        return "never"


def _end(process: psutil.Process) -> None:
    family = [process, *process.children(recursive=True)]
    process.terminate()
    _, left = psutil.wait_procs(family, timeout=STOP_SECONDS)
    for stubborn in left:
        stubborn.kill()
