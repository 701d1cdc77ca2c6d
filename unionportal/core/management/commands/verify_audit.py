"""`manage.py verify_audit`: recompute the audit chain and name the row that breaks."""

import json
from argparse import ArgumentParser
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from unionportal.core.audit import ChainReport, verify_chain


class Command(BaseCommand):
    help = "重新计算审计链，打印条数与链头；发现改动、缺失或插入时以 1 退出。"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="以 JSON 输出")
        parser.add_argument(
            "--head", default="", help="报表或证书上的链头：它必须在链上"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        report = verify_chain(expected_head=options["head"].strip().lower())
        fault = report.fault
        if not fault and not report.head_known:
            fault = "所给链头不在链上：链尾被截断，或链头抄写有误。"
        if options["json"]:
            self.stdout.write(
                json.dumps(
                    asdict(report) | {"fault": fault, "sound": not fault},
                    ensure_ascii=False,
                )
            )
        else:
            self._print(report)
        if fault:
            raise CommandError(self._sentence(report, fault), returncode=1)

    def _print(self, report: ChainReport) -> None:
        self.stdout.write(f"已核对 {report.count} 条，链头 {report.head}")

    @staticmethod
    def _sentence(report: ChainReport, fault: str) -> str:
        place = f"第 {report.seq} 环" if report.seq else ""
        entry = f"审计记录 {report.entry_id}" if report.entry_id else ""
        named = "，".join(part for part in (place, entry) if part)
        return f"审计链不完整（{named}）：{fault}" if named else f"审计链：{fault}"
