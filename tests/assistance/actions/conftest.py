"""Each test has an exchange folder with banks of its own."""

from pathlib import Path

import pytest
from pytest_django.fixtures import SettingsWrapper


@pytest.fixture(autouse=True)
def exchange_folder(settings: SettingsWrapper, tmp_path: Path) -> Path:
    """Nothing another test left in outbox or inbox is seen."""
    folder = tmp_path / "bank"
    folder.mkdir()
    settings.BANK_EXCHANGE_DIR = folder
    return folder
