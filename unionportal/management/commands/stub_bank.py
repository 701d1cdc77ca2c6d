"""The stub bank as a process: `manage.py stub_bank`."""

import json
import os
import select
import signal
import sys
import time
from argparse import ArgumentParser
from datetime import date
from decimal import Decimal
from pathlib import Path
from types import FrameType
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from unionportal.core.money import fen_of
from unionportal.stub_bank.books import Books, BooksRefused
from unionportal.stub_bank.counter import (
    SECRET_FILE,
    Counterparty,
    keep_port,
    open_counter_again,
    secret_in,
)
from unionportal.stub_bank.desk import LATE_SECONDS, OWN, AlreadyOpen, Desk, alone
from unionportal.stub_bank.faults import FAULTS, FAULTS_FILE, read_faults
from unionportal.stub_bank.judgement import REFUSED_SHARE, Judgement
from unionportal.stub_bank.statements import Deposit, Teller

POLL_SECONDS = 0.1


class Command(BaseCommand):
    help = (
        "模拟银行：受理 outbox 中的代发文件，把回盘文件放入 inbox，"
        "自有账簿在 bank 目录；按比例退回一部分账户。"
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--refuse", type=float, default=REFUSED_SHARE, help="退回账户的比例"
        )
        parser.add_argument("--seed", type=int, default=1, help="随机种子")
        parser.add_argument("--once", action="store_true", help="办完现有文件就结束")
        parser.add_argument(
            "--attached", action="store_true", help="标准输入关闭时结束"
        )
        parser.add_argument(
            "--totals", action="store_true", help="只输出账簿合计（JSON）"
        )

        parser.add_argument(
            "--statement",
            type=month,
            metavar="YYYY-MM",
            help="写出各账户该月的对账单，放入 statements 目录",
        )
        parser.add_argument(
            "--deposit",
            nargs=4,
            metavar=("ACCOUNT", "DAY", "YUAN", "REFERENCE"),
            help="登记一笔存入",
        )

        parser.add_argument(
            "--fault",
            action="append",
            default=[],
            metavar="NAME[:BATCH]",
            help="差错，可给多个，每批发作一次："
            + "；".join(f"{name} {told}" for name, told in FAULTS.items()),
        )
        parser.add_argument(
            "--late", type=float, default=LATE_SECONDS, help="迟到的回盘迟几秒"
        )
        parser.add_argument(
            "--listen",
            type=int,
            metavar="PORT",
            help="同时开办直联，在本机端口上受理；0 为上次的端口，被占用则任一空闲端口，"
            "写入 bank/port",
        )
        parser.add_argument(
            "--secret-file",
            type=Path,
            help="直联密钥所在文件（不在命令行上写密钥）；默认 bank/secret，没有则生成",
        )
        parser.add_argument(
            "--window", type=float, default=300.0, help="直联报文的受理时限（秒）"
        )
        parser.add_argument(
            "--not-idempotent",
            action="store_true",
            help="直联重复的指令再付一次（默认按发放编号只付一次）",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        folder = Path(settings.BANK_EXCHANGE_DIR)
        if options["deposit"] or options["statement"]:
            self._tell_accounts(Teller(folder), options)
            return
        if options["totals"]:
            totals = Books(folder / OWN).totals()
            self.stdout.write(json.dumps(totals, ensure_ascii=False))
            return
        if not 0 <= options["refuse"] <= 1:
            raise CommandError("退回比例应在 0 与 1 之间。")
        judgement = Judgement(refused_share=options["refuse"], seed=options["seed"])
        try:
            faults = read_faults(options["fault"], folder / OWN / FAULTS_FILE)
        except ValueError as error:
            raise CommandError(str(error)) from error
        try:
            with alone(folder):
                desk = Desk(folder, judgement, self._say, faults)
                desk.late_seconds = options["late"]
                if options["listen"] is not None:
                    self._open_counter(desk, options)
                if options["once"]:
                    desk.serve()
                    desk.lay_late_returns(at_once=True)
                else:
                    self._keep_open(desk, is_attached=options["attached"])
        except AlreadyOpen as error:
            message = "已有一个模拟银行在这个目录上工作，不再启动第二个。"
            raise CommandError(message) from error

    def _open_counter(self, desk: Desk, options: dict[str, Any]) -> None:
        """Open the direct link on the desk's own books; tell the port."""
        own = desk.folder / OWN
        counterparty = Counterparty(
            books=desk.books,
            judgement=desk.judgement,
            faults=desk.faults,
            secret=secret_in(options["secret_file"] or own / SECRET_FILE),
            window_seconds=options["window"],
            is_idempotent=not options["not_idempotent"],
            say=self._say,
            lock=desk.lock,
        )
        keep_port(own, open_counter_again(counterparty, options["listen"], own))

    def _tell_accounts(self, teller: Teller, options: dict[str, Any]) -> None:
        """Enter a deposit, lay down the month's statements, or both."""
        if options["deposit"]:
            account, day, amount, reference = options["deposit"]
            try:
                fen = fen_of(Decimal(amount))
                date.fromisoformat(day)
            except (ArithmeticError, ValueError) as error:
                raise CommandError("存入的日期应为 YYYY-MM-DD，金额应为元。") from error
            teller.deposit(Deposit(account, day, "in", fen, reference, "", "转入"))
        if options["statement"]:
            try:
                for account in teller.accounts():
                    self._say(teller.lay_month(account, options["statement"]).name)
            except BooksRefused as refused:
                raise CommandError(str(refused)) from refused

    def _keep_open(self, desk: Desk, *, is_attached: bool) -> None:
        signal.signal(signal.SIGTERM, _stop)
        self._say("模拟银行已开门。")
        try:
            while not (is_attached and _is_let_go()):
                if not desk.serve():
                    time.sleep(POLL_SECONDS)
        except KeyboardInterrupt:
            self._say("模拟银行已关门。")

    def _say(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()


def month(text: str) -> date:
    """The first day of “2026-01”."""
    return date.fromisoformat(f"{text}-01")


def _is_let_go() -> bool:
    """Whether whoever started us has closed our standard input, or is gone."""
    ready, _, _ = select.select([sys.stdin], [], [], 0)
    return bool(ready) and not os.read(sys.stdin.fileno(), 1)


def _stop(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt
