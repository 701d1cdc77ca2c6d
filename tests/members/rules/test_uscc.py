"""Codes of employers and of unions: two check signs, and never one for the other."""

import pytest

from members.rules.uscc import read_code, read_employer_code, read_union_code
from unionportal.core.errors import Refusal

EMPLOYER, UNION = "91350100M000100Y43", "81330182MC1234566Y"


@pytest.mark.parametrize(
    ("text", "code"),
    [(EMPLOYER, EMPLOYER), ("9135 0100 m000-100y43", EMPLOYER)],
)
def test_code_is_read_bare_and_in_capitals(text: str, code: str) -> None:
    assert read_employer_code(text) == code


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("91350100M000100Y4", "18 位"),
        ("91350100M000100O43", "不用 I、O"),
        ("91350100M000100Y44", "校验位不符"),
        ("９1350100M000100Y43", "大写字母"),
        # The last sign is right, the body's own check sign is not.
        ("91350100M000100Q4W", "第 9 至 17 位"),
    ],
)
def test_wrong_code_says_what_is_wrong(text: str, words: str) -> None:
    with pytest.raises(Refusal, match=words):
        read_code(text)


def test_union_and_employer_never_bear_each_other_s_code() -> None:
    assert read_union_code(UNION) == UNION
    with pytest.raises(Refusal, match="工会的代码"):
        read_employer_code(UNION)
    with pytest.raises(Refusal, match="81、89 或 13"):
        read_union_code(EMPLOYER)
