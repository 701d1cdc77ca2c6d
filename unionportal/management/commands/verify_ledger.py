"""`manage.py verify_ledger`: prove that books, lists and bank files agree to the fen."""

import json
import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from assistance.models import Round
from assistance.queries.ledger import LedgerProof, ledger_proof


class Command(BaseCommand):
    help = "核对资金账：发放、分录、批次、银行文件逐项相符；不符时退出码为 1。"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--round", type=int, help="只核对一个轮次")
        parser.add_argument("--json", action="store_true", help="供程序读取")

    def handle(self, *args: Any, **options: Any) -> None:
        proof = ledger_proof(_round(options["round"]))
        if options["json"]:
            self.stdout.write(_as_json(proof))
        else:
            self._tell(proof)
        if not proof.ok:
            sys.exit(1)

    def _tell(self, proof: LedgerProof) -> None:
        for problem in proof.problems:
            self.stderr.write(f"✗ {problem.sentence}")
        if proof.ok:
            totals = proof.totals
            self.stdout.write(
                f"账实相符：{totals['batches']} 个批次、{totals['payments']} 笔发放，"
                f"合计 {totals['total']} 元，到账 {totals['paid']} 元，"
                f"退回 {totals['returned']} 元，撤下 {totals['withdrawn']} 元。"
            )
        else:
            self.stderr.write(f"共 {len(proof.problems)} 处不符。")


def _round(number: int | None) -> Round | None:
    if number is None:
        return None
    found = Round.objects.filter(pk=number).first()
    if found is None:
        raise CommandError(f"没有轮次 {number}。")
    return found


def _as_json(proof: LedgerProof) -> str:
    problems = [
        {"check": each.check, "place": each.place, "sentence": each.sentence}
        for each in proof.problems
    ]
    return json.dumps(
        {"ok": proof.ok, "problems": problems, "totals": proof.totals},
        ensure_ascii=False,
    )
