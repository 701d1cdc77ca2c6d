"""The keys that were given open this database, or it is said which column they do not."""

import pytest

from members.models import Person
from tests.assistance import builders as make
from unionportal.operations.keys import key_problems

pytestmark = pytest.mark.django_db


def test_the_right_keys_open_everything() -> None:
    make.dossier()
    assert key_problems() == []


def test_another_field_key_is_told_by_column(monkeypatch: pytest.MonkeyPatch) -> None:
    make.dossier()
    monkeypatch.setattr("django.conf.settings.FIELD_KEYS", {"k2": bytes([9]) * 32})
    found = key_problems()
    assert len(found) == 2
    assert all("FIELD_KEYS 不是这个数据库的密钥" in each for each in found)


def test_another_blind_index_key_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    make.dossier()
    monkeypatch.setattr("django.conf.settings.BLIND_INDEX_KEY", bytes([9]) * 32)
    (found,) = key_problems()
    assert "BLIND_INDEX_KEY 不是这个数据库的" in found


def test_a_column_of_the_version_to_come_is_not_asked_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    make.dossier()
    monkeypatch.setattr(Person._meta, "db_table", "members_person_to_come")
    assert key_problems() == []
