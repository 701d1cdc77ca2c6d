"""Filing a union's yearly return."""

from dataclasses import asdict, dataclass
from datetime import date
from decimal import Decimal

from django.db import transaction

from members.actions.tree import require_alive
from members.models import Organisation, YearlyReturn
from members.permissions.organisations import can_keep_organisation
from unionportal.core.actor import Actor
from unionportal.core.audit import record
from unionportal.core.errors import Refusal

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnEntry:
    """The figures of a year; amounts in yuan."""

    year: int
    staff_count: int
    member_count: int
    has_account: bool
    has_books: bool
    activity_count: int = 0
    dues_due: Decimal = ZERO
    dues_paid: Decimal = ZERO
    budget: Decimal = ZERO
    spending: Decimal = ZERO
    granted: Decimal = ZERO


def file_return(
    *, organisation_id: int, entry: ReturnEntry, on: date, by: Actor
) -> YearlyReturn:
    """File a year, or correct it; the earlier filing stays in the history.

    Refuses a year to come and grants above the spending they are part of.
    """
    with transaction.atomic():
        union = Organisation.objects.select_for_update(of=("self",)).get(
            pk=organisation_id
        )
        can_keep_organisation(by, union).require()
        require_alive(union)
        if entry.year > on.year:
            raise Refusal("不能填报以后的年度，请核对。", field="year")
        if entry.granted > entry.spending:
            raise Refusal("拨补基层是支出的一部分，不能大于支出。", field="granted")
        filed, is_new = YearlyReturn.objects.update_or_create(
            organisation=union,
            year=entry.year,
            defaults=asdict(entry) | {"filed_on": on, "filed_by_name": by.name},
        )
        record(
            by=by,
            verb="file_return",
            subject=union,
            on=on,
            organisation_id=union.pk,
            changes={"year": entry.year, "is_new": is_new},
        )
    return filed
