"""Measure the promises against their floors, in a database of its own."""

import argparse
from statistics import median
from typing import Any

from django.core.management.base import BaseCommand

from bench.rows import Measured, Options, Row
from bench.table import ROWS


class Command(BaseCommand):
    help = "与手写底线比较速度，打印倍数；在临时数据库中运行，不动现有数据。"
    requires_migrations_checks = False
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("names", nargs="*", help=f"{'、'.join(ROWS)}；不写即全部")
        parser.add_argument("--rows", type=int, default=136_000)
        parser.add_argument("--rounds", type=int, default=5)

    def handle(self, *args: Any, **options: Any) -> None:
        chosen = [ROWS[name] for name in options["names"] or ROWS]
        wanted = Options(options["rows"], options["rounds"], self.stdout.write)
        for row in chosen:
            self.stdout.write(f"{row.code} {row.title}（{wanted.rows} 行）")
            self._show(row, row.run(wanted))

    def _show(self, row: Row, found: Measured) -> None:
        verdict = "达到" if found.ratio <= row.goal else "未达到"
        self.stdout.write(
            f"{row.code} 方案 {median(found.ours):.3f} 秒，"
            f"底线 {median(found.floor):.3f} 秒，倍数 {found.ratio:.2f}"
            f"（目标 ≤ {row.goal}，{verdict}）{found.detail}"
        )
