"""The sample after payment: people of the audit call, most say yes, some do not.

What somebody says follows the seed and the person, so that a walk taken up again hears
the same. Nobody who signed a batch verifies it; an approver ends what was found.
"""

from decimal import Decimal

from assistance.actions.samples import draw_sample, take_sample_items
from assistance.actions.verification import (
    CallReport,
    end_finding,
    record_verification_call,
)
from assistance.enums import CallChannel, CallOutcome, Resolution, RoundState
from assistance.models import Round, SampleItem
from assistance.queries.verification import (
    findings_open,
    items_waiting,
    payments_to_verify,
    sample_of,
    waiver_of,
)
from assistance.rules.sampling import Precision
from members.enums import Role
from unionportal.core.actor import Actor
from unionportal.demo.chance import seeded
from unionportal.demo.walk.mending import in_chunks
from unionportal.demo.walk.stage import Stage

CONFIRMED = CallReport(CallChannel.PHONE, CallOutcome.CONFIRMED)
NO_ANSWER = CallReport(CallChannel.PHONE, CallOutcome.NO_ANSWER)
LATE = CallReport(
    CallChannel.VISIT, CallOutcome.CONFIRMED, note="上门走访，本人出示银行短信"
)
REFUSED = CallReport(
    CallChannel.PHONE, CallOutcome.REFUSED, note="以为是诈骗电话，挂断"
)
NOT_RECEIVED = CallReport(
    CallChannel.PHONE, CallOutcome.NOT_RECEIVED, note="本人说没有收到到账短信"
)
SHORT = Decimal("100.00")


def verify(stage: Stage, round_: Round) -> None:
    """Draw the sample of a paid round, call everybody in it, end what was found."""
    if round_.state != RoundState.RELEASED or waiver_of(round_) is not None:
        return
    if not draw(stage, round_):
        return
    stage.reached("sample")
    call(stage, round_)
    end_findings(stage, round_)
    stage.reached("calls")


def draw(stage: Stage, round_: Round) -> bool:
    """Draw, unless it is done; False where nothing arrived."""
    if sample_of(round_) is None:
        if not payments_to_verify(round_).exists():
            return False
        with stage.step("sample", "抽取核查样本"):
            draw_sample(
                round_id=round_.pk,
                precision=Precision(),
                on=stage.on,
                by=stage.cast.holder(Role.MAKER, round_.organisation),
            )
        stage.next_day()
    return True


def call(stage: Stage, round_: Round, *, days: int = 0) -> None:
    """One round of calls a day until everybody answered or was replaced.

    With ``days``, stop after so many.
    """
    called = 0
    while waiting := items_waiting(round_).count():
        by = stage.cast.holder(Role.AUDITOR, round_.organisation)
        if items_waiting(round_).filter(verifier=None).exists():
            take_sample_items(round_id=round_.pk, on=stage.on, by=by, limit=waiting)
        with stage.step("calls", "电话核查", waiting) as bar:
            for item in in_chunks(_taken(round_, by), bar.advance):
                record_verification_call(
                    item_id=item.pk, report=report_of(stage, item), on=stage.on, by=by
                )
        stage.next_day()
        called += 1
        if called == days:
            return


def _taken(round_: Round, by: Actor) -> list[SampleItem]:
    items = items_waiting(round_).filter(verifier=by.user_id)
    return list(items.select_related("payment__claim").order_by("id"))


def report_of(stage: Stage, item: SampleItem) -> CallReport:
    """What comes of this call to this person."""
    plan, tries = stage.plan, item.calls.count()
    payment = item.payment
    rng = seeded(plan.seed, "verify", payment.claim.payee_id)
    mood, answer = rng.random(), rng.random()
    if mood < plan.silent_share / 3:
        return REFUSED
    if mood < plan.silent_share:
        return NO_ANSWER
    if mood < plan.silent_share + plan.late_share:
        return LATE if tries else NO_ANSWER
    if answer < plan.wrong_share * 2 / 3 or payment.amount <= SHORT:
        return NOT_RECEIVED if answer < plan.wrong_share else CONFIRMED
    if answer < plan.wrong_share:
        return CallReport(
            CallChannel.PHONE,
            CallOutcome.AMOUNT_WRONG,
            payment.amount - SHORT,
            "本人说到账比公示少一百元",
        )
    return CONFIRMED


def end_findings(stage: Stage, round_: Round) -> None:
    """An approver looks into each, with the bank's slip at hand."""
    findings = list(
        findings_open(round_)
        .select_related("item__stratum__organisation", "call")
        .order_by("id")
    )
    if not findings:
        return
    with stage.step("findings", "查处核查问题", len(findings)) as bar:
        for finding in findings:
            union = finding.item.stratum.organisation
            end_finding(
                finding_id=finding.pk,
                resolution=Resolution.RECEIVED,
                note="调取银行回单，款项已足额到账，本人看后确认。",
                on=stage.on,
                by=stage.cast.holder(Role.APPROVER, union),
            )
            bar.advance()
    stage.next_day()
