"""Bank statements (对账单): brought in on a channel of their own, whole or not at all."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from io import StringIO
from pathlib import Path

from django.conf import settings
from django.db import connection, transaction

from assistance.actions.automatic_matches import match_account
from assistance.actions.returns import LARGEST_FILE, put_away, storable
from assistance.models import (
    BankStatement,
    PayingAccount,
    Reconciliation,
    StatementLine,
    StatementRefusal,
)
from assistance.permissions.statements import can_import_statement
from assistance.queries.reconciliations import months_between
from assistance.rules.banks.problems import Unreadable
from assistance.rules.statements.layout import StatementLayout, statement_layouts
from assistance.rules.statements.reading import (
    LineRow,
    StatementFile,
    read_statement,
    statement_layout_of,
)
from members.enums import Role
from unionportal.core.actor import SYSTEM, Actor
from unionportal.core.audit import record
from unionportal.core.errors import Refusal
from unionportal.core.faults import crashpoint, declare_crashpoint
from unionportal.core.jobs import JobRun
from unionportal.core.money import show_yuan

BEFORE = declare_crashpoint("import_statement.before_commit")
AFTER = declare_crashpoint("import_statement.after_commit")
BEFORE_MOVE = declare_crashpoint("collect_statements.before_move")
AFTER_MOVE = declare_crashpoint("collect_statements.after_move")

COLLECT_STATEMENTS_JOB = "assistance.collect_statements"
FOLDER = "statements"
_SHOWN = 10
_KEPT = 1000
_COLUMNS = (
    *("statement_id", "paying_account_id", "number", "on", "side", "amount"),
    *("balance", "counterparty", "reference", "summary", "kind"),
)
_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


@dataclass(frozen=True, slots=True)
class StatementOutcome:
    """What a file came to; of a repeated one nothing was changed."""

    statement: BankStatement
    matched: int
    is_repeated: bool = False

    @property
    def sentence(self) -> str:
        """Say it to a person."""
        found = self.statement
        if self.is_repeated:
            return f"对账单“{found.name}”此前已经导入，本次未作任何改动。"
        return (
            f"对账单“{found.name}”已导入：{found.period_from} 至 {found.period_to}，"
            f"{found.line_count:,} 行，期末余额 {show_yuan(found.closing)} 元；"
            f"自动核对 {self.matched:,} 行。"
        )


def import_statement(
    *, content: bytes, name: str, by: Actor, on: date, run: JobRun | None = None
) -> StatementOutcome:
    """Take in a statement, continue the account's months, and match what matches itself.

    A file taken in before changes nothing. Refused whole, with line and field: an
    unknown layout or account, a broken line, a balance that does not follow, a total
    that differs, and a period or opening balance that does not continue the statement
    before. What was refused is kept for those who ask the bank. In a job whose lease has
    passed to another, nothing is written (LeaseLost).
    """
    name = storable(Path(name).name)[:120] or "对账单"
    sha256 = hashlib.sha256(content).hexdigest()
    payers = [seat for seat in by.seats if seat.role == Role.PAYER]
    keeper = payers[0].organisation_id if payers else None
    refused = _Refused(name, sha256, keeper)
    try:
        layout, read = _read(name, content)
        account = _account_of(read, by)
    except Unreadable as unfit:
        raise refused.keep(unfit.problems, by=by, on=on, run=run) from unfit
    can_import_statement(by, account.organisation).require()
    statement = BankStatement(
        paying_account=account,
        layout=layout.code,
        name=name,
        sha256=sha256,
        period_from=read.period_from,
        period_to=read.period_to,
        opening=read.opening,
        closing=read.closing,
        line_count=len(read.rows),
        received_total=read.total("in"),
        paid_total=read.total("out"),
        on=on,
        made_by=by.name,
    )
    try:
        return _take_in(statement, read.rows, by=by, on=on, run=run)
    except Unreadable as unfit:
        refused = _Refused(name, sha256, account.organisation_id)
        raise refused.keep(unfit.problems, by=by, on=on, run=run) from unfit


def collect_statements(
    *, by: Actor, on: date, run: JobRun | None = None
) -> list[StatementOutcome]:
    """Take in what lies in the folder for statements; each file then moves on.

    The files of one account follow each other, so they are taken by their period. The
    folder holds every union's files: the portal reads them, whoever asked.
    """
    _require_payer(by)
    folder = Path(settings.BANK_EXCHANGE_DIR) / FOLDER
    outcomes = []
    for path in _in_order(folder):
        target = "done"
        try:
            outcome = import_statement(
                content=_content_of(path), name=path.name, by=SYSTEM, on=on, run=run
            )
        except Refusal:
            target = "refused"
        else:
            outcomes.append(outcome)
            if run is not None:
                run.advance(done=len(outcomes), note=path.name)
        crashpoint(BEFORE_MOVE)
        put_away(path, folder / target)
        crashpoint(AFTER_MOVE)
    return outcomes


def _require_payer(by: Actor) -> None:
    if by.is_system or any(seat.role == Role.PAYER for seat in by.seats):
        return
    raise Refusal(
        f"收取银行对账单需要“{Role.PAYER.label}”岗位，您没有；请联系管理员设置岗位。",
        code="forbidden",
    )


def _in_order(folder: Path) -> list[Path]:
    """By the day on which each begins: a later month would not follow yet."""
    found = []
    for path in sorted(folder.glob("[!.]*")):
        if path.is_file():
            try:
                _layout, read = _read(path.name, _content_of(path))
            except Unreadable:
                found.append((date.max, path))
            else:
                found.append((read.period_from, path))
    return [path for _day, path in sorted(found)]


def _content_of(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(LARGEST_FILE + 1)


def _read(name: str, content: bytes) -> tuple[StatementLayout, StatementFile]:
    if len(content) > LARGEST_FILE:
        raise Unreadable([(1, f"文件超过 {LARGEST_FILE // 1024 // 1024} MB")])
    layout = statement_layout_of(name, content)
    if layout is None:
        titles = "、".join(each.title for each in statement_layouts().values())
        raise Unreadable([(1, f"认不出这是哪家银行的对账单；可用的有：{titles}")])
    return layout, read_statement(layout, content)


def _account_of(read: StatementFile, by: Actor) -> PayingAccount:
    """The paying account with the number in the file; one alone, and in reach."""
    found = list(
        PayingAccount.objects.filter(number=read.account).select_related("organisation")
    )
    reached = [each for each in found if by.reaches(each.organisation.path)]
    if len(reached) != 1:
        why = "登记在几个工会名下" if reached else "没有登记为您工会范围内的付款账户"
        raise Unreadable([(1, f"账号“{read.account[:32]}”{why}")])
    return reached[0]


def _take_in(
    statement: BankStatement,
    rows: Sequence[LineRow],
    *,
    by: Actor,
    on: date,
    run: JobRun | None,
) -> StatementOutcome:
    account = statement.paying_account
    with transaction.atomic():
        if run is not None:
            run.fence()
        # Of two importers at once the second waits here and sees the first one's file.
        PayingAccount.objects.select_for_update(no_key=True).get(pk=account.pk)
        known = BankStatement.objects.filter(sha256=statement.sha256).first()
        if known is not None:
            return StatementOutcome(known, 0, is_repeated=True)
        _continue(statement)
        statement.save()
        _copy(statement, rows)
        _open_months(statement)
        matched = match_account(account, by=by, on=on)
        record(
            by=by,
            verb="import_statement",
            subject=statement,
            on=on,
            organisation_id=account.organisation_id,
            changes={
                "file": statement.sha256,
                "period": [statement.period_from, statement.period_to],
                "lines": statement.line_count,
                "opening": statement.opening,
                "closing": statement.closing,
                "matched": matched,
            },
        )
        crashpoint(BEFORE)
    crashpoint(AFTER)
    return StatementOutcome(statement, matched)


def _continue(statement: BankStatement) -> None:
    """Number the statement; it must begin where the one before ended."""
    last = (
        BankStatement.objects.filter(paying_account=statement.paying_account)
        .order_by("-sequence")
        .first()
    )
    if last is None:
        statement.sequence = 1
        return
    problems = []
    due = last.period_to + timedelta(days=1)
    if statement.period_from != due:
        word = "重叠" if statement.period_from < due else "之间有缺口"
        problems.append(
            f"开始日期 {statement.period_from} 与上一份（至 {last.period_to}）{word}，应为 {due}"
        )
    if statement.opening != last.closing:
        problems.append(
            f"期初余额 {show_yuan(statement.opening)} 元，"
            f"上一份的期末余额是 {show_yuan(last.closing)} 元"
        )
    if problems:
        raise Unreadable([(1, problem) for problem in problems])
    statement.sequence = last.sequence + 1


def _copy(statement: BankStatement, rows: Sequence[LineRow]) -> None:
    """Write the lines by COPY; the database proves them as a whole."""
    if not rows:
        return
    head = f"{statement.pk}\t{statement.paying_account_id}"
    text = StringIO()
    text.writelines(
        f"{head}\t{row.number}\t{row.on}\t{row.side}\t{row.amount}\t{row.balance}\t"
        f"{row.counterparty.translate(_ESCAPES)}\t{row.reference.translate(_ESCAPES)}\t"
        f"{row.summary.translate(_ESCAPES)}\t{row.kind}\n"
        for row in rows
    )
    text.seek(0)
    names = ", ".join(f'"{name}"' for name in _COLUMNS)
    table = StatementLine._meta.db_table
    with connection.cursor() as cursor:
        cursor.copy_expert(f"COPY {table} ({names}) FROM STDIN", text)


def _open_months(statement: BankStatement) -> None:
    """Every month that the statement touches is to be reconciled."""
    Reconciliation.objects.bulk_create(
        [
            Reconciliation(paying_account=statement.paying_account, month=month)
            for month in months_between(statement.period_from, statement.period_to)
        ],
        ignore_conflicts=True,
    )


@dataclass(frozen=True, slots=True)
class _Refused:
    """A file that is not taken in, and the union that is to know."""

    name: str
    sha256: str
    organisation_id: int | None

    def keep(
        self,
        problems: Sequence[tuple[int, str]],
        *,
        by: Actor,
        on: date,
        run: JobRun | None,
    ) -> Refusal:
        """Keep the file's name and problems; return the refusal to raise."""
        lines = [f"第 {number} 行：{sentence}" for number, sentence in problems]
        with transaction.atomic():
            if run is not None:
                run.fence()
            refusal = StatementRefusal.objects.create(
                organisation_id=self.organisation_id,
                name=self.name,
                sha256=self.sha256,
                problems=lines[:_KEPT],
                on=on,
                made_by=by.name,
            )
            record(
                by=by,
                verb="refuse_statement",
                subject=refusal,
                on=on,
                organisation_id=self.organisation_id,
                changes={"problems": len(lines)},
            )
        more = f"……共 {len(lines)} 处" if len(lines) > _SHOWN else ""
        return Refusal(
            f"对账单“{self.name}”整份拒收，未作任何改动：{'；'.join(lines[:_SHOWN])}"
            f"{more}。请与银行核对，由银行重新出具。",
            code="statement",
            field="file",
        )
