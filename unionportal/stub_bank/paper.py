"""The stub bank's reading of instructions and writing of answers, by the layouts."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fnmatch import fnmatchcase

from assistance.rules.banks.layout import ACCOUNT_SUM, Cell, Layout, layouts
from assistance.rules.banks.problems import Unreadable
from assistance.rules.banks.reading import Parsed, take_apart
from assistance.rules.banks.spelling import AccountSum, amount_of, count_of, day_of
from assistance.rules.banks.writing import write_file
from unionportal.stub_bank.books import BooksRefused, Line


@dataclass(frozen=True, slots=True)
class Order:
    """An instruction as the bank understands it."""

    batch: str
    on: date
    count: int
    total: Decimal
    lines: tuple[tuple[str, str, str, Decimal], ...]
    """Reference, account, holder and yuan of each line."""


def layout_of_instruction(name: str) -> Layout:
    """The layout whose instructions bear such a name. Refuses an unknown name."""
    for layout in layouts().values():
        if fnmatchcase(name, layout.instruction.name.replace("{batch}", "*")):
            return layout
    message = f"文件名 {name} 不是任何一种代发文件，拒收。"
    raise BooksRefused(message)


def read_order(layout: Layout, content: bytes) -> Order:
    """Read an instruction. Refuses what is broken, and counts or totals that differ."""
    try:
        parsed = take_apart(layout, layout.instruction, content)
    except Unreadable as fault:
        number, sentence = fault.problems[0]
        message = f"第 {number} 行：{sentence}，拒收。"
        raise BooksRefused(message) from fault
    lines = tuple(_lines(layout, parsed))
    total = sum((line[3] for line in lines), Decimal(0))
    _check_whole(layout, parsed.whole, lines, total)
    on = day_of(layout, parsed.whole["date"])
    if on is None:
        raise BooksRefused("日期不对，拒收。")
    return Order(
        batch=parsed.whole["batch"],
        on=on,
        count=len(lines),
        total=total,
        lines=lines,
    )


def _check_whole(
    layout: Layout,
    whole: Mapping[str, str],
    lines: Sequence[tuple[str, str, str, Decimal]],
    total: Decimal,
) -> None:
    """Refuse counts and control totals that are not those of the lines."""
    if amount_of(layout, whole["total"]) != total:
        raise BooksRefused("总金额与明细不符，拒收。")
    if count_of(layout, whole["count"]) != len(lines):
        raise BooksRefused("总笔数与明细不符，拒收。")
    accounts = AccountSum()
    for _reference, account, _holder, _amount in lines:
        accounts.add(account)
    told = whole.get(ACCOUNT_SUM)
    if told is not None and count_of(layout, told) != accounts.total:
        raise BooksRefused("账号控制数与明细不符，拒收。")


def _lines(layout: Layout, parsed: Parsed) -> Iterator[tuple[str, str, str, Decimal]]:
    names = layout.instruction.line.names
    places = [
        names.index(name) for name in ("reference", "account", "holder", "amount")
    ]
    for number, cells in parsed.lines:
        reference, account, holder, written = (cells[place] for place in places)
        amount = amount_of(layout, written)
        if amount is None or amount <= 0:
            message = f"第 {number} 行：金额“{written}”不对，拒收。"
            raise BooksRefused(message)
        if layout.is_fixed:
            # Cells of fixed-width files are bytes written as latin-1.
            holder = holder.encode("latin-1").decode(layout.codec)
        yield reference, account, holder, amount


def answer_name(layout: Layout, batch: str) -> str:
    """The name of the return file of a batch."""
    return layout.answer.name.replace("*", "").format(batch=batch)


def write_answer(
    layout: Layout,
    *,
    batch: str,
    on: date,
    lines: Sequence[Line],
    off_by: Decimal = Decimal(0),
) -> bytes:
    """The return file of a sheet: the same books give the same bytes.

    A bank that errs tells totals that are ``off_by`` so many yuan.
    """
    paid = [line.amount for line in lines if not line.reason]
    returned = [line.amount for line in lines if line.reason]
    whole: dict[str, Cell] = {
        "batch": batch,
        "date": on,
        "count": len(lines),
        "total": sum(paid, off_by) + sum(returned, Decimal(0)),
        "paid_count": len(paid),
        "paid_total": sum(paid, off_by),
        "returned_count": len(returned),
        "returned_total": sum(returned, Decimal(0)),
    }
    cells = _answers(layout, lines)
    return b"".join(write_file(layout, layout.answer, whole, cells))


def _answers(layout: Layout, lines: Sequence[Line]) -> Iterator[Mapping[str, Cell]]:
    codes = {reason: code for code, reason in layout.reasons.items()}
    results = layout.result_of
    for number, line in enumerate(lines, start=1):
        yield {
            "number": number,
            "reference": line.reference,
            "account": line.account,
            "holder": line.holder,
            "amount": line.amount,
            "result": results[not line.reason],
            "reason": codes[line.reason] if line.reason else "",
        }
