"""The order of a walk. Each step looks at the database and does what is still open."""

from typing import TextIO

from assistance.enums import BatchState, RoundState
from assistance.models import Batch, Round
from members.models import Organisation
from unionportal.core.errors import Refusal
from unionportal.demo.walk import (
    banking,
    closing,
    mending,
    opening,
    signing,
    verifying,
)
from unionportal.demo.walk.bank import StubBank
from unionportal.demo.walk.engine import Engine
from unionportal.demo.walk.stage import Plan, Stage, StopWalk, day_reached


def stage_of(plan: Plan, *, engine: Engine, bank: StubBank, stream: TextIO) -> Stage:
    """Where a walk stands: the union, and the business day that has been reached."""
    organisation = organisation_named(plan.organisation)
    found = opening.main_round(plan, organisation.pk)
    return Stage(
        plan=plan,
        organisation=organisation,
        engine=engine,
        bank=bank,
        stream=stream,
        on=day_reached(found) if found else plan.as_of,
    )


def main_round_of(stage: Stage) -> Round | None:
    """The round of a walk, before anything is done."""
    return opening.main_round(stage.plan, stage.organisation.pk)


def organisation_named(code: str) -> Organisation:
    """A union by its code; two digits stand for a province."""
    wanted = f"{code}0000" if len(code) == 2 else code
    found = Organisation.objects.filter(code=wanted).first()
    if found is None:
        raise Refusal(
            f"没有代码为 {code} 的工会；请给两位省码或工会代码。", field="organisation"
        )
    return found


def walk(stage: Stage) -> Round:
    """Take a round from wherever it stands to its certificate, or to the wanted step."""
    main = opening.open_main_round(stage)
    if main.state == RoundState.CLOSED:
        return main
    try:
        stage.reached("open")
        to_payment(stage, main)
        _supplement(stage, main)
        verifying.verify(stage, main)
        closing.close(stage, main)
    except StopWalk:
        main.refresh_from_db()
    return main


def to_payment(stage: Stage, round_: Round) -> None:
    """Compute, notice, release, sign, pay, mend what came back."""
    opening.compute(stage, round_)
    stage.reached("compute")
    opening.publish(stage, round_)
    stage.reached("notice")
    opening.end_notices(stage, round_)
    stage.reached("notice_end")
    opening.release(stage, round_)
    stage.reached("release")
    _pay(stage, round_)
    while unions := mending.renew_accounts(stage, round_):
        stage.reached("renew")
        mending.draft_follow_ups(stage, round_, unions)
        stage.reached("follow_up")
        _pay(stage, round_)


def _pay(stage: Stage, round_: Round) -> None:
    signing.sign_batches(stage, round_)
    if Batch.objects.filter(round=round_, state=BatchState.INSTRUCTED).exists():
        banking.settle(stage, round_)
    stage.reached("bank")


def _supplement(stage: Stage, main: Round) -> None:
    """Those who brought a paper are taken up once, in one supplementary round."""
    found = closing.supplement_of(main)
    if found is None:
        if closing.was_supplemented(main) or not mending.bring_papers(stage, main):
            return
        stage.reached("papers")
        found = closing.open_supplement(stage, main)
    if found.state == RoundState.CLOSED:
        return
    opening.compute(stage, found)
    if not found.eligible_count:
        closing.give_up(stage, found)
        return
    to_payment(stage, found)
    verifying.verify(stage, found)
    closing.close(stage, found)
    stage.reached("supplement")
