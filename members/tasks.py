"""Jobs of members: what happens on its day without anybody pressing a button."""

from datetime import date
from typing import Any

from celery import shared_task

from members.actions.transfer import (
    TRANSFER_JOB,
    complete_due_transfers,
    lapse_overdue_transfers,
    request_transfers,
)
from members.auth.actor import business_date
from unionportal.core.actor import SYSTEM
from unionportal.core.jobs import JobRun, register_job


@register_job(TRANSFER_JOB, "转会按日生效")
def run_transfers(run: JobRun) -> dict[str, Any]:
    """Move the standings whose day has come; end what nobody answered."""
    on = date.fromisoformat(run.arguments["on"])
    moved, lapsed = complete_due_transfers(on=on), lapse_overdue_transfers(on=on)
    run.advance(done=1, total=1, note=f"生效 {moved} 件，逾期 {lapsed} 件")
    return {"moved": moved, "lapsed": lapsed}


@shared_task(name="members.move_transfers_nightly", ignore_result=True)  # type: ignore[untyped-decorator]
def move_transfers_nightly() -> None:
    """Rung by the scheduler soon after midnight; twice in a night is one job."""
    request_transfers(on=business_date(), by=SYSTEM)
