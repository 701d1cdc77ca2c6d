"""The end of a round: supplementary round for those who brought a paper, certificate."""

from assistance.actions.certificates import close_round
from assistance.actions.rounds import (
    cancel_round,
    open_supplementary_round,
)
from assistance.enums import RoundState
from assistance.models import Round
from members.enums import Role
from unionportal.demo.walk.stage import Stage, family_of

NOBODY = "补充轮次没有符合条件的对象"


def supplement_of(main: Round) -> Round | None:
    """The supplementary round of a main round, if there is one."""
    supplements = family_of(main).exclude(pk=main.pk)
    return (
        supplements.exclude(state=RoundState.CANCELLED)
        .select_related("version__scheme", "period", "organisation")
        .first()
    )


def was_supplemented(main: Round) -> bool:
    """Whether a supplement was opened at all, cancelled ones included."""
    return family_of(main).exclude(pk=main.pk).exists()


def open_supplement(stage: Stage, main: Round) -> Round:
    """Open the supplementary round, as of today."""
    with stage.step("supplement", "开启补充轮次"):
        return open_supplementary_round(
            parent_id=main.pk,
            as_of=stage.on,
            on=stage.on,
            by=stage.cast.holder(Role.MAKER, main.organisation),
        )


def give_up(stage: Stage, round_: Round) -> None:
    """Cancel a supplementary round that found nobody to pay."""
    cancel_round(
        round_id=round_.pk,
        reason=NOBODY,
        on=stage.on,
        by=stage.cast.holder(Role.MAKER, round_.organisation),
    )
    round_.refresh_from_db()


def close(stage: Stage, round_: Round) -> None:
    """Released → closed, with its certificate of coverage."""
    if round_.state == RoundState.RELEASED:
        with stage.step("close", "办结，出具覆盖证明"):
            close_round(
                round_id=round_.pk,
                on=stage.on,
                by=stage.cast.holder(Role.MAKER, round_.organisation),
            )
        round_.refresh_from_db()
