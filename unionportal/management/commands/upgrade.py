"""`manage.py upgrade`: pre-check, backup, migrate, proofs, with work going on."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from django.utils import timezone

from unionportal.operations.upgrade import Upgrade, UpgradeFault


class Command(BaseCommand):
    help = (
        "升级数据库到本版本：先检查密钥、版本、空间、任务和账，再备份、迁移、核对；"
        "不停业务。任何一步不成就停下并说明。"
    )
    requires_migrations_checks = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--check", action="store_true", help="只检查，不改动")
        parser.add_argument(
            "--no-backup", action="store_true", help="不另做备份（已有连续归档时）"
        )
        parser.add_argument("--backup-dir", type=Path, help="备份目录")

    def handle(self, *args: Any, **options: Any) -> None:
        upgrade = Upgrade(
            backups=options["backup_dir"] or settings.VAR_DIR / "backup",
            say=self._say,
            stamp=f"{timezone.localtime():%Y%m%d-%H%M%S}",
        )
        try:
            self._upgrade(upgrade, options)
        except UpgradeFault as fault:
            raise CommandError(f"升级停止：{fault}") from fault

    def _upgrade(self, upgrade: Upgrade, options: dict[str, Any]) -> None:
        pending = upgrade.look()
        if options["check"]:
            self._say("检查通过，没有改动。")
            return
        if not options["no_backup"]:
            upgrade.back_up()
        upgrade.migrate()
        connection.close()
        upgrade.prove()
        self._say(
            f"升级完成：执行了 {len(pending)} 个迁移。请逐个重启网页与后台进程；"
            "旧进程手里的任务会办完，没办完的由新进程接着办。"
        )

    def _say(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()
