"""Drive a round from its rule to the bank and back, from a terminal."""

import json
import logging
import sys
from argparse import ArgumentParser
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from assistance.enums import RoundState
from unionportal.core.errors import Refusal
from unionportal.demo.walk.bank import StubBank
from unionportal.demo.walk.engine import Direct, Engine, Worker
from unionportal.demo.walk.linking import accounts_below, link_directly
from unionportal.demo.walk.stage import STEPS, Plan, Stage
from unionportal.demo.walk.summary import sentences_of, summary_of
from unionportal.demo.walk.walker import main_round_of, stage_of, walk

ENGINES: dict[str, type[Engine]] = {"direct": Direct, "jobs": Worker}


class Command(BaseCommand):
    help = (
        "办完一个轮次：开启、测算、公示、生成批次、签批、发放、回盘、重发、补充轮次、办结。"
        "由各岗位的人分别办理，业务日期逐日推进；中断后再次运行会从断点继续。"
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--scheme", required=True, help="方案代码，如 winter_warmth"
        )
        parser.add_argument("--organisation", required=True, help="两位省码或工会代码")
        parser.add_argument("--period", required=True, help="期次代码，如 2026-winter")
        parser.add_argument(
            "--as-of", required=True, type=date.fromisoformat, help="基准日"
        )
        parser.add_argument("--seed", type=int, default=1, help="职工行为的随机种子")
        parser.add_argument("--refuse", type=float, help="模拟银行退回的比例")
        parser.add_argument(
            "--engine",
            choices=tuple(ENGINES),
            default="direct",
            help="direct：在本进程办理后台任务；jobs：由后台进程办理",
        )
        parser.add_argument(
            "--link",
            choices=("as-set", "direct"),
            default="as-set",
            help="direct：先把范围内各工会的付款账户改为银企直联；默认照现有设置",
        )
        parser.add_argument(
            "--stop-after", choices=STEPS, default="", help="主轮次办到这一步为止"
        )
        parser.add_argument("--json", action="store_true", help="供程序读取")

    def handle(self, *args: Any, **options: Any) -> None:
        plan = Plan(
            scheme=options["scheme"],
            organisation=options["organisation"],
            period=options["period"],
            as_of=options["as_of"],
            seed=options["seed"],
            stop_after=options["stop_after"],
        )
        # The lines of the log would stand between the progress bars.
        logging.getLogger("django_structlog").setLevel(logging.WARNING)
        try:
            with StubBank(seed=plan.seed, refuse=options["refuse"]) as bank:
                engine = ENGINES[options["engine"]]()
                stage = stage_of(plan, engine=engine, bank=bank, stream=sys.stderr)
                if options["link"] == "direct":
                    link_directly(stage, accounts_below(stage))
                self._tell(stage, is_json=options["json"])
        except Refusal as refusal:
            raise CommandError(str(refusal)) from refusal

    def _tell(self, stage: Stage, *, is_json: bool) -> None:
        found = main_round_of(stage)
        is_closed = found is not None and found.state == RoundState.CLOSED
        if is_closed:
            sys.stderr.write("这个轮次已经办结，本次没有任何改动。\n")
        summary = summary_of(walk(stage), seconds=stage.seconds)
        summary["unchanged"] = is_closed
        if is_json:
            self.stdout.write(json.dumps(summary, ensure_ascii=False, indent=2))
        else:
            self.stdout.write("\n".join(sentences_of(summary)))
