"""Verbs of standards: setting the amount that holds from a day on."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.db import transaction
from django.db.models import Q

from members.models import Division, Standard
from members.permissions.organisations import can_set_standard
from members.queries.organisation import organisation_of
from unionportal.core.actor import Actor
from unionportal.core.audit import record
from unionportal.core.errors import Refusal
from unionportal.core.money import yuan


@dataclass(frozen=True, slots=True, kw_only=True)
class StandardEntry:
    """An amount in yuan, where and for whom it holds, since when, and by which paper."""

    kind: str
    division_code: str
    residence: str
    amount: Decimal
    valid_from: date
    document: str


def set_standard(*, entry: StandardEntry, on: date, by: Actor) -> Standard:
    """Let an amount hold from a day on; the one in force ends the day before.

    Refuses a day that is not after the beginning of the one in force, an amount that
    is not positive, and an empty document.
    """
    _check(entry)
    with transaction.atomic():
        division = Division.objects.select_for_update(of=("self",)).get(
            pk=entry.division_code
        )
        organisation = organisation_of(division.code)
        if organisation is None:
            raise Refusal("该区划没有对应的工会，请先载入工会组织。")
        can_set_standard(by, organisation).require()
        _close_earlier(entry)
        standard = Standard.objects.create(
            kind=entry.kind,
            division=division,
            residence=entry.residence,
            amount=yuan(entry.amount),
            valid_from=entry.valid_from,
            document=entry.document.strip(),
        )
        record(
            by=by,
            verb="set",
            subject=standard,
            on=on,
            organisation_id=organisation.pk,
            changes={"amount": str(standard.amount)},
            reason=standard.document,
        )
    return standard


def _check(entry: StandardEntry) -> None:
    if yuan(entry.amount) <= 0:
        raise Refusal("标准金额应大于 0，请核对。", field="amount")
    if not entry.document.strip():
        raise Refusal("请填写依据文件的名称和文号。", field="document")


def _close_earlier(entry: StandardEntry) -> None:
    earlier = Standard.objects.select_for_update().filter(
        Q(valid_to=None) | Q(valid_to__gte=entry.valid_from),
        kind=entry.kind,
        division_id=entry.division_code,
        residence=entry.residence,
    )
    for standard in earlier:
        if standard.valid_from >= entry.valid_from:
            raise Refusal(
                f"已有自 {standard.valid_from:%Y-%m-%d} 起施行的标准，"
                "新标准的施行日期应在其后，请核对。",
                field="valid_from",
            )
        standard.valid_to = entry.valid_from - timedelta(days=1)
        standard.save(update_fields=["valid_to"])
