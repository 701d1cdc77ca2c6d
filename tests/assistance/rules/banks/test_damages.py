"""Every single damage to a bank's file is refused, with its place and the way out."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from random import Random

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from assistance.rules.banks.layout import Layout, layout_named, layouts
from assistance.rules.banks.problems import Unreadable, refusal_of_answer
from assistance.rules.banks.reading import read_answer
from assistance.rules.banks.spelling import spell
from tests.assistance.rules.banks.papers import (
    Answer,
    answer,
    answers,
    joined,
    lines,
    order,
    reference,
    text_lines,
)
from unionportal.stub_bank.books import BooksRefused
from unionportal.stub_bank.paper import read_order

every_layout = pytest.mark.parametrize("code", sorted(layouts()))
LEAF = re.compile(r"<(\w+)[^<>]*>[^<>]+</\1>")
OTHER_ENCODINGS = ("gbk", "utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be")


@dataclass(frozen=True)
class Paper:
    """A right file, and what it says."""

    layout: Layout
    told: list[Answer]
    content: bytes

    def line_of(self, number: int) -> int:
        """The place (from 0) of a payment's line in the file."""
        found = reference(number % len(self.told) + 1)
        whole = text_lines(self.layout, self.content)
        return next(at for at, line in enumerate(whole) if found in line)


Damage = Callable[[Paper, Random], bytes]


def amount_byte(paper: Paper, chance: Random) -> bytes:
    """A byte of an amount becomes another one."""
    line = chance.choice(lines(paper.told))
    written = spell(paper.layout, line.amount).encode(paper.layout.codec)
    places = [found.start() for found in re.finditer(re.escape(written), paper.content)]
    at = chance.choice(places) + chance.randrange(len(written))
    damaged = bytearray(paper.content)
    damaged[at] = (damaged[at] + chance.randrange(1, 256)) % 256
    return bytes(damaged)


def dropped_line(paper: Paper, chance: Random) -> bytes:
    whole = text_lines(paper.layout, paper.content)
    del whole[paper.line_of(chance.randrange(9))]
    return joined(paper.layout, whole)


def doubled_line(paper: Paper, chance: Random) -> bytes:
    whole = text_lines(paper.layout, paper.content)
    at = paper.line_of(chance.randrange(9))
    return joined(paper.layout, [*whole[:at], whole[at], *whole[at:]])


def wrong_width(paper: Paper, chance: Random) -> bytes:
    """A line one place longer or shorter: a byte, a column, or an element."""
    whole = text_lines(paper.layout, paper.content)
    at = paper.line_of(chance.randrange(9))
    if not (paper.layout.is_fixed or paper.layout.delimiter):
        whole[at] = another_element(whole[at], chance)
        return joined(paper.layout, whole)
    between = paper.layout.delimiter or " "
    cut = chance.randrange(len(whole[at]))
    if chance.random() < 0.5:
        whole[at] = whole[at][:cut] + between + whole[at][cut:]
    elif paper.layout.delimiter:
        whole[at] = whole[at].replace(between, "", 1)
    else:
        whole[at] = whole[at][:cut] + whole[at][cut + 1 :]
    return joined(paper.layout, whole)


def another_element(line: str, chance: Random) -> str:
    """An element too many or too few, or one that stands twice."""
    found = chance.choice([*LEAF.finditer(line)])
    before, element, after = line[: found.start()], found.group(), line[found.end() :]
    if chance.random() < 0.3:
        return f"{before}<Xtra>1</Xtra>{element}{after}"
    return before + element * chance.choice([0, 2]) + after


def wrong_encoding(paper: Paper, chance: Random) -> bytes:
    text = paper.content.removeprefix(paper.layout.bom).decode(paper.layout.codec)
    return text.encode(chance.choice(OTHER_ENCODINGS), "replace")


DAMAGES = (amount_byte, dropped_line, doubled_line, wrong_width, wrong_encoding)


@every_layout
@pytest.mark.parametrize("damage", DAMAGES, ids=lambda each: each.__name__)
@given(told=answers, seed=st.integers(0, 2**32))
def test_one_damage_refuses_an_answer_with_place_and_remedy(
    code: str, damage: Damage, told: list[Answer], seed: int
) -> None:
    layout = layout_named(code)
    paper = Paper(layout, told, answer(layout, told))
    damaged = damage(paper, Random(seed))  # noqa: S311
    assume(damaged != paper.content)

    with pytest.raises(Unreadable) as refused:
        read_answer(layout, damaged)

    check_told(refused.value, damaged.count(b"\n") + 1)


@every_layout
@given(told=answers)
def test_a_wrong_total_refuses_an_answer(code: str, told: list[Answer]) -> None:
    layout = layout_named(code)

    with pytest.raises(Unreadable) as refused:
        read_answer(layout, answer(layout, told, off_by="0.01"))

    assert all("金额为" in sentence for _n, sentence in refused.value.problems)
    check_told(refused.value, 99)


@pytest.mark.parametrize(
    "code", [code for code, layout in layouts().items() if not layout.answer.markup]
)
@given(told=answers, at=st.integers(0, 9))
def test_a_line_of_another_width_is_named(
    code: str, told: list[Answer], at: int
) -> None:
    layout = layout_named(code)
    paper = Paper(layout, told, answer(layout, told))
    whole = text_lines(layout, paper.content)
    place = paper.line_of(at)
    whole[place] += layout.delimiter or " "

    with pytest.raises(Unreadable) as refused:
        read_answer(layout, joined(layout, whole))

    assert refused.value.problems == [(place + 1, "这一行的格式或长度不对")]


@every_layout
@pytest.mark.parametrize("damage", DAMAGES, ids=lambda each: each.__name__)
@given(told=answers, seed=st.integers(0, 2**32))
def test_one_damage_refuses_an_instruction_at_the_bank(
    code: str, damage: Damage, told: list[Answer], seed: int
) -> None:
    layout = layout_named(code)
    paper = Paper(layout, told, order(layout, told))
    damaged = damage(paper, Random(seed))  # noqa: S311
    assume(damaged != paper.content)

    with pytest.raises(BooksRefused, match=r"[一-鿿].*拒收。"):
        read_order(layout, damaged)


@given(told=answers, seed=st.integers(0, 2**32))
def test_a_changed_account_shows_in_its_control_total(
    told: list[Answer], seed: int
) -> None:
    layout = layout_named("fixed_gb18030")
    content = answer(layout, told)
    account = lines(told)[0].account.encode()
    at = content.index(account) + len(account) - 1 - seed % 8
    digit = bytes([content[at] + 3])

    with pytest.raises(Unreadable) as refused:
        read_answer(layout, content[:at] + digit + content[at + 1 :])

    assert [sentence[:5] for _n, sentence in refused.value.problems] == ["账号控制数"]


def check_told(refused: Unreadable, last: int) -> None:
    """A place within the file for every problem, and the way out, in Chinese."""
    sentence = refusal_of_answer("回盘.txt", refused.problems)
    assert refused.problems
    assert all(1 <= number <= last for number, _sentence in refused.problems)
    assert re.search(r"整份拒收，未作任何改动：第 \d+ 行：.*[一-鿿]", sentence)
    assert sentence.endswith("请与银行核对，由银行重新出具。")
