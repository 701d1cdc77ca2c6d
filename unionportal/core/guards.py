"""What the database itself refuses: state moves outside the table, edits of records.

The triggers are built from the same workflow tables that the actions read. They raise
SQLSTATEs of class 23 with a subclass of our own (23U..), so that Django sees an
``IntegrityError``, and a Chinese sentence which ``refusal_from`` turns into a Refusal.
Unlike stock pgtrigger ones they have no switch: ``pgtrigger.ignore`` is a setting that
any session may set, the restricted role too.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import pgtrigger
from django.db import DatabaseError, models
from pgtrigger import compiler

from unionportal.core.errors import Refusal
from unionportal.core.workflow import Workflow

STATE_REFUSED = "23U01"
APPEND_ONLY = "23U02"
FROZEN = "23U03"
OWN_CLASS = "23U"

# A session plans a trigger's query once, perhaps on a statement that touched one row;
# on the next one, of 136,000 rows, a nested loop would be quadratic.
BOTH_TABLES: pgtrigger.Referencing = pgtrigger.Referencing(  # type: ignore[no-untyped-call]
    old="old_rows", new="new_rows"
)
NO_NESTED_LOOP = "SET enable_nestloop = off"

_CODES = {STATE_REFUSED: "state", APPEND_ONLY: "append_only", FROZEN: "frozen"}
_FALLBACK = "这条记录已锁定，不能修改或删除；如需更正，请按更正流程另行登记。"


def refusal_from(error: BaseException) -> Refusal | None:
    """Turn what a guard raised into the Refusal to show; None for any other fault."""
    cause: BaseException | None = error
    while cause is not None:
        state = getattr(cause, "pgcode", None) or getattr(cause, "sqlstate", None)
        if state:
            return _refusal(str(state), cause)
        cause = cause.__cause__
    return None


def _refusal(state: str, cause: BaseException) -> Refusal | None:
    message = str(getattr(getattr(cause, "diag", None), "message_primary", "") or "")
    if state.startswith(OWN_CLASS):
        return Refusal(message or _FALLBACK, code=_CODES.get(state, "refused"))
    if state == "P0001" and message.startswith("pgtrigger:"):
        return Refusal(_FALLBACK, code="frozen")
    return None


def is_guard_error(error: DatabaseError) -> bool:
    """Tell whether a database error was raised by a guard."""
    return refusal_from(error) is not None


# --- text of the trigger functions


def literal(text: object) -> str:
    """Write a value as an SQL string literal."""
    return "'" + str(text).replace("'", "''") + "'"


def identifier(name: str) -> str:
    """Write a name as a quoted SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def raise_sql(state: str, message_sql: str) -> str:
    """Return the PL/pgSQL statement that raises one of our SQLSTATEs."""
    return f"RAISE EXCEPTION USING ERRCODE = {literal(state)}, MESSAGE = {message_sql};"


def _array(values: Iterable[object]) -> str:
    return f"ARRAY[{', '.join(literal(value) for value in values)}]::text[]"


def _label(workflow: Workflow, expression: str) -> str:
    cases = " ".join(
        f"WHEN {literal(state)} THEN {literal(workflow.label_of(state))}"
        for state in workflow.states
    )
    return f"CASE {expression} {cases} ELSE COALESCE({expression}, '空') END"


def _move_error(workflow: Workflow, old: str, new: str) -> str:
    return raise_sql(
        STATE_REFUSED,
        f"{literal(workflow.name + '不能从“')} || {_label(workflow, old)}"
        f" || '”改为“' || {_label(workflow, new)} || '”；请刷新后按流程办理。'",
    )


def _start_error(workflow: Workflow, new: str) -> str:
    return raise_sql(
        STATE_REFUSED,
        f"{literal('新建的' + workflow.name + '不能是“')} || {_label(workflow, new)}"
        " || '”；请从流程的第一步办起。'",
    )


def _is_move(workflow: Workflow, old: str, new: str) -> str:
    """Return SQL that is true for a move of the table and for no move, never NULL."""
    moves = _array(f"{source}>{target}" for source, target in workflow.pairs)
    same = f"{old} IS NOT DISTINCT FROM {new}"
    return f"({same} OR COALESCE({old} || '>' || {new} = ANY({moves}), FALSE))"


def _column(model: models.Model, name: str) -> str:
    """Return the column of a model's field; ``pk`` is the primary key."""
    field = model._meta.pk if name == "pk" else model._meta.get_field(name)
    return str(getattr(field, "column"))  # noqa: B009 - relations back have none


def _is_start(starts: Sequence[str], new: str) -> str:
    return f"COALESCE({new} = ANY({_array(starts)}), FALSE)"


def _starts(workflow: Workflow, starts: Sequence[str]) -> tuple[str, ...]:
    return tuple(map(str, starts)) or (str(workflow.initial),)


# --- triggers that stand in Meta.triggers


class FirmTriggerSql(compiler.UpsertTriggerSql):
    """A trigger without pgtrigger's switch; migrations refer to this class."""

    options = ""

    def get_template(self) -> str:
        """Return the installation template, version 1: never edit it."""
        return """
            CREATE OR REPLACE FUNCTION {pgid}()
            RETURNS TRIGGER AS $$
                {declare}
                BEGIN
                    {func}
                END;
            $$ LANGUAGE plpgsql OPTIONS;

            DROP TRIGGER IF EXISTS {pgid} ON {table};
            CREATE {constraint} TRIGGER {pgid}
                {when} {operation} ON {table}
                {timing}
                {referencing}
                FOR EACH {level} {condition}
                EXECUTE PROCEDURE {execute};

            COMMENT ON TRIGGER {pgid} ON {table} IS '{hash}';
        """.replace("OPTIONS", self.options)


class FirmStatementTriggerSql(FirmTriggerSql):
    """The same for a trigger that joins transition tables."""

    options = NO_NESTED_LOOP


class FirmTrigger(pgtrigger.Trigger):
    """A pgtrigger trigger that no session can switch off."""

    def compile(self, model: models.Model) -> compiler.Trigger:
        """Compile with our template instead of the stock one."""
        stock = super().compile(model)
        kwargs = {k: v for k, v in stock.sql.kwargs.items() if k != "ignore_func_name"}
        by_row = self.level == pgtrigger.Row
        template = FirmTriggerSql if by_row else FirmStatementTriggerSql
        return compiler.Trigger(name=self.name, sql=template(**kwargs))


class _StateGuard(FirmTrigger):
    when = pgtrigger.Before
    operation = pgtrigger.Insert | pgtrigger.Update

    def __init__(
        self, workflow: Workflow, field: str, starts: tuple[str, ...], name: str
    ) -> None:
        self.workflow = workflow
        self.field = field
        self.starts = starts
        super().__init__(name=name)

    def get_func(self, model: models.Model) -> str:
        column = identifier(_column(model, self.field))
        old, new = f"OLD.{column}", f"NEW.{column}"
        return f"""
            IF TG_OP = 'INSERT' THEN
                IF {_is_start(self.starts, new)} THEN RETURN NEW; END IF;
                {_start_error(self.workflow, new)}
            END IF;
            IF {_is_move(self.workflow, old, new)} THEN RETURN NEW; END IF;
            {_move_error(self.workflow, old, new)}
        """


class _BulkStateGuard(FirmTrigger):
    level = pgtrigger.Statement
    when = pgtrigger.After
    operation = pgtrigger.Update

    def __init__(
        self, workflow: Workflow, field: str, key: tuple[str, ...], name: str
    ) -> None:
        self.workflow = workflow
        self.field = field
        self.key = key
        super().__init__(
            name=name,
            referencing=BOTH_TABLES,
            declare=[("lost", "bigint"), ("wrong", "text[]"), ("altered", "bigint")],
        )

    def get_func(self, model: models.Model) -> str:
        key = [_column(model, name) for name in self.key or ("pk",)]
        return _bulk_move_body(self.workflow, _column(model, self.field), key, Kept())


_OWNER_MAY = """
    IF pg_has_role(current_user, (SELECT c.relowner FROM pg_class c
            WHERE c.oid = TG_RELID), 'USAGE') THEN
        RETURN COALESCE(NEW, OLD);
    END IF;
"""


class _Refused(FirmTrigger):
    """Refuses an operation with one fixed sentence, always or on a condition."""

    when = pgtrigger.Before

    def __init__(
        self,
        *,
        name: str,
        operation: pgtrigger.Operation,
        state: str,
        message: str,
        condition: pgtrigger.Condition | None = None,
        first: str = "",
    ) -> None:
        super().__init__(
            name=name,
            operation=operation,
            condition=condition,
            func=first + raise_sql(state, literal(message)),
        )


def state_guard(
    workflow: Workflow, field: str = "state", *, starts: Sequence[str] = ()
) -> pgtrigger.Trigger:
    """Row level: a row begins in a start state and moves only as the table says.

    ``starts`` are the states a new row may have; by default the initial one only.
    """
    return _StateGuard(workflow, field, _starts(workflow, starts), f"{field}_guard")


def bulk_state_guard(
    workflow: Workflow, field: str = "state", *, key: Sequence[str] = ()
) -> pgtrigger.Trigger:
    """Statement level, for tables moved by one UPDATE over many rows.

    ``key`` are the fields that identify a row (the primary key by default); a change
    of the key itself is refused. Guards updates, not insertions.
    """
    return _BulkStateGuard(workflow, field, tuple(key), f"{field}_bulk_guard")


def append_only(message: str = "", *, spares_owner: bool = False) -> pgtrigger.Trigger:
    """Refuse every change and removal of a row; ``spares_owner`` as `frozen_when`."""
    return _Refused(
        name="append_only",
        operation=pgtrigger.Update | pgtrigger.Delete,
        state=APPEND_ONLY,
        message=message or "此类记录只能新增，不能修改或删除；更正请另行登记一条。",
        first=_OWNER_MAY if spares_owner else "",
    )


def frozen_when(
    condition: pgtrigger.Condition,
    *,
    name: str,
    message: str,
    fields: Sequence[str] = (),
    spares_owner: bool = False,
) -> pgtrigger.Trigger:
    """Refuse to change rows that fulfil ``condition`` (write it on ``old__…``).

    With ``fields``, only a change of one of these is refused. ``spares_owner``: what
    runs with the rights of the tables' owner may, as when keys are rotated or a person
    is forgotten; the role that runs the portal may not.
    """
    if fields:
        condition = pgtrigger.Q(condition) & changed(fields)
    return _Refused(
        name=name,
        operation=pgtrigger.Update,
        state=FROZEN,
        message=message,
        condition=condition,
        first=_OWNER_MAY if spares_owner else "",
    )


def kept_when(
    condition: pgtrigger.Condition, *, name: str, message: str
) -> pgtrigger.Trigger:
    """Refuse to delete rows that fulfil ``condition`` (write it on ``old__…``)."""
    return _Refused(
        name=name,
        operation=pgtrigger.Delete,
        state=FROZEN,
        message=message,
        condition=condition,
    )


def changed(fields: Sequence[str]) -> pgtrigger.Q:
    """Return the condition that at least one of the fields changes."""
    found = pgtrigger.Q()
    for name in fields:
        found |= pgtrigger.Q(**{f"old__{name}__df": pgtrigger.F(f"new__{name}")})
    return found


# --- plain SQL for partitioned tables, whose DDL is not Django's


@dataclass(frozen=True, slots=True)
class Kept:
    """Columns of a bulk table that stay: always, once set, or while the state stays."""

    always: Sequence[str] = ()
    once_set: Sequence[str] = ()
    while_still: Sequence[str] = ()

    def altered(self, old: str, new: str) -> str:
        """Return SQL that is true for a row of which such a column changes."""
        parts = [_differs(name) for name in self.always]
        parts += [
            f"(o.{identifier(name)} IS NOT NULL AND {_differs(name)})"
            for name in self.once_set
        ]
        if self.while_still:
            changes = " OR ".join(_differs(name) for name in self.while_still)
            parts.append(f"({old} IS NOT DISTINCT FROM {new} AND ({changes}))")
        return " OR ".join(parts) or "FALSE"


def _differs(name: str) -> str:
    return f"o.{identifier(name)} IS DISTINCT FROM n.{identifier(name)}"


def _bulk_move_body(
    workflow: Workflow, column: str, key: Sequence[str], kept: Kept
) -> str:
    """Return one aggregate over the joined rows: a LIMIT would plan a nested loop."""
    joined = " AND ".join(f"o.{identifier(k)} = n.{identifier(k)}" for k in key)
    old, new = f"o.{identifier(column)}", f"n.{identifier(column)}"
    keys_changed = literal(f"{workflow.name}的主键不能修改。")
    content_changed = literal(
        f"{workflow.name}的内容已经固定，只能办理结果，不能修改。"
    )
    return f"""
        SELECT count(*) FILTER (WHERE n.{identifier(key[0])} IS NULL),
               min(ARRAY[{old}, {new}]::text[])
                   FILTER (WHERE NOT {_is_move(workflow, old, new)}),
               count(*) FILTER (WHERE {kept.altered(old, new)})
        INTO lost, wrong, altered
        FROM old_rows o LEFT JOIN new_rows n ON {joined};
        IF lost > 0 THEN {raise_sql(FROZEN, keys_changed)} END IF;
        IF wrong IS NOT NULL THEN
            {_move_error(workflow, "wrong[1]", "wrong[2]")} END IF;
        IF altered > 0 THEN {raise_sql(FROZEN, content_changed)} END IF;
        RETURN NULL;"""  # noqa: S608 - made of our own tables, quoted


def bulk_state_guard_sql(
    table: str,
    workflow: Workflow,
    *,
    key: Sequence[str] = ("year", "id"),
    field: str = "state",
    starts: Sequence[str] = (),
    frozen: Sequence[str] | Kept = (),
) -> tuple[str, str]:
    """Return (create, drop) for a RunSQL migration on a partitioned bulk table.

    One statement over many rows is checked by one query on its transition tables: new
    rows begin in a start state, moves follow the table, the key and the ``frozen``
    columns never change, or in the way that ``Kept`` says. Statements on a partition by
    its own name go unseen, which is why nobody has rights there.
    """
    name = f"guard_{table}_{field}"
    column = identifier(field)
    insert_body = f"""
        SELECT min(ARRAY[{column}]::text[]) INTO wrong FROM new_rows
        WHERE NOT {_is_start(_starts(workflow, starts), column)};
        IF wrong IS NOT NULL THEN {_start_error(workflow, "wrong[1]")} END IF;
        RETURN NULL;"""  # noqa: S608 - made of our own tables, quoted
    kept = frozen if isinstance(frozen, Kept) else Kept(always=frozen)
    update_body = _bulk_move_body(workflow, field, key, kept)
    create = _statement_trigger(
        f"{name}_insert", table, "INSERT", "NEW TABLE AS new_rows", insert_body
    ) + _statement_trigger(
        f"{name}_update",
        table,
        "UPDATE",
        "OLD TABLE AS old_rows NEW TABLE AS new_rows",
        update_body,
    )
    return create, _drop(table, f"{name}_insert", f"{name}_update")


def append_only_sql(
    table: str, *, operations: Sequence[str] = ("UPDATE", "DELETE", "TRUNCATE")
) -> tuple[str, str]:
    """Return (create, drop) that refuse whole operations on a table, row or no row."""
    name = identifier(f"append_only_{table}")
    sentence = literal("此类记录只能新增，不能修改或删除；更正请另行登记一条。")
    create = f"""
CREATE OR REPLACE FUNCTION {name}() RETURNS TRIGGER LANGUAGE plpgsql AS $guard$
BEGIN {raise_sql(APPEND_ONLY, sentence)} END; $guard$;
CREATE TRIGGER {name} BEFORE {" OR ".join(operations)} ON {identifier(table)}
FOR EACH STATEMENT EXECUTE FUNCTION {name}();
"""
    return create, _drop(table, f"append_only_{table}")


def _statement_trigger(
    name: str, table: str, operation: str, referencing: str, body: str
) -> str:
    return f"""
CREATE OR REPLACE FUNCTION {identifier(name)}() RETURNS TRIGGER
LANGUAGE plpgsql {NO_NESTED_LOOP} AS $guard$
DECLARE lost bigint; wrong text[]; altered bigint;
BEGIN
{body}
END; $guard$;
CREATE TRIGGER {identifier(name)} AFTER {operation} ON {identifier(table)}
REFERENCING {referencing}
FOR EACH STATEMENT EXECUTE FUNCTION {identifier(name)}();
"""


def _drop(table: str, *names: str) -> str:
    return "".join(
        f"DROP TRIGGER IF EXISTS {identifier(name)} ON {identifier(table)};\n"
        f"DROP FUNCTION IF EXISTS {identifier(name)}();\n"
        for name in names
    )
