"""Production settings that are unsafe are refused, each with a sentence that helps."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured
from pytest_django import Settings

from unionportal.checks import (
    production_settings,
    refuse_unsafe_settings,
    second_factor_enforced,
)
from unionportal.settings import SAMPLE_SECRET_KEY, key_ring

ROOT = Path(__file__).resolve().parent.parent.parent


def findings() -> dict[str, str]:
    return {
        str(found.id).removeprefix("unionportal."): str(found.msg)
        for found in production_settings(app_configs=None)
    }


def test_settings_of_the_tests_are_safe() -> None:
    assert findings() == {}


@pytest.mark.parametrize(
    ("number", "name", "value", "remedy"),
    [
        ("E001", "SECRET_KEY", SAMPLE_SECRET_KEY, "至少 32 个随机字符"),
        ("E001", "SECRET_KEY", "short", "至少 32 个随机字符"),
        ("E002", "FIELD_KEYS", {}, "openssl rand -base64 32"),
        ("E002", "FIELD_KEYS", {"k1": b"too short"}, "32 字节"),
        ("E003", "BLIND_INDEX_KEY", b"", "openssl rand -base64 32"),
        ("E004", "ALLOWED_HOSTS", [], "域名"),
    ],
)
def test_unsafe_setting_is_named_with_its_remedy(
    settings: Settings, number: str, name: str, value: object, remedy: str
) -> None:
    setattr(settings, name, value)

    assert list(findings()) == [number]
    assert remedy in findings()[number]


def test_one_role_for_tables_and_running_is_refused(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    runner = settings.DATABASES["default"]["USER"]
    monkeypatch.setitem(settings.DATABASES["owner"], "USER", runner)

    assert list(findings()) == ["E005"]


def test_sandboxes_on_another_server_or_in_the_register_are_refused(
    settings: Settings,
) -> None:
    here = settings.DATABASES["default"]
    place = {"HOST": here["HOST"], "PORT": here["PORT"]}
    settings.SANDBOX_SERVER, settings.SANDBOX_START = place, "practice"
    assert findings() == {}
    settings.SANDBOX_START = here["NAME"]
    assert list(findings()) == ["E006"]
    settings.SANDBOX_SERVER = place | {"HOST": "elsewhere"}
    settings.SANDBOX_START = "practice"
    assert list(findings()) == ["E006"]


def test_developer_with_debug_is_left_alone(settings: Settings) -> None:
    settings.DEBUG = True
    settings.SECRET_KEY = SAMPLE_SECRET_KEY

    assert findings() == {}
    refuse_unsafe_settings()


def test_refusal_lists_every_sentence(settings: Settings) -> None:
    settings.SECRET_KEY = SAMPLE_SECRET_KEY
    settings.ALLOWED_HOSTS = []

    with pytest.raises(ImproperlyConfigured) as refusal:
        refuse_unsafe_settings()

    assert "SECRET_KEY" in str(refusal.value)
    assert "ALLOWED_HOSTS" in str(refusal.value)


@pytest.mark.parametrize(
    "command",
    [
        ["-c", "import unionportal.wsgi"],
        ["-m", "celery", "--app", "unionportal", "worker"],
        ["manage.py", "check"],
    ],
    ids=["web server", "worker", "command"],
)
def test_every_entry_refuses_a_sample_secret(command: list[str]) -> None:
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "unionportal.settings",
        "SECRET_KEY": SAMPLE_SECRET_KEY,
    }

    ended = subprocess.run(
        [sys.executable, *command],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert ended.returncode != 0
    assert "SECRET_KEY 未设置或仍是示例值" in ended.stderr


def test_migrating_without_an_owner_is_refused() -> None:
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "unionportal.settings",
        "OWNER_DATABASE_URL": "",
    }

    ended = subprocess.run(
        [sys.executable, "manage.py", "migrate", "--skip-checks"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert ended.returncode == 1
    assert "OWNER_DATABASE_URL 未设置" in ended.stderr


def test_key_ring_keeps_the_order_and_the_last_one_seals() -> None:
    ring = key_ring("old:AAAA,new:AQEB")

    assert ring == {"old": b"\0\0\0", "new": b"\1\1\1"}
    assert list(ring)[-1] == "new"


@pytest.mark.parametrize(
    ("enforced", "demonstration", "expected"),
    [(True, False, []), (False, True, []), (False, False, ["unionportal.W001"])],
)
def test_staff_without_a_second_factor_are_warned_of(
    settings: Settings, enforced: bool, demonstration: bool, expected: list[str]
) -> None:
    settings.STAFF_MFA = enforced
    settings.DEMONSTRATION = demonstration

    assert [each.id for each in second_factor_enforced(app_configs=None)] == expected
