"""The list of a batch as it is printed and filed: 发放清单 (domain notes B2, books)."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from django.db.models import Count, Q, QuerySet

from assistance.enums import BatchState, PaymentState, SignatureStep
from assistance.models import Batch, Payment
from assistance.queries.batches import SignatureRow, signatures_of
from assistance.queries.subjects import dossier_number_of, subject_name_of
from unionportal.core.audit import audit_head
from unionportal.core.documents import render_pdf
from unionportal.core.masks import mask_id_number, mask_name
from unionportal.core.money import capital_yuan, fen_of, show_yuan
from unionportal.core.qr import qr_svg

NOTHING = Decimal("0.00")
SHOWN_DIGEST = 16
STEPS = {
    SignatureStep.SUBMIT: "经办",
    SignatureStep.CHECK: "复核",
    SignatureStep.APPROVE: "审批",
    SignatureStep.ENDORSE: "上级审批",
    SignatureStep.PAY: "出纳",
}


def batch_lines(batch: Batch) -> QuerySet[Payment]:
    """Every payment of a batch in list order, with `dossier_number` and `subject_name`."""
    return (
        Payment.objects.filter(year=batch.round.year, batch=batch)
        .select_related("batch__organisation", "claim__payee", "source", "account")
        .annotate(
            dossier_number=dossier_number_of("claim__"),
            subject_name=subject_name_of("claim__"),
        )
        .order_by("id")
    )


def listed_lines(batch: Batch) -> QuerySet[Payment]:
    """The payments that the digest covers: to be sent or sent, not held or withdrawn."""
    return batch_lines(batch).filter(
        Q(state=PaymentState.PLANNED) | Q(instructed_on__isnull=False)
    )


def batch_list_values(
    batch: Batch,
    *,
    on: date,
    printed_by: str,
    mark: str = "",
    address: str = "",
    is_masked: bool = False,
) -> dict[str, object]:
    """What the template of the list prints, as text; the sums are those of its lines.

    `address` is the batch's page, as the code on the list tells it; `is_masked` hides
    the names from those who neither sign the batch nor audit it.
    """
    lines = list(listed_lines(batch))
    total = sum((line.amount for line in lines), NOTHING)
    version = batch.round.version
    return {
        "organisation": batch.organisation.name,
        "scheme": version.scheme.title,
        "version": version.number,
        "document": version.document,
        "period": batch.round.period.title,
        "number": batch.number,
        "kind": batch.get_kind_display(),
        "state": batch.get_state_display(),
        "digest": batch.digest,
        "funds": _funds(lines),
        "lines": [_line(line, is_masked=is_masked) for line in lines],
        "fen": [fen_of(line.amount) for line in lines],
        "left_out": _left_out(batch),
        "count": f"{len(lines):,}",
        "total": show_yuan(total),
        "capital": capital_yuan(total),
        "signatures": signed_steps(batch),
        "audit_head": audit_head(),
        "printed_on": on.isoformat(),
        "printed_by": printed_by,
        "mark": mark,
        "qr": qr_svg(address) if address else "",
    }


def _line(line: Payment, *, is_masked: bool) -> dict[str, str]:
    return {
        "name": _payee(line, is_masked=is_masked),
        "dossier": getattr(line, "dossier_number", None) or "",
        "id_number": mask_id_number(line.claim.payee.id_number),
        "bank": line.account.bank_name,
        "tail": line.account.number_last4,
        "amount": show_yuan(line.amount),
    }


def _payee(line: Payment, *, is_masked: bool) -> str:
    """Who is paid; and for whom, where that is another."""
    name, subject = line.claim.payee.name, getattr(line, "subject_name", None)
    if is_masked:
        name, subject = mask_name(name), mask_name(subject) if subject else None
    return f"{name}（{subject}）" if subject and subject != name else name


def _funds(lines: Iterable[Payment]) -> list[dict[str, str]]:
    amounts: dict[str, list[Decimal]] = defaultdict(list)
    for line in lines:
        amounts[line.source.name].append(line.amount)
    return [
        {
            "name": name,
            "count": f"{len(borne):,}",
            "amount": show_yuan(sum(borne, NOTHING)),
        }
        for name, borne in amounts.items()
    ]


def _left_out(batch: Batch) -> str:
    """How many of the batch are held or withdrawn, in words; empty for nobody."""
    states = (
        Payment.objects.filter(year=batch.round.year, batch=batch, instructed_on=None)
        .exclude(state=PaymentState.PLANNED)
        .order_by("state")
        .values_list("state")
        .annotate(count=Count("id"))
    )
    return "、".join(f"{PaymentState(state).label} {n:,} 人" for state, n in states)


def signed_steps(batch: Batch) -> list[dict[str, str]]:
    """The steps of the running cycle; one that is not signed yet leaves its place free."""
    given = {row.step: row for row in signatures_of(batch) if row.is_current}
    rows = []
    for step, title in STEPS.items():
        row = given.get(str(step.label))
        if row is not None:
            rows.append({"step": title} | _signed(row))
        elif step != SignatureStep.ENDORSE or batch.state == BatchState.ENDORSING:
            free = dict.fromkeys(("name", "organisation", "on", "digest"), "")
            rows.append({"step": title} | free)
    return rows


def _signed(row: SignatureRow) -> dict[str, str]:
    return {
        "name": f"{row.name}（代 {row.principal}）" if row.principal else row.name,
        "organisation": f"{row.organisation}（代审）"
        if row.is_from_above
        else row.organisation,
        "on": row.on.isoformat(),
        "digest": row.digest[:SHOWN_DIGEST],
    }


def batch_list_pdf(
    batch: Batch,
    *,
    on: date,
    printed_by: str,
    mark: str = "",
    address: str = "",
    is_masked: bool = False,
) -> bytes:
    """The list as a PDF (templates/documents/batch_list.typ), marked on every page."""
    values = batch_list_values(
        batch,
        on=on,
        printed_by=printed_by,
        mark=mark,
        address=address,
        is_masked=is_masked,
    )
    return render_pdf("batch_list", values)
