"""Bank files to try layouts with: right ones, and ways to damage them.

Amounts are written with the digits 3 to 8 only, everything else that is no total
without them, so that an amount is found by its digits.
"""

from datetime import date
from decimal import Decimal

from hypothesis import strategies as st

from assistance.rules.banks.layout import Layout
from assistance.rules.banks.reading import AnswerRow
from assistance.rules.banks.writing import (
    Instruction,
    InstructionLine,
    write_instruction,
)
from unionportal.stub_bank.books import Line
from unionportal.stub_bank.paper import write_answer

BATCH, PAYER, ON = "2021-1-2-M1", "1402020109001212012", date(2021, 12, 11)
REASONS = ("name_mismatch", "not_found", "closed", "frozen", "dormant", "limit")
LETTERS = "张王李赵欧阳买买提·é<>&\"'AB-"

amounts = st.text("345678", min_size=4, max_size=9).map(
    lambda digits: Decimal(digits).scaleb(-2)
)
names = st.text(LETTERS, min_size=1, max_size=8)
accounts = st.text("012", min_size=12, max_size=19).map(lambda tail: f"9{tail}")
answers = st.lists(
    st.tuples(amounts, st.sampled_from(["", *REASONS]), names, accounts),
    min_size=1,
    max_size=6,
)

Answer = tuple[Decimal, str, str, str]


def reference(number: int) -> str:
    """Sixteen digits, none of them a digit of an amount."""
    return f"2021{number:012b}"


def lines(told: list[Answer]) -> list[Line]:
    return [
        Line(reference(number), account, holder, int(amount * 100), reason)
        for number, (amount, reason, holder, account) in enumerate(told, 1)
    ]


def answer(layout: Layout, told: list[Answer], off_by: str = "0") -> bytes:
    return write_answer(
        layout, batch=BATCH, on=ON, lines=lines(told), off_by=Decimal(off_by)
    )


def rows(layout: Layout, told: list[Answer]) -> list[AnswerRow]:
    first = 1 if layout.answer.header is None else 2
    has_account = "account" in layout.answer.line.names
    return [
        (
            number + first,
            line.reference,
            line.amount,
            not line.reason,
            line.reason,
            line.account[-4:] if has_account else "",
        )
        for number, line in enumerate(lines(told))
    ]


def order_lines(told: list[Answer]) -> list[InstructionLine]:
    return [
        InstructionLine(
            reference=reference(number),
            account=account,
            holder=holder,
            bank="农村信用社",
            amount=amount,
            purpose="送温暖",
        )
        for number, (amount, _reason, holder, account) in enumerate(told, 1)
    ]


def order(layout: Layout, told: list[Answer]) -> bytes:
    ordered = order_lines(told)
    total = sum((line.amount for line in ordered), Decimal("0.00"))
    whole = Instruction(BATCH, ON, PAYER, len(ordered), total)
    return write_instruction(layout, whole, ordered)


def text_lines(layout: Layout, content: bytes) -> list[str]:
    """The lines of a file; the last one is empty."""
    text = content.removeprefix(layout.bom).decode(layout.codec)
    return text.split(layout.newline)


def joined(layout: Layout, lines: list[str]) -> bytes:
    """The file again."""
    return layout.bom + layout.newline.join(lines).encode(layout.codec)
