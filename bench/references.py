"""P2's check of references: set-wise in the freeze, against triggers a row (ADR 0003)."""

from collections.abc import Sequence

from django.db import connection

from assistance.models import Round
from bench.compute import compute_by_hand, statement_by_hand
from bench.province import opened, populate
from bench.rows import Measured, Options, Row
from bench.scratch import run_as_owner, scratch_database
from bench.statements import statement
from bench.turns import seconds_of, undone

KEYS = {
    "round_id": "assistance_round",
    "organisation_id": "members_organisation",
    "subject_id": "assistance_householddossier",
    "payee_id": "members_person",
}


def run(options: Options) -> Sequence[Measured]:
    """The same answers: written plain, checked at once, and written under four keys."""
    with scratch_database():
        version = populate(options.rows)
        rounds = [opened(version, f"{turn}") for turn in range(options.rounds)]
        plain = [_written(round_) for round_ in rounds]
        compute_by_hand(rounds[0])
        run_as_owner("VACUUM ANALYZE")
        checked = [_checked(rounds[0]) for _turn in rounds]
        run_as_owner("TRUNCATE assistance_determination")
        for column, table in KEYS.items():
            run_as_owner(
                "ALTER TABLE assistance_determination"
                f" ADD FOREIGN KEY ({column}) REFERENCES {table}"
            )
        slower = _times_with_triggers(rounds[0])
    return [
        Measured(
            code="P2",
            title="全部引用一次核对（四列），与测算的底线比",
            goal=0.3,
            ours=tuple(checked),
            floor=tuple(plain),
            detail=f"改用逐行外键触发器则测算慢到 {slower:.1f} 倍",
        )
    ]


def _written(round_: Round) -> float:
    with undone():
        return seconds_of(lambda: compute_by_hand(round_))


def _times_with_triggers(round_: Round) -> float:
    """How many times as long the statement takes, by the database's own account."""
    with undone(), connection.cursor() as cursor:
        written, values = statement_by_hand(round_)
        cursor.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {written}", values)
        (told,) = cursor.fetchone()[0]
    keys = sum(
        trigger["Time"]
        for trigger in told["Triggers"]
        if trigger["Trigger Name"].startswith("RI_")
    )
    whole: float = told["Execution Time"]
    return float(whole / (whole - keys))


def _checked(round_: Round) -> float:
    values = {"year": round_.year, "round": round_.pk}
    with connection.cursor() as cursor:
        seconds = seconds_of(
            lambda: cursor.execute(statement("references.sql", "check"), values)
        )
        if cursor.fetchone() != (0,):
            raise AssertionError("a reference is lost")
    return seconds


REFERENCES = Row("P2", "references", run, grows=False)
