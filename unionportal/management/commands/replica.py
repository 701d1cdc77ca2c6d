"""`manage.py replica`: a streaming copy of this checkout's own database, until Ctrl-C."""

import signal
import time
from types import FrameType
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from unionportal.embedded import RUNNER, EngineError, addresses
from unionportal.operations.clusters import Copy, make_standby


class Command(BaseCommand):
    help = (
        "为自带的数据库建立（或接着运行）一个只读副本，直到按下 Ctrl-C；"
        "以打印的 REPLICA_URL 启动门户，报表便从副本读取。"
    )

    def handle(self, *args: Any, **options: Any) -> None:
        source = settings.VAR_DIR / "engines"
        if not (source / "postgres" / "PG_VERSION").exists():
            raise CommandError(
                "没有自带的数据库。生产库的副本请用 pg_basebackup -R 建立，"
                "见 docs/operations.md。"
            )
        signal.signal(signal.SIGTERM, _stop)
        standby = Copy(root=settings.VAR_DIR / "replica")
        try:
            if (standby.folder / "standby.signal").exists():
                standby.start()
            else:
                standby = make_standby(addresses(source), standby.root)
        except EngineError as error:
            raise CommandError(f"副本没有启动：{error}") from error
        self.stdout.write(f"REPLICA_URL={standby.addresses.database(role=RUNNER)}")
        self.stdout.flush()
        try:
            while True:
                time.sleep(1)
        except KeyboardInterrupt:
            standby.stop()


def _stop(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt
