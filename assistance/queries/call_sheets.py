"""The call sheet of a verification on paper; phones stay masked."""

from collections.abc import Iterable
from datetime import date

from assistance.models import SampleItem
from unionportal.core.audit import audit_head
from unionportal.core.documents import render_pdf
from unionportal.core.masks import mask_phone
from unionportal.core.money import show_yuan

QUESTION = "请问您家收到工会发放的慰问金了吗？是哪一天、多少元？"


def call_sheet_values(
    items: Iterable[SampleItem], *, on: date, printed_by: str, mark: str = ""
) -> dict[str, object]:
    """What the template prints, as text."""
    return {
        "question": QUESTION,
        "printed_by": printed_by,
        "printed_on": on.isoformat(),
        "audit_head": audit_head(),
        "lines": [_line(item) for item in items],
        "mark": mark,
    }


def _line(item: SampleItem) -> dict[str, str]:
    payment, payee = item.payment, item.payment.claim.payee
    return {
        "name": payee.name,
        "union": item.stratum.organisation.short_name,
        "phone": mask_phone(payee.phone or "") or "走访",
        "day": payment.settled_on.isoformat() if payment.settled_on else "",
        "amount": show_yuan(payment.amount),
    }


def call_sheet_pdf(
    items: Iterable[SampleItem], *, on: date, printed_by: str, mark: str = ""
) -> bytes:
    """The sheet as a PDF (templates/documents/call_sheet.typ), marked on every page."""
    values = call_sheet_values(items, on=on, printed_by=printed_by, mark=mark)
    return render_pdf("call_sheet", values)
