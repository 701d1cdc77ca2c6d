"""`manage.py bundle`: everything that a machine without a network needs."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from unionportal.operations.bundle import BundleFault, check_sums, make_bundle


class Command(BaseCommand):
    help = "制作离线安装包：全部依赖、门户本身、安装脚本与校验和。"
    requires_system_checks: list[str] = []
    requires_migrations_checks = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--to", type=Path, help="目录，默认 var/bundle")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            made = make_bundle(
                settings.BASE_DIR, options["to"] or settings.VAR_DIR / "bundle"
            )
            check_sums(made.folder)
        except BundleFault as fault:
            raise CommandError(str(fault)) from fault
        self.stdout.write(
            f"离线安装包：{made.folder}，{made.wheels} 个依赖，共 {made.size >> 20} MB。\n"
            "搬到没有网络的机器上：sh install.sh /srv/portal"
        )
