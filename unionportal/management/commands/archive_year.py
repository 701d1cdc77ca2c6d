"""`manage.py archive_year 2024 --detach | --attach`."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from unionportal.core.actor import SYSTEM
from unionportal.core.errors import Refusal
from unionportal.operations.archive import attach_year, detach_year


class Command(BaseCommand):
    help = (
        "把一个已办结年度的认定、发放和审计移出日常表并导出（带校验和），或挂回；"
        "该年度还有没办完的事时拒绝。"
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("year", type=int, help="年度，如 2024")
        direction = parser.add_mutually_exclusive_group(required=True)
        direction.add_argument("--detach", action="store_true", help="归档")
        direction.add_argument("--attach", action="store_true", help="挂回")

    def handle(self, *args: Any, **options: Any) -> None:
        year = options["year"]
        act = detach_year if options["detach"] else attach_year
        try:
            tables = act(
                year=year,
                folder=settings.VAR_DIR / "archive" / str(year),
                on=timezone.localdate(),
                by=SYSTEM,
            )
        except Refusal as refusal:
            raise CommandError(str(refusal)) from refusal
        for each in tables:
            self.stdout.write(f"{each.table} {each.rows:,} 行，sha256 {each.sha256}")
        self.stdout.write(f"{year} 年已{'归档' if options['detach'] else '挂回'}。")
