"""`manage.py restore_drill`: rehearse the restore on a throwaway portal."""

import json
import os
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from unionportal.embedded import EngineError
from unionportal.operations.drill import Drill, DrillFault, clear
from unionportal.operations.filestore import StoreFault


class Command(BaseCommand):
    help = (
        "恢复演练：在临时的门户上备份、办一轮发放、误删、恢复到误删之前，"
        "核对资金、审计、文件和密钥；不动现有数据。"
    )
    requires_system_checks: list[str] = []
    requires_migrations_checks = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--dossiers", type=int, default=60, help="演示档案数")
        parser.add_argument("--keep", action="store_true", help="保留临时目录")
        parser.add_argument("--json", action="store_true", help="供程序读取")

    def handle(self, *args: Any, **options: Any) -> None:
        folder = settings.VAR_DIR / "drill" / str(os.getpid())
        drill = Drill(
            folder=folder,
            checkout=settings.BASE_DIR,
            dossiers=options["dossiers"],
            say=self.stderr.write if options["json"] else self._say,
        )
        try:
            found = drill.run()
        except (DrillFault, EngineError, StoreFault) as fault:
            raise CommandError(f"恢复演练未通过：{fault}") from fault
        finally:
            if not options["keep"]:
                clear(folder)
        if options["json"]:
            self.stdout.write(json.dumps(found, ensure_ascii=False))
        else:
            self._tell(found)

    def _say(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()

    def _tell(self, found: dict[str, Any]) -> None:
        totals = found["ledger"]
        took = found["seconds"]
        self._say(
            f"恢复到 {found['moment']}：{totals['payments']} 笔发放 {totals['total']} 元、"
            f"审计 {found['audit_entries']} 条、文件 {found['files']} 个"
            f"（其中已登记的银行文件 {found['bank_files']} 个）与误操作之前一致。"
        )
        self._say(
            f"基础备份 {took['基础备份']} 秒，恢复 {took['恢复到误操作之前']} 秒；"
            f"至多丢失最近 {found['rpo_seconds']} 秒（日志至迟每分钟归档一次）。恢复演练通过。"
        )
