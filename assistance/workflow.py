"""State tables of assistance: the actions and the database read the same rows."""

from assistance.enums import (
    AccountingVoucherState,
    AidApplicationState,
    BatchState,
    DossierState,
    FindingState,
    LeavingState,
    PaymentState,
    ReconciliationState,
    RoundState,
    SampleItemState,
    SchemeState,
)
from unionportal.core.workflow import Transition, Workflow

DOSSIER = Workflow(
    name="困难职工档案",
    initial=DossierState.ON_FILE,
    transitions=(
        Transition("close", DossierState.ON_FILE, DossierState.CLOSED, "退出"),
        Transition("reopen", DossierState.CLOSED, DossierState.ON_FILE, "返困重开"),
    ),
    labels=dict(DossierState.choices),
)

LEAVING = Workflow(
    name="退出告知",
    initial=LeavingState.TOLD,
    transitions=(
        Transition("close", LeavingState.TOLD, LeavingState.CLOSED, "退出"),
        Transition("keep", LeavingState.TOLD, LeavingState.KEPT, "保留在档"),
    ),
    labels=dict(LeavingState.choices),
)

SCHEME_VERSION = Workflow(
    name="方案版本",
    initial=SchemeState.DRAFT,
    transitions=(
        Transition("publish", SchemeState.DRAFT, SchemeState.PUBLISHED, "发布"),
        Transition("withdraw", SchemeState.PUBLISHED, SchemeState.WITHDRAWN, "停用"),
    ),
    labels=dict(SchemeState.choices),
)

_APPLYING = AidApplicationState
AID_APPLICATION = Workflow(
    name="帮扶申请",
    initial=_APPLYING.DRAFT,
    transitions=(
        Transition("submit", _APPLYING.DRAFT, _APPLYING.SUBMITTED, "提交"),
        Transition("ask", _APPLYING.SUBMITTED, _APPLYING.ASKED, "要求补充"),
        Transition("resubmit", _APPLYING.ASKED, _APPLYING.SUBMITTED, "补充后提交"),
        Transition("accept", _APPLYING.SUBMITTED, _APPLYING.ACCEPTED, "受理"),
        Transition("refuse", _APPLYING.SUBMITTED, _APPLYING.REFUSED, "不予受理"),
        Transition("refuse", _APPLYING.ASKED, _APPLYING.REFUSED, "不予受理"),
        Transition("object", _APPLYING.REFUSED, _APPLYING.SUBMITTED, "申请复核"),
        Transition("withdraw", _APPLYING.DRAFT, _APPLYING.WITHDRAWN, "撤回"),
        Transition("withdraw", _APPLYING.SUBMITTED, _APPLYING.WITHDRAWN, "撤回"),
        Transition("withdraw", _APPLYING.ASKED, _APPLYING.WITHDRAWN, "撤回"),
        Transition("withdraw", _APPLYING.ACCEPTED, _APPLYING.WITHDRAWN, "撤回"),
        # For a dossier: basic union's maker, county's maker, county's checker.
        Transition("visit", _APPLYING.ACCEPTED, _APPLYING.VISITED, "登记入户"),
        Transition("announce", _APPLYING.VISITED, _APPLYING.NOTICED, "公示建档"),
        Transition("file", _APPLYING.NOTICED, _APPLYING.FILED, "批准建档"),
        Transition("decline", _APPLYING.ACCEPTED, _APPLYING.REFUSED, "不予建档"),
        Transition("decline", _APPLYING.VISITED, _APPLYING.REFUSED, "不予建档"),
        Transition("decline", _APPLYING.NOTICED, _APPLYING.REFUSED, "不予建档"),
        Transition("withdraw", _APPLYING.VISITED, _APPLYING.WITHDRAWN, "撤回"),
    ),
    labels=dict(_APPLYING.choices),
)

ROUND = Workflow(
    name="轮次",
    initial=RoundState.OPENED,
    transitions=(
        Transition("compute", RoundState.OPENED, RoundState.COMPUTED, "测算"),
        Transition("compute", RoundState.COMPUTED, RoundState.COMPUTED, "重新测算"),
        Transition("divide", RoundState.COMPUTED, RoundState.OPENED, "分段重新测算"),
        Transition("publish", RoundState.COMPUTED, RoundState.NOTICED, "公示"),
        Transition("publish", RoundState.NOTICED, RoundState.NOTICED, "重新公示"),
        Transition("release", RoundState.COMPUTED, RoundState.RELEASED, "生成批次"),
        Transition("release", RoundState.NOTICED, RoundState.RELEASED, "生成批次"),
        Transition("close", RoundState.RELEASED, RoundState.CLOSED, "办结"),
        Transition("close", RoundState.NOTICED, RoundState.CLOSED, "无人可发，办结"),
        Transition("cancel", RoundState.OPENED, RoundState.CANCELLED, "取消"),
        Transition("cancel", RoundState.COMPUTED, RoundState.CANCELLED, "取消"),
    ),
    labels=dict(RoundState.choices),
)

BATCH = Workflow(
    name="发放批次",
    initial=BatchState.DRAFTED,
    transitions=(
        Transition("submit", BatchState.DRAFTED, BatchState.SUBMITTED, "提交复核"),
        Transition("check", BatchState.SUBMITTED, BatchState.CHECKED, "复核通过"),
        Transition("approve", BatchState.CHECKED, BatchState.APPROVED, "审批通过"),
        Transition("escalate", BatchState.CHECKED, BatchState.ENDORSING, "报上级审批"),
        Transition(
            "endorse", BatchState.ENDORSING, BatchState.APPROVED, "上级审批通过"
        ),
        Transition("send_back", BatchState.SUBMITTED, BatchState.DRAFTED, "退回经办"),
        Transition("send_back", BatchState.CHECKED, BatchState.DRAFTED, "退回经办"),
        Transition("send_back", BatchState.ENDORSING, BatchState.DRAFTED, "退回经办"),
        Transition("instruct", BatchState.APPROVED, BatchState.INSTRUCTED, "送银行"),
        Transition("settle", BatchState.INSTRUCTED, BatchState.SETTLED, "对账完成"),
        Transition("cancel", BatchState.DRAFTED, BatchState.CANCELLED, "作废"),
        Transition("settle", BatchState.APPROVED, BatchState.SETTLED, "全部撤下"),
    ),
    labels=dict(BatchState.choices),
)

PAYMENT = Workflow(
    name="发放",
    initial=PaymentState.PLANNED,
    transitions=(
        Transition("hold", PaymentState.PLANNED, PaymentState.HELD, "暂缓"),
        Transition("resume", PaymentState.HELD, PaymentState.PLANNED, "恢复"),
        Transition("withdraw", PaymentState.PLANNED, PaymentState.WITHDRAWN, "撤下"),
        Transition("withdraw", PaymentState.HELD, PaymentState.WITHDRAWN, "撤下"),
        Transition("instruct", PaymentState.PLANNED, PaymentState.INSTRUCTED, "送银行"),
        Transition("doubt", PaymentState.INSTRUCTED, PaymentState.IN_DOUBT, "待确认"),
        Transition("pay", PaymentState.INSTRUCTED, PaymentState.PAID, "到账"),
        Transition("pay", PaymentState.IN_DOUBT, PaymentState.PAID, "到账"),
        Transition("return", PaymentState.INSTRUCTED, PaymentState.RETURNED, "退回"),
        Transition("return", PaymentState.IN_DOUBT, PaymentState.RETURNED, "退回"),
        Transition("return", PaymentState.PAID, PaymentState.RETURNED, "到账后退回"),
        Transition("end", PaymentState.RETURNED, PaymentState.ENDED, "终止发放"),
    ),
    labels=dict(PaymentState.choices),
)

RECONCILIATION = Workflow(
    name="对账月份",
    initial=ReconciliationState.OPEN,
    transitions=(
        Transition(
            "prepare", ReconciliationState.OPEN, ReconciliationState.PREPARED, "编制"
        ),
        Transition(
            "return",
            ReconciliationState.PREPARED,
            ReconciliationState.OPEN,
            "退回重新核对",
        ),
        Transition(
            "close", ReconciliationState.PREPARED, ReconciliationState.CLOSED, "关账"
        ),
        Transition(
            "reopen", ReconciliationState.CLOSED, ReconciliationState.OPEN, "重新打开"
        ),
    ),
    labels=dict(ReconciliationState.choices),
)

ACCOUNTING_VOUCHER = Workflow(
    name="记账凭证",
    initial=AccountingVoucherState.DRAWN,
    transitions=(
        Transition(
            "number",
            AccountingVoucherState.DRAWN,
            AccountingVoucherState.NUMBERED,
            "登记凭证字号",
        ),
        Transition(
            "unnumber",
            AccountingVoucherState.NUMBERED,
            AccountingVoucherState.DRAWN,
            "撤回凭证字号",
        ),
        Transition(
            "void", AccountingVoucherState.DRAWN, AccountingVoucherState.VOID, "作废"
        ),
    ),
    labels=dict(AccountingVoucherState.choices),
)

SAMPLE_ITEM = Workflow(
    name="核查对象",
    initial=SampleItemState.WAITING,
    transitions=(
        Transition("answer", SampleItemState.WAITING, SampleItemState.ANSWERED, "核实"),
        Transition("miss", SampleItemState.WAITING, SampleItemState.MISSED, "未能核实"),
    ),
    labels=dict(SampleItemState.choices),
)

FINDING = Workflow(
    name="核查问题",
    initial=FindingState.OPENED,
    transitions=(Transition("end", FindingState.OPENED, FindingState.ENDED, "了结"),),
    labels=dict(FindingState.choices),
)
