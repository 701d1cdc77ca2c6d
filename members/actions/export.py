"""Lists of the register that leave the portal: written down before they go."""

from datetime import date

from django.db import transaction

from members.permissions.lists import can_export_list
from unionportal.core.actor import Actor
from unionportal.core.audit import Subject, record
from unionportal.core.errors import Refusal

LARGEST_EXPORT = 200_000


@transaction.atomic
def record_list_export(  # noqa: PLR0913 - who, what, when and why belong together
    *,
    title: str,
    subject: Subject,
    filters: str,
    count: int,
    on: date,
    by: Actor,
    reason: str = "",
) -> None:
    """Write down that a list left the portal: by whom, which, how it was chosen.

    Refused: posts that have no use for the register, and more rows than one file carries.
    """
    can_export_list(by).require()
    if count > LARGEST_EXPORT:
        raise Refusal(
            f"共 {count:,} 行，超过一次导出的 {LARGEST_EXPORT:,} 行；"
            "请先用查询条件缩小范围，分次导出。",
            code="too_many",
        )
    record(
        by=by,
        verb="export_list",
        subject=subject,
        on=on,
        organisation_id=by.seats[0].organisation_id if by.seats else None,
        changes={"list": title, "filters": filters, "count": count},
        reason=reason,
    )
