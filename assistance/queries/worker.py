"""What a worker sees of his matters: where each is, who has it, what comes next, why."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Literal

from assistance.enums import (
    ACCOUNT_CHANGED,
    BatchState,
    Outcome,
    PaymentState,
    RoundState,
)
from assistance.models import (
    Batch,
    Determination,
    HouseholdDossier,
    Payment,
)
from assistance.queries.determinations import (
    explanation_of,
    scheme_behind,
    words_of,
)
from assistance.queries.payees import determinations_of_payee, latest_attempts
from assistance.rules.answers import (
    fact_name,
    need,
    reason_title,
    remedy,
    return_in_words,
)
from members.enums import AccountState, NoticeState
from members.models import BankAccount, Notice, NoticeLine
from members.queries.notice import lines_held
from unionportal.core.formula.explain import ClauseExplained
from unionportal.core.money import show_yuan

StepState = Literal["done", "now", "next"]
ROUND_KIND = "assistance.round"
DETERMINATION_KIND = "assistance.determination"
_SHOWN = (RoundState.NOTICED, RoundState.RELEASED, RoundState.CLOSED)
_HOLDERS: dict[str, str] = {
    BatchState.DRAFTED: "经办人员",
    BatchState.SUBMITTED: "复核人员",
    BatchState.CHECKED: "审批人员",
    BatchState.ENDORSING: "上级工会审批人员",
    BatchState.APPROVED: "出纳人员",
    BatchState.INSTRUCTED: "银行",
}


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


@dataclass(frozen=True, slots=True)
class MissingFact:
    """What keeps an answer open, and what the worker can bring."""

    fact: str
    need: str
    remedy: str


@dataclass(frozen=True, slots=True)
class NoticeSeen:
    """The notice the worker stands on, and until when anybody may object."""

    notice_id: int
    line_id: int | None
    ends_on: date
    is_open: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentSeen:
    """The latest attempt to pay, and what a return asks of the worker."""

    payment_id: int
    state: str
    state_label: str
    amount: Decimal
    attempt: int
    account_last4: str
    settled_on: date | None
    returned_because: str
    may_give_account: bool
    awaits_check: bool
    is_stopped: bool = False
    """Held because the account changed after the list was approved."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Matter:
    """One answer to a worker, as a story. `outcome` is empty until it is public."""

    determination_id: int
    year: int
    title: str
    period: str
    occasion: str
    document: str
    organisation_name: str
    outcome: str
    headline: str
    amount: Decimal | None
    reasons: tuple[ClauseExplained, ...]
    amount_text: str
    refused_by: str
    missing: MissingFact | None
    notice: NoticeSeen | None
    payment: PaymentSeen | None
    steps: tuple[Step, ...]
    next_step: str
    next_by: date | None
    needs_action: bool


@dataclass(frozen=True, slots=True)
class _Case:
    """Everything a matter is told from."""

    determination: Determination
    dossier: HouseholdDossier | None
    notice: NoticeSeen | None
    batch: Batch | None
    payment: PaymentSeen | None
    is_shown: bool
    is_doubted: bool
    card: str

    @property
    def is_eligible(self) -> bool:
        return self.is_shown and self.determination.outcome == Outcome.ELIGIBLE

    @property
    def is_unknown(self) -> bool:
        return self.determination.outcome == Outcome.UNKNOWN

    @property
    def lacks_card(self) -> bool:
        return self.determination.missing_fact == "account_verified"

    @property
    def union(self) -> str:
        return self.determination.organisation.name


def matters_of(person_id: int, on: date) -> list[Matter]:
    """A worker's matters, those that need him first, then the latest.

    An answer is shown once its list is public; what is missing is shown at once.
    """
    rows = determinations_of_payee(person_id).select_related(
        "organisation",
        "round__version__scheme",
        "round__period",
        "round__organisation",
    )
    matters = [
        _matter(case, on) for case in _cases(person_id, [*_not_taken_up(rows)], on)
    ]
    return sorted(matters, key=lambda matter: not matter.needs_action)


def _not_taken_up(rows: Iterable[Determination]) -> Iterable[Determination]:
    """Without open answers that a supplementary round has taken up; latest first."""
    seen = set()
    for row in rows:
        key = (row.round.version.scheme_id, row.occurrence, row.subject_id)
        if row.outcome != Outcome.UNKNOWN or key not in seen:
            yield row
        seen.add(key)


def matter_of(person_id: int, determination_id: int, on: date) -> Matter | None:
    """One matter of a worker; None when it is not his."""
    found = (m for m in matters_of(person_id, on))
    return next((m for m in found if m.determination_id == determination_id), None)


# --- what a matter is told from


def _cases(person_id: int, rows: list[Determination], on: date) -> Iterable[_Case]:
    dossiers = {
        dossier.pk: dossier
        for dossier in HouseholdDossier.objects.filter(
            principal_id=person_id
        ).select_related("keeper")
    }
    notices = _notices(rows, on)
    payments = latest_attempts(rows)
    accounts = list(BankAccount.objects.filter(person_id=person_id))
    held = lines_held(DETERMINATION_KIND).filter(about_id__in=notices)
    doubted = set(held.values_list("about_id", flat=True))
    for row in rows:
        payment = payments.get(row.pk)
        yield _Case(
            determination=row,
            dossier=dossiers.get(row.subject_id),
            notice=notices.get(row.pk),
            batch=payment.batch if payment else None,
            payment=_payment_seen(payment, accounts) if payment else None,
            is_shown=row.round.state in _SHOWN,
            is_doubted=row.pk in doubted,
            card=_card_state(accounts),
        )


def _card_state(accounts: list[BankAccount]) -> str:
    """The furthest that one of a worker's cards has come; empty without a card."""
    states = {account.state for account in accounts}
    wanted = (AccountState.VERIFIED, AccountState.PENDING)
    return next((str(state) for state in wanted if state in states), "")


def _notices(rows: list[Determination], on: date) -> dict[int, NoticeSeen]:
    lines = NoticeLine.objects.filter(
        about_kind=DETERMINATION_KIND, about_id__in=[row.pk for row in rows]
    ).select_related("notice")
    return {
        line.about_id: _notice_seen(line.notice, line, on)
        for line in lines
        if line.notice.state != NoticeState.CANCELLED
    }


def _notice_seen(notice: Notice, line: NoticeLine, on: date) -> NoticeSeen:
    is_open = notice.state == NoticeState.OPEN and on <= notice.ends_on
    return NoticeSeen(notice.pk, line.pk, notice.ends_on, is_open)


def _payment_seen(payment: Payment, accounts: list[BankAccount]) -> PaymentSeen:
    is_returned = payment.state == PaymentState.RETURNED
    is_stopped = payment.reason_code == ACCOUNT_CHANGED
    newer = [one for one in accounts if one.version > payment.account.version]
    awaits = any(one.state == AccountState.PENDING for one in newer)
    verified = any(one.state == AccountState.VERIFIED for one in newer)
    return PaymentSeen(
        payment_id=payment.pk,
        state=payment.state,
        state_label=payment.get_state_display(),
        amount=payment.amount,
        attempt=payment.attempt,
        account_last4=payment.account.number_last4,
        settled_on=payment.settled_on,
        returned_because=return_in_words(payment.reason_code) if is_returned else "",
        may_give_account=(is_returned or is_stopped) and not awaits and not verified,
        awaits_check=(is_returned or is_stopped) and awaits,
        is_stopped=is_stopped,
    )


# --- the story


def _matter(case: _Case, on: date) -> Matter:
    row = case.determination
    scheme = scheme_behind(row)
    explained = explanation_of(row) if case.is_shown else None
    headline, next_step, next_by = _standing(case)
    return Matter(
        determination_id=row.pk,
        year=row.year,
        title=scheme.title,
        period=row.round.period.title,
        occasion=row.round.occasion,
        document=scheme.document,
        organisation_name=row.organisation.name,
        outcome=row.outcome if case.is_shown or case.is_unknown else "",
        headline=headline,
        amount=row.decided_amount if case.is_eligible else None,
        reasons=tuple(map(_clause, explained.clauses)) if explained else (),
        amount_text=_amount_text(case),
        refused_by=reason_title(scheme, row.clause) if _is_refused(case) else "",
        missing=_missing(case),
        notice=case.notice,
        payment=case.payment,
        steps=tuple(_steps(case, on)),
        next_step=next_step,
        next_by=next_by,
        needs_action=_needs_action(case),
    )


def _clause(clause: ClauseExplained) -> ClauseExplained:
    """A clause that cannot be judged says what is needed, not which fact is missing."""
    if clause.verdict != "unknown":
        return clause
    needs = [need(f.name_en, f.name) for f in clause.facts if f.name in clause.missing]
    return replace(clause, reasons=tuple(needs) or clause.reasons)


def _is_refused(case: _Case) -> bool:
    return case.is_shown and case.determination.outcome == Outcome.INELIGIBLE


def _amount_text(case: _Case) -> str:
    row = case.determination
    if not case.is_eligible or row.decided_amount is None:
        return ""
    if row.decided_amount == row.proposed_amount:
        return f"下面各条都满足，按方案发给 {show_yuan(row.decided_amount)} 元。"
    return (
        f"按方案测算 {row.proposed_amount} 元，经核定为 {row.decided_amount} 元："
        + (row.deviation_reason)
    )


def _missing(case: _Case) -> MissingFact | None:
    row = case.determination
    if not case.is_unknown:
        return None
    if case.lacks_card and case.card:
        return None
    return MissingFact(row.missing_fact, _need(row), remedy(row.missing_fact))


def _need(row: Determination) -> str:
    return need(row.missing_fact, fact_name(words_of(row), row.missing_fact))


def _needs_action(case: _Case) -> bool:
    if case.payment is not None and case.payment.may_give_account:
        return True
    return case.is_unknown and case.lacks_card and not case.card


_Standing = tuple[str, str, date | None]


def _standing(case: _Case) -> _Standing:
    """Headline, next step and by when, in the worker's words."""
    if case.is_unknown:
        return _unknown_standing(case)
    if not case.is_shown:
        return "正在认定", f"{case.union}核对后公示名单。", None
    if _is_refused(case):
        return (
            "这次不符合条件",
            f"认为有误的，可向{case.union}提出；情况变化后下一期重新认定。",
            None,
        )
    return _payment_standing(case) if case.payment else _notice_standing(case)


def _unknown_standing(case: _Case) -> _Standing:
    again = f"由{case.union}在补充轮次中重新认定。"
    if case.lacks_card and case.card == AccountState.VERIFIED:
        return "银行卡已核对", again, None
    if case.lacks_card and case.card:
        return "银行卡已收到", "工会另一位同事核对后，重新认定。", None
    return _need(case.determination), f"补齐后{again}", None


def _notice_standing(case: _Case) -> _Standing:
    if case.is_doubted:
        return "有人提出异议，正在核查", _doubted(case), None
    if case.notice is not None and case.notice.is_open:
        return (
            "公示中",
            "公示期满没有异议，就进入审批和发放。",
            case.notice.ends_on,
        )
    return "公示期满", f"{case.union}正在生成发放名单。", None


def _payment_standing(case: _Case) -> _Standing:
    payment = case.payment
    if payment is None:
        return _notice_standing(case)
    if payment.is_stopped and not case.is_doubted:
        return _stopped_standing(case, payment)
    holder = _HOLDERS.get(BatchState(case.batch.state), "") if case.batch else ""
    in_hand = ("已列入发放名单", f"现在由{case.union}{holder}办理。", None)
    standings: dict[str, _Standing] = {
        PaymentState.HELD: (
            "暂缓发放",
            _doubted(case)
            if case.is_doubted
            else f"{case.union}正在核查，需要时会联系您。",
            None,
        ),
        PaymentState.WITHDRAWN: ("没有发放", f"理由请向{case.union}查询。", None),
        PaymentState.INSTRUCTED: ("银行正在办理", "一般一到两个工作日到账。", None),
        PaymentState.IN_DOUBT: (
            "银行尚未确认",
            "正在核实，不会重复发放，也不会漏发。",
            None,
        ),
        PaymentState.PAID: ("已到账", "不用再做什么。", None),
        PaymentState.ENDED: ("终止发放", f"理由请向{case.union}查询。", None),
        PaymentState.RETURNED: _returned_standing(case, payment),
    }
    return standings.get(payment.state, in_hand)


def _doubted(case: _Case) -> str:
    return f"公示期间有人对您这一条提出异议，{case.union}正在核查；查明您符合条件的，照常发放。"


def _stopped_standing(case: _Case, payment: PaymentSeen) -> _Standing:
    if payment.may_give_account:
        return "收款账户有变动，暂缓发放", "请给一个新的收款账户。", None
    if payment.awaits_check:
        return "新账户待核对", f"{case.union}另一位同事核对后照常发放。", None
    return "新账户已核对", f"{case.union}将照常发放。", None


def _returned_standing(case: _Case, payment: PaymentSeen) -> _Standing:
    if payment.may_give_account:
        return f"被银行退回：{payment.returned_because}", "请给一个新的收款账户。", None
    if payment.awaits_check:
        return "新账户待核对", f"{case.union}另一位同事核对后重发。", None
    return "新账户已核对", f"{case.union}将重新发放。", None


# --- the steps


def _steps(case: _Case, on: date) -> Iterable[Step]:
    yield from _filed(case)
    yield _decided(case)
    if case.is_unknown or _is_refused(case):
        return
    if scheme_behind(case.determination).notice is not None:
        yield _noticed(case)
    yield _approved(case)
    yield from _paid(case)


def _filed(case: _Case) -> Iterable[Step]:
    if case.dossier is not None:
        yield Step(
            code="file",
            title="建档",
            state="done",
            on=case.dossier.approved_on,
            holder=case.dossier.keeper.name,
            detail=f"档案 {case.dossier.number}",
        )


def _decided(case: _Case) -> Step:
    row = case.determination
    is_known = case.is_shown or case.is_unknown
    return Step(
        code="decide",
        title="认定",
        state="now" if case.is_unknown or not is_known else "done",
        on=row.round.computed_on if is_known else None,
        holder=row.round.organisation.name,
        detail=row.get_outcome_display() if is_known else "",
    )


def _noticed(case: _Case) -> Step:
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


def _is_noticed(case: _Case) -> bool:
    """The notice is over: the union makes the list of payments next."""
    return case.notice is not None and not case.notice.is_open


def _approved(case: _Case) -> Step:
    batch = case.batch
    state: StepState = "now" if _is_noticed(case) else "next"
    if batch is not None:
        state = "now" if batch.state in _BEFORE_PAYMENT else "done"
    holder = _HOLDERS.get(batch.state if batch else BatchState.DRAFTED, "")
    return Step(
        code="approve",
        title="审批",
        state=state,
        on=batch.approved_on if batch else None,
        holder=f"{case.union}{holder}" if state == "now" else "",
    )


def _paid(case: _Case) -> Iterable[Step]:
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
