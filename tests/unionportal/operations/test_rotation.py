"""Keys rotate while people work: a killed run is begun again, and nothing old is left."""

import base64
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connections
from pytest_django.fixtures import Settings

from members.actions.person import PersonEntry, change_phone, register_person
from members.models import BankAccount, Person
from members.queries.person import person_by_id_number, persons_by_phone
from tests.members.builders import ON, id_number, pending_account, person, union
from unionportal.core.actor import SYSTEM
from unionportal.core.errors import Refusal
from unionportal.core.secrets import blind_index, key_id_of
from unionportal.operations.rotation import leftovers, sealed_columns

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "owner"])
ROOT = Path(__file__).resolve().parents[3]
OLD_INDEX, NEW_INDEX = bytes([3]) * 32, bytes([4]) * 32
PEOPLE = 12


def encoded(key: bytes) -> str:
    return base64.b64encode(key).decode()


@pytest.fixture
def rotating(settings: Settings) -> Iterator[dict[str, str]]:
    """A county under the old keys; then the second step of the instructions."""
    ring = {f"k{n}": bytes([n]) * 32 for n in (1, 2)}
    settings.FIELD_KEYS, settings.BLIND_INDEX_KEY = ring, OLD_INDEX
    for number in range(PEOPLE):
        someone = person(
            f"张{'一二三四五六七八九十百千'[number]}", phone=f"1380000{number:04d}"
        )
        pending_account(someone)
    settings.FIELD_KEYS = ring | {"k9": bytes([9]) * 32}
    settings.BLIND_INDEX_KEY, settings.BLIND_INDEX_OTHER_KEY = NEW_INDEX, OLD_INDEX
    yield os.environ | {
        "DJANGO_SETTINGS_MODULE": "unionportal.settings",
        "FIELD_KEYS": ",".join(
            f"{name}:{encoded(key)}" for name, key in settings.FIELD_KEYS.items()
        ),
        "BLIND_INDEX_KEY": encoded(NEW_INDEX),
        "BLIND_INDEX_OTHER_KEY": encoded(OLD_INDEX),
    }
    connections.close_all()


def command(environment: dict[str, str], crash: str = "") -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, str(ROOT / "manage.py"), "rotate_keys", "--batch", "2"],
        env=environment | {"CRASHPOINT": crash},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def test_keys_rotate_under_writes_and_after_a_kill(rotating: dict[str, str]) -> None:
    people = list(Person.objects.order_by("id"))
    taken = people[-1].id_number
    with pytest.raises(Refusal, match="已登记过"):  # under the other index key
        register_person(
            entry=PersonEntry(name="冒名", id_number=taken, organisation_id=union().pk),
            on=ON,
            by=SYSTEM,
        )
    killed = command(rotating, crash="rotate_keys.after_batch:3")
    killed.communicate()
    assert killed.returncode == -9
    assert leftovers()

    running = command(rotating)
    newest = {}
    for turn in range(200):  # people go on working until the run is over
        someone = people[turn % PEOPLE]
        newest[someone.pk] = f"1391{turn:07d}"
        change_phone(person_id=someone.pk, phone=newest[someone.pk], on=ON, by=SYSTEM)
        found = person_by_id_number(people[(turn * 5) % PEOPLE].id_number)
        assert found is not None
        if running.poll() is not None:
            break
    told, _ = running.communicate()
    assert running.returncode == 0, told
    assert "没有一个值再用旧密钥；现用密钥 k9" in told
    assert leftovers() == {}
    late = register_person(
        entry=PersonEntry(
            name="新人", id_number=id_number(), organisation_id=union().pk
        ),
        on=ON,
        by=SYSTEM,
    ).person
    for one in Person.objects.exclude(pk=late.pk):
        if one.pk in newest:
            assert one.phone == newest[one.pk]
            assert list(persons_by_phone(newest[one.pk])) == [one]
        assert one.id_number_index == blind_index(one.id_number, kind="id_number")
    for account in BankAccount.objects.all():
        assert account.number_index == blind_index(account.number, kind="account")
    assert old_values() == []


def old_values() -> list[str]:
    """Sealed columns that still hold a value of another key, read byte by byte."""
    found = []
    for place in sealed_columns():
        with connections["default"].cursor() as cursor:
            cursor.execute(
                f'SELECT "{place.column}" FROM "{place.table}"'
                f' WHERE "{place.column}" IS NOT NULL'
            )
            keys = {key_id_of(bytes(value)) for (value,) in cursor.fetchall()}
        if keys - {"k9"}:
            found.append(place.label)
    return found
