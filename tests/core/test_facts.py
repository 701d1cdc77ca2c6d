"""The register of fact sheets."""

from collections.abc import Iterator

import pytest

from tests.core.formula.words import DECLARATIONS
from unionportal.core import facts
from unionportal.core.facts import (
    FactSheet,
    fact_sheet,
    fact_sheets,
    register_fact_sheet,
)


def sheet(name: str) -> FactSheet:
    return FactSheet(name, "测试", DECLARATIONS, lambda _queryset, _as_of: {})


@pytest.fixture(autouse=True)
def register(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with monkeypatch.context() as patch:
        patch.setattr(facts, "_sheets", {})
        yield


def test_registered_sheet_is_found_by_name() -> None:
    registered = sheet("households")
    register_fact_sheet(registered)
    assert fact_sheet("households") is registered
    assert dict(fact_sheets()) == {"households": registered}


def test_sheet_knows_its_facts_by_both_names() -> None:
    words = sheet("households").vocabulary
    assert words["income"] is words["家庭月人均净收入"]


def test_second_sheet_of_a_name_is_refused() -> None:
    register_fact_sheet(sheet("households"))
    with pytest.raises(ValueError, match="registered twice"):
        register_fact_sheet(sheet("households"))


def test_fact_named_twice_is_refused() -> None:
    twice = FactSheet("twice", "", DECLARATIONS * 2, lambda _queryset, _as_of: {})
    with pytest.raises(ValueError, match="two facts"):
        register_fact_sheet(twice)
    assert dict(fact_sheets()) == {}
