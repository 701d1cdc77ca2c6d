"""What the database itself refuses, on scratch tables that the owner makes and drops."""

from collections.abc import Iterator

import pgtrigger
import pytest
from django.db import DatabaseError, IntegrityError, connections, models, transaction
from django.db.backends.utils import CursorWrapper
from django.test.utils import isolate_apps

from unionportal.core.errors import Refusal
from unionportal.core.guards import (
    append_only,
    append_only_sql,
    bulk_state_guard,
    bulk_state_guard_sql,
    frozen_when,
    is_guard_error,
    kept_when,
    literal,
    raise_sql,
    refusal_from,
    state_guard,
)
from unionportal.core.workflow import Transition, Workflow

pytestmark = pytest.mark.django_db(databases=["default", "owner"])

OWNER = "owner"
FLOW = Workflow(
    name="发放",
    initial="planned",
    transitions=(
        Transition("pay", "planned", "paid", "到账"),
        Transition("return", "paid", "returned", "退回"),
    ),
    labels={"planned": "待发放", "paid": "已到账", "returned": "被退回"},
)


def made(model: type[models.Model]) -> models.Manager[models.Model]:
    """Create the table with its triggers and return its manager on that connection."""
    with connections[OWNER].schema_editor() as editor:
        editor.create_model(model)
    for trigger in getattr(model._meta, "triggers", ()):
        trigger.install(model, database=OWNER)
    return model._default_manager.db_manager(OWNER)


@pytest.fixture
def papers() -> Iterator[models.Manager[models.Model]]:
    with isolate_apps("unionportal.core"):

        class Paper(models.Model):  # noqa: DJ008
            state = models.CharField(max_length=10, default="planned")
            title = models.CharField(max_length=10, default="")

            class Meta:
                app_label = "core"
                triggers = (
                    state_guard(FLOW),
                    frozen_when(
                        pgtrigger.Q(old__state="paid"),
                        name="frozen_when_paid",
                        message="已到账的不能改名。",
                        fields=("title",),
                    ),
                    kept_when(
                        pgtrigger.Q(old__state="paid"),
                        name="kept_when_paid",
                        message="已到账的不能删除。",
                    ),
                )

        yield made(Paper)


@pytest.fixture
def notes() -> Iterator[models.Manager[models.Model]]:
    with isolate_apps("unionportal.core"):

        class Note(models.Model):  # noqa: DJ008
            text = models.CharField(max_length=10, default="")

            class Meta:
                app_label = "core"
                triggers = (append_only(),)

        yield made(Note)


@pytest.fixture
def piles() -> Iterator[models.Manager[models.Model]]:
    with isolate_apps("unionportal.core"):

        class Pile(models.Model):  # noqa: DJ008
            state = models.CharField(max_length=10, default="planned")

            class Meta:
                app_label = "core"
                triggers = (bulk_state_guard(FLOW),)

        yield made(Pile)


@pytest.fixture
def bulk() -> Iterator[CursorWrapper]:
    """A table partitioned by year, guarded as migrations guard such tables."""
    create, _ = bulk_state_guard_sql("scratch", FLOW, frozen=("amount",))
    with connections[OWNER].cursor() as cursor:
        cursor.execute(
            "CREATE TABLE scratch (year int, id bigint, state varchar(10),"
            " amount numeric, PRIMARY KEY (year, id)) PARTITION BY LIST (year);"
            "CREATE TABLE scratch_26 PARTITION OF scratch FOR VALUES IN (2026);"
            "CREATE TABLE scratch_27 PARTITION OF scratch FOR VALUES IN (2027);"
        )
        cursor.execute(create)
        cursor.execute(
            "INSERT INTO scratch SELECT 2026, n, 'planned', 600"
            " FROM generate_series(1, 1000) n"
        )
        yield cursor


def rows_of(cursor: CursorWrapper) -> list[tuple[object, ...]]:
    cursor.execute("SELECT * FROM scratch ORDER BY year, id")
    return list(cursor.fetchall())


def refused_sql(cursor: CursorWrapper, statement: str) -> Refusal:
    """Run a statement that a guard refuses; nothing may have changed."""
    before = rows_of(cursor)
    with pytest.raises(IntegrityError) as caught, transaction.atomic(using=OWNER):
        cursor.execute(statement)
    assert rows_of(cursor) == before
    refusal = refusal_from(caught.value)
    assert refusal is not None
    return refusal


def refused_update(table: models.Manager[models.Model], **changes: object) -> Refusal:
    before = list(table.order_by("pk").values())
    with pytest.raises(IntegrityError) as caught, transaction.atomic(using=OWNER):
        table.update(**changes)
    assert list(table.order_by("pk").values()) == before
    refusal = refusal_from(caught.value)
    assert refusal is not None
    return refusal


def test_a_row_moves_as_the_table_says(papers: models.Manager[models.Model]) -> None:
    papers.create()
    assert papers.update(state="paid") == 1
    assert papers.update(state="paid") == 1
    assert papers.update(state="returned") == 1


def test_a_move_outside_the_table_is_refused_in_words(
    papers: models.Manager[models.Model],
) -> None:
    papers.create()
    refusal = refused_update(papers, state="returned")
    assert refusal.code == "state"
    assert str(refusal) == "发放不能从“待发放”改为“被退回”；请刷新后按流程办理。"


def test_a_row_begins_at_the_beginning(papers: models.Manager[models.Model]) -> None:
    with pytest.raises(IntegrityError) as caught, transaction.atomic(using=OWNER):
        papers.create(state="paid")
    assert str(refusal_from(caught.value)) == (
        "新建的发放不能是“已到账”；请从流程的第一步办起。"
    )
    assert papers.count() == 0


def test_pgtriggers_switch_does_not_open_our_guards(
    papers: models.Manager[models.Model],
) -> None:
    papers.create()
    with connections[OWNER].cursor() as cursor:
        cursor.execute(
            "SELECT set_config('pgtrigger.ignore', array_agg(tgname)::text, true)"
            " FROM pg_trigger WHERE tgrelid = 'core_paper'::regclass"
        )
        cursor.execute(
            "SELECT current_setting('pgtrigger.ignore') LIKE '%state_guard%'"
        )
        assert cursor.fetchone() == (True,)
    assert refused_update(papers, state="returned").code == "state"


def test_frozen_fields_stay_and_others_may_change(
    papers: models.Manager[models.Model],
) -> None:
    papers.create(title="甲")
    papers.update(title="乙", state="paid")
    refusal = refused_update(papers, title="丙")
    assert (refusal.code, str(refusal)) == ("frozen", "已到账的不能改名。")
    assert papers.update(state="returned") == 1


def test_a_kept_row_is_not_deleted(papers: models.Manager[models.Model]) -> None:
    papers.create()
    papers.update(state="paid")
    with pytest.raises(IntegrityError) as caught, transaction.atomic(using=OWNER):
        papers.all().delete()
    assert str(refusal_from(caught.value)) == "已到账的不能删除。"
    assert papers.count() == 1


def test_append_only_rows_neither_change_nor_go(
    notes: models.Manager[models.Model],
) -> None:
    notes.create(text="甲")
    assert refused_update(notes, text="乙").code == "append_only"
    with pytest.raises(IntegrityError), transaction.atomic(using=OWNER):
        notes.all().delete()
    assert notes.count() == 1


def test_one_update_over_many_rows_is_checked_as_a_whole(
    piles: models.Manager[models.Model],
) -> None:
    for _ in range(5):
        piles.create()
    assert piles.update(state="paid") == 5
    refusal = refused_update(piles, state="planned")
    assert str(refusal) == "发放不能从“已到账”改为“待发放”；请刷新后按流程办理。"
    keys = refused_update(piles, id=models.F("id") + 100)
    assert str(keys) == "发放的主键不能修改。"


def test_bulk_rows_move_as_the_table_says(bulk: CursorWrapper) -> None:
    bulk.execute("UPDATE scratch SET state = 'paid'")
    assert bulk.rowcount == 1000
    bulk.execute("UPDATE scratch SET state = 'returned' WHERE id <= 13")
    assert bulk.rowcount == 13


@pytest.mark.parametrize(
    ("statement", "code", "sentence"),
    [
        (
            "UPDATE scratch SET state = 'returned' WHERE id = 500",
            "state",
            "发放不能从“待发放”改为“被退回”；请刷新后按流程办理。",
        ),
        (
            "UPDATE scratch SET state = CASE id WHEN 7 THEN 'lost' ELSE 'paid' END",
            "state",
            "发放不能从“待发放”改为“lost”；请刷新后按流程办理。",
        ),
        (
            "UPDATE scratch SET state = NULL WHERE id = 1",
            "state",
            "发放不能从“待发放”改为“空”；请刷新后按流程办理。",
        ),
        (
            "INSERT INTO scratch VALUES (2026, 2000, 'paid', 600)",
            "state",
            "新建的发放不能是“已到账”；请从流程的第一步办起。",
        ),
        (
            "INSERT INTO scratch VALUES (2026, 2000, NULL, 600)",
            "state",
            "新建的发放不能是“空”；请从流程的第一步办起。",
        ),
        (
            "UPDATE scratch SET year = 2027 WHERE id = 5",
            "frozen",
            "发放的主键不能修改。",
        ),
        (
            "UPDATE scratch SET state = 'paid', amount = 601 WHERE id = 5",
            "frozen",
            "发放的内容已经固定，只能办理结果，不能修改。",
        ),
    ],
)
def test_bulk_guard_refuses_in_words(
    bulk: CursorWrapper, statement: str, code: str, sentence: str
) -> None:
    refusal = refused_sql(bulk, statement)
    assert (refusal.code, str(refusal)) == (code, sentence)


def test_bulk_guard_does_not_plan_a_nested_loop(bulk: CursorWrapper) -> None:
    """A plan kept from a one-row statement would be quadratic on a large one."""
    bulk.execute(
        "SELECT proconfig FROM pg_proc WHERE proname = 'guard_scratch_state_update'"
    )
    assert bulk.fetchone() == (["enable_nestloop=off"],)


def test_bulk_guard_can_be_dropped(bulk: CursorWrapper) -> None:
    _, drop = bulk_state_guard_sql("scratch", FLOW)
    bulk.execute(drop)
    bulk.execute("UPDATE scratch SET state = 'returned' WHERE id = 1")
    assert bulk.rowcount == 1


def test_append_only_sql_refuses_whole_operations(bulk: CursorWrapper) -> None:
    create, drop = append_only_sql("scratch")
    bulk.execute(create)
    for statement in (
        "UPDATE scratch SET state = 'paid' WHERE id = 0",
        "DELETE FROM scratch WHERE id = 1",
        "TRUNCATE scratch",
    ):
        assert refused_sql(bulk, statement).code == "append_only"
    bulk.execute(drop)
    bulk.execute("DELETE FROM scratch WHERE id = 1")
    assert bulk.rowcount == 1


def test_a_trigger_of_ones_own_is_mapped_too() -> None:
    sentence = "余额“不足”，it's so。"
    statement = f"BEGIN {raise_sql('23U09', literal(sentence))} END"
    with pytest.raises(DatabaseError) as caught, transaction.atomic(using=OWNER):
        connections[OWNER].cursor().execute(f"DO $body$ {statement} $body$")
    refusal = refusal_from(caught.value)
    assert refusal is not None
    assert (refusal.code, str(refusal)) == ("refused", sentence)


def test_a_stock_protection_is_mapped_to_a_sentence() -> None:
    statement = "BEGIN RAISE EXCEPTION 'pgtrigger: Cannot update rows'; END"
    with pytest.raises(DatabaseError) as caught, transaction.atomic(using=OWNER):
        connections[OWNER].cursor().execute(f"DO $body$ {statement} $body$")
    refusal = refusal_from(caught.value)
    assert refusal is not None
    assert refusal.code == "frozen"
    assert is_guard_error(caught.value)


def test_other_faults_are_no_refusals() -> None:
    with pytest.raises(DatabaseError) as caught, transaction.atomic(using=OWNER):
        connections[OWNER].cursor().execute("SELECT 1 / 0")
    assert refusal_from(caught.value) is None
    assert not is_guard_error(caught.value)
    assert refusal_from(ValueError("x")) is None
