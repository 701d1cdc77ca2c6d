"""Job handlers of assistance: each calls one action with the arguments of its row."""

import time
from datetime import date, timedelta
from typing import Any

from celery import shared_task
from django.conf import settings

from assistance.actions.account_changes import (
    RESUME_JOB,
    resume_changed_accounts,
)
from assistance.actions.askings import ask_bank
from assistance.actions.computations import COMPUTE_JOB, compute_chunk, compute_round
from assistance.actions.disbursements import WRITE_JOB
from assistance.actions.late_returns import LATE_JOB, ask_late_returns
from assistance.actions.notices import PUBLISH_JOB, publish_round_notice
from assistance.actions.proofs import PROVE_JOB, prove_books, request_proof
from assistance.actions.releases import RELEASE_JOB, release_round
from assistance.actions.returns import COLLECT_JOB, collect_returns
from assistance.actions.sendings import ASK_JOB, deliver_instruction
from assistance.actions.statements import COLLECT_STATEMENTS_JOB, collect_statements
from assistance.actions.what_ifs import (
    WHAT_IF_JOB,
    compute_what_if,
    forget_what_ifs,
)
from assistance.queries.computations import (
    CHUNK_JOB,
    computation_progress,
    computed_totals,
)
from members.auth.actor import business_date as today
from unionportal.core.actor import SYSTEM
from unionportal.core.errors import Refusal
from unionportal.core.jobs import JobRun, Later, register_job, run_job
from unionportal.core.leases import age_in_days

CHUNK_POLL_SECONDS = 0.2


def business_date(run: JobRun) -> date:
    """The date the asker meant; a job that runs after midnight keeps it."""
    return date.fromisoformat(run.arguments["on"])


def moved_date(run: JobRun) -> date:
    """The date the asker meant, and the days the job has waited since.

    For jobs that wait for others for days: what happens then is dated then.
    """
    return business_date(run) + timedelta(days=age_in_days(run.job_id))


@register_job(COMPUTE_JOB, "测算轮次")
def run_computation(run: JobRun) -> dict[str, Any]:
    """Compute in one piece, or lend a hand with the chunks until the last is done."""
    run.advance(done=0, total=1, note="正在测算")
    round_id = run.arguments["round_id"]
    compute_round(
        round_id=round_id,
        on=business_date(run),
        by=run.by,
        run=run,
        chunk_rows=settings.ROUND_CHUNK_ROWS,
    )
    while not (progress := computation_progress(run.job_id)).is_finished:
        if progress.failure:
            raise Refusal(progress.failure, code="chunk")
        run.advance(
            done=progress.answered, total=progress.expected, note="正在分段测算"
        )
        if not any(run_job(number) for number in progress.waiting):
            time.sleep(CHUNK_POLL_SECONDS)
    totals = computed_totals(round_id)
    run.advance(done=1, total=1, note=f"已测算 {totals['population']} 户")
    return totals


@register_job(CHUNK_JOB, "测算轮次的一段")
def run_chunk(run: JobRun) -> dict[str, Any]:
    chunk = compute_chunk(
        chunk_id=run.arguments["chunk_id"], on=business_date(run), by=run.by, run=run
    )
    return {"answered": chunk.answered_count}


@register_job(PUBLISH_JOB, "发布公示")
def run_publication(run: JobRun) -> dict[str, Any]:
    run.advance(done=0, total=1, note="正在发布")
    round_ = publish_round_notice(
        round_id=run.arguments["round_id"], on=business_date(run), by=run.by, run=run
    )
    run.advance(done=1, total=1, note="已发布")
    return {"round_id": round_.pk}


# --- release, instruction and return files (actions/releases, disbursements, returns)


@register_job(RELEASE_JOB, "生成发放批次")
def run_release(run: JobRun) -> dict[str, Any]:
    run.advance(done=0, total=1, note="正在生成批次")
    round_ = release_round(
        round_id=run.arguments["round_id"], on=business_date(run), by=run.by, run=run
    )
    run.advance(done=1, total=1, note="批次已生成")
    return {"round_id": round_.pk, "batches": round_.batches.count()}


@register_job(WRITE_JOB, "写出银行文件")
def run_instruction(run: JobRun) -> dict[str, Any]:
    told = deliver_instruction(
        bank_file_id=run.arguments["bank_file_id"],
        on=business_date(run),
        by=run.by,
        run=run,
    )
    return {"file": told}


@register_job(ASK_JOB, "询问银行")
def run_asking(run: JobRun) -> dict[str, Any]:
    asked = ask_bank(
        batch_id=run.arguments["batch_id"], on=moved_date(run), by=run.by, run=run
    )
    return {"open": asked.open_count, "answered": asked.settled_count}


@register_job(LATE_JOB, "询问迟到的退回")
def run_late_asking(run: JobRun) -> dict[str, Any]:
    """Ask from time to time, the first time after a pause; ends with the link."""
    pause = float(settings.BANK_LATE_PAUSE_SECONDS)
    if run.attempt == 1:
        raise Later("稍后询问", seconds=pause)
    asked = ask_late_returns(
        account_id=run.arguments["account_id"],
        days=settings.BANK_LATE_DAYS,
        on=moved_date(run),
        by=run.by,
        run=run,
    )
    if asked is None:
        return {"ended": "不再使用银企直联"}
    raise Later(asked.sentence, seconds=pause)


@register_job(RESUME_JOB, "恢复收款账户已核验的发放")
def run_resumption(run: JobRun) -> dict[str, Any]:
    resumed = resume_changed_accounts(
        person_id=run.arguments["person_id"], on=business_date(run), by=run.by, run=run
    )
    return {"resumed": resumed}


@register_job(COLLECT_JOB, "收取银行回盘")
def run_collection(run: JobRun) -> dict[str, Any]:
    outcomes = collect_returns(by=run.by, on=business_date(run), run=run)
    applied = [outcome for outcome in outcomes if not outcome.is_repeated]
    return {"applied": len(applied), "repeated": len(outcomes) - len(applied)}


# --- proofs of the books (actions/proofs)


@register_job(PROVE_JOB, "核对账目")
def run_proof(run: JobRun) -> dict[str, Any]:
    run.advance(done=0, total=1, note="正在核对")
    proof = prove_books(
        key=f"job-{run.job_id}", on=business_date(run), by=run.by, run=run
    )
    run.advance(done=1, total=1, note=f"{proof.problem_count} 处不符")
    return {"proof": proof.pk, "problems": proof.problem_count}


@shared_task(name="assistance.prove_books_nightly", ignore_result=True)  # type: ignore[untyped-decorator]
def prove_books_nightly() -> None:
    """Rung by the scheduler every night; twice in a night is one job."""
    on = today()
    request_proof(key=f"nightly-{on}", on=on, by=SYSTEM)


@register_job(COLLECT_STATEMENTS_JOB, "收取银行对账单")
def run_statement_collection(run: JobRun) -> dict[str, Any]:
    outcomes = collect_statements(by=run.by, on=business_date(run), run=run)
    taken = [outcome for outcome in outcomes if not outcome.is_repeated]
    return {
        "imported": len(taken),
        "repeated": len(outcomes) - len(taken),
        "matched": sum(outcome.matched for outcome in taken),
    }


# --- trials of a new version


@register_job(WHAT_IF_JOB, "方案试算")
def run_what_if(run: JobRun) -> dict[str, Any]:
    run.advance(done=0, total=1, note="正在逐户比较新旧两版")
    asked = compute_what_if(
        what_if_id=run.arguments["what_if_id"],
        on=business_date(run),
        by=run.by,
        run=run,
    )
    run.advance(done=1, total=1, note=f"已比较 {asked.population} 户")
    return {"population": asked.population, "digest": asked.digest}


@shared_task(name="assistance.forget_what_ifs_nightly", ignore_result=True)  # type: ignore[untyped-decorator]
def forget_what_ifs_nightly() -> None:
    """Rung by the scheduler every night; what is forgotten stays forgotten."""
    forget_what_ifs(on=today(), by=SYSTEM)
