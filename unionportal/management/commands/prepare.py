"""Bring the database to this version: tables, rights, reference data. Repeatable."""

from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.db import connections
from django.utils import timezone

from members.actions.divisions import load_reference
from unionportal.core.actor import SYSTEM


class Command(BaseCommand):
    help = "建表、授权并载入基础数据；可重复执行。"
    requires_migrations_checks = False

    def handle(self, *args: Any, **options: Any) -> None:
        verbosity = options["verbosity"]
        call_command("migrate", interactive=False, verbosity=max(0, verbosity - 1))
        on = timezone.localdate()
        for year in (on.year, on.year + 1):
            with connections["owner"].cursor() as cursor:
                cursor.execute("SELECT core_ensure_audit_year(%s)", [year])
        load_reference(on=on, by=SYSTEM)
        if verbosity:
            self.stdout.write("数据库已就绪。")
