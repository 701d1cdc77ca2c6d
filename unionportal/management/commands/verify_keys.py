"""`manage.py verify_keys`: do the keys we were given open this database?"""

import sys
from typing import Any

from django.core.management.base import BaseCommand

from unionportal.operations.keys import key_problems, sealed_fields


class Command(BaseCommand):
    help = "抽查每个加密字段能否用现有密钥打开；打不开时退出码为 1。"

    def handle(self, *args: Any, **options: Any) -> None:
        problems = key_problems()
        for problem in problems:
            self.stderr.write(f"✗ {problem}")
        if problems:
            sys.exit(1)
        self.stdout.write(
            f"密钥相符：{len(list(sealed_fields()))} 个加密字段都打得开。"
        )
