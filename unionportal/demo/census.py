"""The census of the demonstration: paper unions found, some of them worked through."""

from datetime import date

from members.actions.census import take_census
from members.actions.own_flag import (
    OwnFlagEntry,
    approve_own_flag,
    try_own_flag,
    write_own_flag,
)
from members.actions.union_flag import explain_flag, repair_flag
from members.enums import Role
from members.models import Organisation, OwnFlag, UnionFlag
from unionportal.core.actor import SYSTEM
from unionportal.core.uploads.evidence import read_evidence
from unionportal.demo.cast import Cast

REPAIRED, EXPLAINED = 3, 3
# A paper without a word on it.
AGREEMENT = b"""%PDF-1.4
1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj
2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj
3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>endobj
trailer<</Root 1 0 R>>
%%EOF
"""
# What the staff wrote themselves: the first is in force, the second waits.
OWN = (
    {
        "code": "forming_long",
        "title": "建会满一年仍未建账",
        "condition": "成立天数 > 365 and not 缺省(有独立账户, 否)",
        "hit": "成立天数=366\n有独立账户=否",
        "miss": "成立天数=366\n有独立账户=是",
    },
    {
        "code": "few_activities",
        "title": "全年活动不足两次",
        "condition": '层级 == "基层工会" and 缺省(活动次数, 0) < 2',
        "hit": "层级=基层工会\n活动次数=1",
        "miss": "层级=基层工会\n活动次数=2",
    },
)


def load_census(root: Organisation, *, on: date) -> int:
    """Take one census of the province, and answer for some flags of each kind there is."""
    approved, _waiting = (_own(root, words, on=on) for words in OWN)
    approver = Cast(on).holder(Role.APPROVER, root)
    approve_own_flag(flag_id=approved.pk, on=on, by=approver)
    outcome = take_census(organisation_id=root.pk, on=on, by=SYSTEM)
    for flag_id in _first("no_code", REPAIRED):
        repair_flag(flag_id=flag_id, answer="已办理工会法人登记", on=on, by=SYSTEM)
    for flag_id in _first("no_account", EXPLAINED):
        explain_flag(
            flag_id=flag_id,
            answer="由县总工会代管账户",
            papers=read_evidence([("代管协议（演示）.pdf", AGREEMENT)]),
            on=on,
            by=SYSTEM,
        )
    return outcome.flags


def _first(rule: str, count: int) -> list[int]:
    flags = UnionFlag.objects.filter(rule=rule, organisation__level="basic")
    return list(flags.order_by("id").values_list("pk", flat=True)[:count])


def _own(root: Organisation, words: dict[str, str], *, on: date) -> OwnFlag:
    """A flag the province's administrator wrote and tried."""
    writer = Cast(on).holder(Role.ADMINISTRATOR, root)
    entry = OwnFlagEntry(
        organisation_id=root.pk, document="省总工会整治方案（演示）", days=90, **words
    )
    made = write_own_flag(entry=entry, on=on, by=writer)
    return try_own_flag(flag_id=made.pk, on=on, by=writer)
