"""The steps of a matter as a worker sees them: done, now, and to come."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Literal

from assistance.enums import BatchState, PaymentState
from assistance.models import Determination
from assistance.queries.determinations import scheme_behind
from assistance.queries.worker_cases import HOLDERS, Case, PaymentSeen
from assistance.rules.quota import QUOTA_CLAUSE

StepState = Literal["done", "now", "next"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One stage of a matter; `holder` has it now, or had it."""

    code: str
    title: str
    state: StepState
    on: date | None = None
    due_on: date | None = None
    holder: str = ""
    detail: str = ""


def steps_of(case: Case) -> Iterable[Step]:
    """From the file to the payment; after a refusal nothing follows."""
    yield from _filed(case)
    yield _decided(case)
    if case.is_unknown or case.is_refused:
        return
    rule = scheme_behind(case.determination).notice
    if rule is not None and not rule.is_after:
        yield _noticed(case)
    yield _approved(case)
    yield from _paid(case)
    if rule is not None and rule.is_after:
        yield _noticed(case)


def _filed(case: Case) -> Iterable[Step]:
    if case.dossier is not None:
        yield Step(
            code="file",
            title="建档",
            state="done",
            on=case.dossier.approved_on,
            holder=case.dossier.keeper.name,
            detail=f"档案 {case.dossier.number}",
        )


def _decided(case: Case) -> Step:
    row = case.determination
    is_known = case.is_shown or case.is_unknown
    return Step(
        code="decide",
        title="认定",
        state="now" if case.is_unknown or not is_known else "done",
        on=row.round.computed_on if is_known else None,
        holder=row.round.organisation.name,
        detail=_outcome(row) if is_known else "",
    )


def _outcome(row: Determination) -> str:
    waits = row.clause == QUOTA_CLAUSE
    return "候补" if waits else str(row.get_outcome_display())


def _noticed(case: Case) -> Step:
    notice = case.notice
    state: StepState = "next"
    if notice is not None:
        state = "now" if notice.is_open and case.batch is None else "done"
    return Step(
        code="notice",
        title="公示",
        state=state,
        due_on=notice.ends_on if notice else None,
        holder=case.union if notice else "",
        detail="任何人可以提出异议" if state == "now" else "",
    )


_BEFORE_PAYMENT = (
    BatchState.DRAFTED,
    BatchState.SUBMITTED,
    BatchState.CHECKED,
    BatchState.ENDORSING,
)


def _is_noticed(case: Case) -> bool:
    """The notice is over: the union makes the list of payments next."""
    return case.notice is not None and not case.notice.is_open


def _approved(case: Case) -> Step:
    batch = case.batch
    state: StepState = "now" if _is_noticed(case) else "next"
    if batch is not None:
        state = "now" if batch.state in _BEFORE_PAYMENT else "done"
    holder = HOLDERS.get(batch.state if batch else BatchState.DRAFTED, "")
    return Step(
        code="approve",
        title="审批",
        state=state,
        on=batch.approved_on if batch else None,
        holder=f"{case.union}{holder}" if state == "now" else "",
    )


def _paid(case: Case) -> Iterable[Step]:
    payment, batch = case.payment, case.batch
    state: StepState = "next"
    if payment is not None and batch is not None and batch.approved_on is not None:
        state = "done" if payment.state in _OVER else "now"
    yield Step(
        code="pay",
        title="发放",
        state=state,
        on=payment.settled_on if payment else None,
        holder="银行" if payment and payment.state in _AT_BANK else "",
        detail=_account_text(payment),
    )
    if payment is not None and payment.state == PaymentState.RETURNED:
        yield Step(
            code="again",
            title="更换账户重发",
            state="now",
            holder="您" if payment.may_give_account else case.union,
            detail=payment.returned_because,
        )


_OVER = (PaymentState.PAID, PaymentState.ENDED, PaymentState.WITHDRAWN)
_AT_BANK = (PaymentState.INSTRUCTED, PaymentState.IN_DOUBT)


def _account_text(payment: PaymentSeen | None) -> str:
    if payment is None:
        return ""
    return f"{payment.state_label}，尾号 {payment.account_last4}"
