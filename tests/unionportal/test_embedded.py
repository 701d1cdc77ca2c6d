"""Engines out of wheels: started, shared, stopped, and found again after a crash."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import psycopg2
import pytest
import redis

from unionportal.embedded import (
    OWNER,
    SOCKET_PATH_BYTES,
    EngineError,
    Engines,
    addresses,
    engines,
    local_environment,
)


@pytest.fixture
def root(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "engines"
    yield folder
    if (folder / "postgres").exists():
        with engines(folder, durable=False):
            pass  # whoever still held them is gone: this stops them


def answers(url: str) -> bool:
    try:
        psycopg2.connect(url).close()
    except psycopg2.OperationalError:
        return False
    return True


def ask(url: str, statement: str) -> object:
    connection = psycopg2.connect(url)
    connection.autocommit = True
    try:
        with connection.cursor() as cursor:
            cursor.execute(statement)
            row = cursor.fetchone() if cursor.description else None
            return row[0] if row else None
    finally:
        connection.close()


def postmaster(root: Path) -> psutil.Process:
    number = (root / "postgres" / "postmaster.pid").read_text().split("\n", 1)[0]
    return psutil.Process(int(number))


def test_engines_answer_while_held_and_stop_after(root: Path) -> None:
    with engines(root, durable=False) as held:
        assert answers(held.database_url)
        assert redis.Redis.from_url(held.redis_url).ping()

    assert not answers(held.database_url)
    assert not held.addresses.redis_socket.exists()


def test_database_sorts_by_code_point_and_has_trigrams_of_chinese(root: Path) -> None:
    with engines(root, durable=False) as held:
        url = held.owner_database_url
        ask(url, "CREATE EXTENSION pg_trgm")
        assert ask(url, "SELECT 'B' < 'a'") is True
        assert ask(url, "SELECT similarity('困难职工帮扶', '困难职工') > 0.3") is True
        assert ask(url, "SHOW server_encoding") == "UTF8"


def test_roles_are_an_owner_without_superpowers_and_a_runner_without_tables(
    root: Path,
) -> None:
    with engines(root, durable=False) as held:
        assert (
            ask(
                held.owner_database_url,
                f"SELECT rolcreatedb AND NOT rolsuper FROM pg_roles WHERE rolname = '{OWNER}'",
            )
            is True
        )
        with pytest.raises(psycopg2.errors.InsufficientPrivilege):
            ask(held.database_url, "CREATE TABLE mine ()")


def test_second_start_finds_what_the_first_wrote(root: Path) -> None:
    with engines(root, durable=False) as held:
        ask(held.owner_database_url, "CREATE TABLE kept AS SELECT 7 AS number")

    with engines(root, durable=False) as held:
        assert ask(held.owner_database_url, "SELECT number FROM kept") == 7


def test_engines_stay_until_the_last_holder_lets_go(root: Path) -> None:
    first, second = (Engines(root=root, durable=False) for _ in range(2))
    first.start()
    second.start()

    first.stop()
    assert answers(second.database_url)

    second.stop()
    assert not answers(second.database_url)


def test_letting_go_twice_is_harmless(root: Path) -> None:
    held = Engines(root=root, durable=False)
    held.start()
    held.stop()
    held.stop()

    assert not answers(held.database_url)


def test_two_checkouts_run_side_by_side(tmp_path: Path) -> None:
    with (
        engines(tmp_path / "a", durable=False) as one,
        engines(tmp_path / "b", durable=False) as other,
    ):
        ask(one.owner_database_url, "CREATE TABLE only_here ()")

        assert ask(other.database_url, "SELECT to_regclass('only_here')") is None
        assert redis.Redis.from_url(one.redis_url).set("key", "1")
        assert redis.Redis.from_url(other.redis_url).get("key") is None


def test_long_path_moves_the_sockets(tmp_path: Path) -> None:
    deep = tmp_path / ("目录" * 20) / ("x" * 60)
    with engines(deep, durable=False) as held:
        assert answers(held.database_url)
        assert len(os.fsencode(held.addresses.redis_socket)) <= SOCKET_PATH_BYTES

    assert addresses(deep) == held.addresses


def test_sockets_of_a_stranger_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = Engines(root=tmp_path / "engines", durable=False)
    held.addresses.sockets.mkdir(parents=True)
    if os.geteuid() == 0:
        os.chown(held.addresses.sockets, 12345, 12345)
    else:
        monkeypatch.setattr(os, "geteuid", lambda: 12345)

    with pytest.raises(EngineError, match="属于其他用户"):
        held.start()


def test_killed_server_comes_back_with_its_rows(root: Path) -> None:
    with engines(root, durable=False) as held:
        ask(held.owner_database_url, "CREATE TABLE kept AS SELECT 7 AS number")
        postmaster(root).kill()

        with engines(root, durable=False):
            assert ask(held.owner_database_url, "SELECT number FROM kept") == 7


def test_number_of_a_stranger_in_the_pid_file_is_no_server(root: Path) -> None:
    with engines(root, durable=False):
        pid_file = (root / "postgres" / "postmaster.pid").read_text()
    stale = pid_file.replace(pid_file.split("\n", 1)[0], str(os.getpid()), 1)
    (root / "postgres" / "postmaster.pid").write_text(stale)

    with engines(root, durable=False) as held:
        assert answers(held.database_url)


def test_interrupted_first_start_is_begun_again(root: Path) -> None:
    (root / "postgres").mkdir(parents=True)
    (root / "postgres" / "half").write_text("initdb did not get further")

    with engines(root, durable=False) as held:
        assert answers(held.database_url)


def test_killed_holder_leaves_engines_that_the_next_one_stops(root: Path) -> None:
    script = (
        "import sys, time, pathlib\n"
        "from unionportal.embedded import Engines\n"
        "held = Engines(root=pathlib.Path(sys.argv[1]), durable=False)\n"
        "held.start(); print('up', flush=True); time.sleep(600)\n"
    )
    child = subprocess.Popen(
        [sys.executable, "-c", script, str(root)], stdout=subprocess.PIPE, text=True
    )
    with child:
        assert child.stdout is not None
        assert child.stdout.readline() == "up\n"
        child.send_signal(signal.SIGKILL)
    held = Engines(root=root, durable=False)
    assert answers(held.database_url)

    started = time.monotonic()
    with engines(root, durable=False):
        assert time.monotonic() - started < 1  # found, not started

    assert not answers(held.database_url)


def test_interrupt_at_the_keyboard_does_not_reach_the_server(root: Path) -> None:
    with engines(root, durable=False):
        assert os.getpgid(postmaster(root).pid) != os.getpgid(0)


def test_secrets_are_made_once_and_only_for_this_user(tmp_path: Path) -> None:
    first = local_environment(tmp_path)
    second = local_environment(tmp_path)
    other = local_environment(tmp_path / "other")

    assert first == second
    assert first["SECRET_KEY"] != other["SECRET_KEY"]
    assert (tmp_path / "var" / "secrets.env").stat().st_mode & 0o777 == 0o600
