"""Each test has an exchange folder with banks of its own."""

from pathlib import Path

import pytest
from django.conf import settings


@pytest.fixture(autouse=True)
def exchange_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Nothing another test left in outbox or inbox is seen."""
    folder = tmp_path / "bank"
    folder.mkdir()
    monkeypatch.setattr(settings, "BANK_EXCHANGE_DIR", folder)
    return folder
