"""Coverage certificates: what still lacks an end, and the certificate as a document."""

from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Exists, OuterRef, QuerySet

from assistance.enums import BatchState, Outcome, PaymentState
from assistance.models import Batch, CoverageCertificate, PaymentClaim, Round
from assistance.queries.filters import UNDER_WAY, UNDER_WAY_STATES
from assistance.queries.rounds import current_determinations, last_payments
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
