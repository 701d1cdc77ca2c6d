"""The shipped flags of a census, and what a flag must come with."""

import pytest

from members.queries.census_facts import census_sheet
from members.rules.census_flag import read_flag, shipped_flags, shipped_titles
from unionportal.core.formula.tree import FormulaError

WORDS = census_sheet().vocabulary
WRITTEN = {
    "code": "own",
    "title": "无主席",
    "rule": "not 有在任主席",
    "source": "县总",
    "days": 30,
    "examples": [
        {"name": "无", "facts": {"有在任主席": "否"}, "hit": True},
        {"name": "有", "facts": {"有在任主席": "是"}, "hit": False},
    ],
}


def test_shipped_flags_answer_their_examples_and_name_their_source() -> None:
    flags = shipped_flags(WORDS)
    assert [flag.code for flag in flags] == list(shipped_titles())
    assert [flag.title for flag in flags][-3:] == ["数字工会", "牌子工会", "空壳工会"]
    assert all(flag.source and flag.days > 0 for flag in flags)


def test_a_flag_with_an_error_or_without_examples_is_refused() -> None:
    assert read_flag(WRITTEN, WORDS).code == "own"
    with pytest.raises(FormulaError, match="第 1 行"):
        read_flag(WRITTEN | {"rule": "not 主席"}, WORDS)
    with pytest.raises(ValueError, match="各一个"):
        read_flag(WRITTEN | {"examples": []}, WORDS)
    with pytest.raises(ValueError, match="结果不符"):
        read_flag(WRITTEN | {"rule": "有在任主席"}, WORDS)
