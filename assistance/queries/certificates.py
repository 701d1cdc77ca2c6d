"""Coverage certificates: what still lacks an end, and the certificate as a document."""

from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Count, Exists, OuterRef, QuerySet

from assistance.enums import BatchState, Outcome, PaymentState
from assistance.models import (
    Batch,
    CoverageCertificate,
    Determination,
    PaymentClaim,
    Round,
)
from assistance.queries.filters import UNDER_WAY, UNDER_WAY_STATES
from assistance.queries.rounds import chain_of, current_determinations, last_payments
from assistance.queries.verification import (
    SampleReport,
    findings_open,
    in_words,
    items_waiting,
    payments_to_verify,
    sample_of,
    sample_report,
    waiver_of,
)
from members.queries.notice import objections_open
from unionportal.core.actor import Actor
from unionportal.core.documents import render_pdf
from unionportal.core.money import show_yuan
from unionportal.core.scope import within


def certificates_visible_to(actor: Actor) -> QuerySet[CoverageCertificate]:
    return (
        CoverageCertificate.objects.filter(within(actor, "round__organisation__path"))
        .select_related("round__version__scheme", "round__organisation")
        .order_by("-id")
    )


@dataclass(frozen=True, slots=True)
class OpenEnd:
    """Something that keeps a round open: how many, and where they are listed."""

    code: str
    title: str
    count: int
    unit: str
    url: str


def open_ends(round_: Round) -> list[OpenEnd]:
    """What of a round has no end yet, each kind with its count; empty when it may close.

    First the payments; then the sample, which is drawn when these have ended.
    """
    return payment_ends(round_) + verification_ends(round_)


def verification_ends(round_: Round) -> list[OpenEnd]:
    """What of the verification is open: no sample, people not asked, findings.

    A waiver from above stands for the sample; a finding has to be ended even so.
    """
    lines = f"/staff/assistance/verification/?round={round_.pk}"
    is_waived = waiver_of(round_) is not None
    is_drawn = sample_of(round_) is not None
    found = [
        OpenEnd(
            "findings",
            "未了结的核查问题",
            findings_open(round_).count(),
            "件",
            f"{lines}&finding=opened",
        )
    ]
    if not is_waived and is_drawn:
        waiting = items_waiting(round_).count()
        found.append(
            OpenEnd("sample", "样本中未核查的", waiting, "户", f"{lines}&state=waiting")
        )
    elif not is_waived:
        paid = payments_to_verify(round_).count()
        place = f"/staff/assistance/rounds/{round_.pk}/"
        found.append(OpenEnd("unsampled", "到账后未抽样核查的", paid, "笔", place))
    return [one for one in found if one.count]


def payment_ends(round_: Round) -> list[OpenEnd]:
    """What of the payments has no end yet.

    A returned payment is open until a follow-up is paid or it is ended with a reason.
    """
    claims = PaymentClaim.objects.filter(
        round=round_,
        subject_kind=OuterRef("subject_kind"),
        subject_id=OuterRef("subject_id"),
    )
    eligible = current_determinations(round_).filter(outcome=Outcome.ELIGIBLE)
    batches = Batch.objects.filter(round=round_).exclude(
        state__in=(BatchState.SETTLED, BatchState.CANCELLED)
    )
    payments = last_payments(round_)
    lines = f"/staff/assistance/payments/?round={round_.pk}"
    found = (
        OpenEnd(
            "unreleased",
            "符合但未生成发放的",
            eligible.filter(~Exists(claims)).count(),
            "人",
            f"/staff/assistance/determinations/?round={round_.pk}&outcome=eligible",
        ),
        OpenEnd(
            "batches",
            "未对账的批次",
            batches.count(),
            "批",
            f"/staff/assistance/batches/?round={round_.pk}",
        ),
        OpenEnd(
            UNDER_WAY,
            "正在发放的",
            payments.filter(state__in=UNDER_WAY_STATES).count(),
            "笔",
            f"{lines}&state={UNDER_WAY}",
        ),
        OpenEnd(
            "held",
            "暂缓的",
            payments.filter(state=PaymentState.HELD).count(),
            "笔",
            f"{lines}&state=held",
        ),
        OpenEnd(
            "returned",
            "被退回、未重发也未终止的",
            payments.filter(state=PaymentState.RETURNED).count(),
            "笔",
            f"{lines}&state=returned",
        ),
        OpenEnd(
            "objections",
            "未核查的异议",
            objections_open(("assistance.round", round_.pk)).count(),
            "件",
            f"/staff/assistance/rounds/{round_.pk}/",
        ),
    )
    return [one for one in found if one.count]


@dataclass(frozen=True, slots=True)
class Ends:
    """How everybody of a round ended; the six add up to the population."""

    population: int
    paid: int
    ended: int
    withdrawn: int
    ineligible: int
    carried: int
    lapsed: int

    @property
    def is_whole(self) -> bool:
        """Whether nobody is left out and nobody counted twice."""
        ends = (self.paid, self.ended, self.withdrawn, self.ineligible)
        return self.population == sum(ends) + self.carried + self.lapsed


def ends_of(round_: Round) -> Ends:
    """Count the ends: paid, ended with a reason, withdrawn, refused by a clause.

    A payment counts while its payee's answer is still “eligible”. Of the unknown, those whom another round of the chain has answered are carried; the
    others lapse when the round closes: their papers did not come in time.
    """
    answers = current_determinations(round_)
    eligible = answers.filter(
        outcome=Outcome.ELIGIBLE,
        subject_kind=OuterRef("claim__subject_kind"),
        subject_id=OuterRef("claim__subject_id"),
    )
    payments = last_payments(round_).filter(Exists(eligible))
    money = dict(payments.order_by().values_list("state").annotate(n=Count("id")))
    unknown = answers.filter(outcome=Outcome.UNKNOWN)
    elsewhere = Determination.objects.filter(
        year=round_.year,
        round__in=chain_of(round_),
        superseded_by=None,
        subject_kind=OuterRef("subject_kind"),
        subject_id=OuterRef("subject_id"),
    ).exclude(outcome=Outcome.UNKNOWN)
    carried = unknown.filter(Exists(elsewhere)).count()
    return Ends(
        population=answers.count(),
        paid=money.get(PaymentState.PAID, 0),
        ended=money.get(PaymentState.ENDED, 0),
        withdrawn=money.get(PaymentState.WITHDRAWN, 0),
        ineligible=answers.filter(outcome=Outcome.INELIGIBLE).count(),
        carried=carried,
        lapsed=unknown.count() - carried,
    )


def verification_told(round_: Round) -> dict[str, object]:
    """What the certificate says of the sample, as it is kept: figures and words."""
    waiver, sample = waiver_of(round_), sample_of(round_)
    if waiver is not None:
        union, name = waiver.organisation.name, waiver.user.name
        words = f"经{union}{name}于 {waiver.on} 批准免予抽样核查：{waiver.reason}"
        return {"kind": "waived", "words": words}
    if sample is None:
        return {"kind": "none", "words": "本轮次没有到账的发放，未抽样核查。"}
    report = sample_report(sample)
    return {
        "kind": "sample",
        "words": in_words(report),
        "seed": sample.seed,
        "confidence": sample.confidence,
        "population": sample.population,
        "size": sample.size,
        "answered": report.answered,
        "missed": report.missed,
        "wrong": report.wrong,
        **_bounds(report),
    }


def _bounds(report: SampleReport) -> dict[str, str]:
    estimate = report.estimate
    if estimate is None:
        return {}
    return {
        f"{name}_{bound}": str(getattr(interval, bound))
        for name, interval in (("rate", estimate.rate), ("amount", estimate.amount))
        for bound in ("value", "low", "high")
    }


def certificate_values(certificate: CoverageCertificate) -> dict[str, object]:
    """What the template of the certificate prints, as text and numbers."""
    round_ = certificate.round
    return {
        "number": certificate.number,
        "issued_on": certificate.issued_on.isoformat(),
        "organisation": round_.organisation.name,
        "scheme": round_.version.scheme.title,
        "version": round_.version.number,
        "document": round_.version.document,
        "period": round_.period.title,
        "kind": round_.get_kind_display(),
        "as_of": round_.as_of.isoformat(),
        "totals": _shown(certificate.totals),
        "counties": [_shown(county) for county in certificate.counties],
        "ends": certificate.ends,
        "verification": certificate.verification,
        "audit_head": certificate.audit_head,
    }


def _shown(row: dict[str, object]) -> dict[str, object]:
    return {
        name: show_yuan(Decimal(str(value))) if name.endswith("amount") else value
        for name, value in row.items()
    }


def certificate_pdf(certificate: CoverageCertificate) -> bytes:
    """The certificate as a PDF (templates/documents/certificate.typ)."""
    return render_pdf("certificate", certificate_values(certificate))
