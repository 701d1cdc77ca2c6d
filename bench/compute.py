"""P1: a round's answers by the scheme's compiled rules, against SQL written by hand."""

from datetime import date
from pathlib import Path
from time import perf_counter
from typing import Any

from django.db import connection

from assistance.actions.rounds import compute_round, open_round
from assistance.actions.schemes import load_shipped_schemes
from assistance.models import FundSource, Period, Round, SchemeVersion
from bench.rows import Measured, Options, Row
from bench.scratch import run_as_owner, scratch_database
from members.models import Organisation, User
from unionportal.core.actor import SYSTEM

HERE = Path(__file__).resolve().parent
ON = date(2025, 12, 1)
PROVINCE = "350000"

_ANSWERS = """
    SELECT outcome, clause, missing_fact, count(*), sum(decided_amount),
        md5(string_agg(subject_id::text || facts::text, ',' ORDER BY subject_id))
    FROM assistance_determination WHERE year = %s AND round_id = %s
    GROUP BY outcome, clause, missing_fact ORDER BY 1, 2, 3
"""


def run(options: Options) -> Measured:
    """Take turns, each round into an emptied table; the first turn only warms up."""
    with scratch_database():
        options.say(f"生成 {options.rows} 份档案…")
        version = _prepare(options.rows)
        ours: list[float] = []
        floor: list[float] = []
        for turn in range(options.rounds + 1):
            seconds, answers = _floor(version, turn)
            own_seconds, own_answers = _ours(version, turn)
            if answers != own_answers:
                raise AssertionError(f"answers differ: {answers} / {own_answers}")
            options.say(
                f"第 {turn} 轮：方案 {own_seconds:.3f} 秒，底线 {seconds:.3f} 秒"
            )
            if turn:
                ours.append(own_seconds)
                floor.append(seconds)
        detail = "，".join(f"{row[0]} {row[3]}" for row in _by_outcome(own_answers))
        return Measured(tuple(ours), tuple(floor), detail)


def _by_outcome(answers: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    counts: dict[str, int] = {}
    for row in answers:
        counts[row[0]] = counts.get(row[0], 0) + row[3]
    return [(outcome, "", "", count) for outcome, count in counts.items()]


def _prepare(rows: int) -> SchemeVersion:
    for code in ("provincial_warmth", "county_own"):
        FundSource.objects.create(code=code, name=code, basis="基准")
    (version,) = (
        one
        for one in load_shipped_schemes(on=ON, by=SYSTEM)
        if one.scheme.code == "winter_warmth"
    )
    verifier = User.objects.create(username="bench", name="核验人", is_staff=True)
    values = {"rows": rows, "verifier": verifier.pk}
    with connection.cursor() as cursor:
        cursor.execute((HERE / "population.sql").read_text("utf-8"), values)
    run_as_owner("VACUUM ANALYZE")
    return version


def _open(version: SchemeVersion, turn: str) -> Round:
    period, _ = Period.objects.get_or_create(
        code=f"bench-{turn}",
        defaults={
            "title": f"基准 {turn}",
            "year": ON.year,
            "starts_on": ON,
            "ends_on": ON,
        },
    )
    return open_round(
        version_id=version.pk,
        organisation_id=Organisation.objects.get(code=PROVINCE).pk,
        period_id=period.pk,
        as_of=ON,
        on=ON,
        by=SYSTEM,
    )


def _empty() -> None:
    run_as_owner("TRUNCATE assistance_determination")


def _ours(version: SchemeVersion, turn: int) -> tuple[float, list[tuple[Any, ...]]]:
    round_ = _open(version, f"ours-{turn}")
    _empty()
    begun = perf_counter()
    compute_round(round_id=round_.pk, on=ON, by=SYSTEM)
    return perf_counter() - begun, _answers(round_)


def _floor(version: SchemeVersion, turn: int) -> tuple[float, list[tuple[Any, ...]]]:
    round_ = _open(version, f"floor-{turn}")
    _empty()
    values = {
        "year": round_.year,
        "round": round_.pk,
        "occurrence": round_.occurrence,
        "scheme": version.scheme_id,
        "as_of": round_.as_of,
        "path": round_.organisation.path,
    }
    statement = (HERE / "floors" / "compute.sql").read_text("utf-8")
    begun = perf_counter()
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
    return perf_counter() - begun, _answers(round_)


def _answers(round_: Round) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(_ANSWERS, [round_.year, round_.pk])
        return list(cursor.fetchall())


COMPUTE = Row("P1", "evaluate", "测算：一条语句写出全部认定", 2.0, run)
