"""Jobs of members: what happens on its day without anybody pressing a button."""

from dataclasses import asdict
from datetime import date
from typing import Any

from celery import shared_task
from django.utils import timezone

from members.actions.census import CENSUS_JOB, take_census
from members.actions.consent import LINK_JOB
from members.actions.consent_links import send_consent_link
from members.actions.notice_life import TEND_JOB, request_tending, tend_notices
from members.actions.phone_change import settle_phone_changes
from members.actions.transfer import (
    TRANSFER_JOB,
    complete_due_transfers,
    lapse_overdue_transfers,
    request_transfers,
)
from members.actions.webhook import PUSH_JOB
from members.actions.webhook_push import push, request_pushes
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


@shared_task(name="members.settle_phone_changes_nightly", ignore_result=True)  # type: ignore[untyped-decorator]
def settle_phone_changes_nightly() -> None:
    """Phones whose days are over take effect; repeatable."""
    settle_phone_changes(on=business_date())


@shared_task(name="members.move_transfers_nightly", ignore_result=True)  # type: ignore[untyped-decorator]
def move_transfers_nightly() -> None:
    """Rung by the scheduler soon after midnight; twice in a night is one job."""
    request_transfers(on=business_date(), by=SYSTEM)


@register_job(TEND_JOB, "公示按日开始和结束")
def run_tending(run: JobRun) -> dict[str, Any]:
    """Open and end the notices whose day it is."""
    counts = tend_notices(on=date.fromisoformat(run.arguments["on"]))
    note = f"开始 {counts['opened']} 份，延长 {counts['extended']} 份，结束 {counts['ended']} 份"
    run.advance(done=1, total=1, note=note)
    return dict(counts)


@shared_task(name="members.tend_notices", ignore_result=True)  # type: ignore[untyped-decorator]
def look_after_notices() -> None:
    """Rung by the scheduler every few minutes: a missed midnight is made good soon."""
    request_tending(on=business_date(), by=SYSTEM)


@register_job(LINK_JOB, "发送授权链接")
def run_consent_link(run: JobRun) -> dict[str, Any]:
    """Text one family member his link."""
    outcome = send_consent_link(run.arguments["invitation"])
    run.advance(done=1, total=1)
    return {"outcome": outcome}


@register_job(PUSH_JOB, "变化推送")
def run_push(run: JobRun) -> dict[str, Any]:
    """Send the news that wait for one address."""
    taken = push(run, on=business_date(), clock=timezone.now)
    run.advance(done=1, total=1, note=f"送达 {taken} 次")
    return {"taken": taken}


@shared_task(name="members.push_changes_around", ignore_result=True)  # type: ignore[untyped-decorator]
def push_changes_around() -> None:
    """Rung by the scheduler every minute: news, and what failed and is due again."""
    request_pushes(on=business_date(), at=timezone.now())


@register_job(CENSUS_JOB, "工会组织普查")
def run_census(run: JobRun) -> dict[str, Any]:
    """Judge the unions of one reach by all flags."""
    outcome = take_census(
        organisation_id=run.arguments["organisation"],
        on=date.fromisoformat(run.arguments["on"]),
        by=run.by,
    )
    note = f"普查 {outcome.unions} 家，问题 {outcome.flags} 项，新增 {outcome.new} 项，消失 {outcome.gone} 项"
    note = "；".join((note, *outcome.set_aside))
    run.advance(done=outcome.unions, total=outcome.unions, note=note)
    return asdict(outcome)
