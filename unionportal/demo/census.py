"""The census of the demonstration: paper unions found, some of them worked through."""

from datetime import date

from members.actions.census import take_census
from members.actions.union_flag import explain_flag, repair_flag
from members.models import Organisation, UnionFlag
from unionportal.core.actor import SYSTEM

REPAIRED, EXPLAINED = 3, 3


def load_census(root: Organisation, *, on: date) -> int:
    """Take one census of the province, and answer for some flags of each kind there is."""
    outcome = take_census(organisation_id=root.pk, on=on, by=SYSTEM)
    for flag_id in _first("no_code", REPAIRED):
        repair_flag(flag_id=flag_id, answer="已办理工会法人登记", on=on, by=SYSTEM)
    for flag_id in _first("no_account", EXPLAINED):
        explain_flag(flag_id=flag_id, answer="由县总工会代管账户", on=on, by=SYSTEM)
    return outcome.flags


def _first(rule: str, count: int) -> list[int]:
    flags = UnionFlag.objects.filter(rule=rule, organisation__level="basic")
    return list(flags.order_by("id").values_list("pk", flat=True)[:count])
