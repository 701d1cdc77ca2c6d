"""Flags of the staff's own: written, tried, approved by a second person, withdrawn."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from django.db import transaction

from members.enums import OwnFlagState
from members.models import Organisation, OwnFlag, User
from members.permissions.census import (
    can_decide_own_flag,
    can_withdraw_own_flag,
    can_write_own_flag,
)
from members.queries.census import rule_of, unreadable, would_mark
from members.queries.census_facts import CENSUS_SHEET
from members.rules.census_flag import FlagRule, read_facts, read_flag, shipped_titles
from members.workflow import OWN_FLAG
from unionportal.core.actor import Actor
from unionportal.core.audit import record
from unionportal.core.errors import Refusal
from unionportal.core.facts import fact_sheet
from unionportal.core.formula.tree import FormulaError

SHOWN = 20
MOST_OF_A_UNION = 30
LONGEST_CONDITION, LONGEST_ANSWER = 1000, 730
_CODE = re.compile(r"[a-z][a-z0-9_]{1,29}")


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnFlagEntry:
    """A flag as it is written; the examples are lines of 事实=值."""

    organisation_id: int
    code: str
    title: str
    condition: str
    document: str
    days: int
    hit: str
    miss: str


@transaction.atomic
def write_own_flag(*, entry: OwnFlagEntry, on: date, by: Actor) -> OwnFlag:
    """Write a flag down for a union and all below it; it waits for a trial and a second person.

    Refused, saying where: a condition that cannot be read (line and column), an example
    that the condition answers otherwise, a code in use, no document, more than
    `MOST_OF_A_UNION` standing flags of one union.
    """
    union = Organisation.objects.select_for_update().get(pk=entry.organisation_id)
    can_write_own_flag(by, union).require()
    _check_words(entry)
    _check_code(union, entry.code)
    hit, miss = _example(entry.hit, "hit"), _example(entry.miss, "miss")
    rule = _read(entry, hit, miss)
    flag = OwnFlag.objects.create(
        organisation=union,
        code=entry.code,
        title=rule.title,
        condition=rule.formula.text,
        document=rule.source,
        days=rule.days,
        hit_facts=hit,
        miss_facts=miss,
        written_on=on,
        written_by=User.objects.get(pk=by.user_id or 0),
    )
    _record(flag, "write", on=on, by=by, changes={"condition": flag.condition})
    return flag


@transaction.atomic
def try_own_flag(*, flag_id: int, on: date, by: Actor) -> OwnFlag:
    """Count what the flag would mark in its reach; no union is marked."""
    flag = _locked(flag_id)
    _can_try(by, flag)
    if flag.state != OwnFlagState.WAITING:
        raise Refusal("只有待审核的普查问题可以试查，请刷新后再看。")
    _require_readable(flag)
    found = would_mark(rule_of(flag), as_of=on, shown=SHOWN)
    flag.tried_on, flag.tried_unions = on, found.unions
    flag.tried_hits, flag.tried_first = found.hits, found.first
    flag.save()
    counts = {"unions": found.unions, "hits": found.hits}
    _record(flag, "try", on=on, by=by, changes=counts)
    return flag


@transaction.atomic
def approve_own_flag(*, flag_id: int, on: date, by: Actor) -> OwnFlag:
    """Bring it into force from the next census on; refused before it was tried."""
    flag = _locked(flag_id)
    can_decide_own_flag(by, flag).require()
    if flag.tried_on is None:
        raise Refusal("还没有试查过，请先试查，看清会标出多少家工会。")
    _require_readable(flag)
    flag.decided_on, flag.decided_by_id = on, by.user_id
    return _moved(flag, "approve", on=on, by=by)


@transaction.atomic
def refuse_own_flag(*, flag_id: int, reason: str, on: date, by: Actor) -> OwnFlag:
    """Turn it down, saying why."""
    flag = _locked(flag_id)
    can_decide_own_flag(by, flag).require()
    flag.decided_on, flag.decided_by_id = on, by.user_id
    return _moved(flag, "refuse", on=on, by=by, reason=reason)


@transaction.atomic
def withdraw_own_flag(*, flag_id: int, reason: str, on: date, by: Actor) -> OwnFlag:
    """Stop using it; with the next census its open flags on unions are gone."""
    flag = _locked(flag_id)
    can_withdraw_own_flag(by, flag).require()
    return _moved(flag, "withdraw", on=on, by=by, reason=reason)


def _can_try(by: Actor, flag: OwnFlag) -> None:
    """Whoever may write it or decide on it."""
    verdict = can_write_own_flag(by, flag.organisation)
    if not verdict and not can_decide_own_flag(by, flag):
        verdict.require()


def _require_readable(flag: OwnFlag) -> None:
    why = unreadable(flag)
    if why:
        raise Refusal(why)


def _locked(flag_id: int) -> OwnFlag:
    flags = OwnFlag.objects.select_for_update(of=("self",))
    return flags.select_related("organisation", "written_by").get(pk=flag_id)


def _check_words(entry: OwnFlagEntry) -> None:
    if not entry.title.strip():
        raise Refusal("请写明问题的名称。", field="title")
    if entry.title.strip() in shipped_titles().values():
        raise Refusal("系统自带的普查问题已用这个名称，请另取一个。", field="title")
    if not entry.document.strip():
        raise Refusal("请填写依据文件的名称和文号。", field="document")
    if not 1 <= entry.days <= LONGEST_ANSWER:
        raise Refusal(f"整改天数应在 1 至 {LONGEST_ANSWER} 之间。", field="days")
    if len(entry.condition) > LONGEST_CONDITION:
        raise Refusal(f"条件不能超过 {LONGEST_CONDITION} 字。", field="condition")


def _check_code(union: Organisation, code: str) -> None:
    if not _CODE.fullmatch(code):
        raise Refusal(
            "代码用小写字母开头，其后是小写字母、数字或下划线，2 至 30 位。",
            field="code",
        )
    standing = OwnFlag.objects.filter(
        organisation=union, state__in=(OwnFlagState.WAITING, OwnFlagState.IN_FORCE)
    )
    if code in shipped_titles() or standing.filter(code=code).exists():
        raise Refusal(
            "这个代码已在使用；要改已有的，请先停用再另写一条。", field="code"
        )
    if standing.count() >= MOST_OF_A_UNION:
        raise Refusal(
            f"一个工会同时至多 {MOST_OF_A_UNION} 条自定普查问题，请先停用不用的。"
        )


def _example(written: str, field: str) -> dict[str, str]:
    try:
        return read_facts(written)
    except ValueError as error:
        raise Refusal(f"{error}。", field=field) from error


def _read(
    entry: OwnFlagEntry, hit: Mapping[str, str], miss: Mapping[str, str]
) -> FlagRule:
    """The flag with its condition checked and its examples worked."""
    written = {
        "code": entry.code,
        "title": entry.title.strip(),
        "rule": entry.condition,
        "source": entry.document.strip(),
        "days": entry.days,
        "examples": (
            {"name": "命中的例子", "facts": hit, "hit": True},
            {"name": "不命中的例子", "facts": miss, "hit": False},
        ),
    }
    try:
        return read_flag(written, fact_sheet(CENSUS_SHEET).vocabulary)
    except FormulaError as error:
        raise Refusal(f"{error}。", code="formula", field="condition") from error
    except ValueError as error:
        raise Refusal(f"{error}，请核对条件或例子。", field="hit") from error


def _moved(
    flag: OwnFlag, action: str, *, on: date, by: Actor, reason: str = ""
) -> OwnFlag:
    before, flag.state = flag.state, OWN_FLAG.target_of(action, flag.state)
    if flag.state != OwnFlagState.IN_FORCE:
        if not reason.strip():
            raise Refusal("请写明原因。", field="reason")
        flag.ended_on, flag.end_reason = on, reason.strip()
    flag.save()
    changes = {"state": [before, flag.state]}
    _record(flag, action, on=on, by=by, changes=changes, reason=reason)
    return flag


def _record(
    flag: OwnFlag,
    verb: str,
    *,
    on: date,
    by: Actor,
    changes: Mapping[str, object],
    reason: str = "",
) -> None:
    record(
        by=by,
        verb=verb,
        subject=flag,
        on=on,
        organisation_id=flag.organisation_id,
        changes=dict(changes),
        reason=reason,
    )
