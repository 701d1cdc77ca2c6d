"""One INSERT … SELECT decides a table, each fact computed once a row."""

import json
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import DataError, ProgrammingError, connection, models
from django.db.models import Count, Exists, F, Func, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import NullIf
from django.test.utils import isolate_apps

from unionportal.core.facts import FactSheet
from unionportal.core.formula.declare import FactDeclaration, FactType, read_values
from unionportal.core.formula.ruling import Decision, Outcome, decide, read_ruling
from unionportal.core.formula.select import DECISION_COLUMNS, decision_select

AS_OF = date(2025, 12, 1)
KINDS = (("deep", "深度困难"), ("relative", "相对困难"))

with isolate_apps():

    class Household(models.Model):
        county = models.CharField(max_length=6)
        income = models.DecimalField(max_digits=14, decimal_places=2, null=True)
        people = models.IntegerField(null=True)
        kind = models.CharField(max_length=10, blank=True)
        has_car = models.BooleanField(null=True)
        checked_on = models.DateField(null=True)
        objects: models.Manager[Any] = models.Manager()

        class Meta:
            app_label = "tests"
            managed = False
            db_table = "tests_household"

        def __str__(self) -> str:
            return self.county

    class Line(models.Model):
        county = models.CharField(max_length=6)
        amount = models.DecimalField(max_digits=14, decimal_places=2)
        valid_from = models.DateField()
        objects: models.Manager[Any] = models.Manager()

        class Meta:
            app_label = "tests"
            managed = False
            db_table = "tests_line"

        def __str__(self) -> str:
            return self.county


DECLARATIONS = (
    FactDeclaration(name_en="income", name="人均收入", type=FactType.NUMBER, unit="元"),
    FactDeclaration(
        name_en="line", name="低保标准", type=FactType.NUMBER, unit="元", positive=True
    ),
    FactDeclaration(
        name_en="people",
        name="家庭人口",
        type=FactType.NUMBER,
        unit="人",
        positive=True,
    ),
    FactDeclaration(name_en="share", name="人均三分", type=FactType.NUMBER, unit="元"),
    FactDeclaration(
        name_en="kind", name="困难类别", type=FactType.CHOICE, choices=KINDS
    ),
    FactDeclaration(name_en="has_car", name="有机动车", type=FactType.BOOLEAN),
    FactDeclaration(name_en="checked_on", name="复核日期", type=FactType.DATE),
    FactDeclaration(name_en="as_of", name="基准日", type=FactType.DATE),
    FactDeclaration(name_en="has_line", name="有标准", type=FactType.BOOLEAN),
)


def lines(as_of: date) -> QuerySet[Any]:
    found: QuerySet[Any] = Line.objects.filter(
        county=OuterRef("county"), valid_from__lte=as_of
    ).order_by("-valid_from")
    return found


def expressions(_: QuerySet[Any], as_of: date) -> Mapping[str, Any]:
    return {
        "income": F("income"),
        "line": Subquery(lines(as_of).values("amount")[:1]),
        "people": F("people"),
        "share": F("income") / NullIf(F("people"), Value(0)) / 3,
        "kind": F("kind"),
        "has_car": F("has_car"),
        "checked_on": F("checked_on"),
        "as_of": Value(as_of, output_field=models.DateField()),
        "has_line": Exists(lines(as_of)),
    }


SHEET = FactSheet("tests", "家庭", DECLARATIONS, expressions)
RULING = read_ruling(
    [
        ("income", "收入", "人均收入 <= 2 * 低保标准 and 低保标准 > 0"),
        ("kind", "类别", "困难类别 in ('深度困难')"),
        ("no_car", "车", "not 有机动车"),
        ("checked", "复核", "years_between(复核日期, 基准日) < 1 and 有标准"),
    ],
    "round_yuan(人均三分) + 人均收入 / 家庭人口",
    SHEET.vocabulary,
)
HOUSEHOLDS: list[tuple[Any, ...]] = [
    ("A", "1500.00", 3, "deep", False, "2025-06-01"),
    ("A", "1500.01", 3, "deep", False, "2025-06-01"),
    ("B", "100.00", 7, "deep", False, "2024-12-02"),
    ("B", "100.00", 7, "deep", False, "2024-12-01"),
    ("C", "100.00", 7, "deep", False, "2024-12-01"),
    ("A", None, 3, "deep", False, "2025-06-01"),
    ("A", None, 3, "relative", False, "2025-06-01"),
    ("A", "10.00", 0, "deep", False, "2025-06-01"),
    ("A", "10.00", 3, "", False, "2025-06-01"),
    ("A", "10.00", 3, "deep", None, "2025-06-01"),
    ("A", "10.00", 3, "deep", None, None),
    ("A", "0.00", 3, "deep", False, "2025-06-01"),
]
EXPECTED = [
    ("eligible", None, None, "666.67"),
    ("ineligible", "income", None, None),
    ("eligible", None, None, "19.05"),
    ("ineligible", "checked", None, None),
    ("ineligible", "checked", None, None),
    ("unknown", "income", "income", None),
    ("ineligible", "kind", None, None),
    ("unknown", "amount", "share", None),
    ("unknown", "kind", "kind", None),
    ("unknown", "no_car", "has_car", None),
    ("unknown", "no_car", "has_car", None),
    ("ineligible", "amount", None, None),
]


@pytest.fixture
def households(db: None) -> None:
    """Temporary tables, gone with the transaction of the test."""
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TEMP TABLE tests_household (id serial PRIMARY KEY, county text,"
            " income numeric(14,2), people int, kind text, has_car boolean,"
            " checked_on date);"
            "CREATE TEMP TABLE tests_line (id serial PRIMARY KEY, county text,"
            " amount numeric(14,2), valid_from date);"
            "CREATE TEMP SEQUENCE tests_calls;"
            "INSERT INTO tests_line (county, amount, valid_from) VALUES"
            " ('A', 700, '2024-01-01'), ('A', 750, '2025-07-01'),"
            " ('A', 900, '2026-01-01'), ('B', 750, '2025-12-01')"
        )
        cursor.executemany(
            "INSERT INTO tests_household (county, income, people, kind, has_car,"
            " checked_on) VALUES (%s, %s, %s, %s, %s, %s)",
            HOUSEHOLDS,
        )


def fetched(sql: str, params: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
        return rows


def decided(queryset: QuerySet[Any], sheet: FactSheet = SHEET) -> list[tuple[Any, ...]]:
    select = decision_select(
        sheet, queryset, RULING, as_of=AS_OF, extra_columns={"subject_id": F("pk")}
    )
    assert select.columns == ("subject_id", *DECISION_COLUMNS)
    return sorted(fetched(select.sql, select.params))


def test_table_is_decided_as_expected(households: None) -> None:
    found = [row[1:5] for row in decided(Household.objects.all())]
    amounts = [None if amount is None else str(amount) for *_, amount in found]
    assert [
        (*row[:3], amount) for row, amount in zip(found, amounts, strict=True)
    ] == EXPECTED


def test_stored_facts_give_the_same_decision_again(households: None) -> None:
    for _, outcome, clause, missing, amount, facts in decided(Household.objects.all()):
        values = read_values(SHEET.vocabulary, json.loads(facts))
        assert decide(RULING, values) == Decision(
            outcome=Outcome(outcome), clause=clause, missing_fact=missing, amount=amount
        )


def test_stored_facts_are_exact_text(households: None) -> None:
    first = decided(Household.objects.filter(pk=3))[0]
    assert json.loads(first[-1]) == {
        "income": "100.00",
        "line": "750.00",
        "kind": "deep",
        "has_car": False,
        "checked_on": "2024-12-02",
        "as_of": "2025-12-01",
        "has_line": True,
        "share": "4.761904761905",
        "people": "7",
    }


def test_statement_inserts_all_rows_at_once(households: None) -> None:
    select = decision_select(
        SHEET,
        Household.objects.filter(county="A").order_by("-income"),
        RULING,
        as_of=AS_OF,
        extra_columns={
            "household": F("pk"),
            "round_no": Value(7),
            "county": F("county"),
        },
    )
    names = ", ".join(select.columns)
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TEMP TABLE tests_decision (county text, round_no int,"
            " household int, outcome text, clause text, missing_fact text,"
            " amount numeric(14,2), facts jsonb) ON COMMIT DROP"
        )
        cursor.execute(
            f"INSERT INTO tests_decision ({names}) {select.sql}", select.params
        )
    counted = fetched(
        "SELECT county, round_no, outcome, count(*), sum(amount) FROM tests_decision"
        " GROUP BY 1, 2, 3 ORDER BY 3"
    )
    assert counted == [
        ("A", 7, "eligible", 1, Decimal("666.67")),
        ("A", 7, "ineligible", 3, None),
        ("A", 7, "unknown", 5, None),
    ]


def test_each_fact_is_computed_once_a_row(households: None) -> None:
    counting = Func(
        Value("tests_calls"), function="NEXTVAL", output_field=models.IntegerField()
    )

    def counted(queryset: QuerySet[Any], as_of: date) -> Mapping[str, Any]:
        return {**expressions(queryset, as_of), "people": counting}

    decided(Household.objects.all(), FactSheet("n", "n", DECLARATIONS, counted))
    assert fetched("SELECT last_value FROM tests_calls") == [(len(HOUSEHOLDS),)]


def test_facts_and_clauses_are_not_merged_into_the_decision(households: None) -> None:
    select = decision_select(
        SHEET, Household.objects.all(), RULING, as_of=AS_OF, extra_columns={}
    )
    plan = [
        line for (line,) in fetched(f"EXPLAIN (COSTS OFF) {select.sql}", select.params)
    ]
    scans = [line.strip(" ->") for line in plan if "Subquery Scan on" in line]
    assert scans[:2] == ["Subquery Scan on verdicts", "Subquery Scan on facts"]


def test_subquery_of_one_row_is_joined(households: None) -> None:
    select = decision_select(
        SHEET, Household.objects.all(), RULING, as_of=AS_OF, extra_columns={}
    )
    assert select.sql.count("LEFT JOIN LATERAL") == 1
    assert select.sql.count("EXISTS(") == 1


def test_subquery_of_several_rows_is_an_error_not_a_second_subject(
    households: None,
) -> None:
    def doubled(queryset: QuerySet[Any], as_of: date) -> Mapping[str, Any]:
        several = Subquery(lines(as_of).values("amount"))
        return {**expressions(queryset, as_of), "line": several}

    with pytest.raises((DataError, ProgrammingError)):
        decided(Household.objects.all(), FactSheet("d", "d", DECLARATIONS, doubled))


def test_grouped_queryset_keeps_its_subqueries(households: None) -> None:
    grouped = Household.objects.values("pk").annotate(rows=Count("pk"))
    assert len(decided(grouped)) == len(HOUSEHOLDS)


def test_sheet_attaches_all_facts_by_default() -> None:
    attached = SHEET.attach(Household.objects.all(), as_of=AS_OF)
    assert list(attached) == [fact.name_en for fact in DECLARATIONS]


def test_empty_selection_decides_nobody(households: None) -> None:
    assert decided(Household.objects.none()) == []
    assert decided(Household.objects.filter(pk__in=[])) == []


def test_slice_is_refused(households: None) -> None:
    with pytest.raises(ValueError, match="slice"):
        decided(Household.objects.order_by("pk")[:2])
