"""The tests' own footing: clones, cache, network and templates behave as promised."""

import socket
import subprocess
import sys
import threading

import pytest
import redis
from django.core.cache import cache
from django.db import connection
from django.template import Context, Engine, Origin, Template
from pytest_django import Settings

from members.models import Division
from tests.conftest import NetworkRefusedError
from tests.undefined import ROOT, UndefinedVariableError

OURS = str(ROOT / "templates" / "page.html")
COUNT_IN_CHILD = (
    "from members.models import Division;"
    "print(Division.objects.filter(code='990000').count())"
)
THEIRS = str(ROOT / ".venv" / "lib" / "page.html")


def add_division() -> None:
    Division.objects.create(code="990000", name="试", level="province")


def render(source: str, *, origin: str) -> str:
    engine = Engine.get_default()
    template = Template(source, origin=Origin(origin), engine=engine)
    return template.render(Context({"known": "有"}))


def in_another_connection() -> int:
    seen: list[int] = []

    def look() -> None:
        seen.append(Division.objects.filter(code="990000").count())
        connection.close()

    thread = threading.Thread(target=look)
    thread.start()
    thread.join()
    return seen[0]


def in_another_process(environment: dict[str, str]) -> int:
    ended = subprocess.run(
        [sys.executable, "manage.py", "shell", "--no-imports", "-c", COUNT_IN_CHILD],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    return int(ended.stdout)


@pytest.mark.parametrize("run", ["first", "second"])
def test_commit_is_seen_by_others_and_gone_in_the_next_test(
    committed_db: None, child_environment: dict[str, str], run: str
) -> None:
    assert not Division.objects.filter(code="990000").exists()
    assert Division.objects.exists()

    add_division()

    assert in_another_connection() == 1
    assert in_another_process(child_environment) == 1


@pytest.mark.parametrize("run", ["first", "second"])
def test_uncommitted_row_is_seen_by_nobody_else(db: None, run: str) -> None:
    assert not Division.objects.filter(code="990000").exists()

    add_division()

    assert Division.objects.filter(code="990000").exists()


@pytest.mark.parametrize("run", ["first", "second"])
def test_cache_is_empty_at_the_start_of_a_test(
    db: None, redis_client: redis.Redis, run: str
) -> None:
    assert cache.get("word") is None

    cache.set("word", "值")

    assert cache.get("word") == "值"
    assert redis_client.dbsize() == 1


def test_network_is_refused() -> None:
    with socket.socket() as line, pytest.raises(NetworkRefusedError):
        line.connect(("192.0.2.1", 80))


def test_undefined_variable_in_our_template_is_an_error() -> None:
    with pytest.raises(UndefinedVariableError, match="missing"):
        render("{{ missing }}", origin=OURS)
    with pytest.raises(UndefinedVariableError, match="missing"):
        render("{{ known }}{% if known %}{{ missing.name }}{% endif %}", origin=OURS)


def test_undefined_variable_may_be_asked_for() -> None:
    assert render("{% if missing %}a{% else %}b{% endif %}", origin=OURS) == "b"
    assert render("{{ known }}", origin=OURS) == "有"


def test_libraries_may_name_undefined_variables() -> None:
    assert render("[{{ missing }}]", origin=THEIRS) == "[]"
    assert render("[{{ missing|default:'x' }}]", origin=THEIRS) == "[x]"


def test_files_of_the_tests_are_apart_from_the_portal(settings: Settings) -> None:
    assert settings.MEDIA_ROOT.is_relative_to(ROOT / "var" / "test-files")
