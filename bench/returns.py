"""P7: a return file applied, and its answers replayed, against SQL written by hand."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from io import StringIO
from pathlib import Path
from typing import Any

from django.db import connection, transaction

from assistance.actions.ledger import Voucher, move, open_accounts, post_entries
from assistance.actions.returns import import_return
from assistance.enums import AccountKind, EntryKind
from assistance.models import Batch, FundSource, Round
from assistance.rules.banks.layout import Cell, layout_named
from assistance.rules.banks.writing import write_file
from bench.processor import METER
from bench.province import opened, winter_warmth
from bench.rows import Measured, Options, Row
from bench.scratch import run_as_owner, scratch_database
from bench.turns import seconds_of, take_turns
from members.models import Organisation
from unionportal.core.actor import SYSTEM

FLOORS = Path(__file__).resolve().parent / "floors"
ON = date(2025, 12, 15)
LAYOUT = "delimited_gbk"
AMOUNT = Decimal("600.00")
BACK_EVERY = 40  # one line in forty comes back
STATES = ("submitted", "checked", "approved", "instructed")

_TABLES = (
    "assistance_payment assistance_paymentclaim assistance_batch assistance_entry"
    " assistance_posting assistance_account assistance_bankfile core_message core_job"
)
_ENDS = """
    SELECT (SELECT array_agg(row (state, reason_code, lines, total)::text ORDER BY state)
            FROM (SELECT state, reason_code, count(*) AS lines, sum(amount) AS total
                  FROM assistance_payment GROUP BY 1, 2) AS payments),
           (SELECT array_agg(row (kind, total)::text ORDER BY kind)
            FROM (SELECT kind, sum(balance) AS total
                  FROM assistance_account GROUP BY 1) AS accounts),
           (SELECT array_agg(row (state, lines, paid, back)::text)
            FROM (SELECT state, count(*) AS lines, sum(paid_count) AS paid,
                         sum(returned_total) AS back
                  FROM assistance_batch GROUP BY 1) AS batches),
           (SELECT count(*) FROM core_message)
"""


def run(options: Options) -> Sequence[Measured]:
    """Each turn applies the file to the same payments, set up anew; and once more.

    The second file has another date and the same answers: not a row may change.
    """
    with scratch_database():
        round_ = open_bench_round()
        content = _answer(round_, options.rows, ON)
        again = _answer(round_, options.rows, date(2025, 12, 16))
        replays: list[float] = []

        def ours() -> tuple[float, Any]:
            _set_up(round_, options.rows)
            seconds, ends = _ours(content), _ends()
            busy = METER.read()
            replays.append(_ours(again))
            METER.total = busy  # without the replay
            if _ends() != ends:
                raise AssertionError(f"a replay changed something: {ends} / {_ends()}")
            return seconds, ends

        def floor() -> tuple[float, Any]:
            _set_up(round_, options.rows)
            return _floor(round_, content), _ends()

        turns = take_turns(options, ours=ours, floor=floor)
    size = f"文件 {len(content) / 1e6:.1f} MB"
    replayed = Measured(
        code="P7",
        title="同样结果的文件再来一次，不改一行",
        goal=0.4,
        ours=tuple(replays[1:]),
        floor=turns.floor,
    )
    return [turns.line("P7", "回盘入账，含分录与短信登记", 1.5, size), replayed]


def open_bench_round() -> Round:
    """A round of the shipped winter warmth, for rows that need one."""
    return opened(winter_warmth())


def _set_up(round_: Round, rows: int) -> None:
    """Payments at the bank with their money committed, as the actions leave them."""
    run_as_owner(f"TRUNCATE {', '.join(_TABLES.split())} CASCADE")
    source = FundSource.objects.get(code="county_own")
    counties = Organisation.objects.filter(
        path__startswith=round_.organisation.path, level="county"
    )
    unions = list(counties.order_by("path").values_list("pk", flat=True))
    values: dict[str, Any] = {
        "round": round_.pk,
        "scheme": round_.version.scheme_id,
        "source": source.pk,
        "unions": unions,
        "year": round_.year,
        "rows": rows,
        "on": ON,
    }
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute((FLOORS / "payments.sql").read_text("utf-8"), values)
        open_accounts((union, source.pk) for union in unions)
        _reserve(source)
        for state in STATES:
            Batch.objects.update(state=state)
    run_as_owner("VACUUM ANALYZE")


def _reserve(source: FundSource) -> None:
    steps = (
        (EntryKind.RECEIVE, AccountKind.FUNDING, AccountKind.AVAILABLE),
        (EntryKind.RESERVE, AccountKind.AVAILABLE, AccountKind.RESERVED),
        (EntryKind.COMMIT, AccountKind.RESERVED, AccountKind.COMMITTED),
    )
    for kind, taken_from, put_into in steps:
        entries = [
            (
                Voucher(kind, f"{kind}:{batch.number}", "基准", batch.pk),
                move(
                    batch.organisation_id,
                    source.pk,
                    batch.total,
                    taken_from=taken_from,
                    put_into=put_into,
                ),
            )
            for batch in Batch.objects.order_by("id")
        ]
        post_entries(entries=entries, by=SYSTEM, on=ON)


def _answer(round_: Round, rows: int, day: date) -> bytes:
    """The bank's file: every line of the round, one in forty come back."""
    layout = layout_named(LAYOUT)
    back = rows // BACK_EVERY
    whole: dict[str, Cell] = {
        "batch": "",
        "date": day,
        "count": rows,
        "total": rows * AMOUNT,
        "paid_count": rows - back,
        "paid_total": (rows - back) * AMOUNT,
        "returned_count": back,
        "returned_total": back * AMOUNT,
    }
    lines: list[dict[str, Cell]] = [
        {
            "number": number,
            "reference": f"{round_.year}{number:010d}01",
            "account": f"622202{number:013d}",
            "holder": "张三",
            "amount": AMOUNT,
            "result": layout.result_of[number % BACK_EVERY != 0],
            "reason": "" if number % BACK_EVERY else "E03",
        }
        for number in range(1, rows + 1)
    ]
    return b"".join(write_file(layout, layout.answer, whole, lines))


def _ours(content: bytes) -> float:
    return seconds_of(
        lambda: import_return(content=content, name="HP_BENCH.txt", by=SYSTEM, on=ON)
    )


def _floor(round_: Round, content: bytes) -> float:
    def apply() -> None:
        with transaction.atomic():
            apply_by_hand(round_, [content])

    return seconds_of(apply)


def apply_by_hand(round_: Round, files: Sequence[bytes]) -> None:
    """Split, copy, apply: no check of totals, encodings or digests, no audit."""
    lines = (
        line.split("|")
        for content in files
        for line in content.decode("gbk").split("\r\n")[1:-2]
    )
    copied = "\n".join(
        f"{c[2]}\t{c[5]}\t{c[6] == '00'}\t{'closed' if c[7] else ''}" for c in lines
    )
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TEMPORARY TABLE answer (reference text, amount numeric(14, 2),"
            " is_paid boolean, reason_code text) ON COMMIT DROP"
        )
        cursor.copy_expert("COPY answer FROM STDIN", StringIO(copied))
        cursor.execute("CREATE UNIQUE INDEX ON answer (reference); ANALYZE answer")
        values: dict[str, Any] = {"on": ON, "year": round_.year}
        cursor.execute((FLOORS / "returns.sql").read_text("utf-8"), values)


def _ends() -> tuple[Any, ...]:
    with connection.cursor() as cursor:
        cursor.execute(_ENDS)
        found: tuple[Any, ...] = cursor.fetchone()
    return found


RECONCILE = Row("P7", "reconcile", run)
