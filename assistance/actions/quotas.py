"""A round's quota: who stands beyond it when everybody has been answered.

One statement over the answers of the whole round, however many chunks wrote them, and
after the stacking rules, so that nobody holds a place that he will not be paid for.
"""

from django.db import connection
from django.db.models import Expression, F

from assistance.models import Round
from assistance.queries.quotas import TAKEN, taken_keys
from assistance.queries.rounds import population_of, round_counts, subjects_of
from assistance.queries.schemes import scheme_of
from assistance.rules.quota import QUOTA_CLAUSE, QUOTA_FACT, Quota
from unionportal.core.errors import Refusal
from unionportal.core.formula.select import DecisionSelect, Questions, decisions_select
from unionportal.core.money import show_yuan

# RANGE, the window's own frame: those of one rank come in together or not at all.
_QUEUE = f"""
    WITH taken AS ({TAKEN}),
    queued AS (
        SELECT answer.id, taken.places + rank() OVER queue AS place,
               taken.places + count(*) OVER queue AS reached,
               taken.amount + sum(answer.decided_amount) OVER queue AS spent
        FROM assistance_determination AS answer
        CROSS JOIN taken
        LEFT JOIN ({{chosen}}) AS entry ON entry.subject_id = answer.subject_id
        WHERE answer.year = %s AND answer.round_id = %s
          AND answer.outcome = 'eligible' AND answer.superseded_by IS NULL
        WINDOW queue AS (ORDER BY {{order}})
    )
    UPDATE assistance_determination AS answer
    SET outcome = 'ineligible', clause = %s, proposed_amount = NULL,
        decided_amount = NULL, deviation_reason = '', deviation_by = NULL,
        facts = answer.facts || jsonb_build_object(%s::text, concat(
            CASE WHEN queued.reached > %s::numeric THEN %s ELSE %s END, queued.place))
    FROM queued
    WHERE answer.year = %s AND answer.id = queued.id
      AND (queued.reached > %s::numeric OR queued.spent > %s::numeric)
"""  # noqa: S608 - compiled by the ORM, values are parameters


def apply_quota(round_: Round) -> int:
    """Refuse whom the places or the budget do not reach; return how many.

    What other rounds of the chain hold counts first. The earlier in the order is never
    behind the later: from the first who is beyond the quota, nobody follows.
    """
    quota = scheme_of(round_.version).quota
    if quota is None:
        return 0
    chosen, order = _ordered(round_, quota)
    places = "Infinity" if quota.places is None else quota.places
    budget = "Infinity" if quota.budget is None else quota.budget
    statement = _QUEUE.format(chosen=chosen.sql, order=order)
    params = (
        *taken_keys(round_),
        *chosen.params,
        *(round_.year, round_.pk),
        *(QUOTA_CLAUSE, QUOTA_FACT, places, quota.places_full, quota.budget_used),
        *(round_.year, places, budget),
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, params)
        return int(cursor.rowcount)


def _ordered(round_: Round, quota: Quota) -> tuple[DecisionSelect, str]:
    """Everybody with the values he stands in order by, and the order itself."""
    population = population_of(round_)
    arrival: dict[str, Expression | F] = {
        f"arrival_{place}": column for place, column in enumerate(population.arrival)
    }
    chosen = decisions_select(
        population.sheet,
        subjects_of(round_),
        Questions(
            {"": scheme_of(round_.version).ruling},
            tuple(priority.formula for priority in quota.order),
        ),
        as_of=round_.as_of,
        extra_columns={"subject_id": F(population.subject), **arrival},
    )
    named = [
        f"entry.order_{place} {priority.direction.value} NULLS LAST"
        for place, priority in enumerate(quota.order)
    ]
    return chosen, ", ".join([*named, *(f"entry.{name}" for name in arrival)])


def require_within_budget(round_: Round) -> None:
    """Refuse an amount that was decided beyond what the scheme's budget leaves."""
    quota = scheme_of(round_.version).quota
    if quota is None or quota.budget is None:
        return
    with connection.cursor() as cursor:
        cursor.execute(TAKEN, taken_keys(round_))
        _, taken = cursor.fetchone()
    left = quota.budget - taken
    if round_counts(round_).amount > left:
        raise Refusal(
            f"方案的预算共 {show_yuan(quota.budget)} 元，本轮次还可用 {show_yuan(left)} 元，"
            "这样核定就超出了。",
            field="amount",
        )
