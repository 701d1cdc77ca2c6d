"""Load an invented province onto the real tree."""

import sys
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from unionportal.core.errors import Refusal
from unionportal.demo.loading import load_demonstration
from unionportal.demo.province import Wish


class Command(BaseCommand):
    help = "载入演示省份：人员、岗位、档案、标准、方案和资金；同一种子得到同样的数据。"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--province", default="35", help="两位省码，默认福建 35")
        parser.add_argument("--dossiers", type=int, default=2000, help="档案数")
        parser.add_argument(
            "--people", type=int, default=0, help="另登记的职工，都是会员，如 1000000"
        )
        parser.add_argument(
            "--unions",
            type=int,
            default=0,
            help="这些职工的基层工会数，默认每四十人一个",
        )
        parser.add_argument("--seed", type=int, default=1, help="随机种子")

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMONSTRATION:
            raise CommandError("只有演示环境可以载入虚构数据：请设置 DEMONSTRATION=1。")
        wish = Wish(
            province=options["province"],
            dossiers=options["dossiers"],
            seed=options["seed"],
            people=options["people"],
            unions=options["unions"],
            password=settings.DEMO_PASSWORD,
        )
        try:
            load_demonstration(wish, stream=sys.stderr)
        except Refusal as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write(
            f"已载入省份 {wish.province}：{wish.dossiers:,} 份档案（种子 {wish.seed}）。"
        )
