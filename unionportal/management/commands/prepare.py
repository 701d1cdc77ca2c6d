"""Bring the database to this version: tables, rights, reference data. Repeatable."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from members.actions.divisions import load_reference
from unionportal.core.actor import SYSTEM
from unionportal.operations.sandbox import lay_tables, prepare_sandboxes


class Command(BaseCommand):
    help = "建表、授权并载入基础数据；可重复执行。"
    requires_migrations_checks = False

    def handle(self, *args: Any, **options: Any) -> None:
        verbosity = options["verbosity"]
        on = timezone.localdate()
        lay_tables(on=on, verbosity=max(0, verbosity - 1))
        load_reference(on=on, by=SYSTEM)
        if prepare_sandboxes(on=on) and verbosity:
            self.stdout.write("沙箱已按本版本重建，各沙箱回到起始状态。")
        if verbosity:
            self.stdout.write("数据库已就绪。")
