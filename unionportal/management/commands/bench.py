"""Measure the promises against their floors, in a database of its own."""

import argparse
import logging
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from bench.apart import measure
from bench.report import keep, machine, table, write_readme
from bench.rows import Measured, Options
from bench.scratch import prepared_database
from bench.table import ROWS, named


class Command(BaseCommand):
    help = (
        "与手写底线比较速度，打印一张表；在临时数据库中运行，不动现有数据。"
        "两边的结果不一致即失败。"
    )
    requires_migrations_checks = False
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("names", nargs="*", help=f"{'、'.join(ROWS)}；不写即全部")
        parser.add_argument("--rows", type=int, default=136_000)
        parser.add_argument("--members", type=int, default=1_000_000)
        parser.add_argument("--rounds", type=int, default=3)
        parser.add_argument(
            "--no-growth", action="store_true", help="不在十分之一的行数上再量一次"
        )
        parser.add_argument(
            "--readme", action="store_true", help="把历次结果合成的表写进 README"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        # The lines of the log would stand between the figures.
        logging.getLogger("django_structlog").setLevel(logging.WARNING)
        wanted = Options(
            options["rows"], options["rounds"], self.stdout.write, options["members"]
        )
        found: list[Measured] = []
        names = named(options["names"])
        with prepared_database():
            for name in names:
                row = ROWS[name]
                self.stdout.write(f"{row.code} {name}（{wanted.rows} 行）")
                lines = measure(row, wanted, with_growth=not options["no_growth"])
                self.stdout.write(table(lines))
                found += lines
                keep(lines)
        self.stdout.write(f"\n{machine()}\n\n{table(found)}")
        if options["readme"]:
            write_readme(Path(settings.BASE_DIR) / "README.md", keep([]))
