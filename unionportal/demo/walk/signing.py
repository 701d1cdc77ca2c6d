"""The signatures of the batches: each step by another person, 代审 where one lacks."""

from collections.abc import Callable, Sequence

from assistance.actions.batches import (
    approve_batch,
    check_batch,
    endorse_batch,
    submit_batch,
)
from assistance.actions.disbursements import instruct_batch
from assistance.models import Batch, Round
from assistance.permissions.batches import (
    APPROVE,
    CHECK,
    ENDORSE,
    NEXT_STEP,
    PAY,
    SUBMIT,
    Step,
)
from unionportal.demo.walk.stage import Stage

STEPS_TO_SIGN = (SUBMIT, CHECK, APPROVE, ENDORSE, PAY)
SIGNED: dict[str, tuple[Callable[..., object], str]] = {
    SUBMIT.step: (submit_batch, "名单与档案核对一致，提交复核。"),
    CHECK.step: (check_batch, "逐户复核无误。"),
    APPROVE.step: (approve_batch, "同意发放。"),
    ENDORSE.step: (endorse_batch, "同意。"),
    PAY.step: (instruct_batch, ""),
}


def sign_batches(stage: Stage, round_: Round) -> None:
    """Take every batch of the round that is not yet at the bank through its steps."""
    for step in STEPS_TO_SIGN:
        sign_step(stage, waiting_for(round_, step), step)
        stage.reached("pay" if step is PAY else step.step)


def sign_step(stage: Stage, batches: Sequence[Batch], step: Step) -> None:
    """Sign one step of the batches that wait for it; the next one is on another day."""
    if not batches:
        return
    action, comment = SIGNED[step.step]
    with stage.step(step.step, str(step.step.label), len(batches)) as bar:
        for batch in batches:
            action(
                batch_id=batch.pk,
                digest=batch.digest,
                comment=comment,
                by=stage.cast.signer(batch, step),
                on=stage.on,
            )
            bar.advance(note=batch.organisation.short_name)
    stage.next_day()


def waiting_for(round_: Round, step: Step) -> list[Batch]:
    """The batches whose next signature is this one."""
    states = [state for state, following in NEXT_STEP.items() if following is step]
    return list(
        Batch.objects.filter(round=round_, state__in=states)
        .select_related("organisation", "round__version")
        .order_by("id")
    )
