"""Bank files: written and read back the same, and nothing but Unreadable otherwise."""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistance.rules.banks.layout import (
    Layout,
    LayoutError,
    layout_named,
    layouts,
)
from assistance.rules.banks.problems import Unreadable
from assistance.rules.banks.reading import layout_of, read_answer, take_apart
from assistance.rules.banks.writing import (
    Instruction,
    InstructionLine,
    write_instruction,
)
from tests.assistance.rules.banks.papers import (
    BATCH,
    ON,
    Answer,
    answer,
    answers,
    order,
    order_lines,
    rows,
)
from unionportal.stub_bank.paper import read_order

every_layout = pytest.mark.parametrize("code", sorted(layouts()))


@every_layout
@given(told=answers)
def test_an_answer_is_read_as_it_was_written(code: str, told: list[Answer]) -> None:
    layout = layout_named(code)

    read = read_answer(layout, answer(layout, told))

    assert (read.batch, list(read.rows)) == (BATCH, rows(layout, told))


@every_layout
@given(told=answers)
def test_an_instruction_is_read_as_it_was_written(
    code: str, told: list[Answer]
) -> None:
    layout = layout_named(code)

    read = read_order(layout, order(layout, told))

    assert (read.batch, read.on, read.count) == (BATCH, ON, len(told))
    assert list(read.lines) == [
        (line.reference, line.account, line.holder, line.amount)
        for line in order_lines(told)
    ]


@every_layout
@given(told=answers, cut=st.integers(0, 10_000), byte=st.integers(0, 255))
def test_a_changed_byte_never_changes_an_answer_unseen(
    code: str, told: list[Answer], cut: int, byte: int
) -> None:
    """Either it is refused, or the money and whom it concerns say the same.

    Totals guard money; that a result turned round is seen needs the paid total.
    """
    layout = layout_named(code)
    whole = bytearray(answer(layout, told))
    whole[cut % len(whole)] = byte

    try:
        read = read_answer(layout, bytes(whole))
    except Unreadable:
        return

    found = [(amount, is_paid) for _n, _r, amount, is_paid, *_rest in read.rows]
    assert found == [(amount, not reason) for amount, reason, *_rest in told]


@every_layout
@settings(max_examples=300)
@given(content=st.binary(max_size=200), name=st.text(max_size=20))
def test_any_bytes_are_refused_or_read(code: str, content: bytes, name: str) -> None:
    layout = layout_named(code)
    layout_of(name, content)
    for prefix in (b"", layout.bom + layout.answer.marks[0].encode(layout.codec)):
        with pytest.raises(Unreadable) as refused:
            read_answer(layout, prefix + content)
        assert all(number >= 1 for number, _sentence in refused.value.problems)


@every_layout
@given(told=answers, keep=st.integers(0, 10_000))
def test_a_file_cut_anywhere_is_refused(
    code: str, told: list[Answer], keep: int
) -> None:
    layout = layout_named(code)
    whole = answer(layout, told)

    with pytest.raises(Unreadable):
        read_answer(layout, whole[: keep % len(whole)])


def line(**changes: str) -> InstructionLine:
    told = {
        "reference": "2025000000000101",
        "account": "6222020000000000011",
        "holder": "张小三",
        "bank": "工商银行",
        "purpose": "送温暖",
    }
    return InstructionLine(**(told | changes), amount=Decimal("600.00"))


def instruct(layout: Layout, *lines: InstructionLine) -> bytes:
    total = sum((each.amount for each in lines), Decimal("0.00"))
    told = Instruction("2025-1-2-M1", ON, "1402020709001234567", len(lines), total)
    return write_instruction(layout, told, lines)


@every_layout
def test_an_instruction_is_read_back_cell_by_cell(code: str) -> None:
    layout = layout_named(code)

    parsed = take_apart(layout, layout.instruction, instruct(layout, line(), line()))

    begun = 1 if layout.instruction.header is None else 2
    ((first, cells), (second, _cells)) = parsed.lines
    assert (first, second) == (begun, begun + 1)
    assert parsed.whole["batch"] == "2025-1-2-M1"
    assert "2025000000000101" in cells


@every_layout
def test_the_same_values_give_the_same_bytes(code: str) -> None:
    layout = layout_named(code)

    assert instruct(layout, line()) == instruct(layout, line())


@pytest.mark.parametrize(
    ("code", "changes", "told"),
    [
        ("delimited_gbk", {"holder": "张|三"}, "不允许的字符"),
        ("delimited_gbk", {"holder": "张\n三"}, "不允许的字符"),
        ("delimited_gbk", {"holder": "𠮷"}, "字符集（GBK）"),
        ("fixed_utf8", {"holder": "张" * 21}, "宽度 60"),
        ("fixed_gb18030", {"holder": "张" * 41}, "宽度 80"),
        ("tabbed_utf16", {"holder": "张\t三"}, "不允许的字符"),
        ("fixed_utf8", {"holder": "张\x00三"}, "不允许的字符"),
    ],
)
def test_what_a_file_cannot_hold_is_refused_with_its_reference(
    code: str, changes: dict[str, str], told: str
) -> None:
    with pytest.raises(LayoutError, match=told) as refused:
        instruct(layout_named(code), line(**changes))

    assert str(refused.value).startswith("2025000000000101：")


def test_a_file_is_known_by_its_beginning_then_by_its_name() -> None:
    gbk, utf8 = layout_named("delimited_gbk"), layout_named("fixed_utf8")
    told = [(Decimal("34.56"), "", "张三", "9012")]
    content = answer(utf8, told)

    assert layout_of("HP_1.txt", content) == utf8
    assert layout_of("HP_1.txt", b"?") == gbk
    assert layout_of("x", answer(gbk, told)) == gbk
    assert layout_of("x", b"?") is None
