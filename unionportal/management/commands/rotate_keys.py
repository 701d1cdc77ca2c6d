"""`manage.py rotate_keys`: seal everything anew under the key in use, without a pause."""

import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from unionportal.core.models import Upload
from unionportal.core.models.upload import UploadState
from unionportal.core.secrets import active_key_id
from unionportal.operations.rotation import leftovers, rotate_keys

OPEN = (UploadState.CHECKING, UploadState.CHECKED, UploadState.CONFIRMED)


class Command(BaseCommand):
    help = "把全部加密值和检索值换到现用密钥；中断后重新执行即可。--check 只核对。"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--batch", type=int, default=500, help="每批行数")
        parser.add_argument("--check", action="store_true", help="只核对，不改写")

    def handle(self, *args: Any, **options: Any) -> None:
        waiting = Upload.objects.filter(state__in=OPEN).count()
        if waiting:
            self.stderr.write(f"有 {waiting} 份批量导入没有办完，请先确认或取消。")
            sys.exit(1)
        if not options["check"]:
            written = rotate_keys(batch=options["batch"], tell=self._tell)
            self.stdout.write(f"已改写 {written:,} 个值。")
        left = leftovers()
        for label, count in left.items():
            self.stderr.write(f"✗ {label}：还有 {count:,} 个值用旧密钥。")
        if left:
            sys.exit(1)
        self.stdout.write(f"没有一个值再用旧密钥；现用密钥 {active_key_id()}。")

    def _tell(self, label: str, count: int) -> None:
        self.stdout.write(f"{label}：{count:,}")
