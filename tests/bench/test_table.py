"""Which rows are measured, by the names they are asked for."""

import pytest
from django.core.management import CommandError

from bench.growth import STEPS
from bench.table import ROWS, named


def test_rows_are_asked_for_by_name_or_by_their_beginning() -> None:
    assert named([]) == list(ROWS)
    assert named(["export"]) == ["export"]
    assert named(["pdf", "growth"]) == [
        "pdf",
        *(f"growth-{step.row.name}" for step in STEPS),
    ]


def test_row_that_does_not_exist_is_refused_with_those_that_do() -> None:
    with pytest.raises(CommandError, match=r"nothing.*evaluate"):
        named(["nothing"])
