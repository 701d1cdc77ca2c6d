"""Lists that leave the portal: written down before they go, refused when too long."""

from datetime import date

from django.db import transaction

from assistance.enums import ExportedList
from unionportal.core.actor import Actor
from unionportal.core.audit import Subject, record
from unionportal.core.errors import Refusal

LARGEST_EXPORT = 200_000
LARGEST_PRINT = 10_000


@transaction.atomic
def record_export(  # noqa: PLR0913 - who, what, when and why belong together
    *,
    what: ExportedList,
    subject: Subject,
    filters: str,
    count: int,
    on: date,
    by: Actor,
    reason: str = "",
) -> None:
    """Write down that a list left the portal: by whom, which, how it was chosen.

    Refused: more rows than one workbook or one print should carry.
    """
    if what == ExportedList.BATCH_PRINT and count > LARGEST_PRINT:
        raise Refusal(
            f"名单有 {count:,} 人，超过一次打印的 {LARGEST_PRINT:,} 人；请改用“导出 Excel”。",
            code="too_many",
        )
    if count > LARGEST_EXPORT:
        raise Refusal(
            f"共 {count:,} 行，超过一次导出的 {LARGEST_EXPORT:,} 行；"
            "请先用查询条件缩小范围，分次导出。",
            code="too_many",
        )
    record(
        by=by,
        verb=what.value,
        subject=subject,
        on=on,
        organisation_id=by.seats[0].organisation_id if by.seats else None,
        changes={"filters": filters, "count": count},
        reason=reason,
    )
