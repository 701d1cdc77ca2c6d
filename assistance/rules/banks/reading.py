"""Reading bank files: every fault is found and named by line, or nothing is read."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fnmatch import fnmatchcase

from assistance.rules.banks.frames import (
    BROKEN,
    Frame,
    begins,
    found_encoding,
    frame_of,
)
from assistance.rules.banks.layout import (
    ACCOUNT_SUM,
    AMOUNTS,
    OTHER_REASON,
    FileForm,
    Layout,
    layouts,
)
from assistance.rules.banks.messages import frame_of_message
from assistance.rules.banks.problems import Problem, Unreadable
from assistance.rules.banks.spelling import (
    AccountSum,
    amount_of,
    count_of,
    line_amount_of,
)

# (line number, reference, amount in yuan, whether it was paid, our reason code, the
# last four digits of the account, or nothing where the layout does not tell it)
AnswerRow = tuple[int, str, Decimal, bool, str, str]
TAIL = 4


@dataclass(frozen=True, slots=True)
class Parsed:
    """A file taken apart: header and trailer cells, and the lines with their numbers."""

    whole: Mapping[str, str]
    lines: Sequence[tuple[int, Sequence[str]]]
    last: int


@dataclass(frozen=True, slots=True)
class AnswerFile:
    """What the bank says: of which batch, and each line."""

    batch: str
    rows: Sequence[AnswerRow]


def layout_of(name: str, content: bytes) -> Layout | None:
    """Tell whose answer a file is: by how it begins, else by its name.

    A beginning in another encoding tells as well, so that the encoding can be named.
    """
    known = list(layouts().values())
    by_mark = [each for each in known if begins(each, each.answer, content)]
    by_name = [
        each
        for each in known
        if fnmatchcase(name, each.answer.name.replace("{batch}", "*"))
    ]
    garbled = [each for each in known if found_encoding(each, each.answer, content)]
    return next(iter((*by_mark, *by_name, *garbled)), None)


def read_answer(layout: Layout, content: bytes) -> AnswerFile:
    """Read a return file, or raise Unreadable with everything that is wrong in it.

    Wrong: another encoding, a missing or broken line, an amount that is none, an
    unknown result, and counts or totals that are not those of the lines.
    """
    frame = _frame(layout, layout.answer, content)
    reader = _Answers(layout)
    reader.read(frame)
    if frame.problems or reader.problems:
        raise Unreadable([*frame.problems, *reader.problems])
    problems = reader.wrong_totals(frame)
    if problems:
        raise Unreadable(problems)
    return AnswerFile(frame.whole["batch"], reader.rows)


def take_apart(layout: Layout, form: FileForm, content: bytes) -> Parsed:
    """Split a file into its cells; raise Unreadable when its shape is wrong."""
    frame = _frame(layout, form, content)
    problems = list(frame.problems)
    parsed: list[tuple[int, Sequence[str]]] = []
    for number, cells in frame.body:
        if cells is None:
            problems.append((number, BROKEN))
        else:
            parsed.append((number, cells))
    if problems:
        raise Unreadable(problems)
    return Parsed(frame.whole, parsed, frame.last)


def _frame(layout: Layout, form: FileForm, content: bytes) -> Frame:
    if form.markup is not None:
        return frame_of_message(layout, form, form.markup, content)
    return frame_of(layout, form, content)


class _Answers:
    """Reads the lines of one answer and collects what is wrong with them."""

    def __init__(self, layout: Layout) -> None:
        self.layout = layout
        self.rows: list[AnswerRow] = []
        self.problems: list[Problem] = []
        self.accounts = AccountSum()
        self.amounts: dict[str, Decimal | None] = {}

    def read(self, frame: Frame) -> None:
        """Line by line, keeping only what is needed: a file may be long."""
        layout, amounts = self.layout, self.amounts
        names = layout.answer.line.names
        at_reference, at_amount = names.index("reference"), names.index("amount")
        at_result, at_reason = names.index("result"), names.index("reason")
        at_account = names.index("account") if "account" in names else None
        counted = ACCOUNT_SUM in layout.answer.trailer_names
        for number, cells in frame.body:
            if cells is None:
                self.problems.append((number, BROKEN))
                continue
            written = cells[at_amount]
            if written not in amounts:
                amounts[written] = line_amount_of(layout, written)
            amount = amounts[written]
            is_paid = layout.results.get(cells[at_result])
            if amount is None or is_paid is None:
                wrong = _wrong_cell(amount, written, cells[at_result])
                self.problems.append((number, wrong))
                continue
            code = cells[at_reason]
            reason = "" if is_paid else layout.reasons.get(code, OTHER_REASON)
            account = "" if at_account is None else cells[at_account]
            if counted:
                self.accounts.add(account)
            self.rows.append(
                (number, cells[at_reference], amount, is_paid, reason, account[-TAIL:])
            )

    def wrong_totals(self, frame: Frame) -> list[Problem]:
        """Counts and totals that are told, but not those of the lines."""
        whole, header = frame.whole, set(self.layout.answer.header_names)
        found = self._found()
        problems = []
        for name in sorted(found.keys() & whole.keys()):
            if self._told(name, whole[name]) != found[name]:
                line = 1 if name in header else frame.last
                problems.append((line, f"{_LABELS[name]}为 {whole[name]}，与明细不符"))
        return problems

    def _found(self) -> dict[str, int | Decimal]:
        paid = [row[2] for row in self.rows if row[3]]
        returned = [row[2] for row in self.rows if not row[3]]
        return {
            "count": len(self.rows),
            "total": sum(paid, Decimal(0)) + sum(returned, Decimal(0)),
            "paid_count": len(paid),
            "paid_total": sum(paid, Decimal(0)),
            "returned_count": len(returned),
            "returned_total": sum(returned, Decimal(0)),
            ACCOUNT_SUM: self.accounts.total,
        }

    def _told(self, name: str, text: str) -> int | Decimal | None:
        read = amount_of if name in AMOUNTS else count_of
        return read(self.layout, text)


def _wrong_cell(amount: Decimal | None, written: str, result: str) -> str:
    if amount is None:
        return f"金额“{written[:32]}”不对"
    return f"结果代码“{result[:32]}”不对"


_LABELS = {
    "count": "总笔数",
    "total": "总金额",
    "paid_count": "成功笔数",
    "paid_total": "成功金额",
    "returned_count": "退回笔数",
    "returned_total": "退回金额",
    ACCOUNT_SUM: "账号控制数",
}
