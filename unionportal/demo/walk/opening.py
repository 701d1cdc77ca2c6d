"""From the opening to the frozen list: open, compute, notice, end of notice, release."""

from django.db import transaction

from assistance.actions.computations import request_computation
from assistance.actions.notices import request_publication
from assistance.actions.releases import RELEASE_JOB
from assistance.actions.rounds import open_round
from assistance.enums import RoundKind, RoundState
from assistance.models import Period, Round
from assistance.queries.schemes import scheme_of, scheme_version_in_force
from members.actions.notice import end_notice
from members.enums import NoticeState, Role
from members.models import Notice
from unionportal.core.errors import Refusal
from unionportal.core.jobs import enqueue
from unionportal.demo.walk.stage import ROUND_KIND, Plan, Stage


def main_round(plan: Plan, organisation_id: int) -> Round | None:
    """The round this plan is about, if somebody has opened it."""
    return (
        Round.objects.select_related("version__scheme", "period", "organisation")
        .filter(
            version__scheme__code=plan.scheme,
            organisation=organisation_id,
            period__code=plan.period,
            kind=RoundKind.MAIN,
        )
        .exclude(state=RoundState.CANCELLED)
        .first()
    )


def open_main_round(stage: Stage) -> Round:
    """Open the main round by the maker, unless it is there."""
    found = main_round(stage.plan, stage.organisation.pk)
    if found is not None:
        return found
    period = Period.objects.filter(code=stage.plan.period).first()
    if period is None:
        known = "、".join(Period.objects.values_list("code", flat=True))
        raise Refusal(
            f"没有期次“{stage.plan.period}”；已有：{known or '无'}。", field="period"
        )
    with stage.step("open", "开启轮次"):
        version = scheme_version_in_force(stage.plan.scheme, stage.plan.as_of)
        return open_round(
            version_id=version.pk,
            organisation_id=stage.organisation.pk,
            period_id=period.pk,
            as_of=stage.plan.as_of,
            on=stage.on,
            by=stage.cast.holder(Role.MAKER, stage.organisation),
        )


def compute(stage: Stage, round_: Round) -> None:
    """Opened → computed, as a job."""
    if round_.state == RoundState.OPENED:
        maker = stage.cast.holder(Role.MAKER, round_.organisation)
        with stage.step("compute", "测算") as bar:
            job = request_computation(round_id=round_.pk, on=stage.on, by=maker)
            stage.engine.finish(job, bar)
        round_.refresh_from_db()


def publish(stage: Stage, round_: Round) -> None:
    """Computed → noticed, where the scheme asks for a notice."""
    if round_.state == RoundState.COMPUTED and scheme_of(round_.version).notice:
        stage.next_day()
        maker = stage.cast.holder(Role.MAKER, round_.organisation)
        with stage.step("notice", "公示") as bar:
            job = request_publication(round_id=round_.pk, on=stage.on, by=maker)
            stage.engine.finish(job, bar)
        round_.refresh_from_db()


def end_notices(stage: Stage, round_: Round) -> None:
    """Wait for the last day of the notices; each union's maker ends its own."""
    notices = list(
        Notice.objects.filter(
            about_kind=ROUND_KIND, about_id=round_.pk, state=NoticeState.OPEN
        )
        .select_related("organisation")
        .order_by("id")
    )
    if not notices:
        return
    stage.next_day(after=max(notice.ends_on for notice in notices))
    with stage.step("notice_end", "公示期满", len(notices)) as bar:
        for notice in notices:
            maker = stage.cast.holder(Role.MAKER, notice.organisation)
            end_notice(notice_id=notice.pk, on=stage.on, by=maker)
            bar.advance()


def release(stage: Stage, round_: Round) -> None:
    """Computed or noticed → released, as a job: claims, payments and batches."""
    if round_.state not in {RoundState.COMPUTED, RoundState.NOTICED}:
        return
    maker = stage.cast.holder(Role.MAKER, round_.organisation)
    with stage.step("release", "生成批次") as bar:
        with transaction.atomic():
            job = enqueue(
                kind=RELEASE_JOB,
                key=f"round-{round_.pk}",
                arguments={"round_id": round_.pk, "on": stage.on.isoformat()},
                by=maker,
                organisation_id=round_.organisation_id,
            )
        stage.engine.finish(job, bar)
    round_.refresh_from_db()
    stage.next_day()
