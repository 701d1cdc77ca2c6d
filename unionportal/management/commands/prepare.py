"""Bring the database to this version: tables, rights, reference data, intakes.

Repeatable. The intakes are the schemes by which people apply for a dossier.
"""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from assistance.actions.schemes import load_shipped_intakes
from members.actions.divisions import load_reference
from unionportal.core.actor import SYSTEM
from unionportal.operations.sandbox import lay_tables, prepare_sandboxes


class Command(BaseCommand):
    help = "建表、授权并载入基础数据；可重复执行。"
    requires_migrations_checks = False

    def add_arguments(self, parser: CommandParser) -> None:
        """Where a database must not get more than it had: a restored one, a trial."""
        parser.add_argument(
            "--no-intakes", action="store_true", help="不载入随附的建档申请方案。"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        verbosity = options["verbosity"]
        on = timezone.localdate()
        lay_tables(on=on, verbosity=max(0, verbosity - 1))
        load_reference(on=on, by=SYSTEM)
        if not options["no_intakes"]:
            load_shipped_intakes(on=on, by=SYSTEM)
        if prepare_sandboxes(on=on) and verbosity:
            self.stdout.write("沙箱已按本版本重建，各沙箱回到起始状态。")
        if verbosity:
            self.stdout.write("数据库已就绪。")
