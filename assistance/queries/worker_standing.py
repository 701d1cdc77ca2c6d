"""Where a matter stands, in the worker's words: headline, next step and by when."""

from datetime import date

from assistance.enums import BatchState, PaymentState
from assistance.models import Determination
from assistance.queries.determinations import words_of
from assistance.queries.worker_cases import HOLDERS, Case, PaymentSeen
from assistance.rules.answers import fact_name, need
from assistance.rules.quota import QUOTA_CLAUSE, QUOTA_FACT
from members.enums import AccountState

_Standing = tuple[str, str, date | None]


def standing_of(case: Case) -> _Standing:
    """Headline, next step and by when, in the worker's words."""
    if case.is_unknown:
        return _unknown_standing(case)
    if not case.is_shown:
        return "正在认定", f"{case.union}核对后公示名单。", None
    if case.is_refused and case.determination.clause == QUOTA_CLAUSE:
        words = str(case.determination.facts.get(QUOTA_FACT, "名额已满"))
        return words, f"有人退出时，由{case.union}在补充轮次中按顺序递补。", None
    if case.is_refused:
        return (
            "这次不符合条件",
            f"认为有误的，可向{case.union}提出；情况变化后下一期重新认定。",
            None,
        )
    return _payment_standing(case) if case.payment else _notice_standing(case)


def _unknown_standing(case: Case) -> _Standing:
    again = f"由{case.union}在补充轮次中重新认定。"
    if case.lacks_card and case.card == AccountState.VERIFIED:
        return "银行卡已核对", again, None
    if case.lacks_card and case.card:
        return "银行卡已收到", "工会另一位同事核对后，重新认定。", None
    return need_of(case.determination), f"补齐后{again}", None


def _notice_standing(case: Case) -> _Standing:
    if case.is_doubted:
        return "有人提出异议，正在核查", _doubted(case), None
    if case.notice is not None and case.notice.is_open:
        return (
            "公示中",
            "公示期满没有异议，就进入审批和发放。",
            case.notice.ends_on,
        )
    return "公示期满", f"{case.union}正在生成发放名单。", None


def _payment_standing(case: Case) -> _Standing:
    payment = case.payment
    if payment is None:
        return _notice_standing(case)
    if payment.is_stopped and not case.is_doubted:
        return _stopped_standing(case, payment)
    holder = HOLDERS.get(BatchState(case.batch.state), "") if case.batch else ""
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


def _doubted(case: Case) -> str:
    return f"公示期间有人对您这一条提出异议，{case.union}正在核查；查明您符合条件的，照常发放。"


def _stopped_standing(case: Case, payment: PaymentSeen) -> _Standing:
    if payment.may_give_account:
        return "收款账户有变动，暂缓发放", "请给一个新的收款账户。", None
    if payment.awaits_check:
        return "新账户待核对", f"{case.union}另一位同事核对后照常发放。", None
    return "新账户已核对", f"{case.union}将照常发放。", None


def _returned_standing(case: Case, payment: PaymentSeen) -> _Standing:
    if payment.may_give_account:
        return f"被银行退回：{payment.returned_because}", "请给一个新的收款账户。", None
    if payment.awaits_check:
        return "新账户待核对", f"{case.union}另一位同事核对后重发。", None
    return "新账户已核对", f"{case.union}将重新发放。", None


def need_of(row: Determination) -> str:
    """What keeps an answer open, as a worker would say it."""
    return need(row.missing_fact, fact_name(words_of(row), row.missing_fact))
