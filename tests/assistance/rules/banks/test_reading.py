"""Bank files: written and read back the same, and nothing but Unreadable otherwise."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistance.rules.banks.layout import (
    Cell,
    Layout,
    LayoutError,
    layout_named,
    layouts,
)
from assistance.rules.banks.reading import (
    AnswerRow,
    Unreadable,
    layout_of,
    read_answer,
    take_apart,
)
from assistance.rules.banks.writing import (
    Instruction,
    InstructionLine,
    write_file,
    write_instruction,
)
from unionportal.core.errors import Refusal

ON = date(2025, 12, 15)
REASONS = ["name_mismatch", "not_found", "closed", "frozen", "dormant", "limit"]
every_layout = pytest.mark.parametrize("code", sorted(layouts()))

amounts = st.decimals("0.01", "99999999.99", places=2)
rows = st.lists(
    st.tuples(amounts, st.sampled_from(["", *REASONS])), min_size=1, max_size=6
)


def answer(layout: Layout, lines: list[tuple[Decimal, str]]) -> bytes:
    codes = {ours: bank for bank, ours in layout.reasons.items()}
    paid = [amount for amount, reason in lines if not reason]
    back = [amount for amount, reason in lines if reason]
    whole: dict[str, Cell] = {
        "batch": "2025-1-2-M1",
        "date": ON,
        "count": len(lines),
        "total": sum(paid, Decimal("0.00")) + sum(back, Decimal("0.00")),
        "paid_count": len(paid),
        "paid_total": sum(paid, Decimal("0.00")),
        "returned_count": len(back),
        "returned_total": sum(back, Decimal("0.00")),
    }
    cells: list[dict[str, Cell]] = [
        {
            "number": number,
            "reference": f"2025{number:012d}",
            "account": "6222020000000000011",
            "holder": "欧阳小三",
            "amount": amount,
            "result": layout.result_of[not reason],
            "reason": codes.get(reason, ""),
        }
        for number, (amount, reason) in enumerate(lines, 1)
    ]
    return b"".join(write_file(layout, layout.answer, whole, cells))


def expected(lines: list[tuple[Decimal, str]]) -> list[AnswerRow]:
    return [
        (number + 1, f"2025{number:012d}", amount, not reason, reason, "0011")
        for number, (amount, reason) in enumerate(lines, 1)
    ]


def test_the_layouts_differ_in_everything_that_matters() -> None:
    known = list(layouts().values())

    assert len({each.encoding for each in known}) == len(known)
    assert {each.unit for each in known} == {"yuan", "fen"}
    assert {each.delimiter is None for each in known} == {True, False}
    assert {each.answer.trailer is None for each in known} == {True, False}


def test_an_unknown_layout_is_refused_with_those_there_are() -> None:
    with pytest.raises(Refusal, match="可用的有：delimited_gbk、fixed_utf8"):
        layout_named("nobody")


@every_layout
@given(lines=rows)
def test_an_answer_is_read_as_it_was_written(
    code: str, lines: list[tuple[Decimal, str]]
) -> None:
    layout = layout_named(code)

    read = read_answer(layout, answer(layout, lines))

    assert (read.batch, list(read.rows)) == ("2025-1-2-M1", expected(lines))


@every_layout
@given(lines=rows, cut=st.integers(0, 10_000), byte=st.integers(0, 255))
def test_a_changed_byte_never_changes_an_answer_unseen(
    code: str, lines: list[tuple[Decimal, str]], cut: int, byte: int
) -> None:
    """Either it is refused, or the money and whom it concerns say the same.

    Totals guard money; that a result turned round is seen needs the paid total.
    """
    layout = layout_named(code)
    whole = bytearray(answer(layout, lines))
    whole[cut % len(whole)] = byte

    try:
        read = read_answer(layout, bytes(whole))
    except Unreadable:
        return

    told = [(amount, is_paid) for _n, _r, amount, is_paid, *_rest in read.rows]
    meant = [(amount, not reason) for amount, reason in lines]
    assert told == meant


@every_layout
@settings(max_examples=300)
@given(content=st.binary(max_size=200), name=st.text(max_size=20))
def test_any_bytes_are_refused_or_read(code: str, content: bytes, name: str) -> None:
    layout = layout_named(code)
    layout_of(name, content)
    for prefix in (b"", layout.answer.header.mark.encode(layout.encoding)):
        with pytest.raises(Unreadable) as refused:
            read_answer(layout, prefix + content)
        assert all(number >= 1 for number, _sentence in refused.value.problems)


@every_layout
@given(lines=rows, keep=st.integers(0, 10_000))
def test_a_file_cut_anywhere_is_refused(
    code: str, lines: list[tuple[Decimal, str]], keep: int
) -> None:
    layout = layout_named(code)
    whole = answer(layout, lines)

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

    ((first, cells), (second, _cells)) = parsed.lines
    assert (first, second, parsed.whole["batch"]) == (2, 3, "2025-1-2-M1")
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
    content = answer(utf8, [(Decimal("1.00"), "")])

    assert layout_of("HP_1.txt", content) == utf8
    assert layout_of("HP_1.txt", b"?") == gbk
    assert layout_of("x", answer(gbk, [(Decimal("1.00"), "")])) == gbk
    assert layout_of("x", b"?") is None
