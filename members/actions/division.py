"""The verb of one division: its end, and what follows it."""

from datetime import date, timedelta

from django.db import transaction

from members.models import Division, Organisation
from members.permissions.organisations import can_end_division
from members.queries.division import divisions_in_force
from members.queries.organisation import organisation_of
from unionportal.core.actor import Actor
from unionportal.core.audit import record
from unionportal.core.errors import Refusal

ONE_DAY = timedelta(days=1)


def end_division(
    *,
    code: str,
    last_day: date,
    successor_code: str,
    document: str,
    on: date,
    by: Actor,
) -> Division:
    """Let a division end after a day, by a paper, for one that follows it if any.

    Its records stay where they are; new ones can no longer name it. Refuses a division
    that has ended, one with divisions below it that outlast it, a day before its first,
    and a successor that is another level's, ended or itself.
    """
    with transaction.atomic():
        division = Division.objects.select_for_update(of=("self",)).get(pk=code)
        organisation = _union_of(division)
        can_end_division(by, organisation).require()
        _check_end(division, last_day)
        division.successor = _successor(division, successor_code.strip(), last_day)
        division.valid_to = last_day
        division.save(update_fields=["valid_to", "successor"])
        record(
            by=by,
            verb="end_division",
            subject=("members.division", int(division.code)),
            on=on,
            organisation_id=organisation.pk,
            changes={
                "valid_to": [None, last_day.isoformat()],
                "successor": [None, division.successor_id],
            },
            reason=document.strip(),
        )
    return division


def _union_of(division: Division) -> Organisation:
    organisation = organisation_of(division.code)
    if organisation is None:
        raise Refusal("该区划没有对应的工会，请先载入工会组织。")
    return organisation


def _check_end(division: Division, last_day: date) -> None:
    if division.valid_to is not None:
        raise Refusal(f"该区划已于 {division.valid_to:%Y-%m-%d} 停用。", code="state")
    if division.valid_from is not None and last_day < division.valid_from:
        raise Refusal("最后一天不能早于启用日期，请核对。", field="last_day")
    if divisions_in_force(last_day + ONE_DAY).filter(parent=division).exists():
        raise Refusal("下级区划还在使用，请先逐个停用下级区划。", code="state")


def _successor(division: Division, code: str, last_day: date) -> Division | None:
    if not code:
        return None
    found = divisions_in_force(last_day).filter(pk=code, level=division.level).first()
    if found is None or found == division:
        message = "承继区划须是同级的、仍在使用的另一个区划，请核对代码。"
        raise Refusal(message, field="successor_code")
    return found
