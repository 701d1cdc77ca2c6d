"""`manage.py run_due_jobs`: run background work without a broker."""

import signal
import time
from argparse import ArgumentParser
from types import FrameType
from typing import Any

from django.core.management.base import BaseCommand

from unionportal.core.jobs import run_next_job
from unionportal.core.models.jobs import LIVE_STATES, Job

POLL_SECONDS = 0.2


class Command(BaseCommand):
    help = "执行到期的后台任务，直到没有到期任务为止；不需要消息服务。"

    _ending = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--wait", action="store_true", help="一直等到没有未完成的任务"
        )
        parser.add_argument(
            "--linger",
            type=float,
            default=0.0,
            help="没有到期任务之后再等多少秒，期间新到的任务立即执行",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        before = signal.signal(signal.SIGTERM, self._end)
        try:
            count = self._run(wait=options["wait"], linger=options["linger"])
        finally:
            signal.signal(signal.SIGTERM, before)
        if options["verbosity"]:
            self.stdout.write(f"已执行 {count} 个任务")

    def _run(self, *, wait: bool, linger: float) -> int:
        count = 0
        idle_since = time.monotonic()
        while not self._ending:
            if run_next_job():
                count += 1
                idle_since = time.monotonic()
            elif time.monotonic() - idle_since < linger or (
                wait and Job.objects.filter(state__in=LIVE_STATES).exists()
            ):
                time.sleep(POLL_SECONDS)
            else:
                break
        return count

    def _end(self, number: int, frame: FrameType | None) -> None:
        """End after the present job."""
        self._ending = True
