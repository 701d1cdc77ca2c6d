"""P1: a round's answers by the scheme's compiled rules, against SQL written by hand."""

from collections.abc import Sequence
from functools import partial
from itertools import count
from typing import Any

from django.db import connection

from assistance.actions.computations import compute_round
from assistance.models import Round, SchemeVersion
from bench.province import HERE, ON, opened, populate
from bench.rows import Measured, Options, Row
from bench.scratch import run_as_owner, scratch_database
from bench.turns import seconds_of, take_turns
from unionportal.core.actor import SYSTEM

_ANSWERS = """
    SELECT outcome, clause, missing_fact, count(*), sum(decided_amount),
        md5(string_agg(subject_id::text || facts::text, ',' ORDER BY subject_id))
    FROM assistance_determination WHERE year = %s AND round_id = %s
    GROUP BY outcome, clause, missing_fact ORDER BY 1, 2, 3
"""


def run(options: Options) -> Sequence[Measured]:
    """Each turn is a round of its own, into an emptied table."""
    with scratch_database():
        options.say(f"生成 {options.rows} 份档案…")
        version = populate(options.rows)
        numbers = count()
        turns = take_turns(
            options,
            ours=lambda: _turn(_ours, opened(version, f"{next(numbers)}")),
            floor=lambda: _turn(compute_by_hand, opened(version, f"{next(numbers)}")),
        )
    title = "测算：结论、金额、逐户所见事实，含审计与合计"
    return [turns.line("P1", title, 2.0, _by_outcome(turns.outcome))]


def _by_outcome(answers: list[tuple[Any, ...]]) -> str:
    counts: dict[str, int] = {}
    for row in answers:
        counts[row[0]] = counts.get(row[0], 0) + row[3]
    words = {"eligible": "符合", "ineligible": "不符合", "unknown": "待补"}
    return "，".join(f"{words[outcome]} {n:,}" for outcome, n in counts.items())


def _turn(step: Any, round_: Round) -> tuple[float, list[tuple[Any, ...]]]:  # noqa: ANN401
    run_as_owner("TRUNCATE assistance_determination")
    return seconds_of(partial(step, round_)), answers_of(round_)


def _ours(round_: Round) -> None:
    compute_round(round_id=round_.pk, on=ON, by=SYSTEM)


def compute_by_hand(round_: Round) -> None:
    """The floor: one statement, as a database engineer would write it."""
    with connection.cursor() as cursor:
        cursor.execute(*statement_by_hand(round_))


def statement_by_hand(round_: Round) -> tuple[str, dict[str, Any]]:
    """The floor's statement for a round, and its parameters."""
    version: SchemeVersion = round_.version
    values: dict[str, Any] = {
        "year": round_.year,
        "round": round_.pk,
        "occurrence": round_.occurrence,
        "scheme": version.scheme_id,
        "as_of": round_.as_of,
        "path": round_.organisation.path,
    }
    return (HERE / "floors" / "compute.sql").read_text("utf-8"), values


def answers_of(round_: Round) -> list[tuple[Any, ...]]:
    """What a round came to: counts, sums, and a digest of every answer's facts."""
    with connection.cursor() as cursor:
        cursor.execute(_ANSWERS, [round_.year, round_.pk])
        return list(cursor.fetchall())


COMPUTE = Row("P1", "evaluate", run)
