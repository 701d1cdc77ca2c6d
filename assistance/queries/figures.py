"""Figures of assistance: named, defined, each with its measure and unit."""

from collections.abc import Callable
from decimal import Decimal

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Sum

from assistance.enums import (
    AccountingVoucherState,
    AidApplicationState,
    Outcome,
    PaymentState,
    SampleItemState,
    SubjectKind,
)
from assistance.models import (
    AccountingVoucher,
    AidApplication,
    Batch,
    Determination,
    HouseholdDossier,
    Payment,
    PaymentClaim,
    SampleItem,
    VerificationFinding,
)
from assistance.queries.reconciliations import outstanding_below
from unionportal.core.figures import Figure, span_of

_ZERO = Decimal(0)


def _below(path: str, field: str) -> Q:
    return Q((f"{field}__gte", path), (f"{field}__lt", f"{path}~"))


def _during(period: str, field: str) -> Q:
    return Q((f"{field}__range", span_of(period)))


def dossiers_on_file(path: str, period: str) -> Decimal:
    _, last = span_of(period)
    dossiers = HouseholdDossier.objects.filter(
        Q(closed_on=None) | Q(closed_on__gt=last),
        _below(path, "organisation__path"),
        approved_on__lte=last,
    )
    return Decimal(dossiers.count())


def households_eligible(path: str, period: str) -> Decimal:
    found = Determination.objects.filter(
        _below(path, "organisation__path"),
        _during(period, "round__released_on"),
        subject_kind=SubjectKind.HOUSEHOLD,
        outcome=Outcome.ELIGIBLE,
        superseded_by=None,
    )
    return Decimal(found.count())


def applications_handed_in(path: str, period: str) -> Decimal:
    found = AidApplication.objects.filter(
        _below(path, "organisation__path"), _during(period, "submitted_on")
    )
    return Decimal(found.count())


_TAKEN = (
    AidApplicationState.ACCEPTED,
    AidApplicationState.VISITED,
    AidApplicationState.NOTICED,
    AidApplicationState.FILED,
)


def applications_accepted(path: str, period: str) -> Decimal:
    found = AidApplication.objects.filter(
        _below(path, "organisation__path"),
        _during(period, "decided_on"),
        state__in=_TAKEN,
    )
    return Decimal(found.count())


def _claims(path: str, period: str) -> QuerySet[PaymentClaim]:
    return PaymentClaim.objects.filter(
        _below(path, "organisation__path"),
        _during(period, "round__released_on"),
        released=False,
    )


def amount_arranged(path: str, period: str) -> Decimal:
    total = _claims(path, period).aggregate(total=Sum("amount"))["total"]
    return total or _ZERO


def _payments(path: str, period: str, field: str) -> QuerySet[Payment]:
    return Payment.objects.filter(
        _below(path, "batch__organisation__path"), _during(period, field)
    )


def amount_sent(path: str, period: str) -> Decimal:
    later = Payment.objects.filter(
        year=OuterRef("year"), claim=OuterRef("claim"), attempt__gt=OuterRef("attempt")
    )
    sent = _payments(path, period, "instructed_on").filter(~Exists(later))
    return sent.aggregate(total=Sum("amount"))["total"] or _ZERO


def _arrived(path: str, period: str) -> QuerySet[Payment]:
    return _payments(path, period, "settled_on").filter(state=PaymentState.PAID)


def amount_arrived(path: str, period: str) -> Decimal:
    return _arrived(path, period).aggregate(total=Sum("amount"))["total"] or _ZERO


def payments_arrived(path: str, period: str) -> Decimal:
    return Decimal(_arrived(path, period).count())


def people_arrived(path: str, period: str) -> Decimal:
    payees = _arrived(path, period).aggregate(
        count=Count(F("claim__payee"), distinct=True)
    )
    return Decimal(payees["count"])


def payments_returned(path: str, period: str) -> Decimal:
    came_back = (PaymentState.RETURNED, PaymentState.ENDED)
    found = _payments(path, period, "settled_on").filter(state__in=came_back)
    return Decimal(found.count())


def payments_verified(path: str, period: str) -> Decimal:
    found = SampleItem.objects.filter(
        _below(path, "stratum__organisation__path"),
        _during(period, "ended_on"),
        state=SampleItemState.ANSWERED,
    )
    return Decimal(found.count())


def findings_opened(path: str, period: str) -> Decimal:
    found = VerificationFinding.objects.filter(
        _below(path, "item__stratum__organisation__path"), _during(period, "opened_on")
    )
    return Decimal(found.count())


def batches_settled(path: str, period: str) -> Decimal:
    found = Batch.objects.filter(
        _below(path, "organisation__path"), _during(period, "settled_on")
    )
    return Decimal(found.count())


def amount_booked(path: str, period: str) -> Decimal:
    found = AccountingVoucher.objects.filter(
        _below(path, "organisation__path"),
        _during(period, "numbered_on"),
        state=AccountingVoucherState.NUMBERED,
    )
    return found.aggregate(total=Sum("total"))["total"] or _ZERO


def outstanding_count(path: str, period: str) -> Decimal:
    """Items that only the bank or only the books know at the end of a period."""
    return outstanding_below(path, span_of(period)[1])[0]


def outstanding_amount(path: str, period: str) -> Decimal:
    """The same in yuan, whichever way they go."""
    return outstanding_below(path, span_of(period)[1])[1]


_Row = tuple[str, str, str, str, str, Callable[[str, str], Decimal]]
_ROWS: tuple[_Row, ...] = (
    (
        "assistance.dossiers_on_file",
        "在档户数",
        "期末在档的困难职工家庭：建档日期不晚于期末，且期末尚未退出",
        "在档",
        "户",
        dossiers_on_file,
    ),
    (
        "assistance.households_eligible",
        "符合户数",
        "期内生成批次的各轮次中，认定为“符合”且未被取代的家庭；同一户在两个方案中计两次",
        "认定",
        "户",
        households_eligible,
    ),
    (
        "assistance.applications_handed_in",
        "申请人次",
        "期内首次提交的帮扶申请，其后撤回和不予受理的也计；补充后再提交不重计",
        "申请",
        "人次",
        applications_handed_in,
    ),
    (
        "assistance.applications_accepted",
        "受理人次",
        "期内受理、其后未撤回的帮扶申请",
        "受理",
        "人次",
        applications_accepted,
    ),
    (
        "assistance.amount_arranged",
        "安排金额",
        "期内生成批次的发放权金额，不含已撤下的；按最后发放的工会计一次，下拨不另计",
        "安排",
        "元",
        amount_arranged,
    ),
    (
        "assistance.amount_sent",
        "发放金额",
        "期内送银行的金额；同一笔重发的只按最近一次计",
        "发放",
        "元",
        amount_sent,
    ),
    (
        "assistance.amount_arrived",
        "到账金额",
        "期内银行确认到账、其后未被退回的金额",
        "到账",
        "元",
        amount_arrived,
    ),
    (
        "assistance.payments_arrived",
        "到账人次",
        "期内银行确认到账、其后未被退回的笔数",
        "到账",
        "人次",
        payments_arrived,
    ),
    (
        "assistance.people_arrived",
        "到账人数",
        "期内至少到账一笔的不同职工",
        "到账",
        "人",
        people_arrived,
    ),
    (
        "assistance.payments_returned",
        "退回笔数",
        "期内被银行退回、以及退回后终止的发放；重发到账的仍计其退回的一笔",
        "退回",
        "人次",
        payments_returned,
    ),
    (
        "assistance.payments_verified",
        "核实人次",
        "期内抽样核查得到本人回答的到账笔数；联系不上和拒答的不计",
        "核查",
        "人次",
        payments_verified,
    ),
    (
        "assistance.findings_opened",
        "核查差错",
        "期内抽样核查中本人说未收到或金额不符的笔数，查实已收到的也计",
        "核查",
        "人次",
        findings_opened,
    ),
    (
        "assistance.batches_settled",
        "对账批次",
        "期内全部结果入账的发放批次",
        "对账",
        "批",
        batches_settled,
    ),
    (
        "assistance.amount_booked",
        "已记账金额",
        "期内登记了凭证字号的记账凭证的金额，红字相抵；作废的和未登记的不计",
        "记账",
        "元",
        amount_booked,
    ),
    (
        "assistance.outstanding_count",
        "未达账项",
        "期末银行对账单与银行存款日记账只有一方已记的账项，收付都计；没有对账单的付款账户不计",
        "未达",
        "笔",
        outstanding_count,
    ),
    (
        "assistance.outstanding_amount",
        "未达账项金额",
        "期末未达账项的金额，收付不相抵；没有对账单的付款账户不计",
        "未达",
        "元",
        outstanding_amount,
    ),
)

FIGURES = tuple(Figure(*row) for row in _ROWS)
