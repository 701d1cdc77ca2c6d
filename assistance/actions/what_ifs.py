"""What-ifs: asked for, computed by one statement, forgotten after a year.

Reads the register and writes its own three tables: no determination, no claim, no
payment. The kinds of change in Python: `assistance/rules/what_if.py`.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db import connection, transaction
from django.db.models import F

from assistance.enums import ChangeKind, Outcome, SchemeState
from assistance.models import SchemeVersion, WhatIf, WhatIfChange
from assistance.permissions.what_ifs import can_run_what_if
from assistance.queries.populations import Population, population_for
from assistance.queries.schemes import scheme_of
from assistance.queries.what_ifs import (
    free_money,
    priorities_of,
    schemes_of,
    subjects_tried,
)
from assistance.rules.scheme import Scheme
from assistance.rules.what_if import PRIORITIES_MOST, Priority, read_priorities
from members.models import Organisation
from unionportal.core.actor import Actor
from unionportal.core.audit import record
from unionportal.core.errors import Refusal
from unionportal.core.formula.select import Questions, decisions_select
from unionportal.core.jobs import JobRun, enqueue

WHAT_IF_JOB = "assistance.compute_what_if"
KEPT_DAYS = 365


@dataclass(frozen=True, slots=True, kw_only=True)
class WhatIfEntry:
    """What to compare: two versions of a scheme, for whom, as of when, for how much.

    `priorities` are dicts of expression and direction, the first counts first. A cap
    needs at least one. `funds` are codes of sources.
    """

    before_id: int
    after_id: int
    organisation_id: int
    as_of: date
    funds: Sequence[str] = ()
    cap: Decimal | None = None
    priorities: Sequence[Mapping[str, str]] = field(default_factory=tuple)


@transaction.atomic
def request_what_if(*, entry: WhatIfEntry, on: date, by: Actor) -> WhatIf:
    """Write the question down with today's texts and free money, and a job for it.

    Refused: one version twice, versions of two schemes or populations, an old version
    that was never published; a negative cap, a cap without an order of priority; an
    expression that the rule language refuses.
    """
    place = Organisation.objects.get(pk=entry.organisation_id)
    can_run_what_if(by, place).require()
    before, after = _versions(entry)
    population = _common_population(scheme_of(before), scheme_of(after))
    _require_order(entry)
    read_priorities(entry.priorities, population.sheet.vocabulary)
    asked = WhatIf.objects.create(
        before=before,
        after=after,
        before_digest=before.digest,
        after_digest=after.digest,
        after_source=after.source,
        organisation=place,
        as_of=entry.as_of,
        funds=free_money(place, entry.funds),
        cap=entry.cap,
        priorities=[dict(one) for one in entry.priorities],
        requested_on=on,
        requested_by=by.name,
    )
    _record(asked, "request_what_if", on=on, by=by, changes=_asked(asked))
    enqueue(
        kind=WHAT_IF_JOB,
        key=f"what-if-{asked.pk}",
        arguments={"what_if_id": asked.pk, "on": on.isoformat()},
        by=by,
        organisation_id=place.pk,
    )
    return asked


def _versions(entry: WhatIfEntry) -> tuple[SchemeVersion, SchemeVersion]:
    if entry.before_id == entry.after_id:
        raise Refusal("新旧两版是同一版，没有什么可比；请换一个旧版。", field="before")
    found = SchemeVersion.objects.select_related("scheme").in_bulk(
        [entry.before_id, entry.after_id]
    )
    before, after = found[entry.before_id], found[entry.after_id]
    if before.scheme_id != after.scheme_id:
        raise Refusal("只能比较同一个方案的两个版本。", field="before")
    if before.state == SchemeState.DRAFT:
        raise Refusal(f"“{before}”没有发布过，不能作为比较的旧版。", field="before")
    return before, after


def _common_population(before: Scheme, after: Scheme) -> Population:
    if before.population != after.population:
        raise Refusal("两版的发放对象不是同一类，不能逐户比较。", code="population")
    return population_for(before, after)


def _require_order(entry: WhatIfEntry) -> None:
    if entry.cap is not None and entry.cap < 0:
        raise Refusal("预算上限不能是负数。", field="cap")
    if entry.cap is not None and not entry.priorities:
        raise Refusal(
            "设了预算上限，就要写明谁先谁后：至少填一项优先次序。",
            field="expression_1",
        )
    if len(entry.priorities) > PRIORITIES_MOST:
        raise Refusal(f"优先次序最多 {PRIORITIES_MOST} 项。", code="priority")


def compute_what_if(
    *, what_if_id: int, on: date, by: Actor, run: JobRun | None = None
) -> WhatIf:
    """Compare everybody in the place's reach by one statement, and seal the result.

    A what-if that is finished stays as it is. Refused: an empty population; a draft
    whose text was written anew since it was asked is tried as it was then.
    """
    with transaction.atomic():
        if run is not None:
            run.fence()
        asked = (
            WhatIf.objects.select_for_update(of=("self",))
            .select_related("before__scheme", "after__scheme", "organisation")
            .get(pk=what_if_id)
        )
        if asked.is_finished:
            return asked
        can_run_what_if(by, asked.organisation).require()
        _compare(asked)
        counts, changes, population = _sealed(asked)
        if population == 0:
            raise Refusal(
                "范围内没有在档的对象：请检查范围、基准日和档案状态。", code="empty"
            )
        asked.population = population
        asked.digest = _digest(asked, counts, changes)
        asked.is_finished = True
        asked.save(update_fields=("population", "digest", "is_finished"))
        result = {"population": population, "digest": asked.digest}
        _record(asked, "compute_what_if", on=on, by=by, changes=result)
    return asked


def _compare(asked: WhatIf) -> int:
    """Write counts and changes; return how many changes."""
    before, after = schemes_of(asked)
    population = population_for(before, after)
    priorities = priorities_of(asked)
    questions = Questions(
        {"before_": before.ruling, "after_": after.ruling},
        tuple(priority.formula for priority in priorities),
    )
    chosen = decisions_select(
        population.sheet,
        subjects_tried(asked, population),
        questions,
        as_of=asked.as_of,
        extra_columns={
            "organisation_id": population.organisation,
            "subject_id": F(population.subject),
            "payee_id": population.payee,
        },
    )
    statement = _STATEMENT.format(
        chosen=chosen.sql,
        order=_order_sql(priorities),
        values=", ".join(f"order_{place}" for place, _ in enumerate(priorities)),
    )
    params = (*chosen.params, asked.cap, asked.cap, asked.pk, asked.pk)
    with connection.cursor() as cursor:
        cursor.execute(statement, params)
        return int(cursor.rowcount)


def _order_sql(priorities: Sequence[Priority]) -> str:
    """The order of those the new version pays; without one, all stand alike."""
    columns = [
        f"order_{place} {priority.direction.value} NULLS LAST"
        for place, priority in enumerate(priorities)
    ]
    return f"ORDER BY {', '.join(columns)}" if columns else "ORDER BY 1::int"


# RANGE, not ROWS: those of one rank are let in together or not at all, so that no
# accident of storage decides between equals.
_ANSWER_COLUMNS = """
    change, is_cut, before_outcome, before_clause, before_missing_fact, after_outcome,
    after_clause, after_missing_fact"""
_STATEMENT = f"""
WITH compared AS (
    SELECT organisation_id, subject_id, payee_id, facts,
        before_outcome, COALESCE(before_clause, '') AS before_clause,
        COALESCE(before_missing_fact, '') AS before_missing_fact,
        COALESCE(before_amount, 0) AS before_amount,
        after_outcome, COALESCE(after_clause, '') AS after_clause,
        COALESCE(after_missing_fact, '') AS after_missing_fact,
        COALESCE(after_amount, 0) AS after_amount,
        JSONB_BUILD_ARRAY({{values}}) AS order_values,
        SUM(COALESCE(after_amount, 0)) OVER ranked AS reached,
        RANK() OVER ranked AS place
    FROM ({{chosen}}) AS decided
    WINDOW ranked AS (
        PARTITION BY after_outcome = '{Outcome.ELIGIBLE}' {{order}} RANGE UNBOUNDED PRECEDING
    )
), answers AS MATERIALIZED (
    SELECT compared.*,
        after_outcome = '{Outcome.ELIGIBLE}' AND %s::numeric IS NOT NULL
            AND reached > %s::numeric AS is_cut,
        CASE
            WHEN after_outcome = '{Outcome.ELIGIBLE}' THEN CASE
                WHEN before_outcome <> '{Outcome.ELIGIBLE}' THEN '{ChangeKind.NEWLY}'
                WHEN after_amount > before_amount THEN '{ChangeKind.GAINS}'
                WHEN after_amount < before_amount THEN '{ChangeKind.LOSES}'
                ELSE '{ChangeKind.UNCHANGED}' END
            WHEN before_outcome = '{Outcome.ELIGIBLE}'
                AND after_outcome = '{Outcome.INELIGIBLE}' THEN '{ChangeKind.NO_LONGER}'
            WHEN '{Outcome.UNKNOWN}' IN (before_outcome, after_outcome)
                THEN '{ChangeKind.UNKNOWN}'
            ELSE '{ChangeKind.UNCHANGED}'
        END AS change
    FROM compared
), counted AS (
    INSERT INTO assistance_whatifcount (what_if_id, organisation_id,
        {_ANSWER_COLUMNS}, before_amount, after_amount, count)
    SELECT %s, organisation_id, {_ANSWER_COLUMNS},
        SUM(before_amount), SUM(after_amount), COUNT(*)
    FROM answers GROUP BY organisation_id, {_ANSWER_COLUMNS}
)
INSERT INTO assistance_whatifchange (what_if_id, organisation_id, subject_id, payee_id,
    {_ANSWER_COLUMNS}, before_amount, after_amount, place, order_values, facts)
SELECT %s, organisation_id, subject_id, payee_id,
    {_ANSWER_COLUMNS}, before_amount, after_amount,
    CASE WHEN after_outcome = '{Outcome.ELIGIBLE}' THEN place END, order_values, facts
FROM answers
WHERE is_cut OR (before_outcome, before_amount) <> (after_outcome, after_amount)
ORDER BY organisation_id, subject_id
"""  # noqa: S608 - codes of enums; {chosen} is compiled by the ORM


_SEAL = """
SELECT
    (SELECT STRING_AGG(CONCAT_WS('|', organisation_id, change, is_cut, before_outcome,
        before_clause, before_missing_fact, before_amount, after_outcome, after_clause,
        after_missing_fact, after_amount, count), E'\\n' ORDER BY organisation_id, change,
        is_cut, before_outcome, before_clause, before_missing_fact, after_outcome,
        after_clause, after_missing_fact)
     FROM assistance_whatifcount WHERE what_if_id = %s),
    (SELECT ENCODE(SHA256(CONVERT_TO(STRING_AGG(CONCAT_WS('|', subject_id, change,
        is_cut, before_amount, after_amount, place), E'\\n' ORDER BY subject_id),
        'UTF8')), 'hex')
     FROM assistance_whatifchange WHERE what_if_id = %s),
    (SELECT COALESCE(SUM(count), 0) FROM assistance_whatifcount WHERE what_if_id = %s)
"""


def _sealed(asked: WhatIf) -> tuple[str, str, int]:
    """The counts as text, the digest of the changes, and how many were compared."""
    with connection.cursor() as cursor:
        cursor.execute(_SEAL, [asked.pk] * 3)
        counts, changes, population = cursor.fetchone()
    return counts or "", changes or "", int(population)


def _digest(asked: WhatIf, counts: str, changes: str) -> str:
    """The same question on the same register gives the same digest."""
    text = json.dumps([_asked(asked), counts, changes], ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def _asked(asked: WhatIf) -> dict[str, Any]:
    return {
        "before": asked.before_digest,
        "after": asked.after_digest,
        "organisation": asked.organisation.code,
        "as_of": asked.as_of.isoformat(),
        "cap": None if asked.cap is None else f"{asked.cap:.2f}",
        "priorities": asked.priorities,
        "funds": [fund["code"] for fund in asked.funds],
    }


def _record(
    asked: WhatIf, verb: str, *, on: date, by: Actor, changes: Mapping[str, Any]
) -> None:
    record(
        by=by,
        verb=verb,
        subject=asked,
        on=on,
        organisation_id=asked.organisation_id,
        changes=changes,
    )


@transaction.atomic
def forget_what_ifs(*, on: date, by: Actor) -> int:
    """Take the people's rows of what-ifs older than a year away; the counts stay."""
    old = WhatIf.objects.select_for_update(of=("self",)).filter(
        requested_on__lt=on - timedelta(days=KEPT_DAYS), forgotten_on=None
    )
    forgotten = list(old)
    for asked in forgotten:
        gone, _ = WhatIfChange.objects.filter(what_if=asked).delete()
        asked.forgotten_on = on
        asked.save(update_fields=("forgotten_on",))
        _record(asked, "forget_what_if", on=on, by=by, changes={"rows": gone})
    return len(forgotten)
