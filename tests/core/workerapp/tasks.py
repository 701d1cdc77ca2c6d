"""Jobs that leave a trace when they start and have one effect when they end."""

import os
import threading
import time
from pathlib import Path

from django.db import transaction

from unionportal.core.jobs import JobRun, register_job
from unionportal.core.models import StoredReply


@register_job("test.linger", "测试任务")
def linger(run: JobRun) -> dict[str, int]:
    """On the first attempt stay for ``seconds``; then write the one effect."""
    with Path(run.arguments["trace"]).open("a") as trace:
        trace.write(f"{run.job_id} {run.attempt} {os.getpid()}\n")
    if run.attempt == 1:
        until = time.monotonic() + run.arguments["seconds"]
        pause = threading.Event()
        while time.monotonic() < until:
            pause.wait(0.05)  # sleep() fails under libfaketime (Python 3.11)
            run.advance(done=1)
    with transaction.atomic():
        run.fence()
        StoredReply.objects.create(
            scope="effect", key=f"{run.job_id}.{run.attempt}", body_digest=""
        )
    return {"attempt": run.attempt}
