"""The provider of the tests, and templates of its own."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.template import autoreload, engines
from django.template.backends.django import DjangoTemplates

from tests.core.messages import provider as known
from unionportal.core import messages
from unionportal.core.messages import AddressBook
from unionportal.core.messages.wordings import urgent_templates


@pytest.fixture
def provider(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    folder = tmp_path / "core" / "notices"
    folder.mkdir(parents=True)
    (folder / "test.txt").write_text(
        "{# 试验 | 办事进展 #}\n【{{ union }}】您的事项有了进展：{{ title }}，请登录查看。\n"
    )
    (folder / "urgent.txt").write_text(
        "{# 急事 | 办事进展 | 加急 #}【{{ union }}】请看。"
    )
    found = engines["django"]
    assert isinstance(found, DjangoTemplates)
    monkeypatch.setattr(found.engine, "dirs", [tmp_path])
    autoreload.reset_loaders()
    monkeypatch.setattr(settings, "SMS_BACKEND", f"{known.__name__}.Recorder")
    book = AddressBook(known.phones_of, known.may_text, known.unions_above)
    monkeypatch.setattr(messages, "_books", [book])
    for kept in (known.sent, known.unwilling, known.down):
        kept.clear()
    urgent_templates.cache_clear()
    yield
    autoreload.reset_loaders()
    urgent_templates.cache_clear()
