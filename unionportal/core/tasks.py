"""The one Celery task (hear the ring, run the job it names) and core's own jobs."""

from datetime import date, timedelta
from typing import Any

from celery import shared_task
from django.utils import timezone

from unionportal.core.idempotency import forget_replies
from unionportal.core.jobs import RING_TASK, JobRun, register_job, run_job
from unionportal.core.messages import SEND_JOB
from unionportal.core.messages.reports import (
    REPORT_JOB,
    collect_reports,
    request_reports,
)
from unionportal.core.messages.sending import send_messages
from unionportal.core.uploads.steps import (
    APPLY_JOB,
    CHECK_JOB,
    apply_upload,
    check_upload,
)

REPLIES_KEPT = timedelta(days=7)


@shared_task(name=RING_TASK, ignore_result=True)  # type: ignore[untyped-decorator]
def run_rung_job(job_id: int) -> None:
    """Run a job; a ring for a job that is held or ended ends at once."""
    run_job(job_id)


@register_job(SEND_JOB, "发送短信通知")
def send_queued_messages(run: JobRun) -> dict[str, Any]:
    """Send the messages that wait, by the hour of the day."""
    return send_messages(run, at=timezone.localtime())


@register_job(REPORT_JOB, "收取短信回执")
def collect_sms_reports(run: JobRun) -> dict[str, Any]:
    """Ask the gateway what became of messages."""
    return collect_reports(run)


@shared_task(name="core.ask_sms_reports", ignore_result=True)  # type: ignore[untyped-decorator]
def ask_sms_reports() -> None:
    """Rung by the scheduler every few minutes; while one asks, no second does."""
    request_reports()


@shared_task(name="core.forget_replies_nightly", ignore_result=True)  # type: ignore[untyped-decorator]
def forget_replies_nightly() -> None:
    """Rung by the scheduler every night: a key may be asked again for seven days."""
    forget_replies(before=timezone.now() - REPLIES_KEPT)


@register_job(CHECK_JOB, "核对导入文件")
def check_received_upload(run: JobRun) -> dict[str, Any]:
    """Read and judge a file that was handed in."""
    upload = check_upload(
        upload_id=run.arguments["upload_id"], on=_asked_on(run), by=run.by, run=run
    )
    return {"state": upload.state, "rows": upload.row_count}


@register_job(APPLY_JOB, "导入文件")
def apply_confirmed_upload(run: JobRun) -> dict[str, Any]:
    """Apply a file that somebody confirmed."""
    upload = apply_upload(
        upload_id=run.arguments["upload_id"], on=_asked_on(run), by=run.by, run=run
    )
    return {"state": upload.state, "rows": upload.row_count}


def _asked_on(run: JobRun) -> date:
    return date.fromisoformat(run.arguments["on"])
