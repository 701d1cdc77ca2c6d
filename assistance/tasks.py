"""Job handlers of assistance: each calls one action with the arguments of its row."""

from datetime import date
from typing import Any

from assistance.actions.disbursements import WRITE_JOB, write_instruction
from assistance.actions.notices import PUBLISH_JOB, publish_round_notice
from assistance.actions.releases import RELEASE_JOB, release_round
from assistance.actions.returns import COLLECT_JOB, collect_returns
from assistance.actions.rounds import COMPUTE_JOB, compute_round
from unionportal.core.jobs import JobRun, register_job


def business_date(run: JobRun) -> date:
    """The date the asker meant; a job that runs after midnight keeps it."""
    return date.fromisoformat(run.arguments["on"])


@register_job(COMPUTE_JOB, "测算轮次")
def run_computation(run: JobRun) -> dict[str, Any]:
    run.advance(done=0, total=1, note="正在测算")
    round_ = compute_round(
        round_id=run.arguments["round_id"], on=business_date(run), by=run.by, run=run
    )
    run.advance(done=1, total=1, note=f"已测算 {round_.population} 户")
    return {
        "population": round_.population,
        "eligible": round_.eligible_count,
        "ineligible": round_.ineligible_count,
        "unknown": round_.unknown_count,
        "amount": str(round_.eligible_amount),
    }


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
    path = write_instruction(
        bank_file_id=run.arguments["bank_file_id"],
        on=business_date(run),
        by=run.by,
        run=run,
    )
    return {"file": path.name}


@register_job(COLLECT_JOB, "收取银行回盘")
def run_collection(run: JobRun) -> dict[str, Any]:
    outcomes = collect_returns(by=run.by, on=business_date(run), run=run)
    applied = [outcome for outcome in outcomes if not outcome.is_repeated]
    return {"applied": len(applied), "repeated": len(outcomes) - len(applied)}
