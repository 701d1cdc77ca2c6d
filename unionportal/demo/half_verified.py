"""A city whose round is paid and half verified: some asked, some not, one finding open."""

from dataclasses import replace

from assistance.actions.samples import take_sample_items
from assistance.actions.verification import record_verification_call
from assistance.models import Round, VerificationCall
from assistance.queries.verification import findings_open, items_waiting
from members.enums import Role
from unionportal.demo.walk import opening, verifying
from unionportal.demo.walk.mending import in_chunks
from unionportal.demo.walk.stage import Stage
from unionportal.demo.walk.walker import to_payment


def play_half_verified(stage: Stage) -> Round:
    """Take a round to its sample, and ask half of those drawn; repeatable."""
    round_ = opening.open_main_round(stage)
    to_payment(stage, round_)
    if verifying.draw(stage, round_):
        _ask_half(stage, round_)
    return round_


def _ask_half(stage: Stage, round_: Round) -> None:
    """The auditor takes half; the first of them, and only he, says that nothing came."""
    if VerificationCall.objects.filter(item__stratum__sample__round=round_).exists():
        return
    waiting = items_waiting(round_)
    by = stage.cast.holder(Role.AUDITOR, round_.organisation)
    half = (waiting.count() + 1) // 2
    take_sample_items(round_id=round_.pk, on=stage.on, by=by, limit=half)
    taken = items_waiting(round_).filter(verifier=by.user_id).order_by("id")
    items = list(taken.select_related("payment__claim"))
    content = replace(stage, plan=replace(stage.plan, wrong_share=0.0))
    with stage.step("calls", "电话核查一半", len(items)) as bar:
        for item in in_chunks(items, bar.advance):
            is_first = not findings_open(round_).exists()
            report = verifying.report_of(content, item)
            record_verification_call(
                item_id=item.pk,
                report=verifying.NOT_RECEIVED if is_first else report,
                on=stage.on,
                by=by,
            )
