"""What a round is called."""

import pytest

from assistance.rules.naming import occasion


@pytest.mark.parametrize(
    ("period", "scheme", "called"),
    [
        ("2027年元旦春节", "元旦春节送温暖慰问", "2027年元旦春节送温暖慰问"),
        ("2026年", "夏送清凉", "2026年夏送清凉"),
        ("2026年春节", "元旦春节送温暖慰问", "2026年春节元旦春节送温暖慰问"),
        ("", "金秋助学", "金秋助学"),
        ("2026学年", "", "2026学年"),
    ],
)
def test_occasion_says_no_word_twice(period: str, scheme: str, called: str) -> None:
    assert occasion(period, scheme) == called
